//! A broadcast: each subscriber gets every item that is sent after it has subscribed, in order.

use greenlight::waiters::{WaitList, Waiter};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

/// Sends items to all who have subscribed. It keeps the newest ones for those who are slow, and never waits for them.
pub struct Broadcast<T> {
    /// The newest items, the oldest of them first. At most `room` of them.
    kept: RefCell<VecDeque<Rc<T>>>,
    room: usize,
    /// How many were sent in all. Items are numbered from 0 on: this is the number of the next one.
    sent: Cell<u64>,
    waiters: WaitList,
}

/// Receives what is sent from now on.
pub struct Subscriber<T> {
    broadcast: Rc<Broadcast<T>>,
    /// The number of the item that it receives next.
    next: u64,
}

/// So many items are kept no more: the subscriber was too slow for them, and goes on with the oldest that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missed(pub u64);

/// Waits for an item: what [`Subscriber::recv`] returns. One that is dropped has received nothing.
#[must_use = "futures do nothing unless awaited"]
pub struct Recv<'a, T> {
    subscriber: &'a mut Subscriber<T>,
    waiter: Waiter,
}

impl<T> Broadcast<T> {
    /// A broadcast to nobody yet, which keeps so many items.
    #[track_caller]
    pub fn new(room: usize) -> Rc<Self> {
        let waiters = WaitList::new("my broadcast");
        Rc::new(Broadcast { kept: RefCell::default(), room, sent: Cell::new(0), waiters })
    }

    /// How many items are kept.
    pub fn kept(&self) -> usize {
        self.kept.borrow().len()
    }

    /// Whoever has this receives what is sent from now on.
    pub fn subscribe(self: &Rc<Self>) -> Subscriber<T> {
        // you: from which number on?
        Subscriber { broadcast: self.clone(), next: self.sent.get() }
        // else: todo!("subscribe to what is sent from now on")
        // end
    }

    /// Sends an item to all who have subscribed. It waits for nobody.
    pub fn send(&self, item: T) {
        // you: keep the item, count it, let go of the oldest if there are too many, and wake everybody who waits
        self.kept.borrow_mut().push_back(Rc::new(item));
        self.sent.set(self.sent.get() + 1);
        let too_old = if self.kept() > self.room { self.kept.borrow_mut().pop_front() } else { None };
        self.waiters.wake_all();
        drop(too_old);
        // else: todo!("keep the item, and wake everybody who waits")
        // end
    }

    /// The item of that number, or how many are missed from there to the oldest that is kept.
    fn item(&self, number: u64) -> Result<Rc<T>, Missed> {
        let kept = self.kept.borrow();
        // you: what is the number of the oldest item that is kept?
        let oldest = self.sent.get() - kept.len() as u64;
        if number < oldest { Err(Missed(oldest - number)) } else { Ok(kept[(number - oldest) as usize].clone()) }
        // else: todo!("find the item of that number")
        // end
    }
}

impl<T> Subscriber<T> {
    /// Waits for the next item, or is told how many were missed.
    #[track_caller]
    pub fn recv(&mut self) -> Recv<'_, T> {
        Recv { subscriber: self, waiter: Waiter::new(Location::caller()) }
    }
}

impl<T> Future for Recv<'_, T> {
    type Output = Result<Rc<T>, Missed>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let Recv { subscriber: Subscriber { broadcast, next }, waiter } = &mut *self;
        // you: wait unless there is an item, and have `next` be the number of the one after what you return
        ready!(waiter.wait(cx, &broadcast.waiters, || broadcast.sent.get() == *next));
        let item = broadcast.item(*next);
        *next += item.as_ref().map_or_else(|missed| missed.0, |_| 1);
        Poll::Ready(item)
        // else: todo!("wait for the item of the number `next`")
        // end
    }
}
