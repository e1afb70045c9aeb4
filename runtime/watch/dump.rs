//! Every task of a runtime as it is at one moment: what it waits for and since which line, behind whom, and who holds
//! it. The reports of stalls, the debug mode and [`dump`] are made of this.

use super::super::clock::Instant;
use super::super::context;
use super::super::task::TaskId;
use super::trace::{ObjectLabel, TaskLabel};
use std::collections::HashSet;
use std::panic::Location;
use std::sync::Arc;

pub use super::state::{Notice, ObjectState};

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
///
/// A program may look around in it:
///
/// ```
/// use greenlight::{dump::{TaskInfo, WaitInfo}, sync::Lock, task, yield_now};
/// use std::rc::Rc;
///
/// greenlight::run(async {
///     let bath = Rc::new(Lock::new(()).named("bath"));
///     let _mine = bath.lock().await;
///     let bather = |name: &'static str| {
///         let bath = bath.clone();
///         task(name).spawn(async move { drop(bath.lock().await) })
///     };
///     let (_ann, ben) = (bather("ann"), bather("ben"));
///     let mother = task("mother").spawn(async move { ben.await });
///     yield_now().await;
///
///     let dump = greenlight::dump();
///     let name = |task: &TaskInfo| task.label.to_string();
///     let names = |tasks: Vec<&TaskInfo>| tasks.into_iter().map(name).collect::<Vec<_>>();
///     let WaitInfo::Object { object, .. } = &dump.tasks[1].waits[0] else { unreachable!() };
///     assert_eq!(names(dump.waiters(object)), ["ann", "ben"]);
///     assert_eq!(names(dump.roots().collect()), ["main", "ann", "mother"]);
///     let mother = dump.tasks.iter().find(|info| info.id == mother.task().id()).unwrap();
///     assert_eq!(names(dump.children(mother).collect()), ["ben"]);
///     assert_eq!(dump.task(mother.label.number).unwrap().spawned_at, mother.spawned_at);
/// });
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Dump {
    /// The moment, in the runtime's own time.
    pub at: Instant,
    /// The tasks, in the order of spawning.
    pub tasks: Vec<TaskInfo>,
    /// The numbers of each task that awaits others and of one of those, in ascending order.
    pub(super) awaits: Vec<(u64, u64)>,
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
    /// The type of its future, as [`type_name`](std::any::type_name) says it; empty while that is polled or dropped,
    /// and if it was boxed before it was spawned.
    pub future: &'static str,
    /// The last line that awaited something of greenlight's and went on. None unless the runtime is observed, as it is
    /// in the debug mode.
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
        /// How many permits of a semaphore it asks for, or what a primitive that is written on
        /// [`waiters`](crate::waiters) takes for how much; 1 of any other object.
        asks: usize,
        /// Where the task stands in the wait list of the object.
        place: Place,
        /// Which of the holders have to let go, or to end, before the task goes on.
        needs: Needs,
        /// Who has to let go of the object, or to end, before a waiter can go on: of a semaphore there may be several.
        /// Who has taken permits comes before who was granted some, and then first who was spawned first. All who wait
        /// for the object share this.
        holders: Arc<[HolderInfo]>,
        /// How the object is.
        state: ObjectState,
    },
}

/// Where a waiter stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the wait list.
    InLine {
        /// How many are ahead of it.
        ahead: usize,
        /// How many wait.
        line: usize,
    },
    /// It was granted what it waits for, and has not been polled since.
    Granted,
}

/// Which of the holders have to let go, or to end, before a waiter goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Who holds it has to let go; of several, any may suffice.
    Release,
    /// One of these tasks has to end.
    AnyEnd,
    /// Each of these tasks has to end.
    EveryEnd,
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
    /// It was granted the object and does not know yet: it is ready, or is being polled.
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
///
/// ```
/// use std::time::Duration;
///
/// greenlight::Runtime::builder().virtual_clock().build().run(async {
///     greenlight::task("sleeper").spawn_detached(greenlight::sleep(Duration::from_secs(60)));
///     greenlight::yield_now().await;
///     let tasks = greenlight::tasks();
///     let names: Vec<_> = tasks.iter().map(|task| task.label.to_string()).collect();
///     assert_eq!(names, ["main", "sleeper"]);
///     assert!(tasks[1].waits[0].to_string().starts_with("sleeps until t=60.000000s, at "));
/// });
/// ```
#[track_caller]
pub fn tasks() -> Vec<TaskInfo> {
    context::expect_current("tasks() was called").dump().tasks
}

/// Every task of the current runtime and what it waits for, to print as a tree.
///
/// In asyncio 3.14: `print_call_graph`, which shows awaits, but neither the objects that tasks wait on nor who holds
/// them.
///
/// # Panics
/// Outside a runtime; [`try_dump`] does not.
#[track_caller]
pub fn dump() -> Dump {
    context::expect_current("dump() was called").dump()
}

/// As [`dump`]; none outside a runtime.
///
/// For a panic hook, in which another panic would abort the process. A hook that is to tell of a runtime also when
/// another thread panics asks a [`WeakRemote`](crate::WeakRemote::dump), which answers at once inside the runtime.
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

    /// What the tasks wait for, but for moments.
    pub(super) fn waits(&self) -> impl Iterator<Item = Wait<'_>> {
        let waits = self.tasks.iter().flat_map(|task| task.waits.iter().map(|wait| (&task.label, wait)));
        waits.filter_map(|(task, wait)| Wait::of(task, wait))
    }

    /// Who holds what they wait for. All who wait for one object share its holders.
    pub(super) fn holders(&self) -> impl Iterator<Item = &HolderInfo> {
        let mut objects = HashSet::new();
        self.waits().filter(move |wait| objects.insert(wait.object.number)).flat_map(|wait| wait.holders)
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

/// A task that waits for an object, as those see it who reason about waits.
#[derive(Clone, Copy)]
pub(super) struct Wait<'a> {
    pub(super) task: &'a TaskLabel,
    pub(super) object: &'a ObjectLabel,
    pub(super) place: Place,
    pub(super) needs: Needs,
    pub(super) holders: &'a [HolderInfo],
    pub(super) state: ObjectState,
}

impl<'a> Wait<'a> {
    fn of(task: &'a TaskLabel, wait: &'a WaitInfo) -> Option<Self> {
        match wait {
            &WaitInfo::Object { ref object, place, needs, ref holders, state, .. } => {
                Some(Wait { task, object, place, needs, holders, state })
            }
            WaitInfo::Sleep { .. } => None,
        }
    }
}

impl HolderInfo {
    /// The number of the task, if it is one of this runtime.
    pub(super) fn task(&self) -> Option<u64> {
        if let Who::Task(task) = &self.who { Some(task.number) } else { None }
    }
}
