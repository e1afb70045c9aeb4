//! The wait lists of this thread: who waits on which object, in what order, and from which line.
//!
//! Primitives never leave their thread, so all of them keep their waiters in one arena of the thread, and a wait costs
//! no allocation. A list is made when its first waiter arrives and goes with its object. The arena is also what the
//! stall report reads.
//!
//! A waiter that is woken is *granted* first: it is marked and leaves its list, so whatever runs before the waiter does
//! finds it gone from there, and the waiter finds the mark.

use super::context::{self, Core};
use super::facts::{Facts, Holder};
use super::list::{Arena, List};
use super::ready::TaskKey;
use super::task::Wakee;
use super::trace::{Kind, ObjectLabel};
use super::wakes::{Wakes, drop_foreign, wake_foreign};
use slab::Slab;
use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;
use std::task::Context;

/// What is waited on: what the reports and traces say of it.
#[derive(Clone)]
pub(super) struct Subject {
    pub(super) kind: &'static str,
    pub(super) name: Option<Arc<str>>,
    pub(super) made: &'static Location<'static>,
    /// A number that tells this object from others in a trace.
    pub(super) identity: u64,
}

/// A list as the thread keeps it.
pub(super) struct Waiting {
    pub(super) subject: Subject,
    pub(super) facts: Facts,
    pub(super) order: List,
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
    static LAST_IDENTITY: Cell<u64> = const { Cell::new(0) };
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

    /// The nodes of a list, first in line first.
    pub(super) fn order(&self, list: u32) -> impl Iterator<Item = u32> {
        self.lists[list as usize].order.iter(&self.nodes)
    }

    /// Takes a node out, and out of its list if it is still in it.
    fn leave(&mut self, index: u32) -> Node {
        if self.nodes.is_linked(index) {
            let list = self.nodes.get(index).list as usize;
            self.lists[list].order.unlink(&mut self.nodes, index);
        }
        let node = self.nodes.remove(index);
        self.give_back();
        node
    }

    /// Owes those whose tasks are dying what they ask for, as long as it suffices.
    fn owe(&mut self, list: u32, mut suffices: impl FnMut(usize) -> bool) {
        let is_owed = |&index: &u32| self.nodes.get(index).is_dying() && suffices(self.nodes.get(index).asks);
        let owed: Vec<u32> = self.order(list).filter(is_owed).collect();
        owed.into_iter().for_each(|index| self.nodes.get_mut(index).is_owed = true);
    }

    /// Unlinks and marks a waiter of the list. Returns whom to wake.
    fn grant(&mut self, list: u32, index: u32) -> (Option<Rc<Core>>, Wakee) {
        self.lists[list as usize].order.unlink(&mut self.nodes, index);
        let node = self.nodes.get_mut(index);
        (node.core.clone(), node.wakee.take().expect("a waiter in a list was not granted yet"))
    }
}

impl Node {
    /// The waiter, as the holder of what it was granted.
    pub(super) fn holder(&self) -> Holder {
        Holder { task: self.task, since: self.at, granted: true, permits: self.asks }
    }

    /// Whether its task was cancelled and is not dropped yet. A wait with a foreign waker may be in a future that others
    /// poll too, as the futures crate's `Shared` is: it need not go with the task that polled it last.
    fn is_dying(&self) -> bool {
        let Some(Wakee::Task(task)) = &self.wakee else { return false };
        self.core.as_ref().is_some_and(|core| core.is_dying(*task))
    }

    /// Traces the end of the wait, in the name of the task that polled it last. A foreign waker is dropped here, with
    /// nothing borrowed.
    pub(super) fn end(self) {
        if let (Some(core), Some(object)) = (&self.core, self.object) {
            let kind = if self.wakee.is_none() { Kind::Waited } else { Kind::Leaves };
            core.emit(self.task, Some(*object), Some(self.at), kind);
        }
        drop_foreign(self.wakee);
    }
}

impl Subject {
    pub(super) fn label(&self, core: &Core) -> ObjectLabel {
        let number = Some(core.object_number(self.identity));
        ObjectLabel { kind: self.kind, number, name: self.name.clone(), made: self.made }
    }
}

pub(super) fn new_identity() -> u64 {
    LAST_IDENTITY.set(LAST_IDENTITY.get() + 1);
    LAST_IDENTITY.get()
}

/// Makes a wait list.
pub(super) fn open(subject: Subject, facts: Facts) -> u32 {
    let waiting = Waiting { subject, facts, order: List::new() };
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
        waits.give_back();
        waiting.subject.identity
    })
}

pub(super) fn len(list: u32) -> usize {
    WAITS.with_borrow(|waits| waits.lists[list as usize].order.len)
}

/// How many waiters of the list belong to no task that was cancelled and is not dropped yet.
pub(super) fn living(list: u32) -> usize {
    WAITS.with_borrow(|waits| waits.order(list).filter(|&node| !waits.nodes.get(node).is_dying()).count())
}

/// Whether every waiter of the list belongs to a task that was cancelled and is not dropped yet.
pub(super) fn all_dying(list: u32) -> bool {
    WAITS.with_borrow(|waits| waits.order(list).all(|node| waits.nodes.get(node).is_dying()))
}

pub(super) fn set_facts(list: u32, facts: Facts) {
    WAITS.with_borrow_mut(|waits| waits.lists[list as usize].facts = facts);
}

/// How traces name the object of a list.
pub(super) fn label(core: &Core, list: u32) -> Box<ObjectLabel> {
    WAITS.with_borrow(|waits| Box::new(waits.lists[list as usize].subject.label(core)))
}

/// The identity of a list's object.
pub(super) fn identity(list: u32) -> u64 {
    WAITS.with_borrow(|waits| waits.lists[list as usize].subject.identity)
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
        let (task, wakee) = (wakee.task(), Some(wakee));
        let index = waits.nodes.insert(Node { list, identity, core, task, wakee, is_owed: false, asks, at, object });
        waiting.order.push_back(&mut waits.nodes, index);
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
        let node = waits.nodes.get_mut(index);
        let Some(known) = &mut node.wakee else { return ((core, wakee), None) };
        node.task = wakee.task();
        let outdated = (std::mem::replace(&mut node.core, core), std::mem::replace(known, wakee));
        let (list, is_owed) = (node.list, node.is_owed && !node.is_dying());
        // Whoever polls it looks next, and need not be woken.
        (outdated, is_owed.then(|| waits.grant(list, index)))
    });
    drop(outdated);
}

/// A waiter that was granted and is to be woken.
#[must_use]
pub(crate) struct Grant {
    /// The node of the waiter.
    pub(crate) node: u32,
    /// Whether its task was cancelled already, and will be dropped instead of polled.
    pub(crate) dying: bool,
    holder: Holder,
    core: Option<Rc<Core>>,
    wakee: Wakee,
}

impl Grant {
    /// The waiter, as the holder of what it was granted.
    pub(crate) fn holder(&self) -> Holder {
        self.holder
    }

    /// Wakes it. A foreign waker is foreign code.
    pub(crate) fn wake(self) {
        match self.wakee {
            Wakee::Task(key) => self.core.expect("a task waits in its runtime").wake(key),
            Wakee::Waker(waker, _) => wake_foreign(waker),
        }
    }
}

/// Grants the first waiter in line.
pub(super) fn grant_first(list: u32) -> Option<Grant> {
    WAITS.with_borrow_mut(|waits| {
        let index = waits.order(list).next()?;
        let node = waits.nodes.get(index);
        let (dying, holder) = (node.is_dying(), node.holder());
        let (core, wakee) = waits.grant(list, index);
        Some(Grant { node: index, dying, holder, core, wakee })
    })
}

/// Grants every waiter and wakes them after; see [`WaitList::wake_all`](super::waiter::WaitList::wake_all).
pub(super) fn wake_all(list: u32) -> usize {
    wake_while(list, Dying::Serve, |_| true)
}

/// What becomes of waiters whose tasks were cancelled and are not dropped yet.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Dying {
    /// They are granted like the others.
    Serve,
    /// They are passed over. What they wait for is still there if another task polls them after all.
    PassOver,
    /// They are passed over, and owed what nobody else took.
    Owe,
}

/// Grants waiters from the front of the line, as long as what each asks for `suffices`, and wakes them after.
pub(super) fn wake_while(list: u32, dying: Dying, mut suffices: impl FnMut(usize) -> bool) -> usize {
    let mut wakes = Wakes::take();
    WAITS.with_borrow_mut(|waits| {
        let mut next = waits.order(list).next();
        while let Some(index) = next {
            next = waits.nodes.next(index);
            let node = waits.nodes.get(index);
            if dying != Dying::Serve && node.is_dying() {
                continue;
            }
            if !suffices(node.asks) {
                break;
            }
            let (core, wakee) = waits.grant(list, index);
            wakes.add(core, wakee);
        }
        if dying == Dying::Owe {
            waits.owe(list, suffices);
        }
    });
    wakes.deliver()
}
