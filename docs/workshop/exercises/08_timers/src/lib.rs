//! Timers in virtual time: it stands still while anybody is ready, and jumps to the next deadline when nobody is.

#![allow(unused)]

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// The deadline of a sleep, and its number of arming: of equal deadlines, the one that was armed first comes first.
type Key = (Duration, u64);

/// What time it is, and who sleeps.
#[derive(Default)]
pub struct Timers {
    /// The time since the start. Goes on in `jump` alone.
    now: Cell<Duration>,
    /// How many sleeps have been armed so far.
    armed: Cell<u64>,
    /// Whom to wake, the next one first. A sleep that has ended or was dropped is not in here.
    queue: RefCell<BTreeMap<Key, Waker>>,
}

impl Timers {
    /// The time since the start.
    pub fn now(&self) -> Duration {
        self.now.get()
    }

    /// Sleeps for that long, counted from the first poll.
    pub fn sleep(self: &Rc<Self>, length: Duration) -> Sleep {
        Sleep { timers: self.clone(), length, key: None }
    }

    /// The key of a sleep that begins now.
    fn arm(&self, length: Duration) -> Key {
        // You: count the arming, and make the key
        todo!("count the arming, and make the key")
    }

    /// Nobody is ready: time jumps to the next deadline, and all who are due then are woken. False if nobody sleeps.
    pub fn jump(&self) -> bool {
        // You: go to the first deadline, take out all that are due then, and wake them in order
        todo!("go to the first deadline, take out all that are due then, and wake them in order")
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
        // You: the first poll makes the key; ready from the deadline on; else keep the waker under the key
        todo!("make the key once; be ready from the deadline on; else keep the waker under the key")
    }
}

// You: a sleep that is dropped leaves the map: impl Drop for Sleep
