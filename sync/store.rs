//! What a queue is made of and what it may say: the stores that order its items, the lines of those who wait, and its
//! errors.

use crate::runtime::WaitList;
use std::cell::Cell;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::error::Error;
use std::fmt;

/// Where a [`Queue`](super::Queue) keeps its items: decides which comes next.
pub trait Store<T>: Default {
    /// Adds an item.
    fn push(&mut self, item: T);

    /// Takes the item that comes next.
    fn pop(&mut self) -> Option<T>;

    /// Takes the item that was popped last back, so that it comes next again: its getter could not keep it.
    fn put_back(&mut self, item: T) {
        self.push(item);
    }

    /// How many items there are.
    fn count(&self) -> usize;
}

/// First in, first out.
impl<T> Store<T> for VecDeque<T> {
    fn push(&mut self, item: T) {
        self.push_back(item);
    }

    fn pop(&mut self) -> Option<T> {
        self.pop_front()
    }

    fn put_back(&mut self, item: T) {
        self.push_front(item);
    }

    fn count(&self) -> usize {
        self.len()
    }
}

/// Last in, first out.
impl<T> Store<T> for Vec<T> {
    fn push(&mut self, item: T) {
        self.push(item);
    }

    fn pop(&mut self) -> Option<T> {
        self.pop()
    }

    fn count(&self) -> usize {
        self.len()
    }
}

/// The smallest first; equal ones in no particular order.
impl<T: Ord> Store<T> for BinaryHeap<Reverse<T>> {
    fn push(&mut self, item: T) {
        self.push(Reverse(item));
    }

    fn pop(&mut self) -> Option<T> {
        self.pop().map(|Reverse(item)| item)
    }

    fn count(&self) -> usize {
        self.len()
    }
}

/// Waiters, and those among them who were granted what they wait for and have not run since.
pub(super) struct Line {
    pub(super) waiters: WaitList,
    granted: Cell<usize>,
}

impl Line {
    #[track_caller]
    pub(super) fn new(kind: &'static str) -> Self {
        Line { waiters: WaitList::new(kind), granted: Cell::new(0) }
    }

    /// Whether one who comes now would overtake nobody.
    pub(super) fn is_clear(&self) -> bool {
        self.granted.get() == 0 && self.waiters.all_dying()
    }

    /// Grants the first in line, as long as there is enough for one more.
    pub(super) fn grant_while(&self, suffices: impl Fn(usize) -> bool) {
        self.waiters.wake_while(|_| {
            let suffices = suffices(self.granted.get());
            self.granted.set(self.granted.get() + usize::from(suffices));
            suffices
        });
    }

    /// One who was granted something has run, or is gone.
    pub(super) fn leave(&self) {
        self.granted.set(self.granted.get() - 1);
    }

    /// Grants everybody, the dying too. Waking them may run foreign code, which has to see them counted.
    pub(super) fn grant_all(&self) {
        self.granted.set(self.granted.get() + self.waiters.len());
        self.waiters.wake_all();
    }
}

/// Acts when it is dropped: also while a panic of foreign code passes.
pub(super) struct Finally<F: Fn()>(pub(super) F);

impl<F: Fn()> Drop for Finally<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// The queue is closed and empty. In asyncio: `QueueShutDown`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed;

/// The queue is closed, and the item comes back. In asyncio: `QueueShutDown`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PutError<T> {
    /// The item that was not put.
    pub item: T,
}

/// An item could not be put at once, and comes back.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TryPutError<T> {
    /// There is no room for one who comes now. In asyncio: `QueueFull`.
    Full(T),
    /// The queue is closed. In asyncio: `QueueShutDown`.
    Closed(T),
}

/// No item could be taken at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryGetError {
    /// There is no item for one who comes now. In asyncio: `QueueEmpty`.
    Empty,
    /// The queue is closed and empty. In asyncio: `QueueShutDown`.
    Closed,
}

/// More items were reported as done than were put. In asyncio: a `ValueError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoneTooOften;

const CLOSED: &str = "the queue is closed; close it only when nobody puts any more";
const FULL: &str = "the queue has no room now; await put() instead";

impl fmt::Display for Closed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the queue is closed and empty: there will be no more items")
    }
}

impl<T> fmt::Display for PutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(CLOSED)
    }
}

impl<T> fmt::Debug for PutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PutError { .. }")
    }
}

impl<T> fmt::Display for TryPutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TryPutError::Full(_) => FULL,
            TryPutError::Closed(_) => CLOSED,
        })
    }
}

impl<T> fmt::Debug for TryPutError<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TryPutError::Full(_) => "Full(..)",
            TryPutError::Closed(_) => "Closed(..)",
        })
    }
}

impl fmt::Display for TryGetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TryGetError::Empty => f.write_str("the queue has no item now; await get() instead"),
            TryGetError::Closed => Closed.fmt(f),
        }
    }
}

impl fmt::Display for DoneTooOften {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("task_done() was called more often than items were put; call it once for each item that was taken")
    }
}

impl Error for Closed {}
impl<T> Error for PutError<T> {}
impl<T> Error for TryPutError<T> {}
impl Error for TryGetError {}
impl Error for DoneTooOften {}
