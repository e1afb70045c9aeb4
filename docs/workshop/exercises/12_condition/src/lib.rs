//! A condition: a lock, and waiting for a word from whoever changes what it guards.

#![allow(unused)]

use given::lock::{Guard, Lock};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// A value under a lock, and those who wait until somebody says that it has changed.
#[derive(Default)]
pub struct Condition<T> {
    lock: Lock<T>,
    /// The wait list, the first at the front. A place that was notified is in it no more.
    waiters: RefCell<VecDeque<Rc<Place>>>,
}

/// A place in the wait list. Both the list and the wait hold it.
#[derive(Default)]
struct Place {
    /// Set once this one was notified. Never cleared.
    notified: Cell<bool>,
    /// Whom to wake: the waker of the newest poll.
    waker: RefCell<Option<Waker>>,
}

impl<T> Condition<T> {
    /// A condition for which nobody waits.
    pub fn new(value: T) -> Self {
        Condition { lock: Lock::new(value), waiters: RefCell::default() }
    }

    /// Waits for the lock, and takes it.
    pub async fn lock(&self) -> Guard<'_, T> {
        self.lock.lock().await
    }

    /// Whether somebody holds the lock.
    pub fn is_locked(&self) -> bool {
        self.lock.is_locked()
    }

    /// How many wait for a notify. Who was notified and waits for the lock is not among them.
    pub fn waiting(&self) -> usize {
        self.waiters.borrow().len()
    }

    /// Notifies up to `n` who wait, first come, first notified. The guard proves that the lock is held.
    pub fn notify(&self, _guard: &Guard<'_, T>, n: usize) {
        self.wake(n);
    }

    fn wake(&self, n: usize) {
        // You: take up to n places out of the front of the list, mark them as notified, then wake them in order
        todo!("take up to n places out of the front of the list, mark them as notified, then wake them in order")
    }

    /// Lets go of the lock, waits for a notify, and takes the lock again, behind all who wait for it then.
    pub async fn wait<'a>(&'a self, guard: Guard<'a, T>) -> Guard<'a, T> {
        // You: take a place, let go of the lock, wait until notified, take the lock; then the notify is used
        todo!("take a place, let go of the lock, wait until notified, take the lock; then the notify is used")
    }

    /// Waits until the value is as it should be: asks at once, and after each notify, always with the lock held.
    pub async fn wait_for<'a>(
        &'a self,
        mut guard: Guard<'a, T>,
        mut ready: impl FnMut(&mut T) -> bool,
    ) -> Guard<'a, T> {
        // You: wait for as long as the value is not as it should be
        todo!("wait for as long as the value is not as it should be")
    }
}

/// A place in the list of a condition, from the moment it joins until its notify is used. Ready once it is notified.
struct Notified<'a, T> {
    condition: &'a Condition<T>,
    place: Rc<Place>,
    /// Set once the one who was notified has the lock again. From then on there is nothing to pass on.
    used: bool,
}

impl<'a, T> Notified<'a, T> {
    /// Takes a place at the back of the list.
    fn join(condition: &'a Condition<T>) -> Self {
        let place = Rc::new(Place::default());
        condition.waiters.borrow_mut().push_back(place.clone());
        Notified { condition, place, used: false }
    }
}

impl<T> Future for &mut Notified<'_, T> {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // You: ready once the place is notified; else keep the waker in it
        todo!("be ready once the place is notified; else keep the waker in it")
    }
}

// You: who leaves before the notify is used leaves the list, or passes the notify on: impl Drop for Notified
