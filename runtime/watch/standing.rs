//! Who stands in which wait list of this thread, at which place, and who holds what is waited for: what reports are made of.

use super::super::context::Core;
use super::super::ready::TaskKey;
use super::super::waits::{Node, WAITS, Waiting, Waits};
use super::facts::{Facts, Holder, ObjectState, Subject};
use super::holds;
use super::trace::{Kind, ObjectLabel};
use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::Location;
use std::rc::{self, Rc};

/// Where a waiter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the line.
    InLine {
        /// How many are ahead of it.
        ahead: usize,
        /// How long the line is.
        line: usize,
    },
    /// It was granted what it waits for, and has not been polled since.
    Granted,
}

/// Which of the holders have to let go, or to end, before a waiter goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::runtime) enum Needs {
    /// Who holds it has to let go; of several, any may suffice.
    Release,
    /// One of these tasks has to end.
    AnyEnd,
    /// Each of these tasks has to end.
    EveryEnd,
}

/// One wait, as a report tells it.
pub(in crate::runtime) struct Wait {
    pub(in crate::runtime) task: TaskKey,
    pub(in crate::runtime) subject: Subject,
    /// How the object is.
    pub(in crate::runtime) state: ObjectState,
    /// Who holds what is waited for, or has to end.
    pub(in crate::runtime) holders: Rc<[Holder]>,
    pub(in crate::runtime) needs: Needs,
    pub(in crate::runtime) asks: usize,
    pub(in crate::runtime) at: &'static Location<'static>,
    pub(in crate::runtime) place: Place,
}

thread_local! {
    /// The runtimes of this thread that have not been dropped, by their addresses.
    static RUNTIMES: RefCell<HashMap<usize, rc::Weak<Core>>> = RefCell::default();
}

/// Lets the reports of other runtimes of this thread know this one.
pub(in crate::runtime) fn register(core: &Rc<Core>) {
    // They are gone while the thread ends.
    let _ = RUNTIMES.try_with(|runtimes| runtimes.borrow_mut().insert(address(core), Rc::downgrade(core)));
}

/// A runtime is dropped.
pub(in crate::runtime) fn unregister(core: &Rc<Core>) {
    let _ = RUNTIMES.try_with(|runtimes| runtimes.borrow_mut().remove(&address(core)));
}

fn address(core: &Rc<Core>) -> usize {
    Rc::as_ptr(core) as usize
}

/// How many stand in a list.
pub(in crate::runtime) fn len(list: u32) -> usize {
    WAITS.with_borrow(|waits| waits.lists[list as usize].order.len)
}

/// How many waiters of the list belong to no task that was cancelled and is not dropped yet, counted up to that many.
pub(in crate::runtime) fn living(list: u32, at_most: usize) -> usize {
    WAITS.with_borrow_mut(|waits| {
        let first = waits.first_living(list);
        let behind = std::iter::successors(first, |&node| waits.nodes.next(node));
        behind.filter(|&node| !waits.nodes.get(node).is_dying()).take(at_most).count()
    })
}

pub(in crate::runtime) fn set_facts(list: u32, facts: Facts) {
    WAITS.with_borrow_mut(|waits| waits.lists[list as usize].facts = facts);
}

/// How traces name the object of a list.
pub(in crate::runtime) fn label(core: &Core, list: u32) -> Box<ObjectLabel> {
    WAITS.with_borrow(|waits| Box::new(waits.lists[list as usize].subject.label(core)))
}

/// The identity of a list's object.
pub(in crate::runtime) fn identity(list: u32) -> u64 {
    WAITS.with_borrow(|waits| waits.lists[list as usize].subject.identity)
}

impl Core {
    /// The runtime of this thread in which a task is alive.
    pub(in crate::runtime) fn home_of(self: &Rc<Self>, task: TaskKey) -> Option<Rc<Core>> {
        let has = |core: &Rc<Core>| core.table.borrow().get(task).is_some();
        if has(self) {
            return Some(self.clone());
        }
        let others = RUNTIMES.try_with(|runtimes| runtimes.borrow().values().filter_map(rc::Weak::upgrade).collect());
        others.unwrap_or_else(|_| Vec::new()).into_iter().find(has)
    }

    /// Every wait of the tasks that have not ended; one that was leaked outlives its task.
    pub(in crate::runtime) fn waits(self: &Rc<Self>) -> Vec<Wait> {
        let mut waits = of_runtime(self);
        waits.retain(|wait| self.label(wait.task).is_some());
        let awaited = self.awaited();
        for wait in &mut waits {
            if let Some((needs, tasks)) = awaited.get(&wait.subject.identity) {
                (wait.needs, wait.holders) = (*needs, tasks.clone());
            }
        }
        waits
    }

    /// The tasks for whose ends somebody waits, in the order of spawning, by the identity of the list in which that somebody
    /// does.
    fn awaited(&self) -> HashMap<u64, (Needs, Rc<[Holder]>)> {
        let table = self.table.borrow();
        let mut awaited: HashMap<u64, (Needs, Vec<(u64, Holder)>)> = HashMap::new();
        for (index, slot) in &table.slots {
            let task = Some(TaskKey { slot: index as u32, id: slot.id });
            let holder = Holder { task, since: slot.spawned, granted: false, permits: 1 };
            let mut add = |list, needs| {
                awaited.entry(list).or_insert((needs, Vec::new())).1.push((slot.number, holder));
            };
            slot.joiners.iter().for_each(|&joiners| add(identity(joiners), Needs::AnyEnd));
            for watch in slot.watches.iter() {
                add(watch.waits_in(), if watch.awaits_every() { Needs::EveryEnd } else { Needs::AnyEnd });
            }
        }
        let in_order = |(list, (needs, mut tasks)): (u64, (Needs, Vec<(u64, Holder)>))| {
            tasks.sort_unstable_by_key(|(number, _)| *number);
            (list, (needs, tasks.into_iter().map(|(_, task)| task).collect()))
        };
        awaited.into_iter().map(in_order).collect()
    }
}

/// Every wait of the tasks of a runtime.
fn of_runtime(core: &Rc<Core>) -> Vec<Wait> {
    WAITS.with_borrow(|waits| {
        let (places, holders) = (waits.places(), waits.holders());
        let wait = |(index, node): (u32, &Node)| {
            node.core.as_ref().filter(|other| Rc::ptr_eq(other, core))?;
            let Waiting { subject, facts, .. } = waits.list_of(node)?;
            Some(Wait {
                task: node.task?,
                subject: subject.clone(),
                state: facts.state,
                holders: holders.get(&node.identity).cloned().unwrap_or_default(),
                // The tasks of this runtime are told below, those of others are single ones.
                needs: if facts.state == ObjectState::Ends { Needs::AnyEnd } else { Needs::Release },
                asks: node.asks,
                at: node.at,
                place: places.get(&index).copied().unwrap_or(Place::Granted),
            })
        };
        waits.nodes.iter().filter_map(wait).collect()
    })
}

/// Whether a task waits for any object.
pub(in crate::runtime) fn waits(task: TaskKey) -> bool {
    let is_its = |waits: &RefCell<Waits>| waits.borrow().nodes.iter().any(|(_, node)| node.task == Some(task));
    // The wait lists are gone while the thread ends.
    WAITS.try_with(is_its).unwrap_or_default()
}

impl Node {
    /// Traces the end of the wait, in the name of the task that polled it last.
    pub(in crate::runtime) fn tell_end(&mut self) {
        if let (Some(core), Some(object)) = (&self.core, self.object.take()) {
            let kind = if self.wakee.is_none() { Kind::Waited } else { Kind::Leaves };
            core.emit(self.task, Some(*object), Some(self.at), kind);
        }
    }

    /// The waiter, as the holder of what it was granted.
    pub(in crate::runtime) fn holder(&self) -> Holder {
        Holder { task: self.task, since: self.at, granted: true, permits: self.asks }
    }
}

impl Waits {
    /// The nodes of a list, first in line first.
    pub(in crate::runtime) fn order(&self, list: u32) -> impl Iterator<Item = u32> {
        self.lists[list as usize].order.iter(&self.nodes)
    }

    /// The list that a node is in, or was before it was granted; none if that is gone.
    fn list_of(&self, node: &Node) -> Option<&Waiting> {
        self.lists.get(node.list as usize).filter(|waiting| waiting.subject.identity == node.identity)
    }

    /// Who holds each object: of a semaphore, those who took permits and those who were granted some.
    fn holders(&self) -> HashMap<u64, Rc<[Holder]>> {
        let mut holders = holds::by_object();
        for (_, Waiting { subject, facts, .. }) in self.lists.iter() {
            holders.entry(subject.identity).or_default().extend(facts.holder);
        }
        for (_, node) in self.nodes.iter() {
            if node.wakee.is_none() && self.list_of(node).is_some_and(|waiting| waiting.facts.state.is_permits()) {
                holders.entry(node.identity).or_default().push(node.holder());
            }
        }
        holders.into_iter().map(|(object, holders)| (object, holders.into())).collect()
    }

    /// Where each waiter of every list stands.
    fn places(&self) -> HashMap<u32, Place> {
        let mut places = HashMap::new();
        for (list, _) in self.lists.iter() {
            let order: Vec<u32> = self.order(list as u32).collect();
            let line = order.len();
            places.extend(order.into_iter().enumerate().map(|(ahead, node)| (node, Place::InLine { ahead, line })));
        }
        places
    }
}
