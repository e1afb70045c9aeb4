//! Timers in a wheel: to arm one and to take it out costs the same, however many there are.
//!
//! Time is counted in ticks, and a tick is written in digits to the base 64. Level 0 has a slot for each value of the last
//! digit, level 1 one for each value of the digit before, and so on. A sleep lies at the level of the *highest digit in
//! which its deadline differs from now*, in the slot of the deadline's digit there:
//!
//! ```text
//!   now       = 1 · 64 +  2        deadline 1 · 64 +  9  →  level 0, slot 9
//!                                  deadline 3 · 64 +  5  →  level 1, slot 3
//! ```
//!
//! So all of level 0 comes before all of level 1, and within a level the lower slot comes first. The first slot that is
//! not empty holds the next deadline. When time goes there, those who lie in the slot and are not due yet have a lower
//! digit left in which they differ from now, and move down.

#![allow(unused)]

use std::cell::{Cell, RefCell, RefMut};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

const DIGIT_BITS: usize = 6;
const SLOTS: usize = 1 << DIGIT_BITS;
/// So many digits has the greatest `u64`.
const LEVELS: usize = 64_usize.div_ceil(DIGIT_BITS);

/// A wheel that looks into more slots than that walks through them all, and is told so.
const MANY_LOOKS: usize = 50_000;

/// The digit of a tick at that level.
fn digit(tick: u64, level: usize) -> usize {
    (tick >> (level * DIGIT_BITS)) as usize % SLOTS
}

/// The level and the slot of a deadline that is ahead.
fn place_of(now: u64, deadline: u64) -> (usize, usize) {
    // You: the highest bit in which the two differ says which digit that is; the deadline's digit there is the slot
    todo!("find the highest digit in which the two differ, and the deadline's digit there")
}

/// What time it is, and who sleeps.
pub struct Timers {
    /// In ticks, since the start. Goes on in `jump` alone.
    now: Cell<u64>,
    /// All slots of level 0, then of level 1, and so on; in each the one first that was armed first. A sleep that has
    /// ended or was dropped is not in here.
    slots: RefCell<Vec<VecDeque<Rc<Sleeper>>>>,
    /// How many slots were looked into so far.
    looks: Cell<usize>,
}

/// One who sleeps. Both its slot and its `Sleep` hold it.
struct Sleeper {
    deadline: u64,
    /// Whom to wake: the waker of the newest poll.
    waker: RefCell<Option<Waker>>,
}

impl Default for Timers {
    fn default() -> Self {
        let slots = RefCell::new(vec![VecDeque::new(); LEVELS * SLOTS]);
        Timers { now: Cell::new(0), slots, looks: Cell::new(0) }
    }
}

impl Timers {
    /// The time since the start. A tick is a millisecond.
    pub fn now(&self) -> Duration {
        Duration::from_millis(self.now.get())
    }

    /// Sleeps for that long, counted from the first poll.
    pub fn sleep(self: &Rc<Self>, length: Duration) -> Sleep {
        Sleep { timers: self.clone(), length, sleeper: None }
    }

    /// A slot, to look into or to change. Nobody else may ask for one meanwhile.
    ///
    /// # Panics
    /// When there were [`MANY_LOOKS`].
    fn slot(&self, level: usize, slot: usize) -> RefMut<'_, VecDeque<Rc<Sleeper>>> {
        if self.looks.replace(self.looks.get() + 1) == MANY_LOOKS {
            panic!("{MANY_LOOKS} slots were looked into: go to the first that is not empty, at once");
        }
        RefMut::map(self.slots.borrow_mut(), |slots| &mut slots[level * SLOTS + slot])
    }

    /// One who sleeps from now on, and lies in its slot unless it is due already.
    fn arm(&self, length: Duration) -> Rc<Sleeper> {
        // Rounded up: nobody is woken early.
        let ticks = u64::try_from(length.as_nanos().div_ceil(1_000_000)).unwrap_or(u64::MAX);
        let deadline = self.now.get().saturating_add(ticks);
        let sleeper = Rc::new(Sleeper { deadline, waker: RefCell::default() });
        if deadline > self.now.get() {
            self.insert(sleeper.clone());
        }
        sleeper
    }

    /// Puts one whose deadline is ahead into its slot.
    fn insert(&self, sleeper: Rc<Sleeper>) {
        // You: to the back of the slot where its deadline belongs
        todo!("put it at the back of the slot where its deadline belongs")
    }

    /// Takes one out that is dropped.
    fn remove(&self, sleeper: &Rc<Sleeper>) {
        // You: one whose deadline is ahead lies where its deadline belongs; any other one in no slot
    }

    /// The first slot that is not empty, lower levels before higher ones.
    fn first_slot(&self) -> Option<(usize, usize)> {
        // You: look into the slots of level 0, then of level 1, and so on
        todo!("look into the slots of level 0, then of level 1, and so on")
    }

    /// Nobody is ready: time jumps to the next deadline, and all who are due then are woken. False if nobody sleeps.
    pub fn jump(&self) -> bool {
        // You: empty the first slot, go to the earliest deadline in it, put back who is not due, and wake the others
        todo!("empty the first slot, go to the earliest deadline in it, put back who is not due, wake the others")
    }
}

/// Sleeps until its deadline: what [`Timers::sleep`] makes.
pub struct Sleep {
    timers: Rc<Timers>,
    length: Duration,
    /// None until the first poll.
    sleeper: Option<Rc<Sleeper>>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let (timers, length) = (self.timers.clone(), self.length);
        let sleeper = self.sleeper.get_or_insert_with(|| timers.arm(length));
        if timers.now.get() >= sleeper.deadline {
            return Poll::Ready(());
        }
        sleeper.waker.replace(Some(cx.waker().clone()));
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(sleeper) = &self.sleeper {
            self.timers.remove(sleeper);
        }
    }
}
