//! The bell of exercise 1, for a guest who is polled by one task and then by another, and may leave.

#![allow(unused)]

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// Rings once, and remembers that it has.
#[derive(Default)]
pub struct Bell {
    /// Set once it has rung, and never cleared.
    has_rung: Cell<bool>,
    /// Whom to wake when it rings: the waker of the guest's newest poll. There is room for one guest.
    waker: RefCell<Option<Waker>>,
}

impl Bell {
    /// Rings, and wakes the guest who waits.
    pub fn ring(&self) {
        self.has_rung.set(true);
        // Taken out first: the guest whom it wakes may come back to this bell at once.
        if let Some(waker) = self.waker.take() {
            waker.wake();
        }
    }

    /// Waits until it rings.
    pub fn wait(&self) -> Ring<'_> {
        Ring { bell: self }
    }
}

/// A guest's wait for the bell.
pub struct Ring<'a> {
    bell: &'a Bell,
}

impl Future for Ring<'_> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.bell.has_rung.get() {
            return Poll::Ready(());
        }
        // You: a waker is kept on the first poll alone; keep that of the newest poll, and no other
        let mut waker = self.bell.waker.borrow_mut();
        if waker.is_none() {
            *waker = Some(cx.waker().clone());
        }
        Poll::Pending
    }
}

// You: a guest who leaves takes the waker along: impl Drop for Ring<'_>
