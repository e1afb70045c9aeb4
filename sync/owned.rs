//! Permits and guards that own their semaphore or lock through an `Rc`, and so move into a task.

use super::lock::{Lock, LockGuard};
use super::semaphore::{Permit, Semaphore, Taken};
use crate::TaskId;
use crate::runtime::Holder;
use std::fmt;
use std::future::Future;
use std::mem::forget;
use std::ops::{Deref, DerefMut};
use std::panic::Location;
use std::rc::Rc;

impl Semaphore {
    /// As [`acquire`](Semaphore::acquire), for a permit that moves into a task: taken where the tasks are spawned, and
    /// given back by the one that has it, however that ends. Reports name the line that took it, and no task.
    ///
    /// # Panics
    /// When the semaphore is bounded by 0.
    ///
    /// # Cancel safety
    /// As of [`acquire`](Semaphore::acquire).
    ///
    /// ```
    /// use greenlight::{TaskGroup, now, sleep, sync::Semaphore};
    /// use std::{rc::Rc, time::Duration};
    ///
    /// greenlight::Runtime::builder().virtual_clock().build().run(async {
    ///     let (desks, mut group) = (Rc::new(Semaphore::new(2)), TaskGroup::infallible());
    ///     for _ in 0..6 {
    ///         let desk = desks.acquire_owned().await; // no third task before one of two has ended
    ///         group.spawn(async move {
    ///             sleep(Duration::from_secs(1)).await;
    ///             drop(desk);
    ///         });
    ///     }
    ///     group.join().await.unwrap();
    ///     assert_eq!((now().since_start().as_secs(), desks.available()), (3, 2));
    /// });
    /// ```
    #[track_caller]
    pub fn acquire_owned(self: &Rc<Self>) -> impl Future<Output = OwnedPermit> + use<> {
        self.acquire_many_owned(1)
    }

    /// As [`acquire_many`](Semaphore::acquire_many), for permits that move into a task.
    ///
    /// # Panics
    /// As of [`acquire_many`](Semaphore::acquire_many).
    ///
    /// # Cancel safety
    /// As of [`acquire`](Semaphore::acquire).
    #[track_caller]
    pub fn acquire_many_owned(self: &Rc<Self>, permits: usize) -> impl Future<Output = OwnedPermit> + use<> {
        self.check(permits);
        let (semaphore, at) = (self.clone(), Location::caller());
        async move {
            let permit = semaphore.acquire_at(permits, at).await;
            OwnedPermit::of(&semaphore, permit)
        }
    }

    /// Takes a permit that moves into a task, if [`acquire_owned`](Semaphore::acquire_owned) would not wait.
    ///
    /// # Panics
    /// When the semaphore is bounded by 0.
    #[track_caller]
    pub fn try_acquire_owned(self: &Rc<Self>) -> Option<OwnedPermit> {
        // Not inside a closure, which has a line of its own.
        let permit = self.try_acquire()?;
        Some(OwnedPermit::of(self, permit))
    }
}

/// Permits that move into a task: what [`Semaphore::acquire_owned`] yields. Dropping it releases them.
///
/// ```
/// use greenlight::sync::Semaphore;
/// use std::rc::Rc;
///
/// greenlight::run(async {
///     let memory = Rc::new(Semaphore::new(4));
///     let job = memory.acquire_many_owned(3).await;
///     assert!(memory.try_acquire_owned().is_some()); // given back at once
///     let leaky = greenlight::spawn(async move { job.forget() });
///     leaky.await.unwrap();
///     assert_eq!(memory.available(), 1);
/// });
/// ```
#[must_use = "the permits are released at once if this is not kept"]
pub struct OwnedPermit {
    semaphore: Rc<Semaphore>,
    /// None once they are forgotten.
    taken: Option<Taken>,
}

impl OwnedPermit {
    fn of(semaphore: &Rc<Semaphore>, permit: Permit<'_>) -> Self {
        let taken = Some(permit.taken.unname());
        forget(permit);
        OwnedPermit { semaphore: semaphore.clone(), taken }
    }

    /// Keeps the permits from ever being released by this, as [`Permit::forget`] does.
    pub fn forget(mut self) {
        self.taken.take().into_iter().for_each(|taken| taken.forget(&self.semaphore));
    }
}

impl Drop for OwnedPermit {
    fn drop(&mut self) {
        self.taken.take().into_iter().for_each(|taken| taken.give_back(&self.semaphore));
    }
}

impl fmt::Debug for OwnedPermit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.taken.map_or(Ok(()), |taken| taken.fmt("OwnedPermit", f))
    }
}

impl<T> Lock<T> {
    /// As [`lock`](Lock::lock), for a guard that moves into a task. The value moves into the guard, and back when that
    /// is dropped: one that is large is better in a `Box`. Reports name the line that took it, and no task.
    ///
    /// # Cancel safety
    /// As of [`lock`](Lock::lock).
    ///
    /// ```
    /// use greenlight::{spawn, sync::Lock, yield_now};
    /// use std::rc::Rc;
    ///
    /// greenlight::run(async {
    ///     let account = Rc::new(Lock::new(100));
    ///     let mut guard = account.lock_owned().await;
    ///     let clerk = spawn(async move {
    ///         yield_now().await;
    ///         *guard -= 30;
    ///     });
    ///     assert_eq!(*account.lock().await, 70); // once the clerk is done
    ///     clerk.await.unwrap();
    /// });
    /// ```
    #[track_caller]
    pub fn lock_owned(self: &Rc<Self>) -> impl Future<Output = OwnedLockGuard<T>> + use<T> {
        let (lock, at) = (self.clone(), Location::caller());
        async move {
            let guard = lock.lock_at(at).await;
            OwnedLockGuard::of(&lock, guard)
        }
    }

    /// Takes the lock for a guard that moves into a task, if [`lock_owned`](Lock::lock_owned) would not wait.
    #[track_caller]
    pub fn try_lock_owned(self: &Rc<Self>) -> Option<OwnedLockGuard<T>> {
        // Not inside a closure, which has a line of its own.
        let guard = self.try_lock()?;
        Some(OwnedLockGuard::of(self, guard))
    }
}

/// The proof that a [`Lock`] is held, which moves into a task: what [`Lock::lock_owned`] yields. Dropping it releases
/// the lock.
///
/// ```
/// use greenlight::sync::Lock;
/// use std::rc::Rc;
///
/// let list = Rc::new(Lock::new(vec![1]));
/// let mut guard = list.try_lock_owned().expect("nobody holds it");
/// assert!(list.try_lock_owned().is_none());
/// guard.push(2);
/// drop(guard);
/// assert_eq!(*list.try_lock().expect("it is free again"), [1, 2]);
/// ```
#[must_use = "the lock is released at once if the guard is not kept"]
pub struct OwnedLockGuard<T> {
    lock: Rc<Lock<T>>,
    /// The value of the lock, until it goes back there.
    value: Option<T>,
    /// The line that took the lock.
    at: &'static Location<'static>,
}

const HAS_VALUE: &str = "a guard has the value until it is dropped";

impl<T> OwnedLockGuard<T> {
    fn of(lock: &Rc<Lock<T>>, guard: LockGuard<'_, T>) -> Self {
        let LockGuard { value, release } = guard;
        drop(value);
        let at = release.at;
        // It is this that releases the lock now, in whatever task it is.
        forget(release);
        let mut holder = Holder::here(at);
        holder.task = TaskId::NOBODY;
        lock.waiters.about().holder.set(Some(holder));
        OwnedLockGuard { lock: lock.clone(), value: lock.value.take(), at }
    }
}

/// First the value goes back, then the lock is free.
impl<T> Drop for OwnedLockGuard<T> {
    fn drop(&mut self) {
        self.lock.value.replace(self.value.take());
        self.lock.release(self.at);
    }
}

impl<T> Deref for OwnedLockGuard<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.value.as_ref().expect(HAS_VALUE)
    }
}

impl<T> DerefMut for OwnedLockGuard<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.value.as_mut().expect(HAS_VALUE)
    }
}

impl<T: fmt::Debug> fmt::Debug for OwnedLockGuard<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnedLockGuard").field("value", &**self).field("taken_at", &self.at).finish_non_exhaustive()
    }
}
