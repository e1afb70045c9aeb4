//! A handle to await a task by: a slot for its output, and a waker.

use super::ready_queue::{Executor, yield_once};
use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

// ANCHOR: handle
struct Slot<T> {
    output: Option<T>,
    waker: Option<Waker>,
}

struct Handle<T>(Rc<RefCell<Slot<T>>>);

fn spawn<T, F>(executor: &Executor, future: F) -> Handle<T>
where
    T: 'static,
    F: Future<Output = T> + 'static,
{
    let slot = Rc::new(RefCell::new(Slot { output: None, waker: None }));
    let theirs = slot.clone();
    executor.spawn(async move {
        let output = future.await;
        let waiting = {
            let mut slot = theirs.borrow_mut();
            slot.output = Some(output);
            slot.waker.take()
        };
        waiting.into_iter().for_each(Waker::wake); // with the slot let go
    });
    Handle(slot)
}

impl<T> Future for Handle<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let mut slot = self.0.borrow_mut();
        if let Some(output) = slot.output.take() {
            return Poll::Ready(output);
        }
        slot.waker = Some(cx.waker().clone());
        Poll::Pending
    }
}
// ANCHOR_END: handle

pub(crate) fn main() {
    let executor = Rc::new(Executor::default());
    let answers = Rc::new(Cell::new(None));
    let told = answers.clone();
    // ANCHOR: main
    let slow = spawn(&executor, async {
        yield_once(1).await;
        println!("The slow child ends.");
        6
    });
    let quick = spawn(&executor, async {
        println!("The quick child ends.");
        7
    });
    executor.spawn(async move {
        println!("The parent begins.");
        let slow = slow.await;
        let quick = quick.await;
        told.set(Some(slow * quick));
        println!("The parent has {slow} and {quick}.");
    });
    executor.run_until_idle();
    // ANCHOR_END: main
    assert_eq!(answers.get(), Some(42));
}
