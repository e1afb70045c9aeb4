//! The wait lists of this thread: who waits on which object, in what order, and from which line.
//!
//! Primitives never leave their thread, so all of them keep their waiters in one arena of the thread, and a wait costs
//! no allocation. A list is made when its first waiter arrives and goes with its object. The arena is also what the
//! stall report reads.
//!
//! A waiter that is woken is *granted* first: it is marked and leaves its list, so whatever runs before the waiter does
//! finds it gone from there, and the waiter finds the mark.

use super::list::{Arena, END, List, push};
use super::note::{self, About, ObjectState};
use super::panics;
use super::wakee::{self, Kept, Wakee};
use slab::Slab;
use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::rc::Rc;
use std::task::Waker;

/// A wait list as the thread keeps it.
pub(super) struct Waiting {
    pub(super) about: About,
    pub(super) order: List,
    /// Everybody up to this one is dying, and is passed over by those who look for one that is not. [`END`] if nobody was.
    pub(super) passed: Cell<u32>,
    /// A number that tells it from the lists that were here before, and is left with each waiter that it grants.
    pub(super) serial: Cell<u32>,
}

/// Every wait list of a thread. They have no destructor, so that those of other objects may use them while the thread ends.
pub(super) struct Waits {
    pub(super) lists: ManuallyDrop<Slab<Rc<Waiting>>>,
    pub(super) nodes: ManuallyDrop<Arena<Kept>>,
    /// The lines that wait, by the indexes of their nodes: cold, beside nodes that are hot.
    pub(super) lines: ManuallyDrop<Vec<&'static Location<'static>>>,
    /// Lists of objects that are gone, for others.
    spare: ManuallyDrop<Vec<Rc<Waiting>>>,
    /// Whom a broadcast is about to wake. It is taken out before anybody is.
    to_wake: ManuallyDrop<Vec<Wakee>>,
    /// How many lists were opened.
    opened: u32,
    /// Set once the thread ends: whoever leaves last gives the memory back.
    ending: bool,
}

thread_local! {
    pub(super) static WAITS: RefCell<Waits> = const { RefCell::new(Waits::new()) };
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

impl Default for Waiting {
    fn default() -> Self {
        let about = About::new("", Location::caller(), ObjectState::Thing);
        Waiting { about, order: List::new(), passed: Cell::new(END), serial: Cell::new(0) }
    }
}

impl Waits {
    const fn new() -> Self {
        const { assert!(!std::mem::needs_drop::<Waits>(), "the wait lists have no destructor") };
        Waits {
            lists: ManuallyDrop::new(Slab::new()),
            nodes: ManuallyDrop::new(Arena::new()),
            lines: ManuallyDrop::new(Vec::new()),
            spare: ManuallyDrop::new(Vec::new()),
            to_wake: ManuallyDrop::new(Vec::new()),
            opened: 0,
            ending: false,
        }
    }

    /// Gives the memory back while the thread ends and nobody waits.
    fn give_back(&mut self) {
        if self.ending && self.lists.is_empty() && self.nodes.len() == 0 {
            (*self.lists, *self.nodes) = (Slab::new(), Arena::new());
            (*self.lines, *self.spare, *self.to_wake) = (Vec::new(), Vec::new(), Vec::new());
            wakee::give_back();
        }
    }

    #[inline]
    fn insert(&mut self, kept: Kept, at: &'static Location<'static>) -> u32 {
        let node = self.nodes.insert(kept);
        match self.lines.get_mut(node as usize) {
            Some(line) => *line = at,
            None => _ = push(&mut self.lines, at),
        }
        node
    }

    /// Takes a node out that is in no list.
    #[inline(always)]
    fn remove(&mut self, node: u32) -> Kept {
        let kept = self.nodes.remove(node);
        if self.ending {
            self.give_back();
        }
        kept
    }

    #[inline]
    fn unlink(&mut self, waiting: &Waiting, node: u32) {
        if waiting.passed.get() == node {
            waiting.passed.set(self.nodes.prev(node));
        }
        waiting.order.unlink(&mut self.nodes, node);
    }

    /// Unlinks and marks a waiter of a list. Returns whom to wake.
    #[inline]
    fn grant(&mut self, waiting: &Waiting, node: u32) -> Wakee {
        self.unlink(waiting, node);
        self.nodes.set_word(node, waiting.serial.get());
        self.nodes.get_mut(node).grant()
    }

    /// The first in line who is not dying, or [`END`]. Those in front are looked at once, however often somebody asks.
    #[inline]
    fn first_living(&self, waiting: &Waiting) -> u32 {
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
        let waiting = waits.spare.pop().unwrap_or_default();
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

/// Ends a wait list. Waiters that were leaked in it stay where they are, in no list. Whoever has told of its object is to
/// forget it then.
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

/// A new waiter at the back of a list. Returns its node.
#[inline]
pub(super) fn enlist(waiting: &Waiting, kept: Kept, at: &'static Location<'static>) -> u32 {
    WAITS.with_borrow_mut(|waits| {
        let node = waits.insert(kept, at);
        waiting.order.push_back(&mut waits.nodes, node);
        node
    })
}

/// Ends the wait of a waiter that was granted; false if it was not.
#[inline]
pub(super) fn end_granted(node: u32, at: &'static Location<'static>) -> bool {
    let granted = WAITS.with_borrow_mut(|waits| waits.nodes.get(node).is_granted().then(|| waits.remove(node)));
    // With nothing borrowed: its runtime may go with it.
    let Some(task) = granted.map(Kept::into_woken) else { return false };
    note::ended(node, task.as_ref(), true, at);
    true
}

/// Takes out a waiter that is being dropped.
pub(super) fn leave(list: u32, node: u32) -> Kept {
    WAITS.with_borrow_mut(|waits| {
        if waits.nodes.is_linked(node) {
            let waiting = waits.lists[list as usize].clone();
            waits.unlink(&waiting, node);
        }
        waits.remove(node)
    })
}

pub(super) fn is_granted(node: u32) -> bool {
    WAITS.with_borrow(|waits| waits.nodes.get(node).is_granted())
}

/// Registers whom this waker wakes, if that is somebody else. The clone of the new waker and the drop of the old one run foreign
/// code, which may grant the node meanwhile.
#[cold]
pub(super) fn renew(list: u32, node: u32, waker: &Waker) {
    if WAITS.with_borrow(|waits| waits.nodes.get(node).is_current(waker)) {
        return;
    }
    let wakee = Wakee::of(waker);
    let outdated = WAITS.with_borrow_mut(|waits| {
        let kept = waits.nodes.get_mut(node);
        if kept.is_granted() {
            return wakee;
        }
        if kept.is_dying() {
            // Its task was passed over, perhaps, and another one polls it now.
            waits.lists.get(list as usize).into_iter().for_each(|waiting| waiting.passed.set(END));
        }
        kept.replace(wakee)
    });
    drop(outdated);
}

/// Whether every waiter of the list belongs to a task that was cancelled.
pub(super) fn all_dying(waiting: &Waiting) -> bool {
    waiting.order.is_empty() || WAITS.with_borrow(|waits| waits.first_living(waiting)) == END
}

/// A waiter that was granted what it waits for, and is to be woken: what [`WaitList::grant_first`](super::waiter::WaitList::grant_first)
/// returns. One that is dropped instead leaves its waiter asleep, and the stall report tells of that.
#[must_use = "a waiter that was granted sleeps on until it is woken"]
pub struct Grant {
    pub(crate) node: u32,
    /// Whether its task was cancelled already, and will be dropped instead of polled.
    pub(crate) dying: bool,
    /// The line that waits.
    pub(super) at: &'static Location<'static>,
    pub(super) asks: u32,
    pub(super) wakee: Wakee,
}

impl Grant {
    /// Wakes it. A foreign waker is foreign code.
    ///
    /// # Panics
    /// With the panic of a foreign waker.
    #[inline]
    pub fn wake(self) {
        if let Some(panic) = self.wakee.wake() {
            panics::go_on_with_first([panic]);
        }
    }
}

/// Grants the first waiter in line.
#[inline]
pub(super) fn grant_first(waiting: &Waiting) -> Option<Grant> {
    WAITS.with_borrow_mut(|waits| {
        let node = waiting.order.first();
        if node == END {
            return None;
        }
        let kept = waits.nodes.get(node);
        let (dying, at, asks) = (kept.is_dying(), waits.lines[node as usize], kept.asks);
        Some(Grant { node, dying, at, asks, wakee: waits.grant(waiting, node) })
    })
}

/// Grants every waiter, the dying too, and wakes them after.
pub(super) fn wake_all(waiting: &Waiting) -> usize {
    wake_each(waiting, |_| waiting.order.first())
}

/// Grants those who are not dying, from the front of the line, as long as what each asks for `suffices`, and wakes them after.
/// What they wait for is still there if another task polls a wait that was passed over.
pub(super) fn wake_while(waiting: &Waiting, mut suffices: impl FnMut(usize) -> bool) -> usize {
    wake_each(waiting, |waits| match waits.first_living(waiting) {
        node if node == END || suffices(waits.nodes.get(node).asks as usize) => node,
        _ => END,
    })
}

/// Grants and wakes the waiters that `next` names, until it names none. Tasks are queued as they are granted, which runs no
/// foreign code; where somebody watches, and where they are foreign, they are woken after all are granted.
fn wake_each(waiting: &Waiting, mut next: impl FnMut(&Waits) -> u32) -> usize {
    let (mut count, mut is_any_left) = (0, false);
    WAITS.with_borrow_mut(|waits| {
        while let Some(node) = Some(next(waits)).filter(|&node| node != END) {
            count += 1;
            waits.unlink(waiting, node);
            waits.nodes.set_word(node, waiting.serial.get());
            if let Some(wakee) = waits.nodes.get_mut(node).grant_and_wake() {
                waits.to_wake.push(wakee);
                is_any_left = true;
            }
        }
    });
    if is_any_left {
        wake_left();
    }
    count
}

/// Wakes those whom a broadcast has left to be woken with nothing borrowed, foreign wakers last. One that panics does not cost the
/// others their wake; the first panic goes on afterwards, and the others are told.
#[cold]
fn wake_left() {
    let mut left = WAITS.with_borrow_mut(|waits| std::mem::take(&mut *waits.to_wake));
    for wakee in &left {
        if let Wakee::Task(task) = wakee {
            task.wake();
        }
    }
    let foreign = left.drain(..).filter(|wakee| matches!(wakee, Wakee::Foreign(..)));
    let panics: Vec<_> = foreign.filter_map(Wakee::wake).collect();
    // It is empty again, and kept for the next broadcast.
    WAITS.with_borrow_mut(|waits| *waits.to_wake = left);
    panics::go_on_with_first(panics);
}

/// Drops a waker that nobody needs any more, in the drop of whoever left it.
pub(super) fn drop_foreign(waker: Option<Waker>) {
    if let Some(waker) = waker {
        panics::go_on_with_first(catch_unwind(AssertUnwindSafe(|| drop(waker))).err());
    }
}
