//! An event: a flag that any number of futures wait for.

#![allow(unused)]

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// A flag, and those who wait for it.
#[derive(Default)]
pub struct Event {
    flag: Cell<bool>,
    /// The wait list: those who wait, the first at the front. A place that is released is in it no more.
    waiters: RefCell<VecDeque<Rc<Place>>>,
}

/// A place in the wait list. Both the list and the wait hold it.
#[derive(Default)]
struct Place {
    /// Set once a `set` has let this one through, whatever becomes of the flag. Never cleared.
    released: Cell<bool>,
    /// Whom to wake: the waker of the newest poll.
    waker: RefCell<Option<Waker>>,
}

impl Event {
    /// Whether the flag is up.
    pub fn is_set(&self) -> bool {
        self.flag.get()
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.waiters.borrow().len()
    }

    /// Lowers the flag: who comes from now on waits for the next `set`.
    pub fn clear(&self) {
        self.flag.set(false);
    }

    /// Raises the flag, and lets everybody through who waits now.
    pub fn set(&self) {
        // You: raise the flag, release every place in the wait list, then wake them in order
        todo!("raise the flag, release every place in the wait list, then wake them in order")
    }

    /// Waits until the event is set. The wait begins with its first poll.
    pub fn wait(&self) -> Wait<'_> {
        Wait { event: self, place: None }
    }
}

/// Waits until an [`Event`] is set.
pub struct Wait<'a> {
    event: &'a Event,
    /// None until the first poll that had to wait.
    place: Option<Rc<Place>>,
}

impl Future for Wait<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        // You: the first poll asks the flag, or takes a place at the back; every later one asks its place
        todo!("ask the flag or take a place; later, ask the place; keep the waker in it")
    }
}

// You: a wait that is dropped leaves the wait list: impl Drop for Wait<'_>
