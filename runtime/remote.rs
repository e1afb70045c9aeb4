//! The way in from other threads.

use super::context::{self, Core, Outside};
use super::failure::RuntimeGone;
use super::inbox::{Inbox, taken};
use super::note::{Polls, printable};
use super::task::Body;
use super::waker::Message;
use futures_task::{FutureObj, LocalFutureObj, Spawn, SpawnError};
use std::future::Future;
use std::panic::Location;
use std::sync::Arc;

/// A handle to the current runtime for other threads. In asyncio: what `call_soon_threadsafe` needs the loop for.
///
/// # Panics
/// Outside a runtime; [`Runtime::remote`](crate::Runtime::remote) makes one there.
///
/// ```
/// let answer = greenlight::run(async {
///     let remote = greenlight::remote();
///     let (told, hears) = futures::channel::oneshot::channel();
///     std::thread::spawn(move || remote.spawn(async { _ = told.send(42) }));
///     hears.await
/// });
/// assert_eq!(answer, Ok(42));
/// ```
#[track_caller]
pub fn remote() -> Remote {
    context::expect_current("remote() was called").remote()
}

/// Spawns futures onto a runtime from other threads.
///
/// While a `Remote` is alive, a runtime in which nobody can run is not stalled: it waits. Dropping the last one makes
/// it look again. Tasks that wait for each other in a circle are reported all the same, once they have done so for a
/// second.
///
/// The primitives of [`sync`](crate::sync) stay on their thread. To set an [`Event`](crate::sync::Event) from another
/// one, spawn a future that does it there:
///
/// ```
/// use greenlight::sync::Event;
/// use std::rc::Rc;
/// thread_local! { static DONE: Rc<Event> = Rc::new(Event::new()) }
///
/// greenlight::run(async {
///     let remote = greenlight::remote();
///     let worker = std::thread::spawn(move || {
///         remote.spawn(async { DONE.with(|done| done.set()) }).expect("the runtime waits");
///     });
///     let done = DONE.with(Rc::clone);
///     done.wait().await;
///     worker.join().unwrap();
/// });
/// ```
#[derive(Clone)]
pub struct Remote {
    outside: Arc<Outside>,
    /// What its tasks are named.
    name: Option<Arc<str>>,
}

impl Remote {
    /// Sends a future to the runtime, which spawns it at its next turn. In asyncio: `call_soon_threadsafe`, and
    /// `run_coroutine_threadsafe`.
    ///
    /// A future that awaits what is of greenlight is not `Send`. Send one that makes it there:
    ///
    /// ```
    /// use greenlight::{sleep, spawn_detached};
    /// use std::time::Duration;
    ///
    /// async fn work(told: futures::channel::oneshot::Sender<&'static str>) {
    ///     sleep(Duration::from_millis(1)).await;
    ///     told.send("done").expect("somebody listens");
    /// }
    ///
    /// greenlight::run(async {
    ///     let remote = greenlight::remote();
    ///     let (told, hears) = futures::channel::oneshot::channel();
    ///     std::thread::spawn(move || remote.spawn(async { drop(spawn_detached(work(told))) }));
    ///     assert_eq!(hears.await, Ok("done"));
    /// });
    /// ```
    ///
    /// # Errors
    /// Drops the future and says so if the runtime is gone. A runtime that ends before its next turn drops it too.
    #[track_caller]
    pub fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) -> Result<(), RuntimeGone> {
        let message = Message::Spawn(FutureObj::new(Box::new(future)), self.name.clone(), Location::caller());
        self.outside.inbox.send(message).then_some(()).ok_or(RuntimeGone)
    }

    /// Names what is spawned: `remote.task("alice").spawn(future)`, as [`task`](crate::task) does inside of the
    /// runtime. It is a handle like this one, each of whose tasks has that name.
    ///
    /// ```
    /// let name = greenlight::run(async {
    ///     let remote = greenlight::remote();
    ///     let (told, hears) = futures::channel::oneshot::channel();
    ///     let report = async { _ = told.send(greenlight::current().name().map(String::from)) };
    ///     std::thread::spawn(move || remote.task("reporter").spawn(report));
    ///     hears.await.expect("it tells")
    /// });
    /// assert_eq!(name.as_deref(), Some("reporter"));
    /// ```
    #[must_use = "a task does nothing until it is spawned"]
    pub fn task(&self, name: impl Into<Arc<str>>) -> Remote {
        Remote { outside: self.outside.clone(), name: Some(printable(name.into())) }
    }

    /// A handle that does not keep the runtime waiting.
    ///
    /// ```
    /// use greenlight::{remote, sync::Event, try_run};
    ///
    /// let stalled = try_run(async {
    ///     let _weak = remote().downgrade(); // a `Remote` would have it wait for ever
    ///     Event::new().wait().await;
    /// });
    /// assert!(!stalled.unwrap_err().was_stopped());
    /// ```
    pub fn downgrade(&self) -> WeakRemote {
        WeakRemote { inbox: self.outside.inbox.clone(), polls: self.outside.polls.clone() }
    }
}

/// Looks into a runtime from other threads, and stops its runs: for a watcher, or for Ctrl-C.
/// [`Remote::downgrade`] makes one.
///
/// Unlike a [`Remote`] it keeps no runtime waiting: a stall is a stall while it is alive. `examples/ctrl_c.rs` is a
/// program that Ctrl-C stops by one.
///
/// A watcher tells every so often, or when it is asked to, what all tasks wait for, until the runtime is gone:
///
/// ```
/// use greenlight::{NoAnswer, Runtime, sleep};
/// use std::{thread, time::Duration};
///
/// let runtime = Runtime::builder().build();
/// let weak = runtime.remote().downgrade();
/// let watcher = thread::spawn(move || {
///     let mut told = Vec::new(); // on stderr, in a program
///     loop {
///         thread::sleep(Duration::from_millis(2)); // or the next line of stdin, or a signal
///         match weak.dump(Duration::from_secs(1)) {
///             Ok(dump) => told.push(dump.to_string()),
///             Err(NoAnswer::RuntimeGone) => return told,
///             Err(stuck) => told.push(stuck.to_string()), // in debug mode it names the task
///         }
///     }
/// });
/// runtime.run(sleep(Duration::from_millis(20)));
/// drop(runtime);
/// assert!(watcher.join().unwrap().iter().all(|dump| dump.contains(" at t=")));
/// ```
#[derive(Clone)]
pub struct WeakRemote {
    pub(super) inbox: Arc<Inbox<Message>>,
    /// The task that is being polled. None unless the debug mode is on.
    pub(super) polls: Option<Arc<Polls>>,
}

impl WeakRemote {
    /// Ends the run after the turn that is under way: its main future is dropped, then its tasks in the order of
    /// spawning, and [`try_run`](crate::try_run) returns a report that [was stopped](crate::Stalled::was_stopped). A
    /// main that ends in that turn has ended. Between two runs it ends the next one after its first turn; once the
    /// runtime is gone it does nothing.
    ///
    /// In asyncio: `loop.call_soon_threadsafe(loop.stop)`.
    ///
    /// ```
    /// let runtime = greenlight::Runtime::builder().build();
    /// let waits_for_more = runtime.remote();
    /// let weak = waits_for_more.downgrade();
    /// std::thread::spawn(move || weak.stop());
    /// let stopped = runtime.try_run(std::future::pending::<()>()).unwrap_err();
    /// assert!(stopped.was_stopped());
    /// ```
    pub fn stop(&self) {
        let stop = || context::expect_current("a run is stopped").stopped.set(true);
        self.inbox.send(Message::Ask(Box::new(stop)));
    }
}

impl Core {
    /// Takes in what other threads sent, in the order in which it came.
    pub(super) fn take_messages(&self) {
        self.inbox.take(|message| {
            let _cause = self.begin_message();
            match message {
                Message::Wake(key) => {
                    _ = self.table.borrow().get(key).map(|task| task.with_waker(|waker| taken(&waker.sent)));
                    self.wake(key);
                }
                Message::Spawn(future, name, at) => {
                    _ = self.spawn(Body::Detached(Box::pin(LocalFutureObj::from(future))), name, at)
                }
                Message::Ask(ask) => ask(),
            }
        });
    }

    /// Whether a `Remote` is alive.
    pub(super) fn has_remotes(&self) -> bool {
        self.remotes.borrow().strong_count() > 0
    }

    pub(super) fn remote(&self) -> Remote {
        let mut remotes = self.remotes.borrow_mut();
        let outside = remotes.upgrade().unwrap_or_else(|| {
            let outside = Arc::new(Outside { inbox: self.inbox.clone(), polls: self.watchers.polls.clone() });
            *remotes = Arc::downgrade(&outside);
            outside
        });
        Remote { outside, name: None }
    }
}

impl Spawn for Remote {
    #[track_caller]
    fn spawn_obj(&self, future: FutureObj<'static, ()>) -> Result<(), SpawnError> {
        let message = Message::Spawn(future, self.name.clone(), Location::caller());
        self.outside.inbox.send(message).then_some(()).ok_or_else(SpawnError::shutdown)
    }

    fn status(&self) -> Result<(), SpawnError> {
        if self.outside.inbox.is_closed() { Err(SpawnError::shutdown()) } else { Ok(()) }
    }
}
