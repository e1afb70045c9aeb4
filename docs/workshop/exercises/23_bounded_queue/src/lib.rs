//! A queue with room for so many items. Who puts waits while it is full, and who gets waits while it is empty.

#![allow(unused)]

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
        // You: the place is for the first who waits to put; if nobody does, it is free
    }

    /// There is an item more, and it is in the queue.
    fn give_item(&self) {
        // You: the item is for the first who waits to get; if nobody does, it is there for the next who comes
    }
}

/// The item is never pinned.
impl<T> Unpin for Put<'_, T> {}

impl<T> Future for Put<'_, T> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Put { queue, item, waiter } = &mut *self;
        // You: wait for a place, put the item into the queue, and tell that it is there
        todo!("wait for a place, and put the item there")
    }
}

impl<T> Future for Get<'_, T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let Get { queue, waiter } = &mut *self;
        // You: wait for an item, take the first out of the queue, and tell that its place is free
        todo!("wait for an item, and take it out of the queue")
    }
}

// You: give `Put` and `Get` a `Drop` each: what was granted to one who leaves is for the next
