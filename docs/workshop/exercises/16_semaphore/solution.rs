//! A semaphore on greenlight's own wait list: so many permits, first come, first served.

use greenlight::waiters::{WaitList, Waiter};
use std::cell::Cell;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Gives out so many permits. Who comes when none is free waits for one.
pub struct Semaphore {
    /// The permits that nobody has and nobody was granted.
    free: Cell<usize>,
    /// Who waits for a permit. While somebody does, none is free.
    waiters: WaitList,
}

/// Waits for a permit: what [`Semaphore::acquire`] returns.
#[must_use = "futures do nothing unless awaited"]
pub struct Acquire<'a> {
    semaphore: &'a Semaphore,
    waiter: Waiter,
}

/// A permit that somebody has. To drop it is to give it back.
#[must_use = "the permit is given back at once if this is not kept"]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
}

impl Semaphore {
    /// A semaphore with so many permits. The reports of greenlight call it "my semaphore", and know the line that made it.
    #[track_caller]
    pub fn new(permits: usize) -> Self {
        Semaphore { free: Cell::new(permits), waiters: WaitList::new("my semaphore") }
    }

    /// Waits for a permit. The reports know the line that waits.
    #[track_caller]
    pub fn acquire(&self) -> Acquire<'_> {
        Acquire { semaphore: self, waiter: Waiter::new(Location::caller()) }
    }

    /// How many permits are free.
    pub fn free(&self) -> usize {
        self.free.get()
    }

    /// How many wait. Those who were granted a permit are not among them.
    pub fn waiting(&self) -> usize {
        self.waiters.len()
    }

    /// A permit comes back.
    fn give_back(&self) {
        // you: grant the permit to the first who waits; if nobody does, it is free
        match self.waiters.grant_first() {
            Some(grant) => grant.wake(),
            None => self.free.set(self.free.get() + 1),
        }
        // end
    }
}

impl<'a> Future for Acquire<'a> {
    type Output = Permit<'a>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Permit<'a>> {
        let Acquire { semaphore, waiter } = &mut *self;
        // you: wait if no permit is free; who has waited was granted one, and who has not takes one
        let has_waited = waiter.has_joined();
        ready!(waiter.wait(cx, &semaphore.waiters, || semaphore.free.get() == 0));
        if !has_waited {
            semaphore.free.set(semaphore.free.get() - 1);
        }
        Poll::Ready(Permit { semaphore })
        // else: todo!("wait if no permit is free, and return a Permit")
        // end
    }
}

// you: give `Acquire` a `Drop`: what if it was granted a permit, and leaves before it was polled again?
impl Drop for Acquire<'_> {
    fn drop(&mut self) {
        if self.waiter.leave() {
            self.semaphore.give_back();
        }
    }
}
// end

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.semaphore.give_back();
    }
}
