//! Tasks from the outside: spawning, awaiting the end, cancelling.

use super::context::{self, Core};
use super::executor::panic_message;
use super::gather::{Child, Countdown};
use super::ready::{TaskId, TaskKey};
use super::task::{Body, Job};
use super::waits::{self, Subject, Waiter};
use futures_task::LocalFutureObj;
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};

/// Spawns a future as a task of the current runtime. It runs first in the next turn, whether or not its handle is
/// awaited; dropping the handle detaches the task.
///
/// In asyncio: `create_task`. While a run ends, the future is dropped and the handle is cancelled already.
///
/// # Panics
/// Outside a runtime.
///
/// ```
/// greenlight::run(async {
///     let answer = greenlight::spawn(async { 42 });
///     assert_eq!(answer.await.unwrap(), 42);
/// });
/// ```
#[track_caller]
pub fn spawn<F>(future: F) -> JoinHandle<F::Output>
where
    F: Future + 'static,
{
    spawn_joined(
        &context::expect_current("spawn() was called"),
        future,
        None,
        Location::caller(),
    )
}

/// Spawns a future whose end nobody awaits through a handle: one allocation instead of two.
///
/// # Panics
/// Outside a runtime.
///
/// ```
/// greenlight::run(async {
///     let task = greenlight::spawn_detached(async { greenlight::yield_now().await });
///     task.ended().await;
///     assert!(task.is_finished());
/// });
/// ```
#[track_caller]
pub fn spawn_detached<F>(future: F) -> Task
where
    F: Future<Output = ()> + 'static,
{
    spawn_plain(
        &context::expect_current("spawn_detached() was called"),
        future,
        None,
        Location::caller(),
    )
}

/// Names a task before it is spawned: `task("alice").spawn(future)`. Reports and traces then say `alice`.
///
/// # Panics
/// Outside a runtime.
///
/// ```
/// greenlight::run(async {
///     let alice = greenlight::task("alice").spawn(async {});
///     assert_eq!(alice.task().name(), Some("alice"));
/// });
/// ```
#[track_caller]
pub fn task(name: impl Into<Rc<str>>) -> TaskBuilder {
    TaskBuilder {
        core: context::expect_current("task() was called"),
        name: name.into(),
    }
}

/// A task that has a name and is to be spawned. [`task`] and [`Runtime::task`](crate::Runtime::task) make one.
#[must_use = "a task does nothing until it is spawned"]
pub struct TaskBuilder {
    pub(super) core: Rc<Core>,
    pub(super) name: Rc<str>,
}

impl TaskBuilder {
    /// Spawns the task; see [`spawn`].
    #[track_caller]
    pub fn spawn<F>(self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
    {
        spawn_joined(&self.core, future, Some(self.name), Location::caller())
    }

    /// Spawns the task without a handle; see [`spawn_detached`].
    #[track_caller]
    pub fn spawn_detached<F>(self, future: F) -> Task
    where
        F: Future<Output = ()> + 'static,
    {
        spawn_plain(&self.core, future, Some(self.name), Location::caller())
    }
}

pub(super) fn spawn_joined<F>(
    core: &Rc<Core>,
    future: F,
    name: Option<Rc<str>>,
    at: &'static Location<'static>,
) -> JoinHandle<F::Output>
where
    F: Future + 'static,
{
    let job = Rc::new(Joined {
        future: RefCell::new(Some(LocalFutureObj::new(Box::new(future)))),
        outcome: Cell::new(None),
        countdown: Cell::new(None),
    });
    let key = core.spawn(Body::Joined(job.clone()), name.clone(), at);
    JoinHandle {
        task: Task {
            core: core.clone(),
            key,
            name,
            spawned: at,
        },
        job,
        waiter: None,
    }
}

pub(super) fn spawn_plain<F>(
    core: &Rc<Core>,
    future: F,
    name: Option<Rc<str>>,
    at: &'static Location<'static>,
) -> Task
where
    F: Future<Output = ()> + 'static,
{
    let key = core.spawn(
        Body::Detached(LocalFutureObj::new(Box::new(future))),
        name.clone(),
        at,
    );
    Task {
        core: core.clone(),
        key,
        name,
        spawned: at,
    }
}

/// A task: its identity, and the power to cancel it and to await its end. Any number of clones may exist.
#[derive(Clone)]
pub struct Task {
    core: Rc<Core>,
    key: TaskKey,
    name: Option<Rc<str>>,
    spawned: &'static Location<'static>,
}

impl Task {
    /// The id of the task, which no other task of the process ever has.
    pub fn id(&self) -> TaskId {
        self.key.id
    }

    /// What [`task`] named it.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The line that spawned it.
    pub fn spawned_at(&self) -> &'static Location<'static> {
        self.spawned
    }

    /// Has the task's future dropped at the task's next turn, instead of being polled. Returns false if the task has
    /// ended already, and true otherwise, also when it was cancelled before.
    ///
    /// It beats a wake that is still in the ready queue, a task that has not started never starts, and one that ends in
    /// the very poll in which it is cancelled counts as cancelled. Unlike in asyncio the task cannot refuse.
    ///
    /// ```
    /// greenlight::run(async {
    ///     let handle = greenlight::spawn(std::future::pending::<()>());
    ///     assert!(handle.task().cancel());
    ///     assert!(handle.await.unwrap_err().is_cancelled());
    /// });
    /// ```
    pub fn cancel(&self) -> bool {
        self.core.cancel(self.key)
    }

    /// Whether the task has ended: its future is dropped then.
    pub fn is_finished(&self) -> bool {
        self.core.table.borrow().get(self.key).is_none()
    }

    /// Waits until the task has ended, whatever way. Any number of waiters may; the first to wait is the first to run.
    ///
    /// # Panics
    /// When a task awaits its own end.
    ///
    /// # Cancel safety
    /// Dropping the wait leaves the task alone.
    #[track_caller]
    pub fn ended(&self) -> Ended {
        Ended {
            task: self.clone(),
            waiter: Waiter::new(Location::caller()),
        }
    }

    /// Ready once the task has ended.
    fn poll_ended(&self, waiter: &mut Waiter, cx: &Context<'_>) -> Poll<()> {
        if waiter.has_joined() {
            return waiter.poll(cx);
        }
        if self
            .core
            .polling
            .get()
            .is_some_and(|polling| polling.key == self.key)
        {
            panic!("{self} awaits its own end, which can never come; await it from another task");
        }
        waiter.join(cx, || self.core.open_joiners(self.key))
    }
}

impl Core {
    /// The wait list of those who await the end of a task; none if it has ended.
    fn open_joiners(&self, key: TaskKey) -> Option<u32> {
        let mut table = self.table.borrow_mut();
        let slot = table.get_mut(key)?;
        let (name, made) = (slot.name.clone(), slot.spawned);
        Some(*slot.joiners.get_or_insert_with(|| {
            let subject = Subject {
                kind: "task",
                name,
                made,
                holder: Some(key),
            };
            waits::open(subject, waits::new_identity(), None)
        }))
    }
}

/// Waits for the end of a task: what [`Task::ended`] returns.
#[must_use = "futures do nothing unless awaited"]
pub struct Ended {
    task: Task,
    waiter: Waiter,
}

impl Future for Ended {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Ended { task, waiter } = &mut *self;
        task.poll_ended(waiter, cx)
    }
}

/// Awaits a task and yields its output. Dropping it detaches the task.
///
/// # Panics
/// When a task awaits its own handle, and when the handle is polled again after it was ready.
///
/// # Cancel safety
/// A handle that was polled and is dropped before it is ready detaches the task; awaiting `&mut handle` instead keeps
/// it.
#[must_use = "dropping the handle detaches the task; call spawn_detached() if that is meant"]
pub struct JoinHandle<T> {
    task: Task,
    job: Rc<Joined<T>>,
    /// None until the handle is polled.
    waiter: Option<Waiter>,
}

impl<T> JoinHandle<T> {
    /// The task, to cancel it or to await its end elsewhere.
    pub fn task(&self) -> Task {
        self.task.clone()
    }

    /// Whether the task has ended: awaiting the handle does not suspend then.
    pub fn is_finished(&self) -> bool {
        self.task.is_finished()
    }

    /// The outcome of a task that has ended.
    pub(super) fn take_outcome(&mut self) -> Option<Result<T, JoinError>> {
        let outcome = self.job.outcome.take()?;
        Some(outcome.map_err(|failure| JoinError {
            task: self.task.to_string(),
            failure,
        }))
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    /// The caller of a poll is the line that awaits: it goes into the reports.
    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let JoinHandle { task, waiter, .. } = &mut *self;
        let waiter = waiter.get_or_insert_with(|| Waiter::new(Location::caller()));
        ready!(task.poll_ended(waiter, cx));
        Poll::Ready(
            self.take_outcome()
                .expect("a join handle is not polled again after it was ready"),
        )
    }
}

impl<T> Unpin for JoinHandle<T> {}

impl<T> Child for JoinHandle<T> {
    fn task(&self) -> Task {
        self.task.clone()
    }

    fn count_down(&self, countdown: Rc<Countdown>) {
        self.job.countdown.set(Some(countdown));
    }

    fn take_panic(&self) -> Option<Box<dyn Any + Send>> {
        match self.job.outcome.take() {
            Some(Err(Failure::Panicked(payload))) => Some(payload),
            outcome => {
                self.job.outcome.set(outcome);
                None
            }
        }
    }
}

/// A panic that nobody will receive any more is reported.
impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        if let Some(Err(Failure::Panicked(payload))) = self.job.outcome.take() {
            self.task
                .core
                .report_panic(&self.task.to_string(), &*payload);
        }
    }
}

/// The future of a joined task and the place for its outcome: the one allocation that task and handle share.
struct Joined<T> {
    /// None once the task has ended. Borrowed while it is being polled, and by nobody else then.
    future: RefCell<Option<LocalFutureObj<'static, T>>>,
    /// None until the task has ended, and after the handle took it.
    outcome: Cell<Option<Result<T, Failure>>>,
    /// Who counts the end of this task, if somebody does.
    countdown: Cell<Option<Rc<Countdown>>>,
}

impl<T> Job for Joined<T> {
    fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut future = self.future.borrow_mut();
        let future = future
            .as_mut()
            .expect("a task that has ended is not polled");
        let output = ready!(Pin::new(future).poll(cx));
        self.outcome.set(Some(Ok(output)));
        Poll::Ready(())
    }

    fn end(&self, cancelled: bool) {
        let future = self.future.take();
        if cancelled {
            let output = self.outcome.replace(Some(Err(Failure::Cancelled)));
            drop(future);
            drop(output);
        }
    }

    fn panicked(&self, payload: Box<dyn Any + Send>) {
        self.outcome.set(Some(Err(Failure::Panicked(payload))));
    }

    fn announce(&self) {
        if let Some(countdown) = self.countdown.take() {
            let outcome = self.outcome.take();
            let panicked = matches!(outcome, Some(Err(Failure::Panicked(_))));
            self.outcome.set(outcome);
            countdown.child_ended(panicked);
        }
    }
}

/// Why a task yielded no output.
pub struct JoinError {
    task: String,
    failure: Failure,
}

enum Failure {
    Cancelled,
    Panicked(Box<dyn Any + Send>),
}

impl JoinError {
    /// Whether the task was cancelled, or its runtime ended before it did.
    pub fn is_cancelled(&self) -> bool {
        matches!(self.failure, Failure::Cancelled)
    }

    /// Whether the task panicked.
    pub fn is_panic(&self) -> bool {
        matches!(self.failure, Failure::Panicked(_))
    }

    /// The payload of the panic, to look at or to resume; the error itself if the task was cancelled.
    ///
    /// # Errors
    /// Hands the error back if the task was cancelled.
    pub fn into_panic(self) -> Result<Box<dyn Any + Send>, JoinError> {
        match self.failure {
            Failure::Panicked(payload) => Ok(payload),
            Failure::Cancelled => Err(self),
        }
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "task `{name}` (spawned at {})", self.spawned),
            None => write!(f, "the task spawned at {}", self.spawned),
        }
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.failure {
            Failure::Cancelled => write!(f, "{} was cancelled", self.task),
            Failure::Panicked(payload) => {
                write!(f, "{} panicked: {}", self.task, panic_message(&**payload))
            }
        }
    }
}

impl fmt::Debug for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JoinError({self})")
    }
}

impl std::error::Error for JoinError {}

impl fmt::Debug for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Task")
            .field("id", &self.key.id)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for TaskBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskBuilder")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ended")
            .field("task", &self.task)
            .finish_non_exhaustive()
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JoinHandle")
            .field("task", &self.task)
            .finish_non_exhaustive()
    }
}
