//! The wait lists of this thread: who waits on which object, in what order, and from which line.
//!
//! Primitives never leave their thread, so all of them keep their waiters in one arena of the thread, and a wait costs
//! no allocation. A list is made when its first waiter arrives and goes with its object. The arena is also what the
//! stall report reads.
//!
//! A waiter that is woken is *granted* first: it is marked and leaves its list, so whatever runs before the waiter does
//! finds it gone from there, and the waiter finds the mark.

use super::context::{self, Core, Polling};
use super::list::{Arena, List};
use super::ready::TaskKey;
use super::task::Wakee;
use super::trace::{Kind, ObjectLabel};
use slab::Slab;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// What is waited on: what the reports and traces say of it.
#[derive(Clone)]
pub(crate) struct Subject {
    pub(super) kind: &'static str,
    pub(super) name: Option<Rc<str>>,
    pub(super) made: &'static Location<'static>,
    /// The task whose end is waited for.
    pub(super) holder: Option<TaskKey>,
}

/// The waiters of one object, first in, first out.
pub(crate) struct WaitList {
    subject: Subject,
    /// The index of the list among the thread's; none until somebody waits.
    list: Cell<Option<u32>>,
    /// The line of the last signal, if it reached nobody.
    unheard: Cell<Option<&'static Location<'static>>>,
    /// A number that tells this object from others in a trace; 0 until a list is made or a trace asks.
    identity: Cell<u64>,
}

/// One place in a wait list, kept by the future that waits. Dropping it leaves the list.
#[derive(Debug)]
pub(crate) struct Waiter {
    /// The index of the node. None before it waits and after it got what it waited for.
    node: Option<u32>,
    at: &'static Location<'static>,
}

/// A list as the thread keeps it.
struct Waiting {
    subject: Subject,
    identity: u64,
    unheard: Option<&'static Location<'static>>,
    order: List,
}

/// The node of a waiter.
struct Node {
    /// The index of its list. Valid while the node is linked.
    list: u32,
    /// The runtime in which it waits. None under a foreign executor, and once it is granted.
    core: Option<Rc<Core>>,
    /// Whom to wake. None once it is granted.
    wakee: Option<Wakee>,
    at: &'static Location<'static>,
}

/// Every wait list of a thread.
struct Waits {
    lists: Slab<Waiting>,
    nodes: Arena<Node>,
}

thread_local! {
    static WAITS: RefCell<Waits> = const { RefCell::new(Waits { lists: Slab::new(), nodes: Arena::new() }) };
    /// The buffer of broadcasts, kept for the next one.
    static WAKES: Cell<Wakes> = const { Cell::new(Wakes { tasks: Vec::new(), foreign: Vec::new() }) };
    static LAST_IDENTITY: Cell<u64> = const { Cell::new(0) };
}

impl Subject {
    fn label(&self, core: &Core, identity: u64) -> ObjectLabel {
        let number = Some(core.trace.object_number(identity));
        ObjectLabel { kind: self.kind, number, name: self.name.clone(), made: self.made }
    }
}

impl WaitList {
    /// A list for an object of that kind, made at the caller's line.
    #[track_caller]
    pub(crate) const fn new(kind: &'static str) -> Self {
        let subject = Subject { kind, name: None, made: Location::caller(), holder: None };
        WaitList { subject, list: Cell::new(None), unheard: Cell::new(None), identity: Cell::new(0) }
    }

    /// Names the object in reports and traces.
    pub(crate) fn set_name(&mut self, name: Rc<str>) {
        self.subject.name = Some(name);
    }

    /// The object's name.
    pub(crate) fn name(&self) -> Option<&str> {
        self.subject.name.as_deref()
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.list.get().map_or(0, |list| WAITS.with_borrow(|waits| waits.order(list).count()))
    }

    /// The index of the list, which is made if there is none yet.
    pub(crate) fn open(&self) -> u32 {
        self.list.get().unwrap_or_else(|| {
            let list = open(self.subject.clone(), self.identity(), self.unheard.get());
            self.list.set(Some(list));
            list
        })
    }

    /// Grants every waiter and wakes them, first in, first out, foreign wakers last. Returns how many they were. A
    /// waiter that arrives while they are being woken is not part of it.
    pub(crate) fn wake_all(&self) -> usize {
        self.list.get().map_or(0, wake_all)
    }

    /// Remembers the line of a signal that reached nobody; `None` once a signal reached somebody.
    pub(crate) fn set_unheard(&self, at: Option<&'static Location<'static>>) {
        if self.unheard.replace(at) == at {
            return;
        }
        if let Some(list) = self.list.get() {
            WAITS.with_borrow_mut(|waits| waits.lists[list as usize].unheard = at);
        }
    }

    /// Emits an event about this object, in the name of the task that is being polled.
    pub(crate) fn emit(&self, at: &'static Location<'static>, kind: impl FnOnce() -> Kind) {
        let Some(core) = context::current().filter(|core| core.trace.is_watched()) else {
            return;
        };
        let task = core.polling.get().map(|polling| polling.key);
        core.emit(task, Some(self.subject.label(&core, self.identity())), Some(at), kind());
    }

    fn identity(&self) -> u64 {
        if self.identity.get() == 0 {
            self.identity.set(new_identity());
        }
        self.identity.get()
    }
}

impl fmt::Debug for WaitList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitList").field("kind", &self.subject.kind).field("waiters", &self.len()).finish()
    }
}

impl Drop for WaitList {
    fn drop(&mut self) {
        if let Some(list) = self.list.get() {
            close(list);
        }
    }
}

impl Waiter {
    /// A waiter at this line, in no list yet.
    pub(crate) const fn new(at: &'static Location<'static>) -> Self {
        Waiter { node: None, at }
    }

    /// Whether it is in a list, or granted.
    pub(crate) fn has_joined(&self) -> bool {
        self.node.is_some()
    }

    /// Joins the back of the list that `list` names; ready if it names none because there is nothing to wait for. It is
    /// asked after the waker was cloned, which may run foreign code.
    pub(crate) fn join(&mut self, cx: &Context<'_>, list: impl FnOnce() -> Option<u32>) -> Poll<()> {
        let core = context::current();
        let wakee = Wakee::of(polling_in(&core), cx.waker());
        let Some(list) = list() else {
            return Poll::Ready(());
        };
        let watched = core.clone().filter(|core| core.trace.is_watched());
        let task = wakee.task();
        self.node = Some(enlist(Node { list, core, wakee: Some(wakee), at: self.at }));
        if let Some(core) = watched {
            core.emit(task, label(&core, list), Some(self.at), Kind::Waits);
        }
        Poll::Pending
    }

    /// Ready once it was granted, and then in no list any more. Until then it wakes whom this context names.
    pub(crate) fn poll(&mut self, cx: &Context<'_>) -> Poll<()> {
        let node = self.node.expect("a waiter is polled after it joined a list");
        let mut seen = look(node, cx);
        if seen == Seen::Outdated {
            renew(node, cx);
            seen = look(node, cx);
        }
        if seen != Seen::Granted {
            return Poll::Pending;
        }
        self.node = None;
        Poll::Ready(())
    }
}

impl Drop for Waiter {
    fn drop(&mut self) {
        let Some(index) = self.node.take() else {
            return;
        };
        // The arena is gone only while the thread itself ends.
        let Ok(node) = WAITS.try_with(|waits| waits.borrow_mut().leave(index)) else {
            return;
        };
        let watched = node.core.as_ref().filter(|core| core.trace.is_watched());
        if let (Some(core), Some(wakee)) = (watched, &node.wakee) {
            core.emit(wakee.task(), label(core, node.list), Some(node.at), Kind::Leaves);
        }
        // The node holds a foreign waker, perhaps: it is dropped here, with nothing borrowed.
        drop(node);
    }
}

impl Waits {
    /// The nodes of a list, first in line first.
    fn order(&self, list: u32) -> impl Iterator<Item = u32> {
        self.lists[list as usize].order.iter(&self.nodes)
    }

    /// Takes a node out, and out of its list if it is still in it.
    fn leave(&mut self, index: u32) -> Node {
        if self.nodes.is_linked(index) {
            let list = self.nodes.get(index).list as usize;
            self.lists[list].order.unlink(&mut self.nodes, index);
        }
        self.nodes.remove(index)
    }

    /// Unlinks and marks the first waiter of the list. Returns whom to wake.
    fn grant_first(&mut self, list: u32) -> Option<(Option<Rc<Core>>, Wakee)> {
        let first = self.lists[list as usize].order.pop_front(&mut self.nodes)?;
        let node = self.nodes.get_mut(first);
        let wakee = node.wakee.take().expect("a waiter in a list was not granted yet");
        Some((node.core.take(), wakee))
    }
}

pub(super) fn new_identity() -> u64 {
    LAST_IDENTITY.set(LAST_IDENTITY.get() + 1);
    LAST_IDENTITY.get()
}

/// Makes a wait list.
pub(super) fn open(subject: Subject, identity: u64, unheard: Option<&'static Location<'static>>) -> u32 {
    let waiting = Waiting { subject, identity, unheard, order: List::new() };
    let list = WAITS.with_borrow_mut(|waits| waits.lists.insert(waiting));
    u32::try_from(list).expect("fewer than 2^32 objects are waited on")
}

/// Ends a wait list. Waiters that were leaked in it stay where they are, in no list.
pub(super) fn close(list: u32) {
    // The arena is gone only while the thread itself ends.
    let _ = WAITS.try_with(|waits| {
        let waits = &mut *waits.borrow_mut();
        let mut waiting = waits.lists.remove(list as usize);
        while waiting.order.pop_front(&mut waits.nodes).is_some() {}
    });
}

fn label(core: &Core, list: u32) -> Option<ObjectLabel> {
    WAITS.with_borrow(|waits| {
        let waiting = waits.lists.get(list as usize)?;
        Some(waiting.subject.label(core, waiting.identity))
    })
}

fn enlist(node: Node) -> u32 {
    WAITS.with_borrow_mut(|waits| {
        let list = node.list as usize;
        let index = waits.nodes.insert(node);
        waits.lists[list].order.push_back(&mut waits.nodes, index);
        index
    })
}

/// The task that is being polled in a runtime.
fn polling_in(core: &Option<Rc<Core>>) -> Option<Polling> {
    core.as_ref().and_then(|core| core.polling.get())
}

/// What a waiter finds when it looks at its node.
#[derive(PartialEq)]
enum Seen {
    /// It was granted; the node is gone.
    Granted,
    /// It waits, and wakes the right one.
    Current,
    /// It waits, and would wake somebody who does not poll it any more.
    Outdated,
}

fn look(index: u32, cx: &Context<'_>) -> Seen {
    let polling = polling_in(&context::current());
    WAITS.with_borrow_mut(|waits| match &waits.nodes.get(index).wakee {
        Some(wakee) if wakee.is_current(polling, cx.waker()) => Seen::Current,
        Some(_) => Seen::Outdated,
        None => {
            // A granted node holds nothing foreign.
            waits.nodes.remove(index);
            Seen::Granted
        }
    })
}

/// Registers whom this context names instead of whom the node named. The clone of the new waker and the drop of the old
/// one run foreign code, which may grant the node meanwhile.
fn renew(index: u32, cx: &Context<'_>) {
    let core = context::current();
    let wakee = Wakee::of(polling_in(&core), cx.waker());
    let outdated = WAITS.with_borrow_mut(|waits| {
        let node = waits.nodes.get_mut(index);
        match &mut node.wakee {
            Some(known) => (std::mem::replace(&mut node.core, core), std::mem::replace(known, wakee)),
            None => (core, wakee),
        }
    });
    drop(outdated);
}

pub(super) fn wake_all(list: u32) -> usize {
    let mut wakes = WAKES.take();
    WAITS.with_borrow_mut(|waits| {
        while let Some((core, wakee)) = waits.grant_first(list) {
            wakes.add(core, wakee);
        }
    });
    wakes.deliver()
}

/// Those whom a broadcast wakes, collected so that they are woken with nothing borrowed.
#[derive(Default)]
struct Wakes {
    tasks: Vec<(Rc<Core>, TaskKey)>,
    foreign: Vec<Waker>,
}

impl Wakes {
    fn add(&mut self, core: Option<Rc<Core>>, wakee: Wakee) {
        match wakee {
            Wakee::Task(key) => self.tasks.push((core.expect("a task waits in its runtime"), key)),
            Wakee::Waker(waker, _) => self.foreign.push(waker),
        }
    }

    /// Wakes all of them. A foreign waker that panics does not cost the others their wake; the first panic goes on
    /// afterwards.
    fn deliver(mut self) -> usize {
        let count = self.tasks.len() + self.foreign.len();
        for (core, key) in self.tasks.drain(..) {
            core.wake(key);
        }
        let mut panic = None;
        for waker in self.foreign.drain(..) {
            panic = panic.or(catch_unwind(AssertUnwindSafe(|| waker.wake())).err());
        }
        WAKES.set(self);
        match panic {
            Some(panic) => resume_unwind(panic),
            None => count,
        }
    }
}

/// One wait, as a report tells it.
pub(super) struct Wait {
    pub(super) task: TaskKey,
    pub(super) subject: Subject,
    pub(super) at: &'static Location<'static>,
    /// How many stand before it in line.
    pub(super) ahead: usize,
    /// How many stand in line.
    pub(super) line: usize,
    pub(super) unheard: Option<&'static Location<'static>>,
}

/// Every wait of the tasks of a runtime, in the order of the thread's lists.
pub(super) fn of_runtime(core: &Rc<Core>) -> Vec<Wait> {
    WAITS.with_borrow(|waits| {
        let mut found = Vec::new();
        for (list, waiting) in &waits.lists {
            let line = waits.order(list as u32).count();
            for (ahead, index) in waits.order(list as u32).enumerate() {
                let node = waits.nodes.get(index);
                let here = node.core.as_ref().is_some_and(|other| Rc::ptr_eq(other, core));
                if let (true, Some(task)) = (here, node.wakee.as_ref().and_then(Wakee::task)) {
                    let (subject, unheard) = (waiting.subject.clone(), waiting.unheard);
                    found.push(Wait { task, subject, at: node.at, ahead, line, unheard });
                }
            }
        }
        found
    })
}
