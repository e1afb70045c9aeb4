//! The wait lists of this thread: who waits on which object, in what order, and from which line.
//!
//! Primitives never leave their thread, so all of them keep their waiters in one arena of the thread, and a wait costs
//! no allocation. A list is made when its first waiter arrives and goes with its object. The arena is also what the
//! stall report reads.

use super::context::{self, Core};
use super::list::{Arena, List};
use super::ready::TaskKey;
use super::task::Wakee;
use super::wakes::drop_foreign;
use super::watch::facts::{Facts, Subject};
use super::watch::trace::ObjectLabel;
use slab::Slab;
use std::cell::RefCell;
use std::mem::ManuallyDrop;
use std::panic::Location;
use std::rc::Rc;
use std::task::Context;

/// A list as the thread keeps it.
pub(super) struct Waiting {
    pub(super) subject: Subject,
    pub(super) facts: Facts,
    pub(super) order: List,
    /// Everybody in front of this one is dying and was passed over; everybody in line, if it is none.
    pub(super) living: Option<u32>,
    /// Set while everybody in line is owed what it waits for.
    pub(super) all_owed: bool,
}

/// The node of a waiter.
pub(super) struct Node {
    /// The index of its list. Valid while the node is linked.
    pub(super) list: u32,
    /// The identity of the list's object: tells a list from the next one at its index.
    pub(super) identity: u64,
    /// The runtime in which it waits. None under a foreign executor.
    pub(super) core: Option<Rc<Core>>,
    /// The task that polled it last, for the reports.
    pub(super) task: Option<TaskKey>,
    /// Whom to wake. None once it is granted.
    pub(super) wakee: Option<Wakee>,
    /// Set when a notify that nobody used up passed it over because its task was dying: it is granted if another task
    /// polls it after all.
    is_owed: bool,
    /// Set while it is in line in front of its list's first living one: its task counts it.
    pub(super) is_passed_over: bool,
    /// How much it asks for, where there is a choice.
    pub(super) asks: usize,
    pub(super) at: &'static Location<'static>,
    /// How a trace names the object, which may be gone before the waiter is. None when nobody watches.
    pub(super) object: Option<Box<ObjectLabel>>,
}

/// Every wait list of a thread. They have no destructor, so that those of other objects may use them while the thread ends.
pub(super) struct Waits {
    pub(super) lists: ManuallyDrop<Slab<Waiting>>,
    pub(super) nodes: ManuallyDrop<Arena<Node>>,
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

impl Waits {
    const fn new() -> Self {
        const { assert!(!std::mem::needs_drop::<Waits>(), "the wait lists have no destructor") };
        Waits { lists: ManuallyDrop::new(Slab::new()), nodes: ManuallyDrop::new(Arena::new()), ending: false }
    }

    /// Gives the memory back while the thread ends and nobody waits.
    fn give_back(&mut self) {
        if self.ending && self.lists.is_empty() && self.nodes.iter().next().is_none() {
            (*self.lists, *self.nodes) = (Slab::new(), Arena::new());
        }
    }

    /// Takes a node out, and out of its list if it is still in it.
    fn leave(&mut self, index: u32) -> Node {
        if self.nodes.is_linked(index) {
            self.unlink(index);
        }
        let node = self.nodes.remove(index);
        self.give_back();
        node
    }

    fn unlink(&mut self, index: u32) {
        let node = self.nodes.get(index);
        let list = node.list as usize;
        if node.is_passed_over {
            self.set_passed_over(index, false);
        }
        let waiting = &mut self.lists[list];
        let next = waiting.order.unlink(&mut self.nodes, index);
        if waiting.living == Some(index) {
            waiting.living = next;
        }
    }

    /// The first in line who is not dying. Those in front are looked at once, however often somebody asks.
    pub(super) fn first_living(&mut self, list: u32) -> Option<u32> {
        while let Some(index) = self.lists[list as usize].living {
            if !self.nodes.get(index).is_dying() {
                return Some(index);
            }
            self.set_passed_over(index, true);
            self.lists[list as usize].living = self.nodes.next(index);
        }
        None
    }

    #[cold]
    fn set_passed_over(&mut self, index: u32, passed_over: bool) {
        let node = self.nodes.get_mut(index);
        if std::mem::replace(&mut node.is_passed_over, passed_over) != passed_over
            && let (Some(core), Some(task)) = (&node.core, node.task)
        {
            core.count_passed_over(task, passed_over);
        }
    }

    /// Owes everybody in line what they ask for, as long as it suffices.
    pub(super) fn owe(&mut self, list: u32, mut suffices: impl FnMut(usize) -> bool) {
        let waiting = &mut self.lists[list as usize];
        let mut next = if waiting.all_owed { None } else { waiting.order.first() };
        while let Some(index) = next {
            let node = self.nodes.get_mut(index);
            if !suffices(node.asks) {
                return;
            }
            node.is_owed = true;
            next = self.nodes.next(index);
        }
        waiting.all_owed = true;
    }

    /// Unlinks and marks a waiter of a list. Returns whom to wake.
    pub(super) fn grant(&mut self, index: u32) -> (Option<Rc<Core>>, Wakee) {
        self.unlink(index);
        let node = self.nodes.get_mut(index);
        (node.core.clone(), node.wakee.take().expect("a waiter in a list was not granted yet"))
    }
}

impl Node {
    /// Whether its task was cancelled and is not dropped yet. A wait with a foreign waker may be in a future that others
    /// poll too, as the futures crate's `Shared` is: it need not go with the task that polled it last.
    pub(super) fn is_dying(&self) -> bool {
        let Some(Wakee::Task(task)) = &self.wakee else { return false };
        self.core.as_ref().is_some_and(|core| core.is_dying(*task))
    }

    /// The wait is over: who watches is told. A foreign waker is dropped here, with nothing borrowed.
    pub(super) fn end(mut self) {
        self.tell_end();
        drop_foreign(self.wakee);
    }
}

/// Makes a wait list.
pub(super) fn open(subject: Subject, facts: Facts) -> u32 {
    let waiting = Waiting { subject, facts, order: List::new(), living: None, all_owed: false };
    // In vain while the thread ends.
    _ = AT_THE_END.try_with(|_| ());
    let list = WAITS.with_borrow_mut(|waits| waits.lists.insert(waiting));
    u32::try_from(list).expect("fewer than 2^32 objects are waited on")
}

/// Ends a wait list. Waiters that were leaked in it stay where they are, in no list. Returns the identity of its object.
pub(super) fn close(list: u32) -> u64 {
    WAITS.with_borrow_mut(|waits| {
        let mut waiting = waits.lists.remove(list as usize);
        while waiting.order.pop_front(&mut waits.nodes).is_some() {}
        if waits.lists.is_empty() {
            waits.lists.clear();
        }
        waits.give_back();
        waiting.subject.identity
    })
}

/// A task that was dying is gone, and a wait of it that was passed over is not.
pub(super) fn look_again() {
    WAITS.with_borrow_mut(|waits| {
        waits.lists.iter_mut().for_each(|(_, waiting)| waiting.living = waiting.order.first());
    });
}

/// A new waiter at the back of a list. Returns its node.
pub(super) fn enlist(
    list: u32,
    core: Option<Rc<Core>>,
    wakee: Wakee,
    asks: usize,
    at: &'static Location<'static>,
    object: Option<Box<ObjectLabel>>,
) -> u32 {
    WAITS.with_borrow_mut(|waits| {
        let waiting = &mut waits.lists[list as usize];
        let identity = waiting.subject.identity;
        let (task, wakee, is_owed, is_passed_over) = (wakee.task(), Some(wakee), false, false);
        let node = Node { list, identity, core, task, wakee, is_owed, is_passed_over, asks, at, object };
        let index = waits.nodes.insert(node);
        waiting.order.push_back(&mut waits.nodes, index);
        waiting.living.get_or_insert(index);
        waiting.all_owed = false;
        index
    })
}

/// Takes a waiter out that is being dropped.
pub(super) fn leave(index: u32) -> Node {
    WAITS.with_borrow_mut(|waits| waits.leave(index))
}

/// What a waiter finds when it looks at its node.
pub(super) enum Seen {
    /// It was granted, and here is its node, to be dropped with nothing borrowed: its runtime may go with it.
    Granted(Node),
    /// It waits, and wakes the right one.
    Current,
    /// It waits, and would wake somebody who does not poll it any more.
    Outdated,
}

pub(super) fn look(index: u32, cx: &Context<'_>) -> Seen {
    let polling = context::polling();
    WAITS.with_borrow_mut(|waits| match &waits.nodes.get(index).wakee {
        Some(wakee) if wakee.is_current(polling, cx.waker()) => Seen::Current,
        Some(_) => Seen::Outdated,
        None => Seen::Granted(waits.nodes.remove(index)),
    })
}

pub(super) fn is_granted(index: u32) -> bool {
    WAITS.with_borrow(|waits| waits.nodes.get(index).wakee.is_none())
}

/// Registers whom this context names instead of whom the node named. The clone of the new waker and the drop of the old
/// one run foreign code, which may grant the node meanwhile.
pub(super) fn renew(index: u32, cx: &Context<'_>) {
    let core = context::current();
    let wakee = Wakee::of(context::polling(), cx.waker());
    let outdated = WAITS.with_borrow_mut(|waits| {
        if waits.nodes.get(index).is_passed_over {
            waits.set_passed_over(index, false);
            let waiting = &mut waits.lists[waits.nodes.get(index).list as usize];
            waiting.living = waiting.order.first();
        }
        let node = waits.nodes.get_mut(index);
        let Some(known) = &mut node.wakee else { return ((core, wakee), None) };
        node.task = wakee.task();
        let outdated = (std::mem::replace(&mut node.core, core), std::mem::replace(known, wakee));
        let is_owed = node.is_owed && !node.is_dying();
        // Whoever polls it looks next, and need not be woken.
        (outdated, is_owed.then(|| waits.grant(index)))
    });
    drop(outdated);
}
