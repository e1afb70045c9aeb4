//! A room with few places, and a log that is slow. Somewhere in it a wake is lost.

#![allow(unused)]

use greenlight::{sync::Event, yield_now};
use std::cell::{Cell, RefCell};

/// Lets in so many, and has the others wait until somebody leaves.
pub struct Room {
    capacity: usize,
    inside: Cell<usize>,
    /// Wakes who waits, each time that somebody leaves. It is never left set.
    left: Event,
    log: RefCell<Vec<&'static str>>,
}

impl Room {
    /// An empty room for so many.
    pub fn new(capacity: usize) -> Self {
        let left = Event::new().named("somebody has left");
        Room { capacity, inside: Cell::new(0), left, log: RefCell::default() }
    }

    /// How many are inside.
    pub fn inside(&self) -> usize {
        self.inside.get()
    }

    /// How many lines the log has.
    pub fn logged(&self) -> usize {
        self.log.borrow().len()
    }

    /// Writes a line to a slow disk, and lets others run meanwhile.
    async fn log(&self, line: &'static str) {
        self.log.borrow_mut().push(line);
        yield_now().await;
    }

    /// Waits for a place, and takes it. Each who comes is in the log.
    pub async fn enter(&self) {
        // You: repair this: with another order of the tasks, one sleeps for ever
        while self.inside.get() == self.capacity {
            self.log("somebody is at the door").await;
            self.left.wait().await;
        }
        self.inside.set(self.inside.get() + 1);
    }

    /// Gives the place back, and wakes who waits for one.
    pub fn leave(&self) {
        self.inside.set(self.inside.get() - 1);
        self.left.set();
        self.left.clear();
    }
}
