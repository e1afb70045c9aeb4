//! A runtime as its user holds it: made by a builder, run to the end of a main future or stepped by hand.

use super::clock::{Clock, Instant};
use super::context::{self, Core, Settings};
use super::dump::{Dump, TaskInfo};
use super::executor::{Main, Turn};
use super::inbox::Inbox;
use super::join::{JoinHandle, Task};
use super::ready::TaskKey;
use super::remote::Remote;
use super::spawn::{self, Spawner, TaskBuilder};
use super::stall::Stalled;
use super::table::Table;
use super::task::Body;
use super::trace::{Kind, Observer, Trace};
use super::wheel::Wheel;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::io::{Write, stderr};
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::sync::{Arc, Weak};
use std::time::Duration;

/// Runs a future to its end on a new runtime with the real clock, and returns its output. In asyncio: `asyncio.run`.
///
/// When the future has ended, tasks that have not are dropped, in the order of spawning; also those that are ready, which
/// asyncio lets run once more.
///
/// # Panics
/// With the panic of the future, if it panics; with the report, if the run stalls; when it is called inside a runtime.
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
/// When nobody can ever run again, or virtual time stands still.
///
/// # Panics
/// With the panic of the future, if it panics; when it is called inside a runtime.
///
/// ```
/// let stalled = greenlight::try_run(async { greenlight::sync::Event::new().wait().await }).unwrap_err();
/// assert_eq!(stalled.tasks()[0].label.to_string(), "main");
/// ```
#[track_caller]
pub fn try_run<F: Future>(future: F) -> Result<F::Output, Stalled> {
    Runtime::builder().build().try_run(future)
}

/// How many turns virtual time may stand still unless the builder says otherwise.
const TURN_LIMIT: u64 = 1_000_000;

/// How long the real clock goes on before a possible stall is reported.
const SUSPICION: Duration = Duration::from_secs(1);

/// How long a runtime that may be stalled parks before it looks again.
const SECOND_LOOK: Duration = Duration::from_millis(100);

/// The longest time to park at once: later deadlines are looked at again.
const LONGEST_PARK: Duration = Duration::from_secs(3600);

/// Decides what a runtime is like. [`Runtime::builder`] makes one.
///
/// ```
/// let runtime = greenlight::Runtime::builder().virtual_clock().turn_limit(1000).build();
/// assert!(runtime.try_run(async { loop { greenlight::yield_now().await } }).is_err());
/// ```
#[must_use]
pub struct Builder {
    clock: fn() -> Clock,
    turn_limit: u64,
    observers: Vec<Rc<dyn Observer>>,
    report: Box<dyn Fn(&str)>,
}

impl Builder {
    /// Lets time stand still while anybody is ready, and jump to the next deadline when nobody is.
    pub fn virtual_clock(mut self) -> Self {
        self.clock = Clock::standing;
        self
    }

    /// How many turns virtual time may stand still before the run ends with a report of who keeps it: a million unless
    /// set.
    pub fn turn_limit(mut self, turns: u64) -> Self {
        self.turn_limit = turns.max(1);
        self
    }

    /// Has every event traced to this observer. There may be several.
    pub fn observer(mut self, observer: Rc<dyn Observer>) -> Self {
        self.observers.push(observer);
        self
    }

    /// Where reports go that end nothing, such as a lost panic or a possible stall: stderr unless set.
    pub fn on_report(mut self, report: impl Fn(&str) + 'static) -> Self {
        self.report = Box::new(report);
        self
    }

    /// Makes the runtime, which belongs to this thread.
    pub fn build(self) -> Runtime {
        let core = Core {
            table: RefCell::new(Table::new()),
            wheel: RefCell::new(Wheel::new()),
            clock: (self.clock)(),
            inbox: Arc::new(Inbox::new(std::thread::current())),
            remotes: RefCell::new(Weak::new()),
            polling: Cell::new(None),
            turn: Cell::new(0),
            turning: Cell::new(false),
            closed: Cell::new(false),
            main_panic: Cell::new(None),
            trace: Trace::new(self.observers),
            settings: Settings { turn_limit: self.turn_limit, report: self.report },
        };
        Runtime { core: Rc::new(core) }
    }
}

/// A runtime. Dropping it drops its tasks, in the order of spawning.
#[derive(Debug)]
pub struct Runtime {
    core: Rc<Core>,
}

impl Runtime {
    /// A builder of a runtime with the real clock.
    pub fn builder() -> Builder {
        Builder {
            clock: Clock::real,
            turn_limit: TURN_LIMIT,
            observers: Vec::new(),
            report: Box::new(|report| _ = writeln!(stderr(), "greenlight: {report}")),
        }
    }

    /// Runs a future to its end; see [`run`]. No task outlives it.
    ///
    /// # Panics
    /// With the panic of the future, if it panics; with the report, if the run stalls; when it is called inside a
    /// runtime.
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
    /// When nobody can ever run again, or virtual time stands still.
    ///
    /// # Panics
    /// With the panic of the future, if it panics; when it is called inside a runtime.
    #[track_caller]
    pub fn try_run<F: Future>(&self, future: F) -> Result<F::Output, Stalled> {
        assert!(context::current().is_none(), "{RUN_INSIDE_RUN}");
        let core = &self.core;
        let _entered = context::enter(core.clone());
        let mut future = pin!(Some(future));
        let mut output = None;
        let main = core.spawn(Body::Main, Some("main".into()), Location::caller());
        let ended = core.drive(main, &mut |cx| {
            let future = future.as_mut().as_pin_mut().expect("main stays until it has ended");
            future.poll(cx).map(|value| output = Some(value))
        });
        core.closed.set(true);
        let dropped = catch_unwind(AssertUnwindSafe(|| future.set(None)));
        core.shutdown();
        core.closed.set(false);
        if let Some(payload) = core.main_panic.take().or(dropped.err()) {
            resume_unwind(payload);
        }
        ended.map(|()| output.expect("main has returned"))
    }

    /// Spawns a task, to be stepped by [`turn`](Runtime::turn) or to run along with a main future; see
    /// [`spawn`](crate::spawn).
    #[track_caller]
    pub fn spawn<F: Future + 'static>(&self, future: F) -> JoinHandle<F::Output> {
        spawn::spawn_joined(&self.core, future, None, Location::caller())
    }

    /// Spawns a task without a handle; see [`spawn_detached`](crate::spawn_detached).
    #[track_caller]
    pub fn spawn_detached(&self, future: impl Future<Output = ()> + 'static) -> Task {
        spawn::spawn_plain(&self.core, future, None, Location::caller())
    }

    /// Names a task that is to be spawned; see [`task`](crate::task).
    pub fn task(&self, name: impl Into<Arc<str>>) -> TaskBuilder {
        TaskBuilder { core: self.core.clone(), name: name.into() }
    }

    /// A handle for other threads.
    pub fn remote(&self) -> Remote {
        self.core.remote()
    }

    /// A handle that the futures crates can spawn with.
    pub fn spawner(&self) -> Spawner {
        Spawner { core: self.core.clone() }
    }

    /// Steps the executor by one turn, and never blocks. On the virtual clock a turn that finds nobody ready moves time
    /// to the next deadline.
    ///
    /// # Panics
    /// When it is called from inside a task of this runtime.
    ///
    /// ```
    /// use greenlight::{Runtime, Turn};
    /// let runtime = Runtime::builder().build();
    /// let task = runtime.spawn_detached(async { greenlight::yield_now().await });
    /// assert_eq!(runtime.turn(), Turn::Ran(1));
    /// assert!(!task.is_finished());
    /// assert_eq!(runtime.turn(), Turn::Ran(1));
    /// assert!(task.is_finished());
    /// assert_eq!(runtime.turn(), Turn::Idle(None));
    /// ```
    #[track_caller]
    pub fn turn(&self) -> Turn {
        let _entered = context::enter(self.core.clone());
        self.core.turn(&mut None)
    }

    /// Makes this the current runtime while a function runs, so that `spawn`, `now` and the first poll of a `sleep`
    /// work in it outside of any task: for one that is stepped by hand, or beside a foreign executor.
    pub fn enter<R>(&self, f: impl FnOnce() -> R) -> R {
        let _entered = context::enter(self.core.clone());
        f()
    }

    /// The moment of the present turn, in this runtime's time.
    pub fn now(&self) -> Instant {
        self.core.now()
    }

    /// How many tasks have not ended.
    pub fn task_count(&self) -> usize {
        self.core.table.borrow().len()
    }

    /// Every task that has not ended, in the order of spawning, and what it waits for. In asyncio: `all_tasks`.
    pub fn tasks(&self) -> Vec<TaskInfo> {
        self.core.dump().tasks
    }

    /// Every task and what it waits for, to print as a tree; see [`dump`](crate::dump()).
    pub fn dump(&self) -> Dump {
        self.core.dump()
    }

    /// Who waits for what, after a turn that was [`Turn::Stalled`] or at any time.
    pub fn stalled(&self) -> Stalled {
        self.core.stalled_or_not()
    }
}

const RUN_INSIDE_RUN: &str = "greenlight::run was called inside a runtime, which would stop all of its tasks; \
    await the future there or spawn() it, and call run outside of Runtime::enter";

impl Core {
    /// Turns until main has ended, parking whenever there is nothing to do.
    fn drive(self: &Rc<Self>, main: TaskKey, future: &mut Main<'_>) -> Result<(), Stalled> {
        let mut main_task = Some((main, future));
        let mut standstill = Standstill { since: self.now(), turns: 0 };
        let mut suspicion = None;
        loop {
            match self.turn(&mut main_task) {
                Turn::Ran(_) if self.table.borrow().get(main).is_none() => return Ok(()),
                Turn::Ran(_) => {
                    suspicion = None;
                    standstill.count(self)?;
                }
                Turn::Idle(deadline) => {
                    standstill.turns = 0;
                    self.park(deadline, &mut suspicion);
                }
                Turn::Stalled => {
                    self.emit(None, None, None, Kind::Stalled);
                    return Err(self.stalled());
                }
            }
        }
    }

    /// Sleeps until somebody rings or the deadline comes. Without a deadline and without a `Remote` only a waker that
    /// is held outside can end it: the runtime looks again now and then whether that is still there.
    fn park(self: &Rc<Self>, deadline: Option<Instant>, suspicion: &mut Option<Suspicion>) {
        let at_most = match deadline {
            Some(deadline) => Some((deadline - self.clock.now()).min(LONGEST_PARK)),
            None if self.has_remotes() => None,
            None => Some(suspicion.get_or_insert_with(Suspicion::new).confirm(self)),
        };
        self.inbox.park(at_most);
    }
}

/// How long virtual time has stood still.
struct Standstill {
    since: Instant,
    turns: u64,
}

impl Standstill {
    fn count(&mut self, core: &Rc<Core>) -> Result<(), Stalled> {
        if !core.clock.is_virtual() {
            return Ok(());
        }
        if core.now() != self.since {
            *self = Standstill { since: core.now(), turns: 0 };
        }
        self.turns += 1;
        if self.turns < core.settings.turn_limit { Ok(()) } else { Err(core.standing_still(self.turns)) }
    }
}

/// A stall that only a waker held outside could disprove.
struct Suspicion {
    since: std::time::Instant,
    reported: bool,
}

impl Suspicion {
    fn new() -> Self {
        Suspicion { since: std::time::Instant::now(), reported: false }
    }

    /// Reports it, once, after it has lasted. Returns how long to park before the next look.
    fn confirm(&mut self, core: &Rc<Core>) -> Duration {
        if self.since.elapsed() < SUSPICION {
            return SECOND_LOOK;
        }
        if !std::mem::replace(&mut self.reported, true) {
            core.deliver_report(&core.possibly_stalled().to_string());
            // Who receives the report may have woken somebody.
            return Duration::ZERO;
        }
        SUSPICION
    }
}

/// Ends the tasks that are left; `Remote`s, wakers and spawners that outlive the runtime reach nobody from then on.
impl Drop for Runtime {
    fn drop(&mut self) {
        let _entered = context::enter(self.core.clone());
        self.core.shutdown();
        self.core.inbox.close();
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("turn_limit", &self.turn_limit).finish_non_exhaustive()
    }
}
