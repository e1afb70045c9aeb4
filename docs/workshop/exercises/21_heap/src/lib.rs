//! Timers in a binary heap: quick to find the first, and slow to take out any other.

#![allow(unused)]

use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// The deadline of a sleep, and its number of arming: of equal deadlines, the one that was armed first comes first.
type Key = (Duration, u64);

/// With fewer keys than that, nobody minds those of sleeps that are gone.
const FEW: usize = 64;

/// What time it is, and who sleeps.
#[derive(Default)]
pub struct Timers {
    /// The time since the start. Goes on in `jump` alone.
    now: Cell<Duration>,
    /// How many sleeps have been armed so far.
    armed: Cell<u64>,
    /// The keys, the least one on top. Those of sleeps that were dropped may still be in here.
    queue: RefCell<BinaryHeap<Reverse<Key>>>,
    /// Whom to wake, by number of arming. A sleep that has ended or was dropped is not in here.
    wakers: RefCell<HashMap<u64, Waker>>,
}

impl Timers {
    /// The time since the start.
    pub fn now(&self) -> Duration {
        self.now.get()
    }

    /// How many keys the heap holds.
    pub fn keys(&self) -> usize {
        self.queue.borrow().len()
    }

    /// Sleeps for that long, counted from the first poll.
    pub fn sleep(self: &Rc<Self>, length: Duration) -> Sleep {
        Sleep { timers: self.clone(), length, key: None }
    }

    /// The key of a sleep that begins now.
    fn arm(&self, length: Duration) -> Key {
        self.armed.set(self.armed.get() + 1);
        (self.now() + length, self.armed.get())
    }

    /// The first deadline of those who still sleep.
    fn next_deadline(&self) -> Option<Duration> {
        // You: look at the top; throw away the keys of those who are gone, until one is left who sleeps
        todo!("look at the top; throw away the keys of those who are gone, until one is left who sleeps")
    }

    /// Nobody is ready: time jumps to the next deadline, and all who are due then are woken. False if nobody sleeps.
    pub fn jump(&self) -> bool {
        // You: go to the next deadline, pop the keys of all who are due then, and wake them in order
        todo!("go to the next deadline, pop the keys of all who are due then, and wake them in order")
    }

    /// Throws away the keys of those who are gone, if they are more than those who sleep.
    fn tidy(&self) {
        // You: with more than a few keys, of which most are of sleeps that are gone, keep those of the others alone
    }
}

/// Sleeps until its deadline: what [`Timers::sleep`] makes.
pub struct Sleep {
    timers: Rc<Timers>,
    length: Duration,
    /// None until the first poll.
    key: Option<Key>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let (timers, length) = (self.timers.clone(), self.length);
        let is_new = self.key.is_none();
        let key = *self.key.get_or_insert_with(|| timers.arm(length));
        // You: ready from the deadline on; else a new sleep pushes its key, and each poll keeps its waker
        todo!("be ready from the deadline on; else push the key of a new sleep, and keep the waker of each poll")
    }
}

// You: a sleep that is dropped takes its waker out, and leaves its key to tidy: impl Drop for Sleep
