//! A turnstile, which others call an auto-reset event: one `set` lets one through.

#![allow(unused)]

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
        // You: let the first through who waits; if nobody does, keep this for the next who comes
        todo!("let the first through who waits, or keep this for the next who comes")
    }
}

impl Future for Pass<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Pass { turnstile, waiter } = &mut *self;
        // You: wait unless it is set; who comes and finds it set uses that up
        todo!("wait unless it is set")
    }
}

// You: give `Pass` a `Drop`: who was let through and leaves has not used it
