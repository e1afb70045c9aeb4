//! A turnstile, which others call an auto-reset event: one `set` lets one through.

use greenlight::waiters::{WaitList, Waiter};
use std::cell::Cell;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Lets one through for each `set`: who waits first, or else the next who comes. It remembers one `set`, not two.
pub struct Turnstile {
    /// Whether a `set` is left for the next who comes. While anybody waits, none is left.
    is_set: Cell<bool>,
    /// Who waits.
    waiters: WaitList,
}

/// Waits to get through: what [`Turnstile::pass`] returns.
#[must_use = "futures do nothing unless awaited"]
pub struct Pass<'a> {
    turnstile: &'a Turnstile,
    waiter: Waiter,
}

impl Turnstile {
    /// A turnstile that is not set.
    #[track_caller]
    #[expect(clippy::new_without_default, reason = "the reports tell the line that makes the turnstile")]
    pub fn new() -> Self {
        Turnstile { is_set: Cell::new(false), waiters: WaitList::new("my turnstile") }
    }

    /// Waits to get through.
    #[track_caller]
    pub fn pass(&self) -> Pass<'_> {
        Pass { turnstile: self, waiter: Waiter::new(Location::caller()) }
    }

    /// Lets one through.
    pub fn set(&self) {
        // you: let the first through who waits; if nobody does, keep this for the next who comes
        match self.waiters.grant_first() {
            Some(grant) => grant.wake(),
            None => self.is_set.set(true),
        }
        // else: todo!("let the first through who waits, or keep this for the next who comes")
        // end
    }
}

impl Future for Pass<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Pass { turnstile, waiter } = &mut *self;
        // you: wait unless it is set; who comes and finds it set uses that up
        let has_waited = waiter.has_joined();
        ready!(waiter.wait(cx, &turnstile.waiters, || !turnstile.is_set.get()));
        if !has_waited {
            turnstile.is_set.set(false);
        }
        Poll::Ready(())
        // else: todo!("wait unless it is set")
        // end
    }
}

// you: give `Pass` a `Drop`: who was let through and leaves has not used it
impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.waiter.leave() {
            self.turnstile.set();
        }
    }
}
// end
