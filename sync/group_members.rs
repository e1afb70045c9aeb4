//! What a task group shares with those who spawn into it and watch its tasks.

use super::group_error::{Cause, Failure};
use crate::runtime::{About, Listener, ObjectState, WaitList, expect_current, spawn_joined};
use crate::{JoinHandle, PanicPayload, Task};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;

/// What a task of a group yields: nothing, if it cannot fail, or a result whose error is a failure of the group. One
/// that loops for ever yields anything.
///
/// ```
/// use greenlight::{GroupResult, TaskGroup, yield_now};
///
/// greenlight::run(async {
///     let mut group = TaskGroup::new();
///     group.spawn(async { yield_now().await }); // cannot fail
///     group.spawn(async {
///         loop {
///             yield_now().await; // never returns, until it is cancelled
///         }
///     });
///     group.spawn(async { Err("no water left") });
///     assert_eq!(group.join().await.unwrap_err().failures().len(), 1);
/// });
/// assert_eq!(Err("no water left").into_result(), Err("no water left"));
/// ```
#[diagnostic::on_unimplemented(
    message = "a task of this group yields `()` or `Result<(), {E}>`, and not `{Self}`",
    note = "`spawn_with_output` is for a task that yields a value: `Result<T, {E}>`"
)]
pub trait GroupResult<E> {
    /// Whether the task has failed, and by what.
    ///
    /// # Errors
    /// Of a task that has: what it failed by.
    fn into_result(self) -> Result<(), E>;
}

impl<E> GroupResult<E> for () {
    fn into_result(self) -> Result<(), E> {
        Ok(())
    }
}

impl<E> GroupResult<E> for Result<(), E> {
    fn into_result(self) -> Result<(), E> {
        self
    }
}

impl<E> GroupResult<E> for <fn() -> ! as Returns>::Output {
    fn into_result(self) -> Result<(), E> {
        self
    }
}

/// Leads to `!`, which has no name of its own outside the type of a function.
pub trait Returns {
    /// What the function returns.
    type Output;
}

impl<T> Returns for fn() -> T {
    type Output = T;
}

/// The handle of a task, whatever the task yields.
pub(super) type Handle<E> = Box<dyn Joins<E>>;

/// What a group asks of the handle of one of its tasks.
pub(super) trait Joins<E> {
    fn of(&self) -> Task;

    /// The error that the task has returned, if it has. To be asked once.
    fn error(&self) -> Option<E>;

    /// The payload of its panic, if it has panicked. To be asked once.
    fn panic(&self) -> Option<Box<dyn Any + Send>>;
}

impl<E, O: GroupResult<E>> Joins<E> for JoinHandle<O> {
    fn of(&self) -> Task {
        self.task()
    }

    fn error(&self) -> Option<E> {
        self.take_outcome().ok().and_then(|outcome| outcome.into_result().err())
    }

    fn panic(&self) -> Option<Box<dyn Any + Send>> {
        self.take_outcome().err().and_then(|error| error.into_panic().ok())
    }
}

/// The tasks of a group, and what became of those that have ended.
pub(super) struct Members<E> {
    /// The tasks that have not been looked at after their end, in the order of spawning.
    pub(super) handles: RefCell<BTreeMap<u64, Handle<E>>>,
    /// How many were spawned.
    spawned: Cell<u64>,
    /// Set once the tasks are cancelled, because one has failed or somebody has cancelled the group.
    aborting: Cell<bool>,
    /// Set once the group is gone.
    pub(super) over: Cell<bool>,
    pub(super) failures: RefCell<Vec<Unreported<E>>>,
    /// The owner waits here.
    pub(super) ended: WaitList,
}

/// A failure that the owner has not been told of. A panic stays with its handle, which reports it if the owner never
/// is.
pub(super) enum Unreported<E> {
    Error(Task, E),
    Panic(Handle<E>),
}

impl<E: 'static> Members<E> {
    #[track_caller]
    pub(super) fn new() -> Rc<Self> {
        Rc::new(Members {
            handles: RefCell::default(),
            spawned: Cell::new(0),
            aborting: Cell::new(false),
            over: Cell::new(false),
            failures: RefCell::default(),
            ended: WaitList::of_state("task group", ObjectState::Ends),
        })
    }

    /// Whether what is spawned from now on never starts.
    pub(super) fn is_closed(&self) -> bool {
        self.over.get() || self.aborting.get()
    }

    /// Has the tasks cancelled, in the order of spawning, without a failure.
    pub(super) fn cancel(&self, at: &'static Location<'static>) {
        if !self.is_closed() {
            self.ended.tell(at, "cancels");
            self.abort();
        }
    }

    /// Nothing starts from now on, and what has started is cancelled.
    fn abort(&self) {
        if !self.aborting.replace(true) {
            self.cancel_all();
            // The owner goes on in this place if all have ended by then, as in asyncio.
            self.ended.wake_all();
        }
    }

    /// Spawns a task. In a group that is over, or is being cancelled, it never starts.
    #[track_caller]
    pub(super) fn spawn(
        self: &Rc<Self>,
        name: Option<Arc<str>>,
        future: impl Future<Output: GroupResult<E>> + 'static,
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
        self.handles.borrow_mut().insert(number, Box::new(handle));
        if self.is_closed() {
            task.cancel();
        }
        task
    }

    pub(super) fn cancel_all(&self) {
        let tasks: Vec<Task> = self.handles.borrow().values().map(|handle| handle.of()).collect();
        tasks.iter().for_each(|task| _ = task.cancel());
    }

    /// Looks at a task that has ended.
    fn look_at(&self, number: u64, panicked: bool) {
        let handle = self.handles.borrow_mut().remove(&number);
        let handle = handle.expect("each task of a group is looked at once");
        let failure = match panicked {
            true => Some(Unreported::Panic(handle)),
            false => handle.error().map(|error| Unreported::Error(handle.of(), error)),
        };
        match failure {
            Some(Unreported::Error(task, _)) if self.over.get() => task.report_lost_error(self.ended.made()),
            Some(failure) => {
                self.failures.borrow_mut().push(failure);
                self.abort();
            }
            None => {}
        }
        if self.handles.borrow().is_empty() {
            self.ended.wake_all();
        }
    }
}

impl<E> Unreported<E> {
    pub(super) fn report(self) -> Failure<E> {
        let (task, cause) = match self {
            Unreported::Error(task, error) => (task, Cause::Error(error)),
            Unreported::Panic(handle) => {
                let payload = handle.panic().expect("the handle of a task that panicked has the payload");
                (handle.of(), Cause::Panic(PanicPayload::new(payload)))
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

    fn about(&self) -> &About {
        self.members.ended.about()
    }

    fn awaits_every(&self) -> bool {
        true
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
