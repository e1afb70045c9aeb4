//! The arena of this thread's waits, with the lists that are in it.
//!
//! Primitives never leave their thread, so all of them keep their waiters in one arena of the thread, and a wait costs
//! no allocation. A list is made when its first waiter arrives and goes with its object. The arena is also what the
//! stall report reads.

use super::Line;
use super::list::{Arena, END, List, push};
use super::note::{About, ObjectState};
use super::wakee::{self, Registered, Wakee};
use slab::Slab;
use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::panic::Location;
use std::rc::Rc;

/// A wait list as the thread keeps it.
pub(super) struct Waiting {
    pub(super) about: About,
    pub(super) order: List,
    /// Everybody up to this one is dying, and is passed over by those who look for one that is not. [`END`] if nobody
    /// was.
    pub(super) passed: Cell<u32>,
    /// A number that tells it from the lists that were here before, and is left with each waiter that it grants.
    pub(super) serial: Cell<u32>,
}

/// Every wait list of a thread.
pub(super) struct Waits {
    pub(super) lists: Slab<Rc<Waiting>>,
    pub(super) nodes: Arena<Registered>,
    /// The lines that wait, and how much they ask for, by the indexes of their nodes: cold, beside nodes that are hot.
    pub(super) asked: Vec<(Line, u32)>,
    /// Lists of objects that are gone, for others.
    spare: Vec<Rc<Waiting>>,
    /// Whom a broadcast is about to wake. It is taken out before anybody is.
    pub(super) to_wake: Vec<(u32, Wakee)>,
    /// How many lists were opened.
    opened: u32,
    /// Set once the thread ends: whoever leaves last gives the memory back.
    ending: bool,
}

thread_local! {
    /// They have no destructor, so that those of other objects may use them while the thread ends.
    pub(super) static WAITS: RefCell<ManuallyDrop<Waits>> = const { RefCell::new(ManuallyDrop::new(Waits::new(0, false))) };
    static AT_THE_END: AtTheEnd = const { AtTheEnd };
}

/// Hears when the thread ends.
struct AtTheEnd;

impl Drop for AtTheEnd {
    fn drop(&mut self) {
        WAITS.with_borrow_mut(|waits| {
            waits.ending = true;
            waits.give_back();
        });
    }
}

/// How many lists of objects that are gone are kept for others.
const SPARE: usize = 1 << 10;

impl Waits {
    const fn new(opened: u32, ending: bool) -> Self {
        Waits {
            lists: Slab::new(),
            nodes: Arena::new(),
            asked: Vec::new(),
            spare: Vec::new(),
            to_wake: Vec::new(),
            opened,
            ending,
        }
    }

    /// Gives the memory back while the thread ends and nobody waits.
    fn give_back(&mut self) {
        if self.ending && self.lists.is_empty() && self.nodes.len() == 0 {
            *self = Waits::new(self.opened, true);
            wakee::give_back();
        }
    }

    #[inline]
    pub(super) fn insert(&mut self, registered: Registered, asked: (Line, u32)) -> u32 {
        let node = self.nodes.insert(registered);
        match self.asked.get_mut(node as usize) {
            Some(before) => *before = asked,
            None => _ = push(&mut self.asked, asked),
        }
        node
    }

    /// Takes a node out that is in no list.
    #[inline(always)]
    pub(super) fn remove(&mut self, node: u32) -> Registered {
        let registered = self.nodes.remove(node);
        if self.ending {
            self.give_back();
        }
        registered
    }

    #[inline]
    pub(super) fn unlink(&mut self, waiting: &Waiting, node: u32) {
        if waiting.passed.get() == node {
            waiting.passed.set(self.nodes.prev(node));
        }
        waiting.order.unlink(&mut self.nodes, node);
    }

    /// Unlinks and marks a waiter of a list. Returns whom to wake.
    #[inline]
    pub(super) fn grant(&mut self, waiting: &Waiting, node: u32) -> Wakee {
        self.unlink(waiting, node);
        self.nodes.set_word(node, waiting.serial.get());
        self.nodes.get_mut(node).grant()
    }

    /// The first who waits and is not dying, or [`END`]. Those in front are looked at once, however often somebody
    /// asks.
    #[inline]
    pub(super) fn first_living(&self, waiting: &Waiting) -> u32 {
        let mut node = match waiting.passed.get() {
            END => waiting.order.first(),
            passed => self.nodes.next(passed),
        };
        while node != END && self.nodes.get(node).is_dying() {
            waiting.passed.set(node);
            node = self.nodes.next(node);
        }
        node
    }
}

/// Makes a wait list, of which `tell` says what it is about. Returns it, and its index.
pub(super) fn open(tell: impl FnOnce(&About)) -> (Rc<Waiting>, u32) {
    // In vain while the thread ends.
    _ = AT_THE_END.try_with(|_| ());
    WAITS.with_borrow_mut(|waits| {
        waits.opened = waits.opened.wrapping_add(1);
        let waiting = waits.spare.pop().unwrap_or_else(|| {
            let about = About::new("", Location::caller(), ObjectState::Thing);
            Rc::new(Waiting { about, order: List::new(), passed: Cell::new(END), serial: Cell::new(0) })
        });
        tell(&waiting.about);
        waiting.serial.set(waits.opened);
        let index = waits.lists.insert(waiting.clone());
        (waiting, u32::try_from(index).expect("fewer than 2^32 objects are waited on"))
    })
}

/// The wait list of that index, and the index.
pub(super) fn list(index: u32) -> (Rc<Waiting>, u32) {
    (WAITS.with_borrow(|waits| waits.lists[index as usize].clone()), index)
}

/// Ends a wait list. Waiters that were leaked in it stay where they are, in no list. Whoever has told of its object is
/// to forget it then.
pub(super) fn close(index: u32) {
    let waiting = WAITS.with_borrow_mut(|waits| {
        let waiting = waits.lists.remove(index as usize);
        while !waiting.order.is_empty() {
            waits.unlink(&waiting, waiting.order.first());
        }
        if waits.lists.is_empty() {
            waits.lists.clear();
        }
        waits.give_back();
        waiting
    });
    // With nothing borrowed: those who have told of it are foreign code.
    waiting.about.forget();
    waiting.about.name.take();
    WAITS.with_borrow_mut(|waits| {
        if waits.spare.len() < SPARE && !waits.ending {
            waits.spare.push(waiting);
        }
    });
}
