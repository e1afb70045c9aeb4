//! The bell of exercise 1, for a guest who is polled by one task and then by another, and may leave.

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
        // you: a waker is kept on the first poll alone; keep that of the newest poll, and no other
        let waker = match self.bell.waker.take() {
            // The same task polls again, and its waker need not be cloned.
            Some(known) if known.will_wake(cx.waker()) => known,
            _ => cx.waker().clone(),
        };
        self.bell.waker.replace(Some(waker));
        // else: let mut waker = self.bell.waker.borrow_mut();
        // else: if waker.is_none() {
        // else:     *waker = Some(cx.waker().clone());
        // else: }
        // end
        Poll::Pending
    }
}

// you: a guest who leaves takes the waker along: impl Drop for Ring<'_>
impl Drop for Ring<'_> {
    fn drop(&mut self) {
        self.bell.waker.take();
    }
}
// end
