//! The waiter rule: a wait may name its task instead of cloning a waker, if the waker is the task's own.

#![allow(unused)]

use given::crosswalk::{Core, core};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// Whom a place in a wait list wakes.
pub enum Wakee {
    /// The short cut: a task of this executor, by its number. Nothing is cloned, and no atomic is touched.
    Task(Rc<Core>, usize),
    /// Whoever else has polled.
    Waker(Waker),
}

impl Wakee {
    /// Whom a future has to wake that is polled with this context.
    pub fn of(cx: &Context<'_>) -> Wakee {
        let core = core();
        // You: the task, if the context has the very waker that the executor gave to it; else a clone of that waker
        // This is the short cut alone. It is right for some of those who wait.
        let (task, _) = core.polling().expect("only tasks of this executor wait");
        Wakee::Task(core, task)
    }

    /// Wakes it.
    pub fn wake(self) {
        match self {
            Wakee::Task(core, task) => core.wake(task),
            Wakee::Waker(waker) => waker.wake(),
        }
    }
}

/// A place in the wait list. Both the list and the wait hold it.
#[derive(Default)]
struct Place {
    /// Set once a `set` has let this one through. Never cleared.
    released: Cell<bool>,
    wakee: RefCell<Option<Wakee>>,
}

/// The event of exercise 10, which keeps wakees in place of wakers.
#[derive(Default)]
pub struct Event {
    flag: Cell<bool>,
    waiters: RefCell<VecDeque<Rc<Place>>>,
}

impl Event {
    /// Raises the flag, and lets everybody through who waits now.
    pub fn set(&self) {
        self.flag.set(true);
        let waiters = self.waiters.take();
        waiters.iter().for_each(|place| place.released.set(true));
        waiters.iter().filter_map(|place| place.wakee.take()).for_each(Wakee::wake);
    }

    /// Waits until the event is set.
    pub fn wait(self: &Rc<Self>) -> Wait {
        Wait { event: self.clone(), place: None }
    }
}

/// Waits until an [`Event`] is set.
pub struct Wait {
    event: Rc<Event>,
    /// None until the first poll that had to wait.
    place: Option<Rc<Place>>,
}

impl Future for Wait {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let event = self.event.clone();
        if self.place.is_none() && event.flag.get() {
            return Poll::Ready(());
        }
        let place = self.place.get_or_insert_with(|| {
            let place = Rc::new(Place::default());
            event.waiters.borrow_mut().push_back(place.clone());
            place
        });
        if place.released.get() {
            return Poll::Ready(());
        }
        // You: whoever polls now is to be woken, whoever polled before
        if place.wakee.borrow().is_none() {
            place.wakee.replace(Some(Wakee::of(cx)));
        }
        Poll::Pending
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        let Some(place) = &self.place else { return };
        self.event.waiters.borrow_mut().retain(|other| !Rc::ptr_eq(other, place));
    }
}
