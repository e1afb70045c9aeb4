//! What a queue is made of and what it may say: the stores that order its items, and its errors.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::error::Error;
use std::fmt;

/// Where a [`Queue`](super::Queue) keeps its items: decides which comes next, and nothing else.
///
/// A store is empty by `Default`, and what was pushed stays in it until it is popped: the queue has promised it to
/// those who wait. No method may use the queue, which is in the midst of a change; a use that takes or puts an item
/// panics.
///
/// ```
/// use greenlight::sync::{QueueOver, Store};
/// use std::collections::VecDeque;
///
/// /// Urgent letters come first, and those of either kind in order.
/// #[derive(Default)]
/// struct Tray {
///     urgent: VecDeque<&'static str>,
///     others: VecDeque<&'static str>,
/// }
///
/// impl Tray {
///     fn pile_of(&mut self, letter: &str) -> &mut VecDeque<&'static str> {
///         if letter.ends_with('!') { &mut self.urgent } else { &mut self.others }
///     }
/// }
///
/// impl Store<&'static str> for Tray {
///     fn push(&mut self, letter: &'static str) {
///         self.pile_of(letter).push_back(letter);
///     }
///
///     fn pop(&mut self) -> Option<&'static str> {
///         self.urgent.pop_front().or_else(|| self.others.pop_front())
///     }
///
///     fn put_back(&mut self, letter: &'static str) {
///         self.pile_of(letter).push_front(letter);
///     }
///
///     fn count(&self) -> usize {
///         self.urgent.len() + self.others.len()
///     }
/// }
///
/// greenlight::run(async {
///     let desk = QueueOver::<_, Tray>::bounded(3);
///     for letter in ["rent", "fire!", "taxes"] {
///         desk.put(letter).await.expect("it is open");
///     }
///     assert_eq!(desk.get().await, Ok("fire!"));
///     assert_eq!(desk.get().await, Ok("rent"));
/// });
/// ```
pub trait Store<T>: Default {
    /// Adds an item. The queue sees to it that there is room.
    fn push(&mut self, item: T);

    /// Takes the item that comes next; `None` only when there is none.
    fn pop(&mut self) -> Option<T>;

    /// Takes the item that was popped last back, because its getter could not have it. It comes next again if nothing
    /// was pushed since; also where that is one more than there is room for.
    fn put_back(&mut self, item: T) {
        self.push(item);
    }

    /// How many items there are: as many as were pushed and put back, less those that were popped. It may not panic.
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
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DoneTooOften {
    /// Names the queue.
    pub(super) queue: String,
}

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
        write!(
            f,
            "task_done() was called more often than items were put into {}; call it once for each item that was taken",
            self.queue
        )
    }
}

impl Error for Closed {}
impl<T> Error for PutError<T> {}
impl<T> Error for TryPutError<T> {}
impl Error for TryGetError {}
impl Error for DoneTooOften {}
