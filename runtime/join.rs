//! Tasks from the outside: awaiting the end, cancelling.

use super::context::{Core, Polling, Unwanted};
use super::failure::JoinError;
use super::outcome::{Failure, Joined};
use super::ready::{TaskId, TaskKey};
use super::task::{Body, Watch};
use super::waiter::{WaitList, Waiter};
use super::waits;
use super::watch::facts::{self, Facts, Holder, ObjectState, Subject};
use super::watch::lost;
use futures_task::LocalFutureObj;
use std::any::Any;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

/// The file whose lines stand for a task that is nothing but a join handle: the executor polls that itself.
pub(super) const FILE: &str = file!();

/// A task: its identity, and the power to cancel it and to await its end. Any number of clones may exist.
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

    /// What [`task`](crate::task) named it.
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
        Ended { task: self.clone(), waiter: Waiter::new(Location::caller()) }
    }

    /// Reports the error that it returned, because the group of tasks that was to tell of it is gone.
    pub(crate) fn report_lost_error(&self, group: &Location<'_>) {
        self.core.report_error(self.name(), self.spawned, group);
    }

    /// Drops what the task has left and nobody wants, once no other such drop is under way.
    pub(crate) fn discard(&self, unwanted: impl Sized + 'static) {
        let body = Body::Detached(LocalFutureObj::new(Box::new(async move { drop(unwanted) })));
        self.core.discard(Unwanted { body, name: self.name.clone(), spawned: self.spawned });
    }

    /// Ready once the task has ended.
    #[track_caller]
    fn poll_ended(&self, waiter: &mut Waiter, cx: &Context<'_>) -> Poll<()> {
        if waiter.has_joined() {
            return waiter.poll(cx);
        }
        // One that drives another executor, which polls this, may end after that has let go of it.
        let is_own = |polling: Polling| polling.key == self.key && polling.owns(cx.waker());
        if self.core.polling.get().is_some_and(is_own) {
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
            let subject = Subject { kind: "task", name, made, identity: facts::new_identity() };
            let holder = Holder { task: Some(key), since: made, granted: false, permits: 1 };
            waits::open(subject, Facts { state: ObjectState::Ends, holder: Some(holder) })
        }))
    }
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

/// Awaits a task and yields its output. Dropping it detaches the task.
///
/// To await is not to own: whoever awaits it and is cancelled, or times out, leaves the task alone, for which asyncio has
/// `shield`. `timeout(limit, &mut handle)` keeps the handle to await the task again, or to cancel it.
///
/// # Panics
/// When a task awaits its own handle, and when the handle is polled again after it was ready.
///
/// # Cancel safety
/// A handle that was polled and is dropped before it is ready detaches the task; awaiting `&mut handle` instead keeps
/// it.
#[must_use = "dropping the handle detaches the task; call spawn_detached() if that is meant"]
pub struct JoinHandle<T> {
    pub(super) task: Task,
    pub(super) job: Rc<Joined<T>>,
    /// Turns the job into one whose type does not say what it yields.
    pub(super) as_body: fn(Rc<Joined<T>>) -> Body,
    /// None until the handle is polled.
    pub(super) waiter: Option<Waiter>,
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

    /// Has somebody told of the end of the task, before those who await it are woken. One that has ended tells nobody.
    pub(crate) fn add_watch(&self, watch: Rc<dyn Watch>) {
        if let Some(slot) = self.task.core.table.borrow_mut().get_mut(self.task.key) {
            slot.watches.add(watch);
        }
    }

    /// Has those told no more on whose behalf somebody waits in that list.
    pub(crate) fn remove_watches(&self, list: &WaitList) {
        let mut table = self.task.core.table.borrow_mut();
        let removed = table.get_mut(self.task.key).map(|slot| slot.watches.remove(list.identity()));
        drop(table);
        drop(removed);
    }

    /// Whether the task has panicked, and nobody has fetched the payload.
    pub(crate) fn has_panicked(&self) -> bool {
        self.job.is(|outcome| matches!(outcome, Some(Err(Failure::Panicked(_)))))
    }

    /// Whether the task has returned, and nobody has fetched what.
    pub(crate) fn has_output(&self) -> bool {
        self.job.is(|outcome| matches!(outcome, Some(Ok(_))))
    }

    /// The payload of a task that has panicked.
    pub(crate) fn take_panic(&self) -> Option<Box<dyn Any + Send>> {
        match self.job.outcome.take() {
            Some(Err(Failure::Panicked(payload))) => Some(payload),
            outcome => {
                self.job.outcome.set(outcome);
                None
            }
        }
    }

    /// The outcome of a task that has ended. There is one to take, once.
    #[track_caller]
    pub(crate) fn take_outcome(&mut self) -> Result<T, JoinError> {
        match self.job.outcome.take() {
            Some(outcome) => outcome.map_err(|failure| match failure {
                Failure::Cancelled => JoinError::cancelled(&self.task),
                Failure::Panicked(payload) => JoinError::panicked(&self.task, payload),
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
        // Not inside the closure, which has a line of its own.
        let at = Location::caller();
        let JoinHandle { task, waiter, .. } = &mut *self;
        let waiter = waiter.get_or_insert_with(|| Waiter::new(at));
        ready!(task.poll_ended(waiter, cx));
        Poll::Ready(self.take_outcome())
    }
}

impl<T> Unpin for JoinHandle<T> {}

/// A panic that nobody will receive any more is reported. So is that of an output in its drop: whoever drops the handle has
/// nothing to do with it.
impl<T> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        lost::contain(lost::DROPPED, || drop(self.waiter.take()));
        self.job.detached.set(true);
        let Task { core, name, spawned, .. } = &self.task;
        match self.job.outcome.take() {
            Some(Err(Failure::Panicked(payload))) => {
                core.report_panic(name.as_deref().unwrap_or("a task"), spawned, payload);
            }
            Some(Ok(output)) if std::mem::needs_drop::<T>() => {
                self.job.outcome.set(Some(Ok(output)));
                let body = (self.as_body)(self.job.clone());
                core.discard(Unwanted { body, name: name.clone(), spawned });
            }
            _ => {}
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

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JoinHandle").field(&self.task).finish()
    }
}
