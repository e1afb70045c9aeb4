//! `Lock`: one task at a time, in the order of asking.

use crate::runtime::{Holder, ObjectState, WaitList, Waiter};
use crate::trace::Kind;
use std::cell::{Cell, RefCell, RefMut};
use std::future::Future;
use std::ops::{Deref, DerefMut};
use std::panic::Location;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

/// Holds a value that one task at a time may use, across awaits. In asyncio: `Lock`.
///
/// It is handed over first in, first out: nobody overtakes. The guard is the proof of holding it, so a release without
/// an acquire cannot be written. A panic while it is held releases it: there is no poisoning.
///
/// ```
/// use greenlight::sync::Lock;
///
/// greenlight::run(async {
///     let account = Lock::new(100).named("account");
///     *account.lock().await -= 30;
///     let guard = account.try_lock().expect("nobody holds it");
///     assert!(account.is_locked() && account.try_lock().is_none());
///     drop(guard);
///     assert_eq!(account.into_inner(), 70);
/// });
/// ```
///
/// Nobody releases what is not theirs: the guard is the only way, and it is gone after that.
///
/// ```compile_fail,E0382
/// # async fn f(account: greenlight::sync::Lock<u32>) {
/// let guard = account.lock().await;
/// drop(guard);
/// drop(guard);
/// # }
/// ```
///
/// A lock and its guard stay on their thread:
///
/// ```compile_fail,E0277
/// let account = greenlight::sync::Lock::new(100);
/// std::thread::spawn(move || account.is_locked());
/// ```
///
/// ```compile_fail,E0277
/// static ACCOUNT: greenlight::sync::Lock<u32> = greenlight::sync::Lock::new(100);
/// ```
///
/// ```compile_fail,E0277
/// # async fn f(account: greenlight::sync::Lock<u32>) {
/// let guard = account.lock().await;
/// std::thread::scope(|threads| {
///     threads.spawn(|| drop(guard));
/// });
/// # }
/// ```
pub struct Lock<T = ()> {
    state: Cell<LockState>,
    pub(super) waiters: WaitList,
    /// None while an owned guard has it.
    pub(super) value: RefCell<Option<T>>,
}

#[derive(Clone, Copy)]
enum LockState {
    /// --> Held. Nobody waits.
    Free,
    /// --> Free, Promised.
    Held,
    /// The first who waits was granted the lock and has not run since. --> Held; Free or Promised to the next if the
    /// waiter is dropped.
    Promised {
        to: u32,
        /// The waiter was cancelled before it was granted: it will be dropped, and pass the lock on.
        dying: bool,
    },
}

impl<T> Lock<T> {
    /// A lock that nobody holds.
    #[track_caller]
    pub const fn new(value: T) -> Self {
        let waiters = WaitList::of_state("lock", ObjectState::Thing);
        Lock { state: Cell::new(LockState::Free), waiters, value: RefCell::new(Some(value)) }
    }

    /// Names the lock in reports and traces.
    #[must_use]
    pub fn named(self, name: impl Into<Arc<str>>) -> Self {
        self.waiters.set_name(name.into());
        self
    }

    /// Waits until the lock is free and takes it; does not suspend if it is free now. In asyncio: `acquire`.
    ///
    /// A task that asks for a lock that it holds waits for itself: the stall report says so.
    ///
    /// # Cancel safety
    /// A dropped wait leaves the wait list. If the lock was granted to it already, the next who waits gets it.
    #[track_caller]
    pub fn lock(&self) -> LockWait<'_, T> {
        self.lock_at(Location::caller())
    }

    pub(super) fn lock_at(&self, at: &'static Location<'static>) -> LockWait<'_, T> {
        LockWait { lock: self, waiter: Waiter::new(at) }
    }

    /// Takes the lock if [`lock`](Lock::lock) would not wait; none otherwise.
    #[track_caller]
    pub fn try_lock(&self) -> Option<LockGuard<'_, T>> {
        // Not inside the closure, which has a line of its own.
        let at = Location::caller();
        self.may_take().then(|| self.take(at)).or_else(|| self.waiters.refuse(at))
    }

    /// Whether somebody holds it. In asyncio: `locked`.
    pub fn is_locked(&self) -> bool {
        matches!(self.state.get(), LockState::Held)
    }

    /// The value, for the one who owns the lock.
    pub fn into_inner(self) -> T {
        self.value.into_inner().expect(HAS_VALUE)
    }

    /// Whether one who comes now gets the lock at once. A waiter counts as gone if it was dying when it was granted,
    /// and so does everybody behind it who is dying: asyncio skips the cancelled in the same way.
    fn may_take(&self) -> bool {
        match self.state.get() {
            LockState::Free => true,
            LockState::Held => false,
            LockState::Promised { dying, .. } => dying && self.waiters.all_dying(),
        }
    }

    fn take(&self, at: &'static Location<'static>) -> LockGuard<'_, T> {
        self.state.set(LockState::Held);
        self.waiters.about().holder.set(Some(Holder::here(at)));
        self.waiters.emit(at, || Kind::LockTaken);
        let value = RefMut::map(self.value.borrow_mut(), |value| value.as_mut().expect(HAS_VALUE));
        LockGuard { value, release: Release { lock: self, at } }
    }

    /// Whoever has taken it at that line has it no more.
    #[inline]
    pub(super) fn release(&self, at: &'static Location<'static>) {
        self.waiters.emit(at, || Kind::LockReleased);
        self.hand_on();
    }

    /// Lets go of the lock, and promises it to the first who waits, if somebody does.
    #[inline]
    fn hand_on(&self) {
        self.state.set(LockState::Free);
        self.waiters.about().holder.set(None);
        if !self.waiters.is_empty() {
            self.promise();
        }
    }

    fn promise(&self) {
        let Some(grant) = self.waiters.grant_first() else { return };
        self.waiters.about().holder.set(Some(Holder::of(&grant)));
        self.state.set(LockState::Promised { to: grant.node, dying: grant.dying });
        grant.wake();
    }

    /// Whether the lock waits for this waiter to run.
    fn is_promised_to(&self, waiter: Option<u32>) -> bool {
        matches!(self.state.get(), LockState::Promised { to, .. } if waiter == Some(to))
    }
}

/// Waits for a [`Lock`]: what [`Lock::lock`] returns. Polled again after it was ready, it waits anew.
#[must_use = "futures do nothing unless awaited"]
pub struct LockWait<'a, T> {
    pub(super) lock: &'a Lock<T>,
    pub(super) waiter: Waiter,
}

impl<'a, T> Future for LockWait<'a, T> {
    type Output = LockGuard<'a, T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let LockWait { lock, waiter } = &mut *self;
        if let Some(node) = waiter.node() {
            ready!(waiter.poll(cx));
            if lock.is_promised_to(Some(node)) {
                return Poll::Ready(lock.take(waiter.at));
            }
            // It was granted while its task was dying, somebody took the lock, and another task polls it now.
        }
        ready!(waiter.join_if(cx, &lock.waiters, || !lock.may_take()));
        Poll::Ready(lock.take(waiter.at))
    }
}

/// A waiter that was granted the lock and is dropped before it ran passes it on.
impl<T> Drop for LockWait<'_, T> {
    #[inline]
    fn drop(&mut self) {
        if self.waiter.is_granted() && self.lock.is_promised_to(self.waiter.node()) {
            self.lock.hand_on();
        }
    }
}

const HAS_VALUE: &str = "a lock that nobody holds has its value";

/// The proof that a [`Lock`] is held. Dropping it releases the lock.
#[must_use = "the lock is released at once if the guard is not kept"]
pub struct LockGuard<'a, T> {
    // The order of the fields is the order of letting go: first the value, then the lock.
    pub(super) value: RefMut<'a, T>,
    pub(super) release: Release<'a, T>,
}

pub(super) struct Release<'a, T> {
    pub(super) lock: &'a Lock<T>,
    /// The line that took the lock.
    pub(super) at: &'static Location<'static>,
}

impl<T> Drop for Release<'_, T> {
    #[inline]
    fn drop(&mut self) {
        self.lock.release(self.at);
    }
}

impl<T> Deref for LockGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for LockGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

impl<T: Default> Default for Lock<T> {
    #[track_caller]
    fn default() -> Self {
        Lock::new(T::default())
    }
}
