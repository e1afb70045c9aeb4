//! `Queue`: items from one task to another, in order.

use super::line::Line;
use super::queue_waits::{QueueGet, QueuePut};
use super::store::{DoneTooOften, Store, TryGetError, TryPutError};
use crate::runtime::{ObjectState, WaitList, Waiter, both};
use crate::trace::Kind;
use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::fmt;
use std::future::{Future, poll_fn};
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::sync::Arc;

/// What [`Queue`], [`LifoQueue`] and [`PriorityQueue`] have in common; the store `S` decides which item comes next.
pub struct QueueOver<T, S> {
    /// Borrowed while items are put in order, which may run foreign code: their comparison.
    store: RefCell<S>,
    /// How many items are in the store, for those who may ask at any time.
    len: Cell<usize>,
    capacity: usize,
    /// Set by `close`, for good.
    closed: Cell<bool>,
    /// Who waits for an item.
    pub(super) getters: Line,
    /// Who waits for room.
    pub(super) putters: Line,
    /// Who waits until every item is done.
    joiners: WaitList,
    /// How many items were put and not reported as done.
    unfinished: Cell<usize>,
    /// Set when something was to be handed out while items were compared. Whoever compares them does it afterwards.
    deferred: Cell<bool>,
    items: PhantomData<T>,
}

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
/// A queue stays on its thread, whatever its items are:
///
/// ```compile_fail,E0277
/// let orders = greenlight::sync::Queue::<&str>::unbounded();
/// std::thread::spawn(move || orders.try_put("soup"));
/// ```
pub type Queue<T> = QueueOver<T, VecDeque<T>>;

/// A [`Queue`] whose last item comes first. In asyncio: `LifoQueue`.
pub type LifoQueue<T> = QueueOver<T, Vec<T>>;

/// A [`Queue`] whose smallest item comes first. In asyncio: `PriorityQueue`.
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

    #[track_caller]
    fn with_capacity(capacity: usize) -> Self {
        QueueOver {
            store: RefCell::default(),
            len: Cell::new(0),
            capacity,
            closed: Cell::new(false),
            getters: Line::new("queue", ObjectState::Item),
            putters: Line::new("full queue", ObjectState::Room),
            joiners: WaitList::new("unfinished queue", ObjectState::Done { unfinished: 0 }),
            unfinished: Cell::new(0),
            deferred: Cell::new(false),
            items: PhantomData,
        }
    }

    /// Names the queue in reports and traces.
    #[must_use]
    pub fn named(mut self, name: impl Into<Arc<str>>) -> Self {
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
    /// A dropped wait leaves the line, and drops its item. Room that was granted to it goes to the next in line.
    #[track_caller]
    pub fn put(&self, item: T) -> QueuePut<'_, T, S> {
        QueuePut { queue: self, item: Some(item), waiter: Waiter::new(Location::caller()) }
    }

    /// Takes the next item, once there is one.
    ///
    /// # Errors
    /// When the queue is closed and empty, also while this waits.
    ///
    /// # Cancel safety
    /// A dropped wait leaves the line, and loses no item: what was granted to it goes to the next in line.
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
            (false, false) => Err(TryPutError::Full(item)),
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
            false => Err(TryGetError::Empty),
        }
    }

    /// Reports that an item which was taken is done. In asyncio: `task_done`.
    ///
    /// # Errors
    /// When more items would be done than were put.
    #[track_caller]
    pub fn task_done(&self) -> Result<(), DoneTooOften> {
        let done_too_often = DoneTooOften { made: self.getters.waiters.made() };
        let unfinished = self.unfinished.get().checked_sub(1).ok_or(done_too_often)?;
        self.getters.waiters.emit(Location::caller(), || Kind::ItemDone { unfinished });
        self.set_unfinished(unfinished);
        Ok(())
    }

    /// Waits until every item that was put is done.
    ///
    /// # Cancel safety
    /// A dropped wait takes nothing from the others.
    #[track_caller]
    pub fn join(&self) -> impl Future<Output = ()> {
        let mut waiter = Waiter::new(Location::caller());
        poll_fn(move |cx| waiter.wait(cx, &self.joiners, || self.unfinished.get() > 0))
    }

    /// Refuses items from now on. Those that are here can still be taken; who waits for more gets an error, and who
    /// waits for room gets the item back. In asyncio: `shutdown`.
    #[track_caller]
    pub fn close(&self) {
        let was_closed = self.closed.replace(true);
        self.tell_closed(was_closed, Location::caller());
    }

    /// Closes the queue and takes all items out, which count as done. In asyncio: `shutdown(immediate=True)`.
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

    /// Whether it was closed.
    pub fn is_closed(&self) -> bool {
        self.closed.get()
    }

    /// How many items are in the queue. In asyncio: `qsize`.
    pub fn len(&self) -> usize {
        self.len.get()
    }

    /// Whether no item is in the queue. In asyncio: `empty`.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many items it may hold; none if any number. In asyncio: `maxsize`.
    pub fn capacity(&self) -> Option<usize> {
        (self.capacity < usize::MAX).then_some(self.capacity)
    }

    fn tell_closed(&self, was_closed: bool, at: &'static Location<'static>) {
        if !was_closed {
            self.getters.waiters.emit(at, || Kind::QueueClosed);
        }
        self.hand_out_all();
    }

    pub(super) fn may_put(&self) -> bool {
        !self.is_closed() && self.putters.is_clear() && self.len() < self.capacity
    }

    pub(super) fn may_get(&self) -> bool {
        !self.is_empty() && self.getters.is_clear()
    }

    /// Adds an item. If its comparison with the others panics, it may be among them all the same, and is counted then.
    pub(super) fn push(&self, item: T, at: &'static Location<'static>) {
        let before = self.len();
        let count = || {
            let put = self.len() - before;
            self.set_unfinished(self.unfinished.get() + put);
            if put > 0 {
                self.getters.waiters.emit(at, || Kind::ItemPut { len: self.len() });
            }
        };
        let hand_out = || both(|| self.hand_out_items(), || self.hand_out_deferred());
        both(|| self.change(|store| store.push(item)), || both(count, hand_out));
    }

    /// Takes the next item. If something panics before its getter can have it, the item goes back: an observer may, and
    /// the waker of a putter, whose room is granted all the same.
    pub(super) fn pop(&self, at: &'static Location<'static>) -> T {
        let mut item = None;
        let told = catch_unwind(AssertUnwindSafe(|| {
            item = self.change(S::pop);
            self.getters.waiters.emit(at, || Kind::ItemTaken { len: self.len() });
            both(|| self.hand_out_room(), || self.hand_out_deferred());
        }));
        if let Err(panic) = told {
            let put_back = |item| self.change(|store| store.put_back(item));
            both(|| item.into_iter().for_each(put_back), || self.hand_out_all());
            resume_unwind(panic);
        }
        item.expect("an item is taken while there is one")
    }

    /// Changes the store, and counts what is in it then, also when the comparison of items panics.
    fn change<R>(&self, change: impl FnOnce(&mut S) -> R) -> R {
        let Ok(mut store) = self.store.try_borrow_mut() else {
            let queue = &self.getters.waiters;
            panic!("an item of {queue} used the queue while it was compared; compare without the queue")
        };
        let changed = catch_unwind(AssertUnwindSafe(|| change(&mut store)));
        self.len.set(store.count());
        drop(store);
        changed.unwrap_or_else(|panic| resume_unwind(panic))
    }

    /// Whether a getter would wait in vain.
    pub(super) fn is_over(&self) -> bool {
        self.is_closed() && self.is_empty()
    }

    /// In a closed queue everybody is granted their turn, in which they find an item or the end. It is so with those who
    /// wait for room, too.
    pub(super) fn hand_out_items(&self) {
        if self.may_hand_out() {
            self.getters.grant_while(|_| self.is_closed() || self.len() > self.getters.granted());
        }
    }

    pub(super) fn hand_out_room(&self) {
        if self.may_hand_out() {
            let room = || self.len() + self.putters.granted() < self.capacity;
            self.putters.grant_while(|_| self.is_closed() || room());
        }
    }

    fn hand_out_all(&self) {
        both(|| self.hand_out_items(), || self.hand_out_room());
    }

    fn hand_out_deferred(&self) {
        if self.deferred.take() {
            self.hand_out_all();
        }
    }

    /// Not while items are compared: the one that comes or goes is counted wrongly then.
    fn may_hand_out(&self) -> bool {
        let may = self.store.try_borrow().is_ok();
        self.deferred.set(self.deferred.get() || !may);
        may
    }

    fn set_unfinished(&self, unfinished: usize) {
        self.unfinished.set(unfinished);
        self.joiners.set_state(ObjectState::Done { unfinished });
        if unfinished == 0 {
            self.joiners.wake_all();
        }
    }
}

impl<T, S: Store<T>> fmt::Debug for QueueOver<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue")
            .field("name", &self.getters.waiters.name())
            .field("len", &self.len())
            .field("getters", &self.getters.waiters.len())
            .field("putters", &self.putters.waiters.len())
            .field("unfinished", &self.unfinished.get())
            .field("closed", &self.is_closed())
            .finish()
    }
}
