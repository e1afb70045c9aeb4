//! A queue with room for so many items. Who puts waits while it is full, and who gets waits while it is empty.

use greenlight::waiters::{WaitList, Waiter};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// Keeps so many items, first in, first out. Those who put and those who get are served in the order in which they came.
pub struct Queue<T> {
    items: RefCell<VecDeque<T>>,
    /// The places that nobody's item is in and nobody was granted. None while anybody waits to put.
    free: Cell<usize>,
    /// The items that nobody was granted. None while anybody waits to get.
    filled: Cell<usize>,
    putters: WaitList,
    getters: WaitList,
}

/// Waits for a place, and puts an item there: what [`Queue::put`] returns. One that is dropped before has put nothing.
#[must_use = "futures do nothing unless awaited"]
pub struct Put<'a, T> {
    queue: &'a Queue<T>,
    /// None once it is in the queue.
    item: Option<T>,
    waiter: Waiter,
}

/// Waits for an item, and takes it: what [`Queue::get`] returns. One that is dropped before has taken nothing.
#[must_use = "futures do nothing unless awaited"]
pub struct Get<'a, T> {
    queue: &'a Queue<T>,
    waiter: Waiter,
}

impl<T> Queue<T> {
    /// An empty queue with so many places.
    #[track_caller]
    pub fn new(places: usize) -> Self {
        Queue {
            items: RefCell::default(),
            free: Cell::new(places),
            filled: Cell::new(0),
            putters: WaitList::new("place in my queue"),
            getters: WaitList::new("item of my queue"),
        }
    }

    /// Waits for a place, and puts the item there.
    #[track_caller]
    pub fn put(&self, item: T) -> Put<'_, T> {
        Put { queue: self, item: Some(item), waiter: Waiter::new(Location::caller()) }
    }

    /// Waits for an item, and takes it.
    #[track_caller]
    pub fn get(&self) -> Get<'_, T> {
        Get { queue: self, waiter: Waiter::new(Location::caller()) }
    }

    /// How many items are in the queue, those that were granted among them.
    pub fn len(&self) -> usize {
        self.items.borrow().len()
    }

    /// Whether no item is in the queue.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// There is a place more.
    fn give_place(&self) {
        // you: the place is for the first who waits to put; if nobody does, it is free
        match self.putters.grant_first() {
            Some(grant) => grant.wake(),
            None => self.free.set(self.free.get() + 1),
        }
        // end
    }

    /// There is an item more, and it is in the queue.
    fn give_item(&self) {
        // you: the item is for the first who waits to get; if nobody does, it is there for the next who comes
        match self.getters.grant_first() {
            Some(grant) => grant.wake(),
            None => self.filled.set(self.filled.get() + 1),
        }
        // end
    }
}

/// The item is never pinned.
impl<T> Unpin for Put<'_, T> {}

impl<T> Future for Put<'_, T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Put { queue, item, waiter } = &mut *self;
        // you: wait for a place, put the item into the queue, and tell that it is there
        let has_waited = waiter.has_joined();
        ready!(waiter.wait(cx, &queue.putters, || queue.free.get() == 0));
        if !has_waited {
            queue.free.set(queue.free.get() - 1);
        }
        queue.items.borrow_mut().extend(item.take());
        queue.give_item();
        Poll::Ready(())
        // else: todo!("wait for a place, and put the item there")
        // end
    }
}

impl<T> Future for Get<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let Get { queue, waiter } = &mut *self;
        // you: wait for an item, take the first out of the queue, and tell that its place is free
        let has_waited = waiter.has_joined();
        ready!(waiter.wait(cx, &queue.getters, || queue.filled.get() == 0));
        if !has_waited {
            queue.filled.set(queue.filled.get() - 1);
        }
        let item = queue.items.borrow_mut().pop_front();
        queue.give_place();
        Poll::Ready(item.expect("an item that was granted is in the queue until it is taken"))
        // else: todo!("wait for an item, and take it out of the queue")
        // end
    }
}

// you: give `Put` and `Get` a `Drop` each: what was granted to one who leaves is for the next
impl<T> Drop for Put<'_, T> {
    fn drop(&mut self) {
        if self.waiter.leave() {
            self.queue.give_place();
        }
    }
}

impl<T> Drop for Get<'_, T> {
    fn drop(&mut self) {
        if self.waiter.leave() {
            self.queue.give_item();
        }
    }
}
// end
