//! A fair lock, for futures: whoever releases it hands it to the first who waits.

#![allow(unused)]

use std::cell::{Cell, RefCell, RefMut};
use std::collections::VecDeque;
use std::future::Future;
use std::ops::{Deref, DerefMut};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// A value that one at a time may use.
#[derive(Default)]
pub struct Lock<T> {
    /// Set while somebody has a guard, and while the lock is granted to somebody who has not run yet.
    held: Cell<bool>,
    /// The wait list, the first at the front. A place that was granted the lock is in it no more.
    waiters: RefCell<VecDeque<Rc<Place>>>,
    value: RefCell<T>,
}

/// A place in the wait list. Both the list and the wait hold it.
#[derive(Default)]
struct Place {
    /// Set once the lock was handed to this one. Never cleared.
    granted: Cell<bool>,
    /// Whom to wake: the waker of the newest poll.
    waker: RefCell<Option<Waker>>,
}

impl<T> Lock<T> {
    /// A lock that nobody holds.
    pub fn new(value: T) -> Self {
        Lock { held: Cell::new(false), waiters: RefCell::default(), value: RefCell::new(value) }
    }

    /// Waits until the lock is free, or handed to this wait, and takes it. The wait begins with its first poll.
    pub fn lock(&self) -> LockWait<'_, T> {
        LockWait { lock: self, place: None }
    }

    /// Whether somebody holds the lock, or is about to.
    pub fn is_locked(&self) -> bool {
        self.held.get()
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.waiters.borrow().len()
    }

    fn guard(&self) -> Guard<'_, T> {
        Guard { value: self.value.borrow_mut(), _release: Release(self) }
    }

    /// Hands the lock to the first who waits, or frees it.
    fn hand_on(&self) {
        // You: grant it to the first in the list, and wake that one; if nobody waits, the lock is free
    }
}

/// Waits for a [`Lock`].
pub struct LockWait<'a, T> {
    lock: &'a Lock<T>,
    /// None until the first poll that had to wait, and once the wait is over.
    place: Option<Rc<Place>>,
}

impl<'a, T> Future for LockWait<'a, T> {
    type Output = Guard<'a, T>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        // You: the first poll takes the lock, or a place at the back; every later one asks its place
        todo!("take the lock if it is free, or a place; later, ask the place; keep the waker in it")
    }
}

// You: who is dropped while it waits leaves the list; who was granted the lock passes it on: impl Drop for LockWait

/// The proof that the lock is held, and the way to its value. Dropped, it hands the lock on.
///
/// Fields are dropped in their order: first the value is given back, then the lock is handed on. Whoever gets it may use
/// the value at once.
pub struct Guard<'a, T> {
    value: RefMut<'a, T>,
    _release: Release<'a, T>,
}

struct Release<'a, T>(&'a Lock<T>);

impl<T> Drop for Release<'_, T> {
    fn drop(&mut self) {
        self.0.hand_on();
    }
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}
