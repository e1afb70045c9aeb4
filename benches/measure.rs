//! How a program's cost is taken: on the clock of its own thread's work, over what happens between setting up and
//! tearing down.

use cpu_time::ThreadTime;
use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

/// Runs while the part of a program that counts does.
#[derive(Debug)]
pub struct Watch(ThreadTime);

impl Watch {
    /// Starts.
    pub fn start() -> Self {
        Watch(ThreadTime::now())
    }

    /// Nanoseconds of this thread's work for each of so many operations.
    pub fn each(self, operations: usize) -> f64 {
        self.0.elapsed().as_nanos() as f64 / operations as f64
    }
}

/// A number that tasks count down, and that one waits for: it wakes nobody before it is zero, so it costs a program
/// next to nothing, and all contenders the same.
#[derive(Clone, Debug, Default)]
pub struct Countdown(Rc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    left: Cell<usize>,
    waker: RefCell<Option<Waker>>,
}

impl Countdown {
    /// From so many on.
    pub fn from(count: usize) -> Self {
        let countdown = Countdown::default();
        countdown.restart(count);
        countdown
    }

    /// Once more, from so many on.
    pub fn restart(&self, count: usize) {
        self.0.left.set(count);
    }

    /// One less.
    pub fn one(&self) {
        self.0.left.set(self.0.left.get() - 1);
        if self.0.left.get() == 0
            && let Some(waker) = self.0.waker.take()
        {
            waker.wake();
        }
    }

    /// Waits until none is left.
    pub async fn zero(&self) {
        poll_fn(|cx| {
            if self.0.left.get() == 0 {
                return Poll::Ready(());
            }
            *self.0.waker.borrow_mut() = Some(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }
}
