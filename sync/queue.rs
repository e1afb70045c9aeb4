//! `Queue`: items from one task to another, in order.

use super::queue_over::QueueOver;
use super::queue_waits::{QueueGet, QueuePut};
use super::store::{DoneTooOften, Store, TryGetError, TryPutError};
use super::wait_in::wait_in;
use crate::runtime::{Waiter, both};
use crate::trace::Kind;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::future::Future;
use std::panic::Location;
use std::sync::Arc;

/// Passes items between tasks, first in, first out. In asyncio: `Queue`. [`LifoQueue`] and [`PriorityQueue`] differ in
/// which item comes next.
///
/// Who waits for an item, and who waits for room, is served first in, first out: nobody overtakes. A `get` that is
/// dropped loses no item; a `put` that is refused hands its item back.
///
/// ```
/// use greenlight::sync::Queue;
/// use std::rc::Rc;
///
/// greenlight::run(async {
///     let orders = Rc::new(Queue::bounded(2));
///     let kitchen = greenlight::spawn({
///         let orders = orders.clone();
///         async move {
///             let mut served = Vec::new();
///             while let Ok(order) = orders.get().await {
///                 served.push(order);
///             }
///             served
///         }
///     });
///     for order in ["soup", "bread", "tea"] {
///         orders.put(order).await.expect("the kitchen is open");
///     }
///     orders.close();
///     assert_eq!(kitchen.await.unwrap(), ["soup", "bread", "tea"]);
/// });
/// ```
///
/// Nobody has to wait: what would is an error then, and hands an item back.
///
/// ```
/// use greenlight::sync::{Queue, TryGetError, TryPutError};
///
/// let desk = Queue::bounded(1).named("desk");
/// assert_eq!((desk.capacity(), desk.is_empty()), (Some(1), true));
/// assert_eq!(desk.try_put("letter"), Ok(()));
/// assert_eq!(desk.try_put("parcel"), Err(TryPutError::Full("parcel")));
/// assert_eq!(desk.try_get(), Ok("letter"));
/// assert_eq!(desk.try_get(), Err(TryGetError::Empty));
/// desk.close();
/// assert_eq!((desk.is_closed(), desk.len()), (true, 0));
/// assert_eq!(desk.try_get(), Err(TryGetError::Closed));
/// ```
///
/// An item that was taken is not done: who has put it waits for that, too, if whoever takes items says so.
///
/// ```
/// use greenlight::{sleep, spawn_detached, sync::Queue};
/// use std::{rc::Rc, time::Duration};
///
/// greenlight::Runtime::builder().virtual_clock().build().run(async {
///     let jobs = Rc::new(Queue::unbounded());
///     for worker in [jobs.clone(), jobs.clone()] {
///         spawn_detached(async move {
///             while let Ok(seconds) = worker.get().await {
///                 sleep(Duration::from_secs(seconds)).await;
///                 worker.task_done().expect("once for each item");
///             }
///         });
///     }
///     for seconds in [1, 4, 2] {
///         jobs.put(seconds).await.expect("it is open");
///     }
///     jobs.join().await;
///     assert_eq!(greenlight::now().since_start(), Duration::from_secs(4));
///     assert!(jobs.task_done().is_err()); // there are no more
/// });
/// ```
///
/// A queue stays on its thread, whatever its items are:
///
/// ```compile_fail,E0277
/// let orders = greenlight::sync::Queue::<&str>::unbounded();
/// std::thread::spawn(move || orders.try_put("soup"));
/// ```
pub type Queue<T> = QueueOver<T, VecDeque<T>>;

/// A [`Queue`] whose last item comes first. In asyncio: `LifoQueue`.
///
/// ```
/// use greenlight::sync::LifoQueue;
///
/// let undo = LifoQueue::unbounded();
/// for step in ["type", "delete"] {
///     undo.try_put(step).unwrap();
/// }
/// assert_eq!([undo.try_get(), undo.try_get()], [Ok("delete"), Ok("type")]);
/// ```
pub type LifoQueue<T> = QueueOver<T, Vec<T>>;

/// A [`Queue`] whose smallest item comes first, and of equal ones any. In asyncio: `PriorityQueue`.
///
/// Items are compared by their [`Ord`], which may not use the queue. Where equal ones are to come in the order of
/// arrival, a number goes with each:
///
/// ```
/// use greenlight::sync::PriorityQueue;
///
/// let calls = PriorityQueue::unbounded();
/// let came = [(2, "leak"), (1, "fire"), (2, "draught")];
/// for (number, (urgency, call)) in came.into_iter().enumerate() {
///     calls.try_put((urgency, number, call)).unwrap();
/// }
/// let answered = came.map(|_| calls.try_get().unwrap().2);
/// assert_eq!(answered, ["fire", "leak", "draught"]); // by the number, and not by the alphabet
/// ```
pub type PriorityQueue<T> = QueueOver<T, BinaryHeap<Reverse<T>>>;

impl<T, S: Store<T>> QueueOver<T, S> {
    /// A queue that holds any number of items.
    #[track_caller]
    pub fn unbounded() -> Self {
        Self::with_capacity(usize::MAX)
    }

    /// A queue that holds so many items at most.
    ///
    /// # Panics
    /// When the capacity is 0. In asyncio that is an unbounded queue.
    #[track_caller]
    pub fn bounded(capacity: usize) -> Self {
        assert!(capacity > 0, "bounded() was given a capacity of 0, which has room for nothing; use unbounded()");
        Self::with_capacity(capacity)
    }

    /// Names the queue in reports and traces.
    #[must_use]
    pub fn named(self, name: impl Into<Arc<str>>) -> Self {
        let name = name.into();
        self.getters.waiters.set_name(name.clone());
        self.putters.waiters.set_name(name.clone());
        self.joiners.set_name(name);
        self
    }

    /// Adds an item, once there is room for it.
    ///
    /// # Errors
    /// When the queue is closed, also while this waits; the error has the item.
    ///
    /// # Cancel safety
    /// A dropped wait leaves the wait list, and drops its item. Room that was granted to it goes to the next who waits.
    #[track_caller]
    pub fn put(&self, item: T) -> QueuePut<'_, T, S> {
        QueuePut { queue: self, item: Some(item), waiter: Waiter::new(Location::caller()) }
    }

    /// Takes the next item, once there is one. Those that are in a closed queue can still be taken.
    ///
    /// # Errors
    /// When the queue is closed and empty, also while this waits.
    ///
    /// # Cancel safety
    /// A dropped wait leaves the wait list, and loses no item: what was granted to it goes to the next who waits.
    #[track_caller]
    pub fn get(&self) -> QueueGet<'_, T, S> {
        QueueGet { queue: self, waiter: Waiter::new(Location::caller()) }
    }

    /// Adds an item if [`put`](QueueOver::put) would not wait. In asyncio: `put_nowait`.
    ///
    /// # Errors
    /// When there is no room, or the queue is closed; the error has the item.
    #[track_caller]
    pub fn try_put(&self, item: T) -> Result<(), TryPutError<T>> {
        match (self.is_closed(), self.may_put()) {
            (true, _) => Err(TryPutError::Closed(item)),
            (false, false) => {
                self.tell(Location::caller(), || Kind::Refused);
                Err(TryPutError::Full(item))
            }
            (false, true) => {
                self.push(item, Location::caller());
                Ok(())
            }
        }
    }

    /// Takes the next item if [`get`](QueueOver::get) would not wait. In asyncio: `get_nowait`.
    ///
    /// # Errors
    /// When there is no item for one who comes now, or the queue is closed and empty.
    #[track_caller]
    pub fn try_get(&self) -> Result<T, TryGetError> {
        match self.may_get() {
            true => Ok(self.pop(Location::caller())),
            false if self.is_over() => Err(TryGetError::Closed),
            false => {
                self.tell(Location::caller(), || Kind::Refused);
                Err(TryGetError::Empty)
            }
        }
    }

    /// Reports that an item which was taken is done; [`join`](QueueOver::join) waits for that. In asyncio: `task_done`.
    ///
    /// # Errors
    /// When more items would be done than were put.
    #[track_caller]
    pub fn task_done(&self) -> Result<(), DoneTooOften> {
        let done_too_often = || DoneTooOften { queue: self.getters.waiters.to_string() };
        let unfinished = self.unfinished.get().checked_sub(1).ok_or_else(done_too_often)?;
        self.tell(Location::caller(), || Kind::ItemDone { unfinished });
        self.set_unfinished(unfinished);
        Ok(())
    }

    /// Waits until every item that was put is done, as [`task_done`](QueueOver::task_done) says; does not suspend if
    /// none is left. In asyncio: `join`.
    ///
    /// # Cancel safety
    /// A dropped wait takes nothing from the others.
    #[track_caller]
    pub fn join(&self) -> impl Future<Output = ()> {
        wait_in(&self.joiners, Location::caller(), || self.unfinished.get() > 0)
    }

    /// Refuses items from now on. Those that are here can still be taken; who waits for more gets an error, and who
    /// waits for room gets the item back. In asyncio: `shutdown`.
    #[track_caller]
    pub fn close(&self) {
        let was_closed = self.closed.replace(true);
        self.tell_closed(was_closed, Location::caller());
    }

    /// Closes the queue and takes all items out, which count as done. In asyncio: `shutdown(immediate=True)`.
    ///
    /// ```
    /// use greenlight::sync::Queue;
    ///
    /// greenlight::run(async {
    ///     let orders = Queue::unbounded();
    ///     orders.put("soup").await.expect("it is open");
    ///     assert_eq!(orders.close_now(), ["soup"]);
    ///     orders.join().await; // nothing is left to be done
    ///     assert_eq!(orders.put("tea").await.unwrap_err().item, "tea");
    /// });
    /// ```
    #[track_caller]
    pub fn close_now(&self) -> Vec<T> {
        // Not inside a closure, which has a line of its own.
        let at = Location::caller();
        let taken = self.len();
        let mut store = self.change(std::mem::take);
        // At once: one who was granted an item has to find the end where it finds none.
        let was_closed = self.closed.replace(true);
        let unfinished = self.unfinished.get().saturating_sub(taken);
        both(|| self.set_unfinished(unfinished), || self.tell_closed(was_closed, at));
        // Last, because the comparison of items is foreign code, too: it finds a queue that is closed and empty.
        std::iter::from_fn(|| store.pop()).collect()
    }

    /// How many items it may hold; none if any number. In asyncio: `maxsize`.
    pub fn capacity(&self) -> Option<usize> {
        (self.capacity < usize::MAX).then_some(self.capacity)
    }
}
