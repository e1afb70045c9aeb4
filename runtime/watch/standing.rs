//! Who stands in which wait list of this thread, at which place, and who holds what is waited for: what reports are made of.

use super::super::context::Core;
use super::super::listeners::{Listener, Listeners};
use super::super::table::{BLOCK, Table, TaskIds};
use super::super::task::{TaskCell, TaskId};
use super::super::waiter::WaitList;
use super::super::waits::{WAITS, Waiting, Waits};
use super::super::wakee::Kept;
use super::facts::{Holder, ObjectState, Subject};
use super::holds;
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
    pub(in crate::runtime) task: TaskId,
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

/// The tasks that are alive in a runtime, by their ids.
pub(in crate::runtime) type Living = HashMap<TaskId, Rc<TaskCell>>;

impl WaitList {
    /// How many of them, up to so many, belong to tasks that were not cancelled, or to none.
    pub(crate) fn living(&self, at_most: usize) -> usize {
        self.waiting().map_or(0, |waiting| {
            WAITS.with_borrow(|waits| {
                let order = &waiting.order;
                let living = order.iter(&waits.nodes).filter(|&node| !waits.nodes.get(node).is_dying());
                living.take(at_most).count()
            })
        })
    }
}

impl Listeners {
    fn iter(&self) -> impl Iterator<Item = &Rc<dyn Listener>> {
        self.first.iter().chain(self.others.iter().flat_map(|others| others.values()))
    }
}

impl TaskIds {
    /// How many ids were given out before this one; none if it is another runtime's.
    pub(in crate::runtime) fn number(&self, id: TaskId) -> Option<u64> {
        let block = self.blocks.iter().position(|first| (*first..first + BLOCK).contains(&id.0))?;
        Some(block as u64 * BLOCK + id.0 - self.blocks[block])
    }
}

impl Table {
    /// How many tasks have a clone of their waker somewhere.
    pub(in crate::runtime) fn count_held(&self) -> usize {
        self.cloned.iter().filter(|&&slot| self.tasks[slot as usize].is_held()).count()
    }
}

impl Core {
    pub(in crate::runtime) fn living(&self) -> Living {
        self.table.borrow().tasks.iter().map(|(_, task)| (task.id.get(), task.clone())).collect()
    }

    /// The task of that id, in whatever other runtime of this thread it is alive, and that runtime.
    pub(in crate::runtime) fn find_elsewhere(&self, task: TaskId) -> Option<(Rc<Core>, Rc<TaskCell>)> {
        let runtimes = RUNTIMES.try_with(|runtimes| runtimes.borrow().values().filter_map(rc::Weak::upgrade).collect());
        let gave_out = |core: &Rc<Core>| core.table.borrow().ids.number(task).is_some();
        let home = runtimes.unwrap_or_else(|_| Vec::new()).into_iter().find(gave_out)?;
        let found =
            home.table.borrow().tasks.iter().find(|(_, other)| other.id.get() == task).map(|(_, task)| task.clone());
        Some((home, found?))
    }

    /// Every wait of the tasks that have not ended; one that was leaked outlives its task.
    pub(in crate::runtime) fn waits(&self) -> Vec<Wait> {
        let mut waits = of_runtime(self);
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
        let mut awaited: HashMap<u64, (Needs, Vec<Holder>)> = HashMap::new();
        for task in self.table.borrow().in_order() {
            let holder = Holder { task: task.id.get(), since: task.spawned.get(), granted: false, permits: 1 };
            for (list, needs) in lists_of(&task) {
                awaited.entry(list).or_insert((needs, Vec::new())).1.push(holder);
            }
        }
        awaited.into_iter().map(|(list, (needs, tasks))| (list, (needs, tasks.into()))).collect()
    }
}

/// The identities of the lists in which somebody waits for the end of a task, and what each of them needs.
pub(in crate::runtime) fn lists_of(task: &TaskCell) -> Vec<(u64, Needs)> {
    let Some(extra) = task.extra.get() else { return Vec::new() };
    let joiners = extra
        .joiners
        .get()
        .map(|joiners| WAITS.with_borrow(|waits| (waits.lists[joiners as usize].about.identity(), Needs::AnyEnd)));
    let listeners = extra.listeners.borrow();
    let listened = listeners
        .iter()
        .map(|listener| (listener.waits_in(), if listener.awaits_every() { Needs::EveryEnd } else { Needs::AnyEnd }));
    joiners.into_iter().chain(listened).collect()
}

/// Every wait of the tasks of a runtime.
fn of_runtime(core: &Core) -> Vec<Wait> {
    WAITS.with_borrow(|waits| {
        let serials: HashMap<u32, &Rc<Waiting>> =
            waits.lists.iter().map(|(_, waiting)| (waiting.serial.get(), waiting)).collect();
        let (places, holders) = (waits.places(), waits.holders(&serials));
        let wait = |(node, kept): (u32, &Kept)| {
            let task =
                kept.task().filter(|task| Rc::ptr_eq(&task.queue, &core.queue) && task.id.get() != TaskId::ENDED)?;
            let (waiting, place) = match places.get(&node) {
                Some((waiting, place)) => (*waiting, *place),
                None if kept.is_granted() => (*serials.get(&waits.nodes.word(node))?, Place::Granted),
                None => return None,
            };
            let (subject, state) = (waiting.about.subject(), waiting.about.state.get());
            Some(Wait {
                task: task.id.get(),
                state,
                holders: holders.get(&subject.identity).cloned().unwrap_or_default(),
                subject,
                // The tasks of this runtime are told below, those of others are single ones.
                needs: if state == ObjectState::Ends { Needs::AnyEnd } else { Needs::Release },
                asks: kept.asks as usize,
                at: waits.lines[node as usize],
                place,
            })
        };
        waits.nodes.iter().filter_map(wait).collect()
    })
}

/// Whether a task waits for any object.
pub(in crate::runtime) fn waits(task: &Rc<TaskCell>) -> bool {
    let is_its = |(_, kept): (u32, &Kept)| kept.task().is_some_and(|other| Rc::ptr_eq(other, task));
    WAITS.with_borrow(|waits| waits.nodes.iter().any(is_its))
}

impl Waits {
    /// Who holds each object: of a semaphore, those who took permits and those who were granted some.
    fn holders(&self, serials: &HashMap<u32, &Rc<Waiting>>) -> HashMap<u64, Rc<[Holder]>> {
        let mut holders = holds::by_object();
        for (_, waiting) in self.lists.iter() {
            holders.entry(waiting.about.identity()).or_default().extend(waiting.about.holder.get());
        }
        for (node, kept) in self.nodes.iter().filter(|(node, kept)| kept.is_granted() && !self.nodes.is_linked(*node)) {
            let Some(waiting) = serials.get(&self.nodes.word(node)) else { continue };
            let state = waiting.about.state.get();
            if state.is_held_once_granted() {
                let task = kept.task().map_or(TaskId::NOBODY, |task| task.id.get());
                let permits = if state.is_permits() { kept.asks as usize } else { 1 };
                let since = self.lines[node as usize];
                let holder = Holder { task, since, granted: true, permits };
                holders.entry(waiting.about.identity()).or_default().push(holder);
            }
        }
        holders.into_iter().map(|(object, holders)| (object, holders.into())).collect()
    }

    /// In which list each waiter stands, and where.
    fn places(&self) -> HashMap<u32, (&Rc<Waiting>, Place)> {
        let mut places = HashMap::new();
        for (_, waiting) in self.lists.iter() {
            let order: Vec<u32> = waiting.order.iter(&self.nodes).collect();
            let line = order.len();
            let place = |(ahead, node)| (node, (waiting, Place::InLine { ahead, line }));
            places.extend(order.into_iter().enumerate().map(place));
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_runtimes_never_give_out_the_same_id_however_many_each_gives_out() {
        let [mut early, mut busy, mut late] = [(); 3].map(|()| TaskIds::new());
        let mut others = vec![early.next()];
        // Late takes the block behind busy's. Not later than here: tests that run beside this one take blocks, too.
        let mut given_out = vec![busy.next()];
        others.extend([late.next(), late.next(), early.next()]);
        given_out.extend((0..BLOCK + 1).map(|_| busy.next()));
        assert!(given_out.is_sorted_by(|earlier, later| earlier < later));
        for id in others {
            assert!(!given_out.contains(&id), "{id}");
            assert_eq!(busy.number(id), None);
        }
        assert!(given_out.iter().enumerate().all(|(number, &id)| busy.number(id) == Some(number as u64)));
    }
}
