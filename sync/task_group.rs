//! `TaskGroup`: tasks that succeed together, or are cancelled together.

use super::group_error::{Cause, Failure, GroupError, GroupOver};
use super::group_output::GroupOutput;
use super::wait_in::wait_in;
use crate::runtime::{Listener, ObjectState, WaitList, drop_each, expect_current, printable, spawn_joined};
use crate::trace::Kind;
use crate::{JoinHandle, PanicPayload, Task};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;

/// Spawns tasks, and waits until all of them have ended. The first that fails has the others cancelled, in the order of
/// spawning, and every failure is reported. In asyncio: `TaskGroup`.
///
/// A failure does not touch the owner, who hears of it from [`join`](TaskGroup::join). Dropping the group, as happens
/// when its owner is cancelled or times out, or forgets to join, cancels its tasks in the order of spawning, a hop
/// later; for an error that one had returned there is a report, which names the task.
///
/// ```
/// use greenlight::TaskGroup;
///
/// greenlight::run(async {
///     let mut group = TaskGroup::new();
///     group.spawn(std::future::pending());
///     group.spawn_named("kettle", async { Err("no water left") });
///     let failed = group.join().await.unwrap_err();
///     let line = failed.failures()[0].spawned_at;
///     let told = format!("1 task of the group failed: task `kettle` (spawned at {line}): no water left");
///     assert_eq!(failed.to_string(), told);
/// });
/// ```
pub struct TaskGroup<E: 'static> {
    members: Rc<Members<E>>,
    /// Set once the owner waits for the tasks.
    joined: bool,
}

type Handle<E> = JoinHandle<Result<(), E>>;

/// What the group shares with those who watch its tasks.
struct Members<E> {
    /// The tasks that have not been looked at after their end, in the order of spawning.
    handles: RefCell<BTreeMap<u64, Handle<E>>>,
    /// How many were spawned.
    spawned: Cell<u64>,
    /// Set once a task has failed, and the others are cancelled.
    aborting: Cell<bool>,
    /// Set once the group is gone.
    over: Cell<bool>,
    failures: RefCell<Vec<Unreported<E>>>,
    /// The owner waits here.
    ended: WaitList,
}

/// A failure that the owner has not been told of. A panic stays with its handle, which reports it if the owner never
/// is.
enum Unreported<E> {
    Error(Task, E),
    Panic(Handle<E>),
}

impl<E: 'static> TaskGroup<E> {
    /// A group without tasks.
    #[track_caller]
    pub fn new() -> Self {
        let members = Members {
            handles: RefCell::default(),
            spawned: Cell::new(0),
            aborting: Cell::new(false),
            over: Cell::new(false),
            failures: RefCell::default(),
            ended: WaitList::of_state("task group", ObjectState::Ends),
        };
        TaskGroup { members: Rc::new(members), joined: false }
    }

    /// Spawns a task into the group. In a group in which a task has failed already it never starts.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn spawn(&mut self, future: impl Future<Output = Result<(), E>> + 'static) -> Task {
        self.members.spawn(None, future, Location::caller())
    }

    /// Spawns a task that has a name into the group.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn spawn_named(
        &mut self,
        name: impl Into<Arc<str>>,
        future: impl Future<Output = Result<(), E>> + 'static,
    ) -> Task {
        self.members.spawn(Some(printable(name.into())), future, Location::caller())
    }

    /// Spawns a task whose output is fetched after it has ended. In asyncio: `task.result()`.
    ///
    /// # Panics
    /// Outside a runtime.
    ///
    /// ```
    /// greenlight::run(async {
    ///     let mut group = greenlight::TaskGroup::<&str>::new();
    ///     let answer = group.spawn_with_output(async { Ok(42) });
    ///     group.join().await?;
    ///     assert_eq!(answer.take(), Some(42));
    ///     Ok(())
    /// })
    /// # .map_err(|failed: greenlight::GroupError<&str>| failed.to_string()).unwrap();
    /// ```
    #[track_caller]
    pub fn spawn_with_output<T: 'static>(
        &mut self,
        future: impl Future<Output = Result<T, E>> + 'static,
    ) -> GroupOutput<T> {
        let output = Rc::new(Cell::new(None));
        let place = output.clone();
        let storing = async move {
            place.set(Some(future.await?));
            Ok(())
        };
        GroupOutput { task: self.members.spawn(None, storing, Location::caller()), output }
    }

    /// A handle with which the tasks of the group spawn into it. In asyncio they use the group itself.
    pub fn spawner(&self) -> GroupSpawner<E> {
        GroupSpawner { members: self.members.clone() }
    }

    /// Waits until every task of the group has ended, two hops after the last. It takes the group: nothing is spawned
    /// into one that is over, and nobody joins it twice.
    ///
    /// # Errors
    /// When a task failed: it returned an error, or panicked. A task that somebody cancelled has not failed.
    ///
    /// # Cancel safety
    /// Dropping it cancels the tasks that have not ended, in the order of spawning.
    ///
    /// ```compile_fail,E0382
    /// # async fn f(mut group: greenlight::TaskGroup<String>) {
    /// let outcome = group.join().await;
    /// group.spawn(async { Ok(()) });
    /// # }
    /// ```
    ///
    /// ```compile_fail,E0382
    /// # async fn f(group: greenlight::TaskGroup<String>) {
    /// let outcome = group.join().await;
    /// let again = group.join().await;
    /// # }
    /// ```
    #[track_caller]
    pub fn join(mut self) -> impl Future<Output = Result<(), GroupError<E>>> {
        let at = Location::caller();
        self.joined = true;
        async move {
            let members = &self.members;
            // The first failure wakes the owner, too, and a spawner may have spawned more since the last end did.
            while !members.handles.borrow().is_empty() {
                wait_in(&members.ended, at, || !members.handles.borrow().is_empty()).await;
            }
            members.over.set(true);
            let failures: Vec<_> = members.failures.take().into_iter().map(Unreported::report).collect();
            if failures.is_empty() { Ok(()) } else { Err(GroupError { failures }) }
        }
    }
}

impl<E: 'static> Default for TaskGroup<E> {
    #[track_caller]
    fn default() -> Self {
        TaskGroup::new()
    }
}

impl<E: 'static> Drop for TaskGroup<E> {
    fn drop(&mut self) {
        let Members { handles, over, failures, ended, .. } = &*self.members;
        over.set(true);
        let failures = failures.take();
        let failed = failures.iter().filter_map(|failure| match failure {
            Unreported::Error(task, _) => Some(task),
            Unreported::Panic(_) => None,
        });
        let lost = failed.clone().count();
        let unjoined = if self.joined { 0 } else { handles.borrow().len() };
        if lost + unjoined > 0 {
            ended.emit(ended.made(), || Kind::GroupDropped { unjoined, lost });
        }
        failed.for_each(|task| task.report_lost_error(ended.made()));
        self.members.cancel_all();
        // Last: it may run anything.
        drop_each(failures.into_iter());
    }
}

impl<E: 'static> Members<E> {
    #[track_caller]
    fn spawn(
        self: &Rc<Self>,
        name: Option<Arc<str>>,
        future: impl Future<Output = Result<(), E>> + 'static,
        at: &'static Location<'static>,
    ) -> Task {
        let core = expect_current("TaskGroup::spawn() was called");
        let handle = spawn_joined(&core, future, name, at);
        let task = handle.task();
        // A run that ends has dropped the future already, and tells nobody of that.
        if task.is_finished() {
            return task;
        }
        let number = self.spawned.replace(self.spawned.get() + 1);
        handle.add_listener(&Rc::new(Member { members: self.clone(), number }));
        self.handles.borrow_mut().insert(number, handle);
        if self.aborting.get() {
            task.cancel();
        }
        task
    }

    fn cancel_all(&self) {
        let tasks: Vec<Task> = self.handles.borrow().values().map(JoinHandle::task).collect();
        tasks.iter().for_each(|task| _ = task.cancel());
    }

    /// Looks at a task that has ended.
    fn look_at(&self, number: u64, panicked: bool) {
        let handle = self.handles.borrow_mut().remove(&number);
        let handle = handle.expect("each task of a group is looked at once");
        let failure = match panicked {
            true => Some(Unreported::Panic(handle)),
            false => {
                let error = handle.take_outcome().ok().and_then(Result::err);
                error.map(|error| Unreported::Error(handle.task(), error))
            }
        };
        match failure {
            Some(Unreported::Error(task, _)) if self.over.get() => task.report_lost_error(self.ended.made()),
            Some(failure) => {
                self.failures.borrow_mut().push(failure);
                if !self.aborting.replace(true) {
                    self.cancel_all();
                    // The owner goes on in this place if all have ended by then, as in asyncio.
                    self.ended.wake_all();
                }
            }
            None => {}
        }
        if self.handles.borrow().is_empty() {
            self.ended.wake_all();
        }
    }
}

impl<E> Unreported<E> {
    fn report(self) -> Failure<E> {
        let (task, cause) = match self {
            Unreported::Error(task, error) => (task, Cause::Error(error)),
            Unreported::Panic(handle) => {
                let panicked = handle.take_outcome().err().and_then(|error| error.into_panic().ok());
                let payload = panicked.expect("the handle of a task that panicked has the payload");
                (handle.task(), Cause::Panic(PanicPayload::new(payload)))
            }
        };
        Failure { name: task.name().map(Arc::from), spawned_at: task.spawned_at(), cause }
    }
}

/// One task of the group, as the one who is told of its end knows it.
struct Member<E> {
    members: Rc<Members<E>>,
    number: u64,
}

impl<E: 'static> Listener for Member<E> {
    /// Has the task looked at a hop after its end.
    fn task_ended(self: Rc<Self>, panicked: bool) {
        self.members.clone().ended.call_soon(move || self.members.look_at(self.number, panicked));
    }

    fn waits_in(&self) -> u64 {
        self.members.ended.about().identity()
    }

    fn awaits_every(&self) -> bool {
        true
    }
}

/// Spawns into a [`TaskGroup`] from inside of its tasks: what [`TaskGroup::spawner`] returns.
///
/// ```
/// use greenlight::{GroupSpawner, TaskGroup};
///
/// /// Visits a page, and has the pages that it links to visited.
/// fn visit(depth: u32, crawl: GroupSpawner<String>) -> Result<(), String> {
///     for _ in 0..depth {
///         let deeper = crawl.clone();
///         crawl.spawn(async move { visit(depth - 1, deeper) }).map_err(|over| over.to_string())?;
///     }
///     Ok(())
/// }
///
/// greenlight::run(async {
///     let mut group = TaskGroup::new();
///     let crawl = group.spawner();
///     group.spawn(async move { visit(3, crawl) });
///     assert!(group.join().await.is_ok());
/// });
/// ```
pub struct GroupSpawner<E: 'static> {
    members: Rc<Members<E>>,
}

impl<E: 'static> GroupSpawner<E> {
    /// Spawns a task into the group.
    ///
    /// # Errors
    /// When the group is over, or a task of it has failed; the future is dropped.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn spawn(&self, future: impl Future<Output = Result<(), E>> + 'static) -> Result<Task, GroupOver> {
        self.admit()?;
        Ok(self.members.spawn(None, future, Location::caller()))
    }

    /// Spawns a task that has a name into the group.
    ///
    /// # Errors
    /// As of [`spawn`](GroupSpawner::spawn).
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn spawn_named(
        &self,
        name: impl Into<Arc<str>>,
        future: impl Future<Output = Result<(), E>> + 'static,
    ) -> Result<Task, GroupOver> {
        self.admit()?;
        Ok(self.members.spawn(Some(printable(name.into())), future, Location::caller()))
    }

    /// Whether the group takes a task from one of its own.
    fn admit(&self) -> Result<(), GroupOver> {
        match self.members.over.get() || self.members.aborting.get() {
            true => Err(GroupOver { made: self.members.ended.made() }),
            false => Ok(()),
        }
    }
}

impl<E> Clone for GroupSpawner<E> {
    fn clone(&self) -> Self {
        GroupSpawner { members: self.members.clone() }
    }
}

impl<E> fmt::Debug for TaskGroup<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.members.fmt(f)
    }
}

impl<E> fmt::Debug for GroupSpawner<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.members.fmt(f)
    }
}

impl<E> fmt::Debug for Members<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskGroup")
            .field("tasks", &self.handles.borrow().len())
            .field("failures", &self.failures.borrow().len())
            .field("aborting", &self.aborting.get())
            .finish()
    }
}
