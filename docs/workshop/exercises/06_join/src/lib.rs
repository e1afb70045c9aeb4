//! Tasks with a value, and the handle with which one waits for it.

#![allow(unused)]

use given::ready_queue::Executor;
use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// What the task and the handle share.
struct Slot<T> {
    /// Set once the task has returned, until somebody takes it.
    value: Option<T>,
    /// Whom to wake when the task returns: the waker of the newest poll of the handle.
    waker: Option<Waker>,
}

/// Waits for the value of a task. Dropped, it leaves the task to itself.
pub struct JoinHandle<T> {
    slot: Rc<RefCell<Slot<T>>>,
}

/// Spawns a task: it runs whether or not somebody awaits its handle.
pub fn spawn<T: 'static>(executor: &Executor, future: impl Future<Output = T> + 'static) -> JoinHandle<T> {
    let slot = Rc::new(RefCell::new(Slot { value: None, waker: None }));
    // You: spawn a job around the future: it awaits it, leaves the value in the slot, and wakes who waits
    todo!("spawn a job around the future: it awaits it, leaves the value in the slot, and wakes who waits");
    JoinHandle { slot }
}

impl<T> Future for JoinHandle<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        // You: ready with the value if it is there; else keep the waker
        todo!("be ready with the value if it is there; else keep the waker")
    }
}
