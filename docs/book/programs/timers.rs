//! Timers in a sorted map, and a clock that jumps: sleep for the executor of forty lines.

use super::ready_queue::Executor;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

// ANCHOR: timers
/// When it is due, and its number in the order of arming, which decides between equals.
type Key = (Duration, u64);

#[derive(Default)]
pub(super) struct Timers {
    now: Cell<Duration>,
    armed: Cell<u64>,
    sleepers: RefCell<BTreeMap<Key, Waker>>,
}

pub(super) struct Sleep {
    timers: Rc<Timers>,
    duration: Duration,
    /// None until the first poll.
    key: Option<Key>,
}
// ANCHOR_END: timers

// ANCHOR: jump
impl Timers {
    /// Nobody is ready: time jumps to the next deadline, and wakes all that is due then.
    /// False if nobody sleeps.
    pub(super) fn jump(&self) -> bool {
        let earliest = self.sleepers.borrow().keys().next().copied();
        let Some((deadline, _)) = earliest else { return false };
        self.now.set(deadline);
        let later = self.sleepers.borrow_mut().split_off(&(deadline, u64::MAX));
        let due = self.sleepers.replace(later);
        due.into_values().for_each(Waker::wake);
        true
    }
}
// ANCHOR_END: jump

// ANCHOR: sleep
impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let (timers, duration) = (self.timers.clone(), self.duration);
        let key = *self.key.get_or_insert_with(|| {
            timers.armed.set(timers.armed.get() + 1);
            (timers.now.get() + duration, timers.armed.get())
        });
        if timers.now.get() >= key.0 {
            return Poll::Ready(());
        }
        timers.sleepers.borrow_mut().insert(key, cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(key) = self.key {
            let sleeper = self.timers.sleepers.borrow_mut().remove(&key);
            drop(sleeper); // with the map let go
        }
    }
}
// ANCHOR_END: sleep

impl Timers {
    pub(super) fn sleep(self: &Rc<Self>, seconds: u64) -> Sleep {
        Sleep { timers: self.clone(), duration: Duration::from_secs(seconds), key: None }
    }

    pub(super) fn now(&self) -> Duration {
        self.now.get()
    }

    // ANCHOR: run
    /// Runs until nobody is ready and nobody sleeps. Returns how often time has jumped.
    pub(super) fn run(&self, executor: &Executor) -> u32 {
        let mut jumps = 0;
        loop {
            executor.run_until_idle();
            if !self.jump() {
                return jumps;
            }
            jumps += 1;
        }
    }
    // ANCHOR_END: run
}

pub(crate) fn main() {
    let begun = Instant::now();
    let (executor, timers) = (Executor::default(), Rc::new(Timers::default()));
    // ANCHOR: main
    for (name, seconds) in [("Alice", 3600), ("Bob", 2), ("Carol", 1), ("Dan", 2)] {
        let timers = timers.clone();
        executor.spawn(async move {
            timers.sleep(seconds).await;
            println!("{name} wakes up at {:?}.", timers.now());
        });
    }
    let jumps = timers.run(&executor);
    // ANCHOR_END: main
    println!("Time has jumped {jumps} times. In truth it took less than a second: {}.", begun.elapsed().as_secs() < 1);
    assert_eq!((jumps, timers.now().as_secs()), (3, 3600));
}
