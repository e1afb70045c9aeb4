//! What the queues are: a store of items, and the wait lists of those who wait for an item, for room, and for the end.

use super::grant_list::GrantList;
use super::store::Store;
use crate::runtime::{ObjectState, WaitList, both};
use crate::trace::Kind;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};

/// What [`Queue`](super::Queue), [`LifoQueue`](super::LifoQueue) and [`PriorityQueue`](super::PriorityQueue) have in
/// common; the store `S` decides which item comes next.
pub struct QueueOver<T, S> {
    /// Borrowed while items are put in order, which may run foreign code: their comparison.
    store: RefCell<S>,
    /// How many items are in the store, for those who may ask at any time.
    len: Cell<usize>,
    pub(super) capacity: usize,
    /// Set by `close`, for good.
    pub(super) closed: Cell<bool>,
    /// Who waits for an item.
    pub(super) getters: GrantList,
    /// Who waits for room.
    pub(super) putters: GrantList,
    /// Who waits until every item is done.
    pub(super) joiners: WaitList,
    /// How many items were put and not reported as done.
    pub(super) unfinished: Cell<usize>,
    /// Set when something was to be handed out while items were compared. Whoever compares them does it afterwards.
    deferred: Cell<bool>,
    items: PhantomData<T>,
}

impl<T, S: Store<T>> QueueOver<T, S> {
    #[track_caller]
    pub(super) fn with_capacity(capacity: usize) -> Self {
        QueueOver {
            store: RefCell::default(),
            len: Cell::new(0),
            capacity,
            closed: Cell::new(false),
            getters: GrantList::new(
                "queue",
                ObjectState::Item { capacity: (capacity < usize::MAX).then_some(capacity) },
            ),
            putters: GrantList::new("full queue", ObjectState::Room),
            joiners: WaitList::of_state("unfinished queue", ObjectState::Done { unfinished: 0 }),
            unfinished: Cell::new(0),
            deferred: Cell::new(false),
            items: PhantomData,
        }
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

    /// Tells of what is done with the queue, by which those may go on who wait for it in any of its lists.
    pub(super) fn tell(&self, at: &'static Location<'static>, kind: impl FnOnce() -> Kind) {
        self.getters.waiters.emit_for([&self.putters.waiters, &self.joiners], at, kind);
    }

    pub(super) fn tell_closed(&self, was_closed: bool, at: &'static Location<'static>) {
        if !was_closed {
            self.tell(at, || Kind::QueueClosed);
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
                self.tell(at, || Kind::ItemPut { len: self.len() });
            }
        };
        let hand_out = || self.hand_out(&self.getters, || self.hand_out_items());
        both(|| self.change(|store| store.push(item)), || both(count, hand_out));
    }

    /// Takes the next item. If something panics before its getter can have it, the item goes back: an observer may, and
    /// the waker of a putter, whose room is granted all the same.
    pub(super) fn pop(&self, at: &'static Location<'static>) -> T {
        let mut item = None;
        let told = catch_unwind(AssertUnwindSafe(|| {
            item = self.change(S::pop);
            self.tell(at, || Kind::ItemTaken { len: self.len() });
            self.hand_out(&self.putters, || self.hand_out_room());
        }));
        if let Err(panic) = told {
            let put_back = |item| self.change(|store| store.put_back(item));
            both(|| item.into_iter().for_each(put_back), || self.hand_out_all());
            resume_unwind(panic);
        }
        item.expect("an item is taken while there is one")
    }

    /// Changes the store, and counts what is in it then, also when the comparison of items panics.
    pub(super) fn change<R>(&self, change: impl FnOnce(&mut S) -> R) -> R {
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

    /// In a closed queue everybody is granted their turn, in which they find an item or the end. It is so with those
    /// who wait for room, too.
    pub(super) fn hand_out_items(&self) {
        let any_left = || self.is_closed() || self.len() > self.getters.granted();
        if self.may_hand_out() && any_left() {
            self.getters.grant_while(|_| any_left());
        }
    }

    pub(super) fn hand_out_room(&self) {
        let any_left = || self.is_closed() || self.len() + self.putters.granted() < self.capacity;
        if self.may_hand_out() && any_left() {
            self.putters.grant_while(|_| any_left());
        }
    }

    fn hand_out_all(&self) {
        both(|| self.hand_out_items(), || self.hand_out_room());
    }

    /// Hands something out to those who wait in that list, and then what could not be handed out before.
    #[inline]
    fn hand_out(&self, to: &GrantList, something: impl FnOnce()) {
        match self.deferred.take() {
            true => both(something, || self.hand_out_all()),
            false if to.waiters.is_empty() => {}
            false => something(),
        }
    }

    /// Not while items are compared: the one that comes or goes is counted wrongly then.
    fn may_hand_out(&self) -> bool {
        let may = self.store.try_borrow().is_ok();
        if !may {
            self.deferred.set(true);
        }
        may
    }

    pub(super) fn set_unfinished(&self, unfinished: usize) {
        self.unfinished.set(unfinished);
        self.joiners.about().state.set(ObjectState::Done { unfinished });
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
