//! Spawning: futures become tasks.

use super::Line;
use super::context::{self, Core};
use super::join::{self, JoinHandle, Joinable, Task};
use super::note::printable;
use super::task::{Body, Work};
use futures_task::{FutureObj, LocalFutureObj, LocalSpawn, Spawn, SpawnError};
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;

/// Spawns a future as a task of the current runtime. In asyncio: `create_task`.
///
/// It is polled for the first time in the next turn, behind those that are ready already, whether or not its handle is
/// awaited; dropping the handle detaches the task. While a run ends, the future is dropped and the handle is cancelled
/// already.
///
/// Tasks may await each other in a chain of any length. Futures that await each other inside one task are polled by
/// Rust within each other: the 2 MiB stack of a thread bears about 6,000 levels of an `async fn` that awaits itself in
/// a box in a debug build, and 25,000 in a release build, fewer if they keep much. What goes deeper is spawned, a task
/// a level.
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
pub fn spawn<F: Future + 'static>(future: F) -> JoinHandle<F::Output> {
    spawn_joined(&context::expect_current("spawn() was called"), future, None, Location::caller())
}

/// Spawns a future whose end nobody awaits through a handle: one allocation instead of two.
///
/// Only [`Task::cancel`] and the end of the run stop it: what has to be finished even if whoever wants it is cancelled
/// or times out goes into a task. In asyncio: `shield`.
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
pub fn spawn_detached(future: impl Future<Output = ()> + 'static) -> Task {
    spawn_plain(&context::expect_current("spawn_detached() was called"), Box::new(future), None, Location::caller())
}

/// Names a task before it is spawned: `task("alice").spawn(future)`. In asyncio: the `name` of `create_task`.
///
/// Reports and traces then say `alice`. Control and format characters in a name become their escapes, as
/// [`Printable`](crate::trace::Printable) has it.
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
pub fn task(name: impl Into<Arc<str>>) -> TaskBuilder {
    TaskBuilder { core: context::expect_current("task() was called"), name: printable(name.into()) }
}

/// A task that has a name and is to be spawned. [`task`] and [`Runtime::task`](crate::Runtime::task) make one.
///
/// ```
/// greenlight::run(async {
///     let cook = greenlight::task("cook").spawn(async { panic!("no salt") });
///     let bell = greenlight::task("bell").spawn_detached(async {});
///     let burnt = cook.await.unwrap_err().to_string();
///     assert!(burnt.starts_with("task `cook` (spawned at "));
///     assert!(bell.is_finished());
/// });
/// ```
#[derive(Debug)]
#[must_use = "a task does nothing until it is spawned"]
pub struct TaskBuilder {
    pub(super) core: Rc<Core>,
    pub(super) name: Arc<str>,
}

impl TaskBuilder {
    /// Spawns the task; see [`spawn`].
    #[track_caller]
    pub fn spawn<F: Future + 'static>(self, future: F) -> JoinHandle<F::Output> {
        spawn_joined(&self.core, future, Some(self.name), Location::caller())
    }

    /// Spawns the task without a handle; see [`spawn_detached`].
    #[track_caller]
    pub fn spawn_detached(self, future: impl Future<Output = ()> + 'static) -> Task {
        spawn_plain(&self.core, Box::new(future), Some(self.name), Location::caller())
    }
}

pub(crate) fn spawn_joined<F: Future + 'static>(
    core: &Rc<Core>,
    future: F,
    name: Option<Arc<str>>,
    at: Line,
) -> JoinHandle<F::Output> {
    spawn_job(core, join::job(future, core.closed.get()), name, at)
}

/// It is compiled once for each type of output, whatever futures yield it; an optimized build has it in its caller.
#[inline]
fn spawn_job<T>(core: &Rc<Core>, job: Rc<dyn Joinable<T>>, name: Option<Arc<str>>, at: Line) -> JoinHandle<T> {
    let key = core.spawn(Body::Joined(job.clone()), name.clone(), at);
    JoinHandle { task: Task { core: core.clone(), key, name, spawned: at }, job, waiter: None }
}

#[inline]
pub(super) fn spawn_plain(core: &Rc<Core>, future: Box<dyn Work>, name: Option<Arc<str>>, at: Line) -> Task {
    let key = core.spawn(Body::Detached(Box::into_pin(future)), name.clone(), at);
    Task { core: core.clone(), key, name, spawned: at }
}

/// A handle to the current runtime that the futures crates can spawn with.
///
/// # Panics
/// Outside a runtime.
#[track_caller]
pub fn spawner() -> Spawner {
    Spawner { core: context::expect_current("spawner() was called") }
}

/// Spawns onto a runtime on its own thread: what the `LocalSpawnExt` and `SpawnExt` of the futures crate extend.
///
/// [`spawner`] and [`Runtime::spawner`](crate::Runtime::spawner) make one. It may outlive the runtime.
///
/// # Errors
/// While a run ends, and once the runtime is gone, a spawn drops the future and says that the runtime is shut down.
///
/// ```
/// use futures::task::LocalSpawnExt;
///
/// /// A library that leaves it to its user where its tasks run.
/// async fn add(numbers: [u32; 2], spawner: impl LocalSpawnExt) -> u32 {
///     let task = |n| spawner.spawn_local_with_handle(async move { n }).expect("it is there");
///     let [one, two] = numbers.map(task);
///     one.await + two.await
/// }
/// greenlight::run(async { assert_eq!(add([1, 2], greenlight::spawner()).await, 3) });
/// let runtime = greenlight::Runtime::builder().build();
/// let spawner = runtime.spawner();
/// assert_eq!(runtime.run(add([3, 4], runtime.spawner())), 7);
/// drop(runtime);
/// assert!(spawner.spawn_local(async {}).is_err());
/// ```
#[derive(Clone, Debug)]
pub struct Spawner {
    pub(super) core: Rc<Core>,
}

impl LocalSpawn for Spawner {
    #[track_caller]
    fn spawn_local_obj(&self, future: LocalFutureObj<'static, ()>) -> Result<(), SpawnError> {
        let status = self.status_local();
        self.core.spawn(Body::Detached(Box::pin(future)), None, Location::caller());
        status
    }

    fn status_local(&self) -> Result<(), SpawnError> {
        if self.core.closed.get() { Err(SpawnError::shutdown()) } else { Ok(()) }
    }
}

impl Spawn for Spawner {
    #[track_caller]
    fn spawn_obj(&self, future: FutureObj<'static, ()>) -> Result<(), SpawnError> {
        self.spawn_local_obj(future.into())
    }

    fn status(&self) -> Result<(), SpawnError> {
        self.status_local()
    }
}
