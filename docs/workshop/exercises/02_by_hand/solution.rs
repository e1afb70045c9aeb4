//! Futures polled by hand, with a waker that counts how often it is woken.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// Counts the wakes of the wakers that are made of it.
#[derive(Default)]
pub struct Counter {
    wakes: AtomicUsize,
}

impl Counter {
    /// How often a waker was woken.
    pub fn wakes(&self) -> usize {
        self.wakes.load(Ordering::Relaxed)
    }
}

impl Wake for Counter {
    // you: count the wake; wake() owns its waker and wake_by_ref() borrows it, and both are one wake
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.wakes.fetch_add(1, Ordering::Relaxed);
    }
    // else: fn wake(self: Arc<Self>) {
    // else:     todo!("count the wake")
    // else: }
    // end
}

/// What became of a future that was driven.
#[derive(Debug, PartialEq)]
pub enum Outcome<T> {
    /// It was ready.
    Ready {
        /// What it yielded.
        value: T,
        /// How often it was polled.
        polls: usize,
    },
    /// It was pending, and nobody had woken it.
    Stuck {
        /// How often it was polled.
        polls: usize,
        /// How many wakers somebody keeps. With none, nothing can wake it any more.
        wakers_kept: usize,
    },
}

/// Polls a future once, and then once after each wake, until it is ready or nobody has woken it.
pub fn drive<F: Future>(future: F) -> Outcome<F::Output> {
    // you: make the waker and the context, pin the future, and poll it as long as it was woken since its last poll began
    let counter = Arc::new(Counter::default());
    let waker = Waker::from(counter.clone());
    let mut cx = Context::from_waker(&waker);
    let mut future = pin!(future);
    let mut polls = 0;
    loop {
        let wakes_before = counter.wakes();
        polls += 1;
        if let Poll::Ready(value) = future.as_mut().poll(&mut cx) {
            return Outcome::Ready { value, polls };
        }
        if counter.wakes() == wakes_before {
            // The counter itself and the waker of the context are not kept by anybody else.
            let wakers_kept = Arc::strong_count(&counter) - 2;
            return Outcome::Stuck { polls, wakers_kept };
        }
    }
    // else: todo!("poll the future, and again after each wake")
    // end
}
