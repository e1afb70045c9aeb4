//! `TaskGroup`: tasks that succeed together, or are cancelled together.

use crate::runtime::{WaitList, Waiter, Watch, expect_current, spawn_joined};
use crate::{JoinHandle, Task, spawn_detached};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::error::Error;
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;

/// Spawns tasks, and waits until all of them have ended. The first that fails has the others cancelled, in the order of
/// spawning, and every failure is reported. In asyncio: `TaskGroup`.
///
/// Dropping the group, as happens when its owner is cancelled or times out, cancels its tasks in the order of spawning.
///
/// ```
/// use greenlight::TaskGroup;
///
/// greenlight::run(async {
///     let mut group = TaskGroup::new();
///     group.spawn(std::future::pending());
///     group.spawn(async { Err("no tea left") });
///     let failed = group.join().await.unwrap_err();
///     assert_eq!(failed.to_string(), "1 task of the group failed: no tea left");
/// });
/// ```
#[derive(Debug)]
pub struct TaskGroup<E: 'static> {
    members: Rc<Members<E>>,
}

type Handle<E> = JoinHandle<Result<(), E>>;

/// What the group shares with those who watch its tasks.
#[derive(Debug)]
struct Members<E> {
    /// In the order of spawning. A handle is taken out when its task has ended and was looked at.
    handles: RefCell<Vec<Option<Handle<E>>>>,
    /// How many have not been looked at.
    remaining: Cell<usize>,
    /// Set once a task has failed, and the others are cancelled.
    aborting: Cell<bool>,
    failures: RefCell<Vec<Unreported<E>>>,
    /// The owner waits here.
    ended: WaitList,
}

/// A failure that the owner has not been told of. A panic stays with its handle, which reports it if the owner never is.
#[derive(Debug)]
enum Unreported<E> {
    Error(E),
    Panic(Handle<E>),
}

impl<E: 'static> TaskGroup<E> {
    /// A group without tasks.
    #[track_caller]
    pub fn new() -> Self {
        let members = Members {
            handles: RefCell::default(),
            remaining: Cell::new(0),
            aborting: Cell::new(false),
            failures: RefCell::default(),
            ended: WaitList::new("task group"),
        };
        TaskGroup { members: Rc::new(members) }
    }

    /// Spawns a task into the group. In a group in which a task has failed already it never starts.
    ///
    /// # Panics
    /// Outside a runtime.
    #[track_caller]
    pub fn spawn(&mut self, future: impl Future<Output = Result<(), E>> + 'static) -> Task {
        self.spawn_task(None, future, Location::caller())
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
        self.spawn_task(Some(name.into()), future, Location::caller())
    }

    /// Waits until every task of the group has ended, two hops after the last. It takes the group: nothing is spawned into
    /// one that is over, and nobody joins it twice.
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
    pub fn join(self) -> impl Future<Output = Result<(), GroupError<E>>> {
        let mut waiter = Waiter::new(Location::caller());
        async move {
            let members = &self.members;
            poll_fn(|cx| match waiter.has_joined() {
                true => waiter.poll(cx),
                false => waiter.join(cx, || (members.remaining.get() > 0).then(|| members.ended.open())),
            })
            .await;
            let failures: Vec<_> = members.failures.take().into_iter().map(Unreported::report).collect();
            if failures.is_empty() { Ok(()) } else { Err(GroupError { failures }) }
        }
    }

    #[track_caller]
    fn spawn_task(
        &mut self,
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
        let mut handles = self.members.handles.borrow_mut();
        handle.add_watch(Rc::new(Member { members: self.members.clone(), index: handles.len() }));
        self.members.remaining.set(self.members.remaining.get() + 1);
        handles.push(Some(handle));
        drop(handles);
        if self.members.aborting.get() {
            task.cancel();
        }
        task
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
        self.members.cancel_all();
    }
}

impl<E> Members<E> {
    fn cancel_all(&self) {
        let tasks: Vec<Task> = self.handles.borrow().iter().flatten().map(JoinHandle::task).collect();
        tasks.iter().for_each(|task| _ = task.cancel());
    }

    /// Looks at a task that has ended.
    fn look_at(&self, index: usize, panicked: bool) {
        let handle = self.handles.borrow_mut()[index].take();
        let mut handle = handle.expect("each task of a group is looked at once");
        let failure = match panicked {
            true => Some(Unreported::Panic(handle)),
            false => handle.take_outcome().ok().and_then(Result::err).map(Unreported::Error),
        };
        self.remaining.set(self.remaining.get() - 1);
        if let Some(failure) = failure {
            self.failures.borrow_mut().push(failure);
            if !self.aborting.replace(true) {
                self.cancel_all();
            }
        }
        if self.remaining.get() == 0 {
            self.ended.wake_all();
        }
    }
}

impl<E> Unreported<E> {
    fn report(self) -> Failure<E> {
        match self {
            Unreported::Error(error) => Failure::Error(error),
            Unreported::Panic(handle) => {
                Failure::Panic(handle.take_panic().expect("the handle of a task that panicked has the payload"))
            }
        }
    }
}

/// One task of the group, as the one who is told of its end knows it.
#[derive(Debug)]
struct Member<E> {
    members: Rc<Members<E>>,
    index: usize,
}

impl<E: 'static> Watch for Member<E> {
    /// Has the task looked at a hop after its end, in the place that its end had: when asyncio's callback runs.
    fn child_ended(self: Rc<Self>, panicked: bool) {
        let look = Look { member: self, panicked };
        spawn_detached(async move { drop(look) });
    }

    fn waits_in(&self) -> u64 {
        self.members.ended.identity()
    }
}

/// Looks at a task when it is dropped: by its own task, or at once where a run ends and nothing is spawned any more.
struct Look<E: 'static> {
    member: Rc<Member<E>>,
    panicked: bool,
}

impl<E: 'static> Drop for Look<E> {
    fn drop(&mut self) {
        self.member.members.look_at(self.member.index, self.panicked);
    }
}

/// How a task of a group failed.
pub enum Failure<E> {
    /// It returned this error.
    Error(E),
    /// It panicked with this payload.
    Panic(Box<dyn Any + Send>),
}

/// Tasks of a group failed. In asyncio: an `ExceptionGroup`.
pub struct GroupError<E> {
    failures: Vec<Failure<E>>,
}

impl<E> GroupError<E> {
    /// How the tasks failed, in the order in which they did.
    pub fn failures(&self) -> &[Failure<E>] {
        &self.failures
    }

    /// The failures, to keep.
    pub fn into_failures(self) -> Vec<Failure<E>> {
        self.failures
    }
}

impl<E: fmt::Display> fmt::Display for Failure<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Error(error) => error.fmt(f),
            Failure::Panic(payload) => write!(f, "panicked: {}", crate::runtime::panic_message(&**payload)),
        }
    }
}

impl<E: fmt::Display> fmt::Display for GroupError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.failures.len();
        write!(f, "{count} task{} of the group failed: ", if count == 1 { "" } else { "s" })?;
        for (index, failure) in self.failures.iter().enumerate() {
            write!(f, "{}{failure}", if index == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

impl<E: fmt::Debug> fmt::Debug for Failure<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Error(error) => f.debug_tuple("Error").field(error).finish(),
            Failure::Panic(_) => f.write_str("Panic(..)"),
        }
    }
}

impl<E: fmt::Debug> fmt::Debug for GroupError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupError").field("failures", &self.failures).finish()
    }
}

impl<E: fmt::Debug + fmt::Display> Error for GroupError<E> {}
