//! Timers in virtual time: it stands still while anybody is ready, and jumps to the next deadline when nobody is.

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
        // you: count the arming, and make the key
        self.armed.set(self.armed.get() + 1);
        (self.now() + length, self.armed.get())
        // else: todo!("count the arming, and make the key")
        // end
    }

    /// Nobody is ready: time jumps to the next deadline, and all who are due then are woken. False if nobody sleeps.
    pub fn jump(&self) -> bool {
        // you: go to the first deadline, take out all that are due then, and wake them in order
        let first = self.queue.borrow().keys().next().copied();
        let Some((deadline, _)) = first else { return false };
        self.now.set(deadline);
        let later = self.queue.borrow_mut().split_off(&(deadline, u64::MAX));
        // Out of the map before anybody is woken: who is woken may sleep again at once.
        let due = self.queue.replace(later);
        due.into_values().for_each(Waker::wake);
        true
        // else: todo!("go to the first deadline, take out all that are due then, and wake them in order")
        // end
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
        // you: the first poll makes the key; ready from the deadline on; else keep the waker under the key
        let (timers, length) = (self.timers.clone(), self.length);
        let key = *self.key.get_or_insert_with(|| timers.arm(length));
        if timers.now() >= key.0 {
            return Poll::Ready(());
        }
        timers.queue.borrow_mut().insert(key, cx.waker().clone());
        Poll::Pending
        // else: todo!("make the key once; be ready from the deadline on; else keep the waker under the key")
        // end
    }
}

// you: a sleep that is dropped leaves the map: impl Drop for Sleep
impl Drop for Sleep {
    fn drop(&mut self) {
        let Some(key) = self.key else { return };
        // Bound to a name, so that the waker is dropped after the borrow has ended.
        let _waker = self.timers.queue.borrow_mut().remove(&key);
    }
}
// end
