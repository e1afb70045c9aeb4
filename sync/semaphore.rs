//! `Semaphore`: so many permits, in the order of asking.

use super::grant_list::{Got, GrantList};
use crate::runtime::{ObjectState, Waiter, begin_hold, both, end_hold, unname_hold};
use crate::trace::Kind;
use std::cell::Cell;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Gives out a number of permits, and lets those wait who ask for more than are left. In asyncio: `Semaphore`, or
/// `BoundedSemaphore` for one that is [`bounded`](Semaphore::bounded).
///
/// Permits are handed out first in, first out: nobody overtakes, also not one who asks for fewer.
///
/// ```
/// use greenlight::sync::Semaphore;
///
/// greenlight::run(async {
///     let desks = Semaphore::new(3).named("desks");
///     let taken = (desks.acquire().await, desks.acquire_many(2).await);
///     assert!(desks.try_acquire().is_none() && desks.is_locked());
///     drop(taken);
///     assert_eq!(desks.available(), 3);
///
///     let keys = Semaphore::bounded(1);
///     keys.acquire().await.forget(); // lost
///     assert_eq!(keys.available(), 0);
///     assert!(keys.release(1).is_ok()); // and replaced
///     assert!(keys.release(1).is_err()); // there is one, and never more
/// });
/// ```
pub struct Semaphore {
    /// The permits that nobody has and nobody was granted.
    free: Cell<usize>,
    /// How many permits were granted to a waiter or are out as a [`Permit`]: they come back by themselves.
    out: Cell<usize>,
    /// How many permits there may be.
    bound: usize,
    /// Set once somebody has had to wait for no permits at all, who gets them when none is free, too.
    gives_none: Cell<bool>,
    /// Who waits for permits.
    list: GrantList,
}

impl Semaphore {
    /// A semaphore with so many permits, to which [`release`](Semaphore::release) may add any number that a `usize` can
    /// count.
    #[track_caller]
    pub const fn new(permits: usize) -> Self {
        Semaphore::with(permits, usize::MAX)
    }

    /// A semaphore that never has more permits than these: to release too often is an error.
    #[track_caller]
    pub const fn bounded(permits: usize) -> Self {
        Semaphore::with(permits, permits)
    }

    #[track_caller]
    const fn with(permits: usize, bound: usize) -> Self {
        Semaphore {
            free: Cell::new(permits),
            out: Cell::new(0),
            bound,
            gives_none: Cell::new(false),
            list: GrantList::new("semaphore", ObjectState::Permits { made_with: permits, forgotten: 0 }),
        }
    }

    /// Names the semaphore in reports and traces.
    #[must_use]
    pub fn named(self, name: impl Into<Arc<str>>) -> Self {
        self.list.waiters.set_name(name.into());
        self
    }

    /// Waits for a permit; does not suspend if one is free and nobody waits.
    ///
    /// # Panics
    /// When the semaphore is bounded by 0.
    ///
    /// # Cancel safety
    /// A dropped wait leaves the wait list. If a permit was granted to it already, the next who waits gets it.
    #[track_caller]
    pub fn acquire(&self) -> SemaphoreWait<'_> {
        self.acquire_many(1)
    }

    /// Waits for several permits at once. Who comes later waits behind, even for a single one. Who asks for none waits
    /// behind the others like anybody.
    ///
    /// One who asks an unbounded semaphore for more than there are waits until [`release`](Semaphore::release) has
    /// added what is missing.
    ///
    /// # Panics
    /// When the semaphore is bounded, and by fewer permits; when it is polled, and has to wait for more than
    /// 4,294,967,295.
    ///
    /// # Cancel safety
    /// As of [`acquire`](Semaphore::acquire).
    #[track_caller]
    pub fn acquire_many(&self, permits: usize) -> SemaphoreWait<'_> {
        self.check(permits);
        self.acquire_at(permits, Location::caller())
    }

    pub(super) fn acquire_at(&self, permits: usize, at: &'static Location<'static>) -> SemaphoreWait<'_> {
        SemaphoreWait { semaphore: self, permits, waiter: Waiter::new(at) }
    }

    /// Takes a permit if [`acquire`](Semaphore::acquire) would not wait.
    ///
    /// # Panics
    /// When the semaphore is bounded by 0.
    #[track_caller]
    pub fn try_acquire(&self) -> Option<Permit<'_>> {
        self.check(1);
        // Not inside the closure, which has a line of its own.
        let at = Location::caller();
        self.may_take(1).then(|| self.take(1, at)).or_else(|| self.list.waiters.refuse(at))
    }

    /// Adds permits, for ever or in place of those that [`forget`](Permit::forget) kept. What `release` is in asyncio,
    /// dropping a [`Permit`] is here: this adds permits beside those.
    ///
    /// # Errors
    /// When there would be more permits than the semaphore may have, with those that are out. Nothing is added then.
    #[track_caller]
    pub fn release(&self, permits: usize) -> Result<(), ReleasedTooOften> {
        let room = self.bound.saturating_sub(self.free.get()).saturating_sub(self.out.get());
        if permits > room {
            return Err(ReleasedTooOften { bound: self.bound, semaphore: self.list.waiters.to_string() });
        }
        self.free.set(self.free.get() + permits);
        self.count_forgotten(|forgotten| forgotten.saturating_sub(permits));
        self.list.waiters.emit(Location::caller(), || Kind::PermitsReleased { permits });
        self.hand_out(permits);
        Ok(())
    }

    /// How many permits are free. Those that were granted to a waiter are not. While anybody waits, or was granted a
    /// permit and has not run since, who comes now does not get them: see [`is_locked`](Semaphore::is_locked).
    pub fn available(&self) -> usize {
        self.free.get()
    }

    /// Whether one who comes now has to wait: no permit is free, somebody waits, or was granted a permit and has not
    /// run since. In asyncio: `locked`.
    pub fn is_locked(&self) -> bool {
        !self.may_take(1)
    }

    #[track_caller]
    pub(super) fn check(&self, permits: usize) {
        let (bound, asked) = (self.bound, &self.list.waiters);
        assert!(
            permits <= bound,
            "{permits} permits were asked of {asked}, which never has more than {bound}; ask for fewer"
        );
    }

    /// Whether one who comes now gets the permits at once.
    #[inline]
    fn may_take(&self, permits: usize) -> bool {
        self.free.get() >= permits && self.list.is_clear()
    }

    #[inline]
    fn take(&self, permits: usize, at: &'static Location<'static>) -> Permit<'_> {
        self.give_out(permits);
        Permit { semaphore: self, taken: self.taken(permits, at) }
    }

    /// The one who runs takes permits that were given out.
    #[inline]
    fn taken(&self, permits: usize, at: &'static Location<'static>) -> Taken {
        let hold = begin_hold(&self.list.waiters, permits, at);
        self.list.waiters.emit(at, || Kind::PermitsTaken { permits });
        Taken { permits, at, hold }
    }

    fn give_out(&self, permits: usize) {
        self.free.set(self.free.get() - permits);
        self.out.set(self.out.get() + permits);
    }

    /// Lets the reports know how many permits were forgotten and not released.
    fn count_forgotten(&self, count: impl FnOnce(usize) -> usize) {
        if let ObjectState::Permits { made_with, forgotten } = self.list.waiters.about().state.get() {
            self.list.waiters.about().state.set(ObjectState::Permits { made_with, forgotten: count(forgotten) });
        }
    }

    fn take_back(&self, permits: usize) {
        self.out.set(self.out.get() - permits);
        self.free.set(self.free.get() + permits);
    }

    /// Grants the free permits to the first in the list who are not dying, as long as they suffice, but to so many
    /// waiters at most: one for each permit released, as in asyncio. What that leaves free, those who were granted hand
    /// out when they run.
    #[inline]
    fn hand_out(&self, at_most: usize) {
        if (self.free.get() > 0 || self.gives_none.get()) && !self.list.waiters.is_empty() {
            self.grant(at_most);
        }
    }

    fn grant(&self, mut at_most: usize) {
        self.list.grant_while(|asked| {
            let grants = at_most > 0 && asked <= self.free.get();
            if grants {
                at_most -= 1;
                self.give_out(asked);
            }
            grants
        });
    }
}

impl fmt::Debug for Semaphore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Semaphore")
            .field("name", &self.list.waiters.name())
            .field("available", &self.available())
            .field("waiters", &self.list.waiters.len())
            .finish()
    }
}

/// Waits for permits: what [`Semaphore::acquire`] returns.
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct SemaphoreWait<'a> {
    semaphore: &'a Semaphore,
    permits: usize,
    waiter: Waiter,
}

impl<'a> Future for SemaphoreWait<'a> {
    type Output = Permit<'a>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // Apart from the rest, which is larger.
        if !self.waiter.has_joined() && self.semaphore.may_take(self.permits) {
            return Poll::Ready(self.semaphore.take(self.permits, self.waiter.at));
        }
        self.poll_in_list(cx)
    }
}

impl<'a> SemaphoreWait<'a> {
    fn poll_in_list(&mut self, cx: &Context<'_>) -> Poll<Permit<'a>> {
        let (semaphore, SemaphoreWait { permits, waiter, .. }) = (self.semaphore, self);
        let was_waiting = waiter.has_joined();
        match semaphore.list.wait(waiter, cx, *permits, || !semaphore.may_take(*permits)) {
            Poll::Ready(Got::AtOnce) => Poll::Ready(semaphore.take(*permits, waiter.at)),
            Poll::Ready(Got::Granted) => {
                let taken = semaphore.taken(*permits, waiter.at);
                if let Err(panic) = catch_unwind(AssertUnwindSafe(|| semaphore.hand_out(usize::MAX))) {
                    // One who cannot wake the next gives its permits back.
                    both(|| resume_unwind(panic), move || taken.give_back(semaphore));
                }
                Poll::Ready(Permit { semaphore, taken })
            }
            Poll::Pending => {
                if *permits == 0 {
                    semaphore.gives_none.set(true);
                }
                // Its task may have been dying when permits were given out, and another polls it now.
                if was_waiting && semaphore.list.granted() == 0 {
                    semaphore.hand_out(usize::MAX);
                }
                Poll::Pending
            }
        }
    }

    fn leave(&mut self) {
        let SemaphoreWait { semaphore, permits, waiter } = self;
        let leave = || {
            if semaphore.list.leave(waiter) {
                semaphore.take_back(*permits);
            }
        };
        both(leave, || semaphore.hand_out(usize::MAX));
    }
}

/// A waiter that was granted permits and is dropped before it ran gives them back. Granted or not, it hands out what is
/// free, as in asyncio: it may have held up those behind it.
impl Drop for SemaphoreWait<'_> {
    #[inline]
    fn drop(&mut self) {
        if self.waiter.has_joined() {
            self.leave();
        }
    }
}

/// Permits that somebody holds. Dropping it releases them.
#[must_use = "the permits are released at once if this is not kept"]
pub struct Permit<'a> {
    semaphore: &'a Semaphore,
    pub(super) taken: Taken,
}

/// Permits that were taken: it belongs to whoever keeps the semaphore beside it, and gives them back there.
#[derive(Clone, Copy)]
pub(super) struct Taken {
    pub(super) permits: usize,
    /// The line that took them.
    pub(super) at: &'static Location<'static>,
    /// What the reports know it by.
    hold: usize,
}

impl Taken {
    /// They move into a task that nobody knows.
    pub(super) fn unname(self) -> Self {
        unname_hold(self.hold);
        self
    }

    /// They come back by themselves no more.
    pub(super) fn forget(self, semaphore: &Semaphore) {
        semaphore.out.set(semaphore.out.get() - self.permits);
        semaphore.count_forgotten(|forgotten| forgotten.saturating_add(self.permits));
        end_hold(self.hold);
    }

    pub(super) fn fmt(self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(name).field("permits", &self.permits).field("taken_at", &self.at).finish_non_exhaustive()
    }

    #[inline]
    pub(super) fn give_back(&self, semaphore: &Semaphore) {
        let Taken { permits, at, hold } = self;
        end_hold(*hold);
        semaphore.take_back(*permits);
        semaphore.list.waiters.emit(at, || Kind::PermitsReleased { permits: *permits });
        semaphore.hand_out(*permits);
    }
}

impl Permit<'_> {
    /// Keeps the permits from ever being released by this: whoever ends this use calls [`Semaphore::release`].
    ///
    /// ```
    /// let keys = greenlight::sync::Semaphore::new(2);
    /// keys.try_acquire().expect("there are two").forget();
    /// assert_eq!(keys.available(), 1);
    /// ```
    pub fn forget(self) {
        self.taken.forget(self.semaphore);
        std::mem::forget(self);
    }
}

impl Drop for Permit<'_> {
    #[inline]
    fn drop(&mut self) {
        self.taken.give_back(self.semaphore);
    }
}

impl fmt::Debug for Permit<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.taken.fmt("Permit", f)
    }
}

/// A bounded semaphore was given more permits than it may have. In asyncio: a `ValueError`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleasedTooOften {
    bound: usize,
    /// Names the semaphore.
    semaphore: String,
}

impl fmt::Display for ReleasedTooOften {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} would have more than its {} permits: dropping a Permit releases it; call release() only for permits \
             that were forgotten with Permit::forget()",
            self.semaphore, self.bound
        )
    }
}

impl Error for ReleasedTooOften {}
