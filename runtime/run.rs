//! A runtime as its user holds it: made by a builder, stepped by hand, or run to the end of a main future: turn after
//! turn, parked while there is nothing to do, and with an eye on whether anybody can ever go on.

use super::Line;
use super::clock::{self, Clock, Instant};
use super::context::{self, Chooser, Core};
use super::executor::Turn;
use super::explore;
use super::inbox::Inbox;
use super::join::{JoinHandle, Task};
use super::note::{Kind, printable};
use super::observe;
use super::remote::Remote;
use super::spawn::{self, Spawner, TaskBuilder};
use super::table::Table;
use super::task::{Body, Main, ReadyQueue};
use super::watch::runtimes;
use super::watch::stall::{Stalled, Why};
use super::watch::suspicion::{Standstill, Suspicion};
use super::watch::watchers::{Watchers, Wishes};
use super::wheel::Wheel;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};
use std::time::Duration;

/// Runs a future to its end on a new runtime with the real clock, and returns its output. In asyncio: `asyncio.run`.
///
/// When the future has ended, tasks that have not are dropped, in the order of spawning; also those that are ready,
/// which asyncio lets run once more.
///
/// # Panics
/// With the panic of the future; with the report of a stall or a stop; when main is cancelled; inside a runtime.
///
/// ```
/// assert_eq!(greenlight::run(async { 6 * 7 }), 42);
/// ```
#[track_caller]
pub fn run<F: Future>(future: F) -> F::Output {
    Runtime::builder().build().run(future)
}

/// Like [`run`], but returns the report of a stall instead of panicking with it.
///
/// # Errors
/// When nobody can ever run again, when virtual time stands still, and when somebody stops the run.
///
/// # Panics
/// With the panic of the future, if it panics; when main is cancelled; when it is called inside a runtime.
///
/// ```
/// use greenlight::{sync::Event, try_run};
/// let stalled = try_run(async { Event::new().wait().await }).unwrap_err();
/// assert_eq!(stalled.tasks()[0].label.to_string(), "main");
/// ```
#[track_caller]
pub fn try_run<F: Future>(future: F) -> Result<F::Output, Stalled> {
    Runtime::builder().build().try_run(future)
}

/// The longest time to park at once: later deadlines are looked at again.
const LONGEST_PARK: Duration = Duration::from_secs(3600);

/// So much later than asked for Linux wakes a thread, to wake others with it. A park is asked to end so much earlier;
/// what is left of the time if it does is another park.
const SLACK: Duration = Duration::from_micros(50);

/// Decides what a runtime is like. [`Runtime::builder`] makes one.
///
/// ```
/// use greenlight::{Runtime, say, sleep, spawn, trace::Recorder, yield_now};
/// use std::{cell::RefCell, rc::Rc, time::Duration};
/// type Lines = Rc<RefCell<Vec<String>>>;
/// fn keep(lines: &Lines) -> impl Fn(&str) + use<> {
///     let lines = lines.clone();
///     move |line| lines.borrow_mut().push(line.to_string())
/// }
///
/// let (said, reports, recorder) = <(Lines, Lines, Rc<Recorder>)>::default();
/// let runtime = Runtime::builder()
///     .virtual_clock() // an hour takes no time
///     .turn_limit(1000) // a task that never lets time go on is found
///     .check_every_turn()
///     .observer(recorder.clone())
///     .on_say(keep(&said))
///     .on_report(keep(&reports))
///     .build();
/// runtime.run(async {
///     drop(spawn(async { panic!("nobody listens") }));
///     sleep(Duration::from_secs(3600)).await;
///     say!("an hour later");
/// });
/// assert_eq!(*said.borrow(), ["an hour later"]);
/// assert!(reports.borrow()[0].contains("nobody listens"));
/// assert!(recorder.lines().contains(&"time jumps to t=3600.000000s".to_string()));
/// assert!(runtime.try_run(async { loop { yield_now().await } }).is_err());
/// ```
#[must_use]
pub struct Builder {
    /// Set where time is virtual.
    pub(super) is_virtual: bool,
    pub(super) watch: Wishes,
}

impl Builder {
    /// Lets time stand still while anybody is ready, and jump to the next deadline when nobody is.
    ///
    /// It knows nothing of the time that other threads take. A timer that is armed is due as soon as nobody is ready,
    /// also while a thread works for a task and a [`Remote`](crate::Remote) is alive: a timeout of 100 s around that
    /// work is up at once. Without a timer, the runtime waits for threads as long as a `Remote` is alive, and for
    /// nothing else: a waker that a thread holds does not keep it from being stalled. What depends on threads and on
    /// timers belongs on the real clock.
    ///
    /// Unless the builder names a clock, the environment does: `GREENLIGHT_CLOCK=virtual` has any program run on
    /// virtual time.
    pub fn virtual_clock(mut self) -> Self {
        self.is_virtual = true;
        self
    }

    /// Keeps to the real clock, whatever `GREENLIGHT_CLOCK` says: for a program that depends on threads.
    ///
    /// ```
    /// use greenlight::{Runtime, timeout};
    /// use std::{thread, time::Duration};
    ///
    /// let (asks, hears) = futures::channel::oneshot::channel();
    /// let worker = thread::spawn(move || asks.send(42));
    /// // On virtual time these ten seconds may be over before the thread has begun.
    /// let runtime = Runtime::builder().real_clock().build();
    /// assert_eq!(runtime.run(timeout(Duration::from_secs(10), hears)), Ok(Ok(42)));
    /// # worker.join().unwrap().unwrap();
    /// ```
    pub fn real_clock(mut self) -> Self {
        self.is_virtual = false;
        self
    }

    /// Makes the runtime, which belongs to this thread.
    pub fn build(mut self) -> Runtime {
        self.watch = observe::heard(self.watch);
        self.assemble(explore::from_environment())
    }

    pub(super) fn assemble(self, chooser: Option<Rc<dyn Chooser>>) -> Runtime {
        let watchers = Watchers::new(self.watch);
        let core = Rc::new_cyclic(|me| Core {
            me: me.clone(),
            table: RefCell::new(Table::default()),
            queue: Rc::new(ReadyQueue::new(watchers.trace.is_watched(), me.clone())),
            batch: RefCell::default(),
            loose_waker: Cell::new(None),
            wheel: RefCell::new(Wheel::new()),
            clock: Clock::new((!self.is_virtual).then(std::time::Instant::now)),
            inbox: Arc::new(Inbox::new(std::thread::current())),
            remotes: RefCell::new(Weak::new()),
            turns: Cell::new(0),
            running: Cell::new(false),
            closed: Cell::new(false),
            unwanted: RefCell::default(),
            discarding: Cell::new(false),
            stopped: Cell::new(false),
            main_panic: Cell::new(None),
            chooser,
            watchers,
        });
        runtimes::register(&core);
        Runtime { core }
    }
}

/// A runtime: the tasks of one thread, and their clock. In asyncio: an event loop. Dropping it drops its tasks, in the
/// order of spawning.
///
/// ```
/// use greenlight::{Runtime, Turn, sync::Event};
/// use std::{rc::Rc, time::Duration};
///
/// let runtime = Runtime::builder().virtual_clock().build();
/// let light = Rc::new(Event::new().named("light"));
/// let walker = runtime.task("walker").spawn_detached({
///     let light = light.clone();
///     async move { light.wait().await }
/// });
/// assert_eq!(runtime.turn(), Turn::Ran(1)); // by hand: a turn at a time
/// assert_eq!(runtime.turn(), Turn::Stalled);
/// assert!(runtime.dump().to_string().contains("waits on event `light`"));
/// let crossed = runtime.spawn(async move { walker.ended().await }); // or beside a main
/// runtime.spawn_detached(greenlight::sleep(Duration::from_secs(9)));
/// assert_eq!((runtime.tasks().len(), runtime.task_count()), (3, 3));
/// let main = async {
///     greenlight::sleep(Duration::from_secs(2)).await;
///     light.set();
///     crossed.await
/// };
/// assert!(runtime.run(main).is_ok());
/// // What main did not wait for has ended with it.
/// assert_eq!((runtime.now().since_start().as_secs(), runtime.task_count()), (2, 0));
/// assert!(runtime.try_run(std::future::pending::<()>()).is_err()); // main can never end
/// ```
#[derive(Debug)]
pub struct Runtime {
    pub(super) core: Rc<Core>,
}

impl Runtime {
    /// A builder of a runtime with the real clock, or with the one that `GREENLIGHT_CLOCK` names in the environment:
    /// `virtual` or `real`.
    ///
    /// # Panics
    /// When the environment names neither.
    #[track_caller]
    pub fn builder() -> Builder {
        Builder { is_virtual: clock::environment_is_virtual(), watch: Wishes::default() }
    }

    /// Runs a future to its end; see [`run`]. No task outlives it. In asyncio: `Runner.run`.
    ///
    /// # Panics
    /// With the panic of the future; with the report of a stall or a stop; when main is cancelled; inside a runtime.
    #[track_caller]
    pub fn run<F: Future>(&self, future: F) -> F::Output {
        match self.try_run(future) {
            Ok(output) => output,
            Err(stalled) => panic!("{stalled}"),
        }
    }

    /// Runs a future to its end, or to a stall; see [`try_run`].
    ///
    /// # Errors
    /// When nobody can ever run again, when virtual time stands still, and when somebody stops the run with
    /// [`WeakRemote::stop`](crate::WeakRemote::stop).
    ///
    /// # Panics
    /// With the panic of the future, if it panics; when main is cancelled; when it is called inside a runtime.
    #[track_caller]
    pub fn try_run<F: Future>(&self, future: F) -> Result<F::Output, Stalled> {
        self.try_run_at(future, Location::caller())
    }

    #[track_caller]
    pub(super) fn try_run_at<F: Future>(&self, future: F, at: Line) -> Result<F::Output, Stalled> {
        let (mut future, mut output) = (pin!(Some(future)), None);
        let mut main = |cx: Option<&mut Context<'_>>| match (cx, future.as_mut().as_pin_mut()) {
            (Some(cx), main) => main.expect("main stays until it has ended").poll(cx).map(|value| output = Some(value)),
            (None, Some(_)) => Poll::Ready(()).map(|()| future.set(None)),
            (None, None) => Poll::Ready(()).map(|()| output = None),
        };
        self.core.run_main(std::any::type_name::<F>(), at, &mut main)?;
        Ok(output.expect(MAIN_CANCELLED))
    }

    /// Spawns a task, to be stepped by [`turn`](Runtime::turn) or to run beside a main; see [`spawn`](crate::spawn).
    #[track_caller]
    pub fn spawn<F: Future + 'static>(&self, future: F) -> JoinHandle<F::Output> {
        spawn::spawn_joined(&self.core, future, None, Location::caller())
    }

    /// Spawns a task without a handle; see [`spawn_detached`](crate::spawn_detached).
    #[track_caller]
    pub fn spawn_detached(&self, future: impl Future<Output = ()> + 'static) -> Task {
        spawn::spawn_plain(&self.core, Box::new(future), None, Location::caller())
    }

    /// Names a task that is to be spawned; see [`task`](crate::task).
    pub fn task(&self, name: impl Into<Arc<str>>) -> TaskBuilder {
        TaskBuilder { core: self.core.clone(), name: printable(name.into()) }
    }

    /// A handle for other threads, as [`remote`](crate::remote) makes one inside the runtime.
    ///
    /// ```
    /// let runtime = greenlight::Runtime::builder().build();
    /// let remote = runtime.remote();
    /// let (told, hears) = futures::channel::oneshot::channel();
    /// let worker = std::thread::spawn(move || remote.spawn(async { _ = told.send("done") }));
    /// assert_eq!(runtime.run(hears), Ok("done"));
    /// assert!(worker.join().unwrap().is_ok());
    /// ```
    pub fn remote(&self) -> Remote {
        self.core.remote()
    }

    /// A handle that the futures crates can spawn with, as [`spawner`](crate::spawner) makes one inside the runtime.
    pub fn spawner(&self) -> Spawner {
        Spawner { core: self.core.clone() }
    }

    /// Steps the executor by one turn, and never blocks. On the virtual clock a turn that finds nobody ready moves time
    /// to the next deadline.
    ///
    /// # Panics
    /// When it is called inside this runtime: while it runs or takes a turn, or while that ends.
    #[track_caller]
    pub fn turn(&self) -> Turn {
        let _entered = context::enter(self.core.clone());
        let _running = self.core.begin_run();
        self.core.checked_turn(&mut None)
    }

    /// Makes this the current runtime while a function runs, so that `spawn`, `now` and the first poll of a `sleep`
    /// work in it outside of any task: for one that is stepped by hand, or beside a foreign executor.
    ///
    /// ```
    /// let runtime = greenlight::Runtime::builder().build();
    /// let answer = runtime.enter(|| greenlight::spawn(async { 42 }));
    /// assert_eq!(runtime.run(answer).unwrap(), 42);
    /// ```
    pub fn enter<R>(&self, f: impl FnOnce() -> R) -> R {
        let _entered = context::enter(self.core.clone());
        f()
    }

    /// The moment of the present turn, in this runtime's time.
    pub fn now(&self) -> Instant {
        self.core.now()
    }

    /// How many tasks have not ended, main among them.
    pub fn task_count(&self) -> usize {
        self.core.table.borrow().tasks.len()
    }
}

impl Core {
    /// Runs main to its end, or to a stall, and ends the tasks that are left. It is compiled once, whatever main is.
    #[track_caller]
    fn run_main(self: &Rc<Self>, type_name: &'static str, at: Line, main: &mut Main<'_>) -> Result<(), Stalled> {
        assert!(context::current().is_none(), "{RUN_INSIDE_RUN}");
        let _entered = context::enter(self.clone());
        let _running = self.begin_run();
        self.spawn(Body::Main(type_name), Some("main".into()), at);
        // Only a broken invariant panics.
        let driven =
            catch_unwind(AssertUnwindSafe(|| self.drive(main).inspect(|()| self.report_pending("main had ended"))));
        self.closed.set(true);
        let dropped = catch_unwind(AssertUnwindSafe(|| _ = main(None))).err();
        self.shutdown();
        self.closed.set(false);
        let (ended, broken) = driven.map_or_else(|panic| (Ok(()), Some(panic)), |ended| (ended, None));
        let mut panics = self.main_panic.take().into_iter().chain(dropped).chain(broken);
        let Some(first) = panics.next() else { return ended };
        self.tell_forestalled(panics, || _ = main(None), ended.err());
        resume_unwind(first)
    }

    /// Turns until main has ended, parking whenever there is nothing to do.
    fn drive(self: &Rc<Self>, main: &mut Main<'_>) -> Result<(), Stalled> {
        let mut main = Some(main);
        let mut standstill = Standstill { since: self.now(), turns: 0 };
        let mut suspicion = Suspicion::new();
        loop {
            // A stop is for one run, also for one that ends in this turn.
            let (turn, stopped) = (self.checked_turn(&mut main), self.stopped.take());
            match turn {
                Turn::Ran(_) if main.is_none() => return Ok(()),
                _ if stopped => return Err(self.report(Why::Stopped)),
                Turn::Ran(_) => {
                    suspicion.end();
                    standstill.count(self)?;
                }
                Turn::Idle(deadline) => {
                    standstill.turns = 0;
                    self.park(deadline, &mut suspicion);
                }
                Turn::Stalled => {
                    self.note(None, None, Kind::Stalled);
                    return Err(self.report(Why::NobodyCanRun));
                }
            }
        }
    }

    /// Sleeps until somebody rings, the deadline comes, or it is time to look whether anybody can go on.
    fn park(self: &Rc<Self>, deadline: Option<Instant>, suspicion: &mut Suspicion) {
        let next_look = suspicion.look(self, deadline.is_some());
        let due = deadline.map(|deadline| (deadline - self.clock.now()).min(LONGEST_PARK));
        self.park_noted(due.map(|due| due.checked_sub(SLACK).unwrap_or(due)).into_iter().chain(next_look).min());
    }
}

const MAIN_CANCELLED: &str = "main was cancelled, so greenlight::run has nothing to return; \
    have main spawn() what is to be cancelled, and await the handle";
const RUN_INSIDE_RUN: &str = "greenlight::run was called inside a runtime, which would stop all of its tasks; \
    await the future there or spawn() it, and call run outside of Runtime::enter";

/// Ends the tasks that are left; `Remote`s, wakers and spawners that outlive the runtime reach nobody from then on.
impl Drop for Runtime {
    fn drop(&mut self) {
        let _entered = context::enter(self.core.clone());
        self.core.report_pending("its runtime was dropped");
        self.core.shutdown();
        self.core.inbox.close();
        runtimes::unregister(&self.core);
    }
}
