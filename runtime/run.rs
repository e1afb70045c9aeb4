//! A runtime as its user holds it: made by a builder, run to the end of a main future or stepped by hand.

use super::clock::{Clock, Instant};
use super::context::{self, Core, Settings};
use super::executor::Turn;
use super::inbox::Inbox;
use super::join::{JoinHandle, Task};
use super::note::Notes;
use super::remote::Remote;
use super::spawn::{self, Spawner, TaskBuilder};
use super::table::Table;
use super::task::{Body, ReadyQueue};
use super::watch::debug::Debug;
use super::watch::dump::{Dump, TaskInfo};
use super::watch::passed::Passed;
use super::watch::polls::Publisher;
use super::watch::printable::printable;
use super::watch::reporter::Reporter;
use super::watch::stall::Stalled;
use super::watch::standing;
use super::watch::trace::{Observer, Trace};
use super::wheel::Wheel;
use std::any::type_name;
use std::cell::{Cell, RefCell};
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::pin::pin;
use std::rc::{self, Rc};
use std::sync::{Arc, Weak};
use std::task::Context;
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

/// How long a poll may take before the debug mode calls it slow.
const SLOW_POLL: Duration = Duration::from_millis(100);

/// Turns the debug mode on.
const DEBUG_VARIABLE: &str = "GREENLIGHT_DEBUG";

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
    check_every_turn: bool,
    observers: Vec<Rc<dyn Observer>>,
    reporter: Reporter,
    debug: bool,
    slow_poll: Duration,
}

impl Builder {
    /// Lets time stand still while anybody is ready, and jump to the next deadline when nobody is.
    ///
    /// It knows nothing of the time that other threads take. A timer that is armed is due as soon as nobody is ready, also
    /// while a thread works for a task and a [`Remote`](crate::Remote) is alive: a timeout of 100 s around that work is up
    /// at once. Without a timer, the runtime waits for threads as long as a `Remote` is alive, and for nothing else: a
    /// waker that a thread holds does not keep it from being stalled. What depends on threads and on timers belongs on
    /// the real clock.
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

    /// Ends each turn with a check of every invariant of the runtime and of the wait lists of its thread, also in
    /// release builds. It costs as much as there are tasks, waits and timers: for tests.
    ///
    /// A turn panics if an invariant is broken, which is a fault of greenlight.
    pub fn check_every_turn(mut self) -> Self {
        self.check_every_turn = true;
        self
    }

    /// Has every event traced to this observer. There may be several.
    pub fn observer(mut self, observer: Rc<dyn Observer>) -> Self {
        self.observers.push(observer);
        self
    }

    /// Where reports go that end nothing, such as a lost panic, a deadlock or possible stall, or a line of the debug mode:
    /// stderr unless set. It is called inside the runtime.
    pub fn on_report(mut self, report: impl Fn(&str) + 'static) -> Self {
        self.reporter = Reporter::new(report);
        self
    }

    /// Turns the debug mode on or off: on if the environment has `GREENLIGHT_DEBUG` with anything but nothing or 0, unless
    /// set. In asyncio: `run` with `debug=True`.
    ///
    /// It reports, a line each: a slow poll, with the awaits before and behind it; tasks that are still pending when
    /// main has ended or the runtime is dropped, with what they wait for; a set that is cleared before anybody saw it, a
    /// pulse that reached nobody, a notify that reached nobody and was not made up for; a task that is woken again and
    /// again and does nothing that can be seen but wake itself or wait again; a task group that is
    /// dropped with errors, or before anybody has joined it. A [`WeakRemote::dump`](crate::WeakRemote::dump) that a long
    /// poll leaves without an answer names the task. A panic that nobody joins is reported in any mode. It watches every
    /// event, as an [`observer`](Builder::observer) does, and takes its time. What the receiver of a report does is not
    /// reported. `docs/WATCHING.md` says of each line what to do about it.
    ///
    /// ```
    /// use std::{cell::RefCell, rc::Rc};
    /// let reports = Rc::new(RefCell::new(Vec::new()));
    /// let heard = reports.clone();
    /// let runtime = greenlight::Runtime::builder()
    ///     .debug(true)
    ///     .on_report(move |report| heard.borrow_mut().push(report.to_string()))
    ///     .build();
    /// runtime.run(async { _ = greenlight::sync::Event::new().named("light").pulse() });
    /// assert!(reports.borrow()[0].starts_with("unheard: event `light` was pulsed when nobody waited, at "));
    /// ```
    pub fn debug(mut self, on: bool) -> Self {
        self.debug = on;
        self
    }

    /// How long a poll may take before the debug mode calls it slow: 100 ms unless set. A task that yields ten thousand
    /// times, and takes for that longer than five slow polls, computes: it does not spin.
    pub fn slow_poll(mut self, threshold: Duration) -> Self {
        self.slow_poll = threshold;
        self
    }

    /// Makes the runtime, which belongs to this thread.
    pub fn build(mut self) -> Runtime {
        let polls = self.debug.then(Arc::default);
        if let Some(polls) = &polls {
            // First: a poll is over before it is reported, however long whoever receives that takes.
            self.observers.push(Rc::new(Publisher::new(Arc::clone(polls))));
            self.observers.push(Rc::new(Debug::new(self.slow_poll, self.reporter.clone())));
        }
        let passed = Rc::<Passed>::default();
        if !self.observers.is_empty() {
            self.observers.push(passed.clone());
        }
        let core = |me: &rc::Weak<Core>| Core {
            me: me.clone(),
            table: RefCell::new(Table::new()),
            queue: Rc::new(ReadyQueue::new(Notes::new(!self.observers.is_empty(), me.clone()))),
            loose_waker: Cell::new(None),
            wheel: RefCell::new(Wheel::new()),
            clock: (self.clock)(),
            inbox: Arc::new(Inbox::new(std::thread::current())),
            remotes: RefCell::new(Weak::new()),
            turn: Cell::new(0),
            turning: Cell::new(false),
            closed: Cell::new(false),
            unwanted: RefCell::default(),
            discarding: Cell::new(false),
            stopped: Cell::new(false),
            main_panic: Cell::new(None),
            trace: Trace::new(self.observers, self.reporter.clone()),
            settings: Settings {
                turn_limit: self.turn_limit,
                reporter: self.reporter,
                polls,
                passed,
                check_every_turn: self.check_every_turn,
            },
        };
        let core = Rc::new_cyclic(core);
        standing::register(&core);
        Runtime { core }
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
            check_every_turn: false,
            observers: Vec::new(),
            reporter: Reporter::default(),
            debug: std::env::var_os(DEBUG_VARIABLE).is_some_and(|value| !value.is_empty() && value != "0"),
            slow_poll: SLOW_POLL,
        }
    }

    /// Runs a future to its end; see [`run`]. No task outlives it.
    ///
    /// # Panics
    /// With the panic of the future, if it panics; with the report, if the run stalls or is stopped; when it is called
    /// inside a runtime.
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
    /// With the panic of the future, if it panics; when it is called inside a runtime.
    #[track_caller]
    pub fn try_run<F: Future>(&self, future: F) -> Result<F::Output, Stalled> {
        assert!(context::current().is_none(), "{RUN_INSIDE_RUN}");
        let core = &self.core;
        let _entered = context::enter(core.clone());
        let _turning = core.begin_turning();
        let (mut future, mut output) = (pin!(Some(future)), None);
        let main = core.spawn(Body::Main(type_name::<F>()), Some("main".into()), Location::caller());
        let mut poll = |cx: &mut Context<'_>| {
            let future = future.as_mut().as_pin_mut().expect("main stays until it has ended");
            future.poll(cx).map(|value| output = Some(value))
        };
        // Only a broken invariant panics.
        let driven = catch_unwind(AssertUnwindSafe(|| core.drive(main, &mut poll)));
        if matches!(driven, Ok(Ok(()))) {
            core.report_pending("main had ended");
        }
        core.closed.set(true);
        let dropped = catch_unwind(AssertUnwindSafe(|| future.set(None))).err();
        core.shutdown();
        core.closed.set(false);
        let (ended, broken) = match driven {
            Ok(ended) => (ended, None),
            Err(panic) => (Ok(()), Some(panic)),
        };
        let mut panics = core.main_panic.take().into_iter().chain(dropped).chain(broken);
        let Some(first) = panics.next() else { return ended.map(|()| output.expect("main has returned")) };
        core.tell_forestalled(panics, output, ended.err());
        resume_unwind(first)
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
        TaskBuilder { core: self.core.clone(), name: printable(name.into()) }
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
    /// When it is called inside this runtime: while it runs or takes a turn, or while that ends.
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
        let _turning = self.core.begin_turning();
        self.core.checked_turn(&mut None)
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
        self.core.table.borrow().tasks.len()
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

/// Ends the tasks that are left; `Remote`s, wakers and spawners that outlive the runtime reach nobody from then on.
impl Drop for Runtime {
    fn drop(&mut self) {
        let _entered = context::enter(self.core.clone());
        self.core.report_pending("its runtime was dropped");
        self.core.shutdown();
        self.core.inbox.close();
        standing::unregister(&self.core);
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("turn_limit", &self.turn_limit).finish_non_exhaustive()
    }
}
