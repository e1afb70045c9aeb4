//! Who stands in which wait list of this thread, at which place, and who holds what is waited for: how a dump is taken.

use super::super::arena::{WAITS, Waiting, Waits};
use super::super::clock::Instant;
use super::super::context::{Core, Sleeper};
use super::super::listeners::{Listener, Listeners};
use super::super::table::Table;
use super::super::task::{TaskCell, TaskId};
use super::super::waits::WaitList;
use super::dump::{Dump, Hold, HolderInfo, Needs, Place, TaskInfo, TaskState, WaitInfo, Who};
use super::facts::Holder;
use super::state::ObjectState;
use super::trace::TaskLabel;
use super::{holds, runtimes};
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};

/// The tasks that are alive in a runtime, by their ids.
type Living = HashMap<TaskId, Rc<TaskCell>>;

/// What the tasks of a runtime wait for.
#[derive(Default)]
struct Standing {
    /// By the tasks that wait.
    waits: HashMap<TaskId, Vec<WaitInfo>>,
    /// Who waits for each object, by its identity.
    waiters: HashMap<u64, Vec<TaskLabel>>,
}

impl Core {
    /// What every task is about and waits for.
    pub(in crate::runtime) fn dump(&self) -> Dump {
        self.look(true)
    }

    /// The same, in which objects are numbered or not. The first to name an object numbers it.
    pub(super) fn look(&self, numbers: bool) -> Dump {
        let all = self.table.borrow().in_order();
        // In the order of spawning they get the names that they have not yet.
        all.iter().for_each(|task| _ = self.label(task));
        let Standing { mut waits, waiters } = self.standing(numbers);
        for (deadline, &Sleeper { ref wakee, at }) in self.wheel.borrow().armed() {
            if let Some(task) = wakee.task() {
                let sleep = WaitInfo::Sleep { until: Instant::at(deadline), at };
                waits.entry(task.id.get()).or_default().push(sleep);
            }
        }
        let info = |task: Rc<TaskCell>| {
            let lists = lists_of(&task).into_iter().filter_map(|(list, _)| waiters.get(&list));
            let mut awaited_by: Vec<_> = lists.flatten().cloned().collect();
            awaited_by.sort_unstable_by_key(|task| task.number);
            TaskInfo {
                id: task.id.get(),
                label: self.label(&task).expect("a task of the table has a number"),
                spawned_at: task.spawned.get(),
                state: TaskState::of(&task),
                is_cancelled: task.dying.get(),
                is_held_outside: task.is_held(),
                nobody_can_wake: false,
                future: task.type_name().unwrap_or_default(),
                passed: self.passed(&task),
                waits: waits.remove(&task.id.get()).unwrap_or_default(),
                awaited_by,
            }
        };
        let mut tasks: Vec<_> = all.into_iter().map(info).collect();
        // After the wakers were counted: whoever used one and dropped it had sent the wake before.
        fence(Ordering::Acquire);
        let all_is_quiet = !self.inbox.is_pending();
        for task in &mut tasks {
            let is_left_alone = task.waits.is_empty() && !task.is_held_outside;
            task.nobody_can_wake = all_is_quiet && task.state == TaskState::Parked && is_left_alone;
        }
        let of_one = |child: &TaskInfo| {
            let child_number = child.label.number;
            child.awaited_by.iter().map(|parent| (parent.number, child_number)).collect::<Vec<_>>()
        };
        let mut awaits: Vec<_> = tasks.iter().flat_map(of_one).collect();
        awaits.sort_unstable();
        awaits.dedup();
        Dump { at: self.clock.now(), tasks, awaits }
    }

    /// The task of that number, if it was spawned just now.
    pub(in crate::runtime) fn newest(&self, number: u64) -> Option<Rc<TaskCell>> {
        let table = self.table.borrow();
        // It is the last that was queued, unless whoever is told of it has queued more.
        let queue = self.queue.tasks.borrow();
        queue.iter().rev().find(|task| table.ids.number(task.id.get()) == Some(number)).cloned()
    }

    /// What every task that has not ended waits for; a wait that was leaked outlives its task.
    fn standing(&self, numbers: bool) -> Standing {
        let living: Living = self.table.borrow().tasks.iter().map(|(_, task)| (task.id.get(), task.clone())).collect();
        let awaited = self.awaited();
        let mut told: HashMap<u64, (Needs, Arc<[HolderInfo]>)> = HashMap::new();
        let mut standing = Standing::default();
        WAITS.with_borrow(|waits| {
            let places = waits.places();
            let holders = waits.holders(&places);
            for (node, wakee) in waits.nodes.iter() {
                let task = wakee.task().filter(|task| living.contains_key(&task.id.get()));
                let Some((task, &(Waiting { about, .. }, place))) = task.zip(places.get(&node)) else { continue };
                let (identity, state) = (about.identity(), about.state.get());
                let tell = || {
                    // The tasks of this runtime stand beside, those of others are single ones.
                    let is_end = matches!(state, ObjectState::End | ObjectState::Ends);
                    let needs = if is_end { Needs::AnyEnd } else { Needs::Release };
                    let of_object = || (needs, holders.get(&identity).cloned().unwrap_or_default());
                    let (needs, holders) = awaited.get(&identity).cloned().unwrap_or_else(of_object);
                    (needs, self.tell_holders(&holders, needs, &living))
                };
                let (needs, holders) = told.entry(identity).or_insert_with(tell).clone();
                let (object, (at, asks)) = (about.label(numbers.then_some(self)), waits.asked[node as usize]);
                let asks = asks as usize;
                let wait = WaitInfo::Object { object, at, asks, place, needs, holders, state };
                standing.waits.entry(task.id.get()).or_default().push(wait);
                standing.waiters.entry(identity).or_default().extend(self.label(task));
            }
        });
        standing
    }

    /// The tasks for whose ends somebody waits, in the order of spawning, by the identity of the list in which that
    /// somebody does.
    fn awaited(&self) -> HashMap<u64, (Needs, Vec<Holder>)> {
        let mut awaited: HashMap<u64, (Needs, Vec<Holder>)> = HashMap::new();
        for task in self.table.borrow().in_order() {
            let holder = Holder { task: task.id.get(), since: task.spawned.get(), granted: false, permits: 1 };
            for (list, needs) in lists_of(&task) {
                awaited.entry(list).or_insert((needs, Vec::new())).1.push(holder);
            }
        }
        awaited
    }

    /// Those who took what they have come before those who were granted it, and first those who were spawned first.
    fn tell_holders(&self, holders: &[Holder], needs: Needs, living: &Living) -> Arc<[HolderInfo]> {
        let mut holders: Vec<_> = holders.iter().map(|holder| self.tell_holder(holder, needs, living)).collect();
        holders.sort_by_key(|holder| (matches!(holder.hold, Hold::Granted | Hold::Unpolled), holder.task()));
        holders.into()
    }

    fn tell_holder(&self, holder: &Holder, needs: Needs, living: &Living) -> HolderInfo {
        let &Holder { task, since, granted, permits } = holder;
        let here = living.get(&task).and_then(|cell| Some((Who::Task(self.label(cell)?), cell.clone())));
        let elsewhere = || {
            let (home, cell) = runtimes::find(task)?;
            Some((Who::OtherRuntime(home.label(&cell)?), cell))
        };
        let (who, cell) = match here.or_else(elsewhere) {
            Some((who, cell)) => (who, Some(cell)),
            None if task == TaskId::NOBODY => (Who::Outside, None),
            None => (Who::EndedTask, None),
        };
        let hold = match granted {
            _ if needs != Needs::Release => Hold::Runs,
            false => Hold::Taken,
            true if cell.is_some_and(|cell| TaskState::of(&cell).will_be_polled()) => Hold::Granted,
            true => Hold::Unpolled,
        };
        HolderInfo { who, since, hold, permits }
    }
}

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

impl Table {
    /// How many tasks have a clone of their waker somewhere.
    pub(super) fn count_held(&self) -> usize {
        self.cloned.iter().filter(|&&slot| self.tasks[slot as usize].is_held()).count()
    }
}

/// The identities of the lists in which somebody waits for the end of a task, and what each of them needs.
pub(super) fn lists_of(task: &TaskCell) -> Vec<(u64, Needs)> {
    let Some(extra) = task.extra.get() else { return Vec::new() };
    let joiners = task.joined_as().map(|joiners| (joiners, Needs::AnyEnd));
    let listeners = extra.listeners.borrow();
    let listened = listeners.iter().map(|listener| {
        (listener.about().identity(), if listener.awaits_every() { Needs::EveryEnd } else { Needs::AnyEnd })
    });
    joiners.into_iter().chain(listened).collect()
}

impl Waits {
    /// The list in which each waiter stands, and where; the one that has granted it, if it does not know yet.
    fn places(&self) -> HashMap<u32, (&Waiting, Place)> {
        let (mut places, mut serials) = (HashMap::new(), HashMap::new());
        for (_, waiting) in self.lists.iter() {
            let order: Vec<u32> = waiting.order.iter(&self.nodes).collect();
            let line = order.len();
            let place = |(ahead, node)| (node, (&**waiting, Place::InLine { ahead, line }));
            places.extend(order.into_iter().enumerate().map(place));
            serials.insert(waiting.serial.get(), &**waiting);
        }
        let granted = self.nodes.iter().filter(|(node, wakee)| wakee.is_granted() && !self.nodes.is_linked(*node));
        let place = |node| Some((node, (*serials.get(&self.nodes.word(node))?, Place::Granted)));
        places.extend(granted.filter_map(|(node, _)| place(node)));
        places
    }

    /// Who holds each object: of a semaphore, those who took permits and those who were granted some.
    fn holders(&self, places: &HashMap<u32, (&Waiting, Place)>) -> HashMap<u64, Vec<Holder>> {
        let mut holders = holds::by_object();
        for (_, waiting) in self.lists.iter() {
            holders.entry(waiting.about.identity()).or_default().extend(waiting.about.holder.get());
        }
        for (node, wakee) in self.nodes.iter() {
            let Some((Waiting { about, .. }, Place::Granted)) = places.get(&node) else { continue };
            if about.state.get().is_held_once_granted() {
                let task = wakee.task().map_or(TaskId::NOBODY, |task| task.id.get());
                let (since, asks) = self.asked[node as usize];
                let permits = if about.state.get().is_permits() { asks as usize } else { 1 };
                let holder = Holder { task, since, granted: true, permits };
                holders.entry(about.identity()).or_default().push(holder);
            }
        }
        holders
    }
}

impl TaskState {
    /// Whether it is in the ready queue, or is being polled, so that it may look at what it was granted.
    pub(super) fn will_be_polled(self) -> bool {
        matches!(self, TaskState::Ready | TaskState::Polling)
    }

    fn of(task: &TaskCell) -> Self {
        let body = task.body.take();
        let is_out = body.is_none();
        task.body.set(body);
        match is_out {
            true if task.ending.get() => TaskState::Ending,
            true => TaskState::Polling,
            false if task.queued.get() => TaskState::Ready,
            false => TaskState::Parked,
        }
    }
}
