//! Every task of a runtime as it is at one moment: what it waits for and since which line, behind whom, and who holds it.
//! The reports of stalls, the debug mode and [`dump`] are made of this.

use super::super::clock::Instant;
use super::super::context::{self, Core, Timer};
use super::super::task::{TaskCell, TaskId};
use super::facts::Holder;
use super::standing::{self, Living, Needs, Wait, lists_of};
use super::trace::{ObjectLabel, TaskLabel};
use std::collections::HashMap;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{Ordering, fence};

pub use super::facts::{Notice, ObjectState};
pub use super::standing::Place;

/// Every task of a runtime that has not ended, at one moment. [`dump`] takes one, and so do
/// [`Runtime::dump`](crate::Runtime::dump) and [`Remote::dump`](crate::Remote::dump).
///
/// It prints as a tree, in which a task stands below the one that awaits it. It is plain data: it may leave its thread,
/// and outlive its runtime.
///
/// ```
/// use greenlight::{Runtime, sync::Event};
///
/// let runtime = Runtime::builder().build();
/// runtime.task("walker").spawn_detached(async {
///     Event::new().named("light").wait().await;
/// });
/// runtime.turn();
/// let dump = runtime.dump();
/// assert!(dump.tasks[0].waits[0].to_string().starts_with("waits on event `light`, at "));
/// assert!(dump.to_string().contains("walker, spawned at "));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Dump {
    /// The moment, in the runtime's own time.
    pub at: Instant,
    /// The tasks, in the order of spawning.
    pub tasks: Vec<TaskInfo>,
    /// The numbers of each task that awaits others and of one of those, in ascending order.
    pub(in crate::runtime) awaits: Vec<(u64, u64)>,
}

/// A task at one moment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TaskInfo {
    /// Its id, which no other task of the process ever has.
    pub id: TaskId,
    /// Its name and its number.
    pub label: TaskLabel,
    /// The line that spawned it.
    pub spawned_at: &'static Location<'static>,
    /// What it does just then.
    pub state: TaskState,
    /// Whether it was cancelled: it will be dropped instead of polled.
    pub is_cancelled: bool,
    /// Whether a clone of its waker is held outside the runtime.
    pub is_held_outside: bool,
    /// Whether its last poll returned `Pending` and nobody holds its waker: nothing can wake it.
    pub nobody_can_wake: bool,
    /// The type of its future, as [`type_name`](std::any::type_name) says it; empty if that was boxed before it was
    /// spawned.
    pub future: &'static str,
    /// The last line that awaited something of greenlight's and went on. None unless the runtime is observed, as it is in
    /// the debug mode.
    pub passed: Option<&'static Location<'static>>,
    /// What it waits for. Empty if greenlight does not know, as for the channel of another crate.
    pub waits: Vec<WaitInfo>,
    /// Who waits for its end: by its handle, in a gather, as the owner of its group, or in any other way.
    pub awaited_by: Vec<TaskLabel>,
}

/// What a task does at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskState {
    /// It is in the ready queue.
    Ready,
    /// Its future is being polled: it is the one that asks.
    Polling,
    /// It waits to be woken.
    Parked,
    /// Its future is being dropped.
    Ending,
}

/// One thing that a task waits for. It prints as a line that says so, and lines with more about it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum WaitInfo {
    /// A moment.
    #[non_exhaustive]
    Sleep {
        /// The moment.
        until: Instant,
        /// The line that sleeps.
        at: &'static Location<'static>,
    },
    /// An object, or the end of a task, which is an object of the kind "task".
    #[non_exhaustive]
    Object {
        /// What it is.
        object: ObjectLabel,
        /// The line that waits.
        at: &'static Location<'static>,
        /// How many permits of a semaphore it asks for, or what a primitive that is written on [`waiters`](crate::waiters)
        /// takes for how much; 1 of any other object.
        asks: usize,
        /// Where the task stands in the line of the object.
        place: Place,
        /// Who has to let go of the object, or to end, before a waiter can go on: of a semaphore there may be several.
        /// Who has taken permits comes before who was granted some, and then first who was spawned first. All who wait for the
        /// object share this.
        holders: Arc<[HolderInfo]>,
        /// How the object is.
        state: ObjectState,
    },
}

/// Who holds an object, or permits of a semaphore.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HolderInfo {
    /// Who it is.
    pub who: Who,
    /// The line that took the object, or that waits for it.
    pub since: &'static Location<'static>,
    /// What it has of the object.
    pub hold: Hold,
    /// How many permits of a semaphore it has; 1 of any other object.
    pub permits: usize,
}

/// Who it is that holds an object.
#[derive(Clone, Debug)]
pub enum Who {
    /// A task.
    Task(TaskLabel),
    /// A task of another runtime of the same thread.
    OtherRuntime(TaskLabel),
    /// A task that has ended, and has leaked what it held or given it away.
    EndedTask,
    /// Code outside of any task.
    Outside,
}

/// What a holder has of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// It has it.
    Taken,
    /// It was granted the object and has not run since, but will.
    Granted,
    /// It was granted the object, and does not poll the wait that it was granted to.
    Unpolled,
    /// It is a task, and its end is what is waited for.
    Runs,
}

/// Every task of the current runtime, in the order of spawning. In asyncio: `all_tasks`.
///
/// # Panics
/// Outside a runtime; [`try_dump`] does not.
#[track_caller]
pub fn tasks() -> Vec<TaskInfo> {
    context::expect_current("tasks() was called").dump().tasks
}

/// Every task of the current runtime and what it waits for, to print as a tree. In asyncio 3.14: `print_call_graph`,
/// which shows awaits, but neither the objects that tasks wait on nor who holds them.
///
/// # Panics
/// Outside a runtime; [`try_dump`] does not.
#[track_caller]
pub fn dump() -> Dump {
    context::expect_current("dump() was called").dump()
}

/// Like [`dump`], but none outside a runtime: for a panic hook, in which another panic would abort the process. A hook that
/// is to tell of a runtime also when another thread panics asks a [`WeakRemote`](crate::WeakRemote::dump), which answers
/// at once inside the runtime.
///
/// ```
/// let print = std::panic::take_hook();
/// std::panic::set_hook(Box::new(move |panic| {
///     print(panic);
///     if let Some(dump) = greenlight::try_dump() {
///         eprintln!("{dump}");
///     }
/// }));
/// assert!(greenlight::try_dump().is_none());
/// assert!(greenlight::run(async { greenlight::try_dump() }).is_some());
/// ```
pub fn try_dump() -> Option<Dump> {
    context::current().map(|core| core.dump())
}

impl Core {
    /// What every task is about and waits for.
    pub(in crate::runtime) fn dump(self: &Rc<Self>) -> Dump {
        let living = self.living();
        let mut told: HashMap<TaskId, Vec<WaitInfo>> = HashMap::new();
        let mut awaited: HashMap<u64, Vec<TaskLabel>> = HashMap::new();
        let mut holders: HashMap<u64, Arc<[HolderInfo]>> = HashMap::new();
        for wait in self.waits() {
            let identity = wait.subject.identity;
            awaited.entry(identity).or_default().extend(living.get(&wait.task).and_then(|task| self.label(task)));
            let holders = holders.entry(identity).or_insert_with(|| self.tell_holders(&wait, &living)).clone();
            told.entry(wait.task).or_default().push(self.tell_wait(&wait, holders));
        }
        for (deadline, timer) in self.wheel.borrow().armed() {
            if let Some((task, at)) = timer.wakee.task().zip(timer.at) {
                let sleep = WaitInfo::Sleep { until: Instant::at(deadline), at };
                told.entry(task.id.get()).or_default().push(sleep);
            }
        }
        let info = |task: Rc<TaskCell>| {
            let lists = lists_of(&task).into_iter().filter_map(|(list, _)| awaited.get(&list));
            let mut awaited_by: Vec<_> = lists.flatten().cloned().collect();
            awaited_by.sort_unstable_by_key(|task| task.number);
            let waits = told.remove(&task.id.get()).unwrap_or_default();
            let label = self.label(&task).expect("a task of the table has a number");
            let passed = self.watchers.passed.last(label.number);
            TaskInfo { waits, awaited_by, passed, ..TaskInfo::of(&task, label) }
        };
        let all = self.table.borrow().in_order();
        let mut tasks: Vec<_> = all.into_iter().map(info).collect();
        let all_is_quiet = self.is_quiet();
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

    /// Whether no wake is on its way from another thread. Ask this after the wakers were counted: whoever used one and
    /// dropped it had sent the wake before.
    fn is_quiet(&self) -> bool {
        fence(Ordering::Acquire);
        !self.inbox.is_pending()
    }

    /// The task of that number, if it was spawned just now.
    pub(in crate::runtime) fn newest(&self, number: u64) -> Option<Rc<TaskCell>> {
        let table = self.table.borrow();
        // It is the last that was queued, unless whoever is told of it has queued more.
        let queue = self.queue.tasks.borrow();
        queue.iter().rev().find(|task| table.ids.number(task.id.get()) == Some(number)).cloned()
    }

    /// Whether nothing can wake a task that has returned `Pending`: nobody holds its waker, and it waits for nothing of
    /// greenlight's.
    pub(in crate::runtime) fn nobody_can_wake(&self, task: &Rc<TaskCell>) -> bool {
        let is_its = |timer: &Timer| timer.wakee.task().is_some_and(|other| Rc::ptr_eq(other, task));
        TaskState::of(task) == TaskState::Parked
            && !task.is_held()
            && self.is_quiet()
            && !standing::waits(task)
            && !self.wheel.borrow().armed().any(|(_, timer)| is_its(timer))
    }

    fn tell_wait(&self, wait: &Wait, holders: Arc<[HolderInfo]>) -> WaitInfo {
        let &Wait { ref subject, state, asks, at, place, .. } = wait;
        WaitInfo::Object { object: subject.label(self), at, asks, place, holders, state }
    }

    /// Those who took what they have come before those who were granted it, and first those who were spawned first.
    fn tell_holders(&self, wait: &Wait, living: &Living) -> Arc<[HolderInfo]> {
        let tell = |&holder: &Holder| self.tell_holder(holder, wait.needs, living);
        let mut holders: Vec<_> = wait.holders.iter().map(tell).collect();
        holders.sort_by_key(|HolderInfo { who, hold, .. }| {
            let number = if let Who::Task(task) = who { Some(task.number) } else { None };
            (matches!(hold, Hold::Granted | Hold::Unpolled), number)
        });
        holders.into()
    }

    fn tell_holder(&self, holder: Holder, needs: Needs, living: &Living) -> HolderInfo {
        let Holder { task, since, granted, permits } = holder;
        let here = living.get(&task).and_then(|cell| Some((Who::Task(self.label(cell)?), cell.clone())));
        let elsewhere = || {
            let (home, cell) = self.find_elsewhere(task)?;
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
            true if cell.is_some_and(|cell| cell.queued.get()) => Hold::Granted,
            true => Hold::Unpolled,
        };
        HolderInfo { who, since, hold, permits }
    }
}

impl TaskState {
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

impl TaskInfo {
    fn of(task: &TaskCell, label: TaskLabel) -> Self {
        TaskInfo {
            id: task.id.get(),
            label,
            spawned_at: task.spawned.get(),
            state: TaskState::of(task),
            is_cancelled: task.dying.get(),
            is_held_outside: task.is_held(),
            nobody_can_wake: false,
            future: task.type_name(),
            passed: None,
            waits: Vec::new(),
            awaited_by: Vec::new(),
        }
    }
}

impl Dump {
    /// Those who wait for an object, in the order of its line; those who were granted it come first.
    pub fn waiters<'a>(&'a self, object: &ObjectLabel) -> Vec<&'a TaskInfo> {
        let place = |wait: &WaitInfo| match wait {
            WaitInfo::Object { object: other, place, .. } if other == object => Some(*place),
            _ => None,
        };
        let places = self.tasks.iter().filter_map(|task| Some((task.waits.iter().find_map(place)?, task)));
        let mut waiters: Vec<_> = places.collect();
        waiters.sort_by_key(|(place, _)| match place {
            Place::Granted => 0,
            Place::InLine { ahead, .. } => ahead + 1,
        });
        waiters.into_iter().map(|(_, task)| task).collect()
    }

    /// The tasks that nobody awaits: the roots of the tree.
    pub fn roots(&self) -> impl Iterator<Item = &TaskInfo> {
        self.tasks.iter().filter(|task| task.awaited_by.is_empty())
    }

    /// The tasks whose end a task waits for: those below it in the tree.
    pub fn children<'a>(&'a self, task: &TaskInfo) -> impl Iterator<Item = &'a TaskInfo> {
        let parent = task.label.number;
        let first = self.awaits.partition_point(|&(other, _)| other < parent);
        let numbers = self.awaits[first..].iter().take_while(move |&&(other, _)| other == parent);
        numbers.filter_map(|&(_, child)| self.task(child))
    }

    /// The task of that number; none if it had ended.
    pub fn task(&self, number: u64) -> Option<&TaskInfo> {
        let place = self.tasks.binary_search_by_key(&number, |task| task.label.number).ok()?;
        self.tasks.get(place)
    }
}
