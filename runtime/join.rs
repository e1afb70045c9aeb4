//! Tasks from the outside: awaiting the end, cancelling.

use super::arena;
use super::context::{Core, Unwanted};
use super::failure::JoinError;
use super::listeners::Listener;
use super::note::{self, Holder, ObjectState, lost};
use super::task::{Body, Job, TaskId, TaskKey};
use super::waiter::{self, Waiter};
use super::waits::WaitList;
use super::wakee;
use std::any::{Any, type_name};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

/// The file whose lines stand for a task that is nothing but a join handle: the executor polls that itself.
pub(super) const FILE: &str = file!();

/// A task: its identity, and the power to cancel it and to await its end. Any number of clones may exist; dropping the
/// last leaves the task alone.
///
/// ```
/// greenlight::run(async {
///     let singer = greenlight::task("singer").spawn_detached(std::future::pending());
///     assert_eq!(singer.name(), Some("singer"));
///     assert!(singer.to_string().ends_with(&format!("(spawned at {})", singer.spawned_at())));
///     assert!(singer.cancel() && !singer.is_finished()); // its next turn ends it
///     singer.ended().await;
///     assert!(singer.is_finished() && !singer.cancel());
/// });
/// ```
#[derive(Clone, Debug)]
pub struct Task {
    pub(super) core: Rc<Core>,
    pub(super) key: TaskKey,
    pub(super) name: Option<Arc<str>>,
    pub(super) spawned: &'static Location<'static>,
}

impl Task {
    /// The id of the task, which no other task of the process ever has.
    pub fn id(&self) -> TaskId {
        self.key.id
    }

    /// What [`task`](crate::task) named it; none if nobody did. In asyncio: `get_name`.
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
    /// the very poll in which it is cancelled counts as cancelled. In asyncio: `cancel`, which the task may refuse, as
    /// none can here.
    pub fn cancel(&self) -> bool {
        self.core.cancel(self.key)
    }

    /// Whether the task has ended: its future is dropped then. In asyncio: `done`.
    pub fn is_finished(&self) -> bool {
        self.core.table.borrow().get(self.key).is_none()
    }

    /// Waits until the task has ended, whatever way; does not suspend if it has. Any number may wait; the first to do
    /// so is the first to run, a hop after the end.
    ///
    /// # Panics
    /// When a task awaits its own end.
    ///
    /// # Cancel safety
    /// Dropping the wait leaves the task alone.
    #[track_caller]
    pub fn ended(&self) -> Ended {
        Ended { task: self.clone(), waiter: Waiter::new(Location::caller()) }
    }

    /// Reports the error that it returned, because the group of tasks that was to tell of it is gone.
    pub(crate) fn report_lost_error(&self, group: &Location<'_>) {
        self.core.report_error(self.name(), self.spawned, group);
    }

    /// Drops what the task has left and nobody wants, once no other such drop is under way.
    pub(crate) fn discard(&self, unwanted: impl Sized + 'static) {
        let body = Body::Detached(Box::pin(async move { drop(unwanted) }));
        self.core.discard(Unwanted { body, name: self.name.clone(), spawned: self.spawned });
    }

    /// Ready once the task has ended.
    #[track_caller]
    fn poll_ended(&self, waiter: &mut Waiter, cx: &Context<'_>) -> Poll<()> {
        if waiter.has_joined() {
            return waiter.poll(cx);
        }
        let Some(task) = self.core.table.borrow().get(self.key).cloned() else { return note::over(self, waiter.at) };
        // One that drives another executor, which polls this, may end after that has let go of it.
        if wakee::owner(cx.waker()).is_some_and(|polled| Rc::ptr_eq(&polled, &task)) {
            panic!("{self} awaits its own end, which can never come; await it from another task");
        }
        let Some(registered) = waiter::whom_to_wake(cx, || task.id.get() == self.key.id) else {
            return Poll::Ready(());
        };
        let extra = self.core.table.borrow_mut().extra_of(&task);
        let (joiners, index) = extra.joiners.get().map(arena::list).unwrap_or_else(|| {
            let made = task.spawned.get();
            let holder = Holder { task: self.key.id, since: made, granted: false, permits: 1 };
            arena::open(|about| about.tell("task", task.name(), made, ObjectState::End, Some(holder)))
        });
        extra.joiners.set(Some(index));
        waiter.join((&joiners, index), registered, 1);
        Poll::Pending
    }
}

/// The task that runs: in asyncio, `current_task`. Inside of [`run`](crate::run) and outside of any other task it is
/// `main`.
///
/// # Panics
/// When no task runs: outside a runtime, and in what is dropped, called back or told outside of a poll;
/// [`try_current`] yields none then.
///
/// ```
/// greenlight::run(async {
///     assert_eq!(greenlight::current().name(), Some("main"));
///     let cook = greenlight::task("cook").spawn(async { greenlight::current() });
///     let (task, cook) = (cook.task(), cook.await.unwrap());
///     assert_eq!((cook.name(), cook.id()), (Some("cook"), task.id()));
/// });
/// ```
#[track_caller]
pub fn current() -> Task {
    try_current().expect("current() was called while no task runs; call it in what a task polls, or call try_current()")
}

/// As [`current`]; none while no task runs.
///
/// ```
/// assert!(greenlight::try_current().is_none());
/// ```
pub fn try_current() -> Option<Task> {
    let task = wakee::polled()?;
    let core = task.queue.notes.core()?;
    Some(Task { core, key: task.key(), name: task.name(), spawned: task.spawned.get() })
}

/// Waits for the end of a task: what [`Task::ended`] returns.
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct Ended {
    task: Task,
    waiter: Waiter,
}

impl Future for Ended {
    type Output = ();

    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Ended { task, waiter } = &mut *self;
        task.poll_ended(waiter, cx)
    }
}

/// Awaits a task and yields its output: in asyncio, the task that `create_task` returns. Dropping it detaches the task.
///
/// To await is not to own: whoever awaits it and is cancelled, or times out, leaves the task alone, for which asyncio
/// has `shield`. `timeout(limit, &mut handle)` keeps the handle to await the task again, or to cancel it.
///
/// A task that has ended keeps its output, or the payload of its panic, for its handle. Dropping the handle drops the
/// output with it (within the drop of another such output, right after that one), and has the panic
/// [reported](crate::Builder::on_report), as it has one of that drop. Without a handle the output is dropped as the
/// task ends.
///
/// # Panics
/// When a task awaits its own handle, and when the handle is polled again after it was ready.
///
/// # Cancel safety
/// A handle that was polled and is dropped before it is ready detaches the task; awaiting `&mut handle` instead keeps
/// it.
///
/// ```
/// use greenlight::{sleep, spawn, timeout};
/// use std::time::Duration;
///
/// let minute = Duration::from_secs(60);
/// greenlight::Runtime::builder().virtual_clock().build().run(async {
///     let mut tea = spawn(sleep(3 * minute));
///     assert!(timeout(minute, &mut tea).await.is_err() && !tea.is_finished()); // it draws on
///     assert!(tea.await.is_ok());
///     let soup = spawn(sleep(minute));
///     assert!(soup.cancel());
///     soup.task().ended().await;
///     assert!(soup.is_finished() && !soup.cancel());
///     assert!(soup.await.unwrap_err().is_cancelled());
/// });
/// ```
#[must_use = "dropping the handle detaches the task; call spawn_detached() if that is meant"]
pub struct JoinHandle<T> {
    pub(super) task: Task,
    pub(super) job: Rc<dyn Joinable<T>>,
    /// None until the handle is polled.
    pub(super) waiter: Option<Waiter>,
}

impl<T> JoinHandle<T> {
    /// The task, to cancel it or to await its end elsewhere.
    pub fn task(&self) -> Task {
        self.task.clone()
    }

    /// Has the task's future dropped at the task's next turn, as [`Task::cancel`] does; false if it has ended already.
    /// The handle then yields a [`JoinError`](crate::JoinError) that [is cancelled](crate::JoinError::is_cancelled).
    pub fn cancel(&self) -> bool {
        self.task.cancel()
    }

    /// Whether the task has ended: awaiting the handle does not suspend then. In asyncio: `done`.
    pub fn is_finished(&self) -> bool {
        self.task.is_finished()
    }

    /// Has somebody told of the end of the task, before those who await it are woken; false if the task has ended.
    pub(crate) fn add_listener(&self, listener: &Rc<impl Listener + 'static>) -> bool {
        let Some(task) = self.task.core.table.borrow().get(self.task.key).cloned() else { return false };
        self.task.core.table.borrow_mut().extra_of(&task).listeners.borrow_mut().add(listener.clone());
        self.task.core.note_awaited(&task, listener.about());
        true
    }

    /// Has those told no more on whose behalf somebody waits in that list.
    pub(crate) fn remove_listener(&self, list: &WaitList) {
        let task = self.task.core.table.borrow().get(self.task.key).cloned();
        let extra = task.as_ref().and_then(|task| task.extra.get());
        let removed = extra.map(|extra| extra.listeners.borrow_mut().remove(list.about().identity()));
        drop(removed);
    }

    /// Whether the task has panicked, and nobody has fetched the payload.
    pub(crate) fn has_panicked(&self) -> bool {
        self.is(|outcome| matches!(outcome, Some(Err(NoOutput::Panicked(_)))))
    }

    /// Whether the task has returned, and nobody has fetched what.
    pub(crate) fn has_output(&self) -> bool {
        self.is(|outcome| matches!(outcome, Some(Ok(_))))
    }

    /// Looks at the outcome, and leaves it.
    fn is(&self, outcome_is: impl FnOnce(&Option<Result<T, NoOutput>>) -> bool) -> bool {
        let Outcome { value, .. } = self.job.outcome();
        let outcome = value.take();
        let is = outcome_is(&outcome);
        value.set(outcome);
        is
    }

    /// Leaves what was taken to be fetched by somebody else.
    pub(crate) fn put_back(&self, output: T) {
        self.job.outcome().value.set(Some(Ok(output)));
    }

    /// The outcome of a task that has ended. There is one to take, once.
    #[track_caller]
    pub(crate) fn take_outcome(&self) -> Result<T, JoinError> {
        match self.job.outcome().value.take() {
            Some(outcome) => outcome.map_err(|failure| match failure {
                NoOutput::Cancelled => JoinError::cancelled(&self.task),
                NoOutput::Panicked(payload) => JoinError::panicked(&self.task, payload),
            }),
            None => panic!(
                "the JoinHandle of {} was awaited again after it had yielded its output; \
                await a handle once, and Task::ended() as often as you like",
                self.task
            ),
        }
    }
}

impl<T> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    /// The caller of a poll is the line that awaits: it goes into the reports.
    #[track_caller]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let JoinHandle { task, waiter, .. } = &mut *self;
        let waiter = waiter.get_or_insert(Waiter::new(Location::caller()));
        ready!(task.poll_ended(waiter, cx));
        Poll::Ready(self.take_outcome())
    }
}

/// A panic that nobody will receive any more is reported. So is that of an output in its drop: whoever drops the handle
/// has nothing to do with it.
impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        if let Some(waiter) = self.waiter.take() {
            lost::contain(lost::DROPPED, || drop(waiter));
        }
        let Task { core, name, spawned, .. } = &self.task;
        let Outcome { value, detached } = self.job.outcome();
        detached.set(true);
        match value.take() {
            Some(Err(NoOutput::Panicked(panic))) => {
                core.report_panic(name.as_deref().unwrap_or("a task"), spawned, panic)
            }
            Some(Ok(output)) if std::mem::needs_drop::<T>() => {
                value.set(Some(Ok(output)));
                let job: Rc<dyn Job> = self.job.clone();
                core.discard(Unwanted { body: Body::Joined(job), name: name.clone(), spawned });
            }
            _ => {}
        }
    }
}

/// The future of a joined task and the place for its outcome: the one allocation, beside the future's, that task and
/// handle share.
struct Joined<F: Future> {
    /// None once the task has ended. Borrowed while it is being polled, and by nobody else then.
    future: RefCell<Option<Pin<Box<F>>>>,
    outcome: Outcome<F::Output>,
}

/// What became of a joined task.
pub(super) struct Outcome<T> {
    /// None until the task has ended, and after the handle took it.
    value: Cell<Option<Result<T, NoOutput>>>,
    /// Set once the handle is gone: nobody will fetch the value.
    detached: Cell<bool>,
}

/// What a handle knows of a job: what it yields, and not of which future.
pub(super) trait Joinable<T>: Job {
    fn outcome(&self) -> &Outcome<T>;
}

/// How a task ended that yielded no output.
pub(super) enum NoOutput {
    Cancelled,
    Panicked(Box<dyn Any + Send>),
}

/// Makes the job of a future. That of one which is refused is cancelled already.
pub(super) fn job<F: Future + 'static>(future: F, refused: bool) -> Rc<dyn Joinable<F::Output>> {
    let outcome = Outcome { value: Cell::new(refused.then_some(Err(NoOutput::Cancelled))), detached: Cell::new(false) };
    Rc::new(Joined { future: RefCell::new(Some(Box::pin(future))), outcome })
}

impl<F: Future> Joinable<F::Output> for Joined<F> {
    fn outcome(&self) -> &Outcome<F::Output> {
        &self.outcome
    }
}

impl<F: Future> Job for Joined<F> {
    fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut future = self.future.borrow_mut();
        let future = future.as_mut().expect("a task that has ended is not polled");
        let output = ready!(future.as_mut().poll(cx));
        self.outcome.value.set(Some(Ok(output)));
        Poll::Ready(())
    }

    fn drop_future(&self) {
        drop(self.future.take());
    }

    fn drop_output(&self, returned: bool) {
        let Outcome { value, detached } = &self.outcome;
        if !returned {
            drop(value.replace(Some(Err(NoOutput::Cancelled))));
        } else if detached.get() {
            drop(value.take());
        }
    }

    fn panicked(&self, payload: Box<dyn Any + Send>) -> Result<(), Box<dyn Any + Send>> {
        if self.outcome.detached.get() {
            return Err(payload);
        }
        self.outcome.value.set(Some(Err(NoOutput::Panicked(payload))));
        Ok(())
    }

    fn type_name(&self) -> &'static str {
        type_name::<F>()
    }
}
