//! `Condition`: a lock, and waiting for a word from whoever changes what it guards.

use super::lock::{Lock, LockGuard, LockWait};
use super::notifies::Notifies;
use crate::runtime::{ObjectState, WaitList, both};
use crate::trace::Kind;
use crate::{Instant, Sleep, sleep_until};
use std::future::{Future, poll_fn};
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

/// Lets tasks that hold a lock wait until another one says that something has changed. In asyncio: `Condition`.
///
/// The guard proves that the lock is held: to wait or to notify without it cannot be written. A notified task queues
/// for the lock again, at the back. A notify that nobody waits for is lost, so wait for a predicate, with
/// [`wait_for`](Condition::wait_for), unless every notify is sure to find its waiter.
///
/// ```
/// use greenlight::sync::Condition;
/// use std::rc::Rc;
///
/// greenlight::run(async {
///     let stock = Rc::new(Condition::new(0).named("stock"));
///     let buys = stock.clone();
///     let buyer = greenlight::spawn(async move {
///         let guard = buys.lock().await;
///         *buys.wait_for(guard, |count| *count >= 2).await -= 2;
///     });
///     for _ in 0..2 {
///         let mut guard = stock.lock().await;
///         *guard += 1;
///         stock.notify_one(&guard);
///     }
///     buyer.await.unwrap();
///     assert_eq!(*stock.lock().await, 0);
/// });
/// ```
///
/// A notify tells those who wait just then. They have let go of the lock, and queue for it once they are told:
///
/// ```
/// use greenlight::{gather_tasks, now, spawn, sync::{Condition, Woke}, yield_now};
/// use std::{rc::Rc, time::Duration};
///
/// greenlight::Runtime::builder().virtual_clock().build().run(async {
///     let desk = Rc::new(Condition::new(Vec::new()));
///     let guest = |name: u32| {
///         let desk = desk.clone();
///         spawn(async move { desk.wait(desk.lock().await).await.push(name) })
///     };
///     let guests = [1, 2, 3].map(guest);
///     yield_now().await;
///     let guard = desk.try_lock().expect("who waits does not hold the lock");
///     let woken = [desk.notify(&guard, 2), desk.notify_all(&guard), desk.notify_one(&guard)];
///     assert_eq!(woken, [2, 1, 0]);
///     assert!(desk.is_locked() && guard.is_empty());
///     drop(guard);
///     gather_tasks(guests).await;
///     let closing = now() + Duration::from_secs(60);
///     let (guard, woke) = desk.wait_until(desk.lock().await, closing).await;
///     assert_eq!((guard.as_slice(), woke), (&[1, 2, 3][..], Woke::TimedOut));
/// });
/// ```
///
/// Neither a wait nor a notify compiles without the guard:
///
/// ```compile_fail,E0061
/// # async fn f(stock: greenlight::sync::Condition) {
/// stock.wait().await;
/// # }
/// ```
///
/// ```compile_fail,E0061
/// # async fn f(stock: greenlight::sync::Condition) {
/// stock.notify_one();
/// # }
/// ```
///
/// One who waits has given the guard away, and changes nothing until the wait hands it back:
///
/// ```compile_fail,E0382
/// # async fn f(stock: greenlight::sync::Condition<u32>) {
/// let mut guard = stock.lock().await;
/// let wait = stock.wait(guard);
/// *guard += 1;
/// wait.await;
/// # }
/// ```
pub struct Condition<T = ()> {
    lock: Owned<T>,
    pub(super) waiters: WaitList,
    notifies: Notifies,
}

/// The lock of a condition.
enum Owned<T> {
    Alone(Lock<T>),
    Shared(Rc<Lock<T>>),
}

/// How a wait with a deadline ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Woke {
    /// A notify came, at the deadline at the latest.
    Notified,
    /// The deadline passed first.
    TimedOut,
}

impl<T> Condition<T> {
    /// A condition with a lock of its own.
    #[track_caller]
    pub const fn new(value: T) -> Self {
        let waiters = WaitList::of_state("condition", ObjectState::UNNOTIFIED);
        Condition { lock: Owned::Alone(Lock::new(value)), waiters, notifies: Notifies::new() }
    }

    /// A condition that shares its lock with others, which tell of other things. In asyncio: `Condition(lock)`.
    ///
    /// ```
    /// use greenlight::sync::{Condition, Lock};
    ///
    /// greenlight::run(async {
    ///     let shelf = std::rc::Rc::new(Lock::new(None));
    ///     let (filled, emptied) = (Condition::sharing(&shelf), Condition::sharing(&shelf));
    ///     let baker = async {
    ///         for loaf in ["rye", "spelt"] {
    ///             let mut free = emptied.wait_for(shelf.lock().await, |it| it.is_none()).await;
    ///             *free = Some(loaf);
    ///             filled.notify_one(&free);
    ///         }
    ///     };
    ///     let buyer = async {
    ///         for loaf in ["rye", "spelt"] {
    ///             let mut full = filled.wait_for(shelf.lock().await, |it| it.is_some()).await;
    ///             assert_eq!(full.take(), Some(loaf));
    ///             emptied.notify_one(&full);
    ///         }
    ///     };
    ///     futures::join!(baker, buyer);
    /// });
    /// ```
    #[track_caller]
    pub fn sharing(lock: &Rc<Lock<T>>) -> Self {
        let lock = Owned::Shared(lock.clone());
        Condition { lock, waiters: WaitList::of_state("condition", ObjectState::UNNOTIFIED), notifies: Notifies::new() }
    }

    /// Names the condition in reports and traces, and its lock if that is its own.
    #[must_use]
    pub fn named(self, name: impl Into<Arc<str>>) -> Self {
        let name = name.into();
        if let Owned::Alone(lock) = &self.lock {
            lock.waiters.set_name(name.clone());
        }
        self.waiters.set_name(name);
        self
    }

    /// Waits for the lock; see [`Lock::lock`].
    ///
    /// # Cancel safety
    /// As of [`Lock::lock`]: a dropped wait leaves the wait list, and passes the lock on if it was granted to it.
    #[track_caller]
    pub fn lock(&self) -> LockWait<'_, T> {
        self.own_lock().lock_at(Location::caller())
    }

    /// Takes the lock if [`lock`](Condition::lock) would not wait.
    #[track_caller]
    pub fn try_lock(&self) -> Option<LockGuard<'_, T>> {
        self.own_lock().try_lock()
    }

    /// Whether somebody holds the lock. In asyncio: `locked`.
    pub fn is_locked(&self) -> bool {
        self.own_lock().is_locked()
    }

    /// Lets go of the lock, waits for a notify, and takes the lock again.
    ///
    /// # Panics
    /// When the guard is of another lock.
    ///
    /// # Cancel safety
    /// A dropped wait does not hold the lock. If it was notified, it passes the notify on, also while it queues for the
    /// lock again; if not, or if [`notify_all`](Condition::notify_all) told everybody, nobody is woken for it.
    #[track_caller]
    pub fn wait<'c, 'g>(&'c self, guard: LockGuard<'g, T>) -> ConditionWait<'c, 'g, T> {
        self.wait_at(guard, Location::caller())
    }

    /// Waits until the value satisfies a predicate, which is asked at once and then after every notify, always with the
    /// lock held.
    ///
    /// # Panics
    /// When the guard is of another lock. A predicate that panics releases the lock.
    ///
    /// # Cancel safety
    /// As of [`wait`](Condition::wait).
    #[track_caller]
    pub fn wait_for<'g>(
        &self,
        mut guard: LockGuard<'g, T>,
        mut ready: impl FnMut(&mut T) -> bool,
    ) -> impl Future<Output = LockGuard<'g, T>> {
        let at = Location::caller();
        self.check(&guard);
        async move {
            let mut notified = 0;
            loop {
                let holds = ready(&mut guard);
                self.waiters.emit(at, || Kind::PredicateAsked { holds, notified });
                if holds {
                    // Before the guard is returned: if that panics, the lock would stay locked then.
                    drop(ready);
                    return guard;
                }
                self.waiters.about().state.update(|state| state.asked_in_vain(at, notified));
                guard = self.wait_at(guard, at).await;
                notified += 1;
            }
        }
    }

    /// Waits for a notify, but not beyond a deadline, and takes the lock again, however long that takes. There is no
    /// deadline later than `now() + Duration::MAX`, the end of time.
    ///
    /// # Panics
    /// When the guard is of another lock; when it is polled outside a runtime.
    ///
    /// # Cancel safety
    /// As of [`wait`](Condition::wait).
    #[track_caller]
    pub fn wait_until<'g>(
        &self,
        guard: LockGuard<'g, T>,
        deadline: Instant,
    ) -> impl Future<Output = (LockGuard<'g, T>, Woke)> {
        let (mut wait, mut deadline) = (self.wait_at(guard, Location::caller()), Some(sleep_until(deadline)));
        async move { (poll_fn(|cx| wait.poll_until(cx, &mut deadline)).await, wait.woke.expect("it waits no more")) }
    }

    /// Wakes up to `n` waiters, first in, first out, and returns how many they are. They queue for the lock once it is
    /// released; those whose tasks are cancelled are passed over.
    ///
    /// # Panics
    /// When the guard is of another lock.
    #[track_caller]
    pub fn notify(&self, guard: &LockGuard<'_, T>, n: usize) -> usize {
        self.check(guard);
        let at = Location::caller();
        self.waiters.emit(at, || Kind::Notified { asked: n, reached: self.waiters.living(n) });
        let woken = self.tell(n);
        if n > 0 {
            self.waiters.about().state.set(ObjectState::notified(at, woken + self.waiters.len(), woken));
        }
        woken
    }

    /// Wakes one waiter: [`notify`](Condition::notify) of 1.
    #[track_caller]
    pub fn notify_one(&self, guard: &LockGuard<'_, T>) -> usize {
        self.notify(guard, 1)
    }

    /// Wakes everybody who waits: [`notify`](Condition::notify) of all.
    #[track_caller]
    pub fn notify_all(&self, guard: &LockGuard<'_, T>) -> usize {
        self.notify(guard, usize::MAX)
    }

    fn tell(&self, n: usize) -> usize {
        let mut left = n;
        let woken = self.waiters.grant_while(|_| left.checked_sub(1).map(|less| left = less).is_some());
        self.notifies.add(n, woken, &self.waiters);
        woken
    }

    #[track_caller]
    fn wait_at<'c, 'g>(&'c self, guard: LockGuard<'g, T>, at: &'static Location<'static>) -> ConditionWait<'c, 'g, T> {
        self.check(&guard);
        let relock = guard.release.lock.lock_at(at);
        ConditionWait { condition: self, guard: Some(guard), woke: None, is_over: false, since: 0, relock }
    }

    pub(super) fn own_lock(&self) -> &Lock<T> {
        match &self.lock {
            Owned::Alone(lock) => lock,
            Owned::Shared(lock) => lock,
        }
    }

    #[track_caller]
    fn check(&self, guard: &LockGuard<'_, T>) {
        let (own, given) = (self.own_lock(), guard.release.lock);
        assert!(
            std::ptr::eq(own, given),
            "{} was given a guard of {given}, but it goes with {own}; take the guard from Condition::lock",
            self.waiters
        );
    }
}

/// Waits for a notify: what [`Condition::wait`] returns.
#[must_use = "futures do nothing unless awaited"]
pub struct ConditionWait<'c, 'g, T> {
    pub(super) condition: &'c Condition<T>,
    /// None once it was polled.
    guard: Option<LockGuard<'g, T>>,
    /// Why it waits no more. None while it is in the wait list of the condition, or about to join it.
    woke: Option<Woke>,
    /// It has the lock again, and has yielded the guard.
    is_over: bool,
    /// How many notifies there had been when it began to wait.
    since: u64,
    /// Takes the lock again. Its waiter is in the wait list of the condition before.
    relock: LockWait<'g, T>,
}

impl<'g, T> ConditionWait<'_, 'g, T> {
    fn poll_until(&mut self, cx: &mut Context<'_>, deadline: &mut Option<Sleep>) -> Poll<LockGuard<'g, T>> {
        let ConditionWait { condition: Condition { waiters, notifies, .. }, guard, woke, is_over, since, relock } =
            self;
        if guard.is_some() {
            // It lets go of the lock only then: no notify can come between.
            let _ = relock.waiter.join_if(cx, waiters, || true);
            *since = notifies.count.get();
            *guard = None;
            if deadline.is_none() {
                return Poll::Pending;
            }
        }
        if woke.is_none() {
            let notified = relock.waiter.poll(cx).is_ready() || notifies.takes_missed(*since) || {
                let Some(deadline) = deadline else { return Poll::Pending };
                ready!(Pin::new(deadline).poll(cx));
                // The clone of a foreign waker may have notified it, after it looked and before it left.
                relock.waiter.is_granted()
            };
            *woke = Some(if notified { Woke::Notified } else { Woke::TimedOut });
            // Its time is over, and must not wake the task while that queues for the lock.
            *deadline = None;
            relock.waiter.leave();
        }
        assert!(
            !*is_over,
            "the Condition::wait() at {} was polled after it was ready; to wait again, call it with the guard that it yielded",
            relock.waiter.at
        );
        let relocked = Pin::new(relock).poll(cx);
        *is_over = relocked.is_ready();
        relocked
    }
}

impl<'g, T> Future for ConditionWait<'_, 'g, T> {
    type Output = LockGuard<'g, T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.poll_until(cx, &mut None)
    }
}

/// A waiter that was notified and is dropped before it has the lock again passes the notify on, unless everybody who
/// waited with it was told, too: who came later has seen what there was to tell.
impl<T> Drop for ConditionWait<'_, '_, T> {
    fn drop(&mut self) {
        let notified = self.woke.map_or_else(|| self.relock.waiter.is_granted(), |woke| woke == Woke::Notified);
        if notified && !self.is_over && self.condition.notifies.all.get() <= self.since {
            let unpolled = self.relock.lock.lock_at(self.relock.waiter.at);
            let relock = std::mem::replace(&mut self.relock, unpolled);
            // Also if a foreign waker, whom the lock goes to, panics.
            both(|| drop(relock), || _ = self.condition.tell(1));
        }
    }
}

impl<T: Default> Default for Condition<T> {
    #[track_caller]
    fn default() -> Self {
        Condition::new(T::default())
    }
}
