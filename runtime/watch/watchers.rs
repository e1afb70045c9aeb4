//! Who watches a runtime, and what its builder says of them.

use super::super::run::Builder;
use super::polls::Polls;
use super::reporter::Reporter;
use super::trace::{Observer, Trace};
use std::cell::Cell;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// How many turns virtual time may stand still unless the builder says otherwise.
const TURN_LIMIT: u64 = 1_000_000;

/// How long a poll may take before the debug mode calls it slow.
const SLOW_POLL: Duration = Duration::from_millis(100);

/// Turns the debug mode on.
const DEBUG_VARIABLE: &str = "GREENLIGHT_DEBUG";

/// What the builder says of those who watch.
#[derive(Clone)]
pub(in crate::runtime) struct Wishes {
    turn_limit: u64,
    check_every_turn: bool,
    pub(in crate::runtime) observers: Vec<Rc<dyn Observer>>,
    pub(in crate::runtime) reporter: Reporter,
    said: Option<Reporter>,
    pub(in crate::runtime) debug: bool,
    /// Those of the debug mode.
    pub(in crate::runtime) polls: Option<Arc<Polls>>,
    pub(in crate::runtime) slow_poll: Duration,
}

/// Those who watch one runtime.
pub(in crate::runtime) struct Watchers {
    pub(in crate::runtime) trace: Trace,
    pub(in crate::runtime) reporter: Reporter,
    /// Who takes over what the program says. None if that goes to stdout.
    pub(in crate::runtime) said: Cell<Option<Reporter>>,
    /// Which task is being polled, for other threads. None unless the debug mode is on.
    pub(in crate::runtime) polls: Option<Arc<Polls>>,
    /// How many turns virtual time may stand still.
    pub(super) turn_limit: u64,
    /// Whether each turn ends with a check of every invariant.
    pub(in crate::runtime) check_every_turn: bool,
}

impl Default for Wishes {
    fn default() -> Self {
        Wishes {
            turn_limit: TURN_LIMIT,
            check_every_turn: false,
            observers: Vec::new(),
            reporter: Reporter::default(),
            said: None,
            debug: std::env::var_os(DEBUG_VARIABLE).is_some_and(|value| !value.is_empty() && value != "0"),
            polls: None,
            slow_poll: SLOW_POLL,
        }
    }
}

impl Watchers {
    pub(in crate::runtime) fn new(wishes: Wishes) -> Self {
        let Wishes { turn_limit, check_every_turn, observers, reporter, said, polls, .. } = wishes;
        let trace = Trace::new(observers, reporter.clone());
        Watchers { trace, reporter, said: Cell::new(said), polls, turn_limit, check_every_turn }
    }
}

impl Builder {
    /// How many turns virtual time may stand still before the run ends with a report of who keeps it: a million unless
    /// set, and one at least.
    pub fn turn_limit(mut self, turns: u64) -> Self {
        self.watch.turn_limit = turns.max(1);
        self
    }

    /// Ends each turn with a check of every invariant of the runtime and of the wait lists of its thread, also in
    /// release builds. It costs as much as there are tasks, waits and timers: for tests.
    ///
    /// A turn panics if an invariant is broken, which is a fault of greenlight.
    pub fn check_every_turn(mut self) -> Self {
        self.watch.check_every_turn = true;
        self
    }

    /// Has every event traced to this observer. There may be several, who are told in the order in which they were
    /// added.
    pub fn observer(mut self, observer: Rc<dyn Observer>) -> Self {
        self.watch.observers.push(observer);
        self
    }

    /// Where reports go that end nothing, such as a lost panic, a deadlock or possible stall, or a line of the debug
    /// mode: stderr unless set. It is called inside the runtime. In asyncio:
    /// `loop.set_exception_handler`.
    pub fn on_report(mut self, report: impl Fn(&str) + 'static) -> Self {
        self.watch.reporter = Reporter::new(report);
        self
    }

    /// Where the lines of [`say!`](crate::say!) go that are said inside the runtime: stdout unless set. A panic of it
    /// is one of who says the line; what it says itself goes to stdout.
    pub fn on_say(mut self, say: impl Fn(&str) + 'static) -> Self {
        self.watch.said = Some(Reporter::new(say));
        self
    }

    /// Turns the debug mode on or off: on if the environment has `GREENLIGHT_DEBUG` with anything but nothing or 0,
    /// unless set. In asyncio: `run` with `debug=True`.
    ///
    /// It reports, a line each: a slow poll, with the awaits before and behind it; tasks that are still pending when
    /// main has ended or the runtime is dropped, with what they wait for; a set that is cleared before anybody saw it,
    /// a pulse that reached nobody, a notify that reached nobody and was not made up for; a task that is woken again
    /// and again and does nothing that can be seen but wake itself or wait again; a task group that is dropped with
    /// errors, or before anybody has joined it. A [`WeakRemote::dump`](crate::WeakRemote::dump) that a long poll leaves
    /// without an answer names the task. A panic that nobody joins is reported in any mode. It watches every event, as
    /// an [`observer`](Builder::observer) does, and takes its time. What the receiver of a report does is not reported.
    /// `docs/WATCHING.md` says of each line what to do about it.
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
    /// let told = "unheard: event `light` was pulsed when nobody waited, at ";
    /// assert!(reports.borrow()[0].starts_with(told));
    /// ```
    pub fn debug(mut self, on: bool) -> Self {
        self.watch.debug = on;
        self
    }

    /// How long a poll may take before the debug mode calls it slow, by the real clock: 100 ms unless set. A task that
    /// yields ten thousand times, and takes for that longer than five slow polls, computes: it does not spin. In
    /// asyncio: `loop.slow_callback_duration`.
    ///
    /// ```
    /// use std::{cell::RefCell, rc::Rc, thread, time::Duration};
    ///
    /// let reports = Rc::new(RefCell::new(Vec::new()));
    /// let heard = reports.clone();
    /// let runtime = greenlight::Runtime::builder()
    ///     .debug(true)
    ///     .slow_poll(Duration::from_millis(1))
    ///     .on_report(move |report| heard.borrow_mut().push(report.to_string()))
    ///     .build();
    /// runtime.run(async { thread::sleep(Duration::from_millis(2)) });
    /// assert!(reports.borrow()[0].starts_with("slow poll: main, "));
    /// ```
    pub fn slow_poll(mut self, threshold: Duration) -> Self {
        self.watch.slow_poll = threshold;
        self
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder").field("turn_limit", &self.watch.turn_limit).finish_non_exhaustive()
    }
}
