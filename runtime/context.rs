//! The parts of one runtime, and which runtime the code of this thread runs in.

use super::clock::{Clock, Instant};
use super::inbox::Inbox;
use super::ready::TaskKey;
use super::table::Table;
use super::task::{Body, Message, Wakee};
use super::watch::passed::Passed;
use super::watch::polls::Polls;
use super::watch::reporter::Reporter;
use super::watch::trace::Trace;
use super::wheel::Wheel;
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::mem::ManuallyDrop;
use std::panic::Location;
use std::rc::{self, Rc};
use std::sync::{Arc, Weak};
use std::task::{RawWakerVTable, Waker};

/// One runtime. Its parts are borrowed apart, each for a few lines, and none while foreign code runs.
pub(crate) struct Core {
    /// The way to itself for what is called from outside of it, and has to make it the current runtime.
    pub(super) me: rc::Weak<Core>,
    pub(super) table: RefCell<Table>,
    pub(super) wheel: RefCell<Wheel<Timer>>,
    pub(super) clock: Clock,
    pub(super) inbox: Arc<Inbox<Message>>,
    /// Alive while a `Remote` is.
    pub(super) remotes: RefCell<Weak<Outside>>,
    /// The task whose future is being polled. None between polls.
    pub(super) polling: Cell<Option<Polling>>,
    /// The number of the present turn.
    pub(super) turn: Cell<u64>,
    /// Set while the runtime runs or takes a turn, until all of that is over.
    pub(super) turning: Cell<bool>,
    /// Set while the run ends: a spawn is refused then.
    pub(super) closed: Cell<bool>,
    /// What nobody wants any more, and is to be dropped.
    pub(super) unwanted: RefCell<VecDeque<Unwanted>>,
    /// Set while that is being dropped.
    pub(super) discarding: Cell<bool>,
    /// Set when somebody outside has stopped the run, until the run looks.
    pub(super) stopped: Cell<bool>,
    /// The payload of a panic of main, until `run` resumes it.
    pub(super) main_panic: Cell<Option<Box<dyn Any + Send>>>,
    pub(super) trace: Trace,
    pub(super) settings: Settings,
}

/// A future that came while the run ended, or one that has ended and whose output nobody has fetched.
pub(super) struct Unwanted {
    pub(super) body: Body,
    pub(super) name: Option<Arc<str>>,
    pub(super) spawned: &'static Location<'static>,
}

/// What the builder decided.
pub(super) struct Settings {
    /// How many turns virtual time may stand still.
    pub(super) turn_limit: u64,
    pub(super) reporter: Reporter,
    /// Which task is being polled, for other threads. None unless the debug mode is on.
    pub(super) polls: Option<Arc<Polls>>,
    /// What each task has passed last, as far as anybody watches.
    pub(super) passed: Rc<Passed>,
    /// Whether each turn ends with a check of every invariant.
    pub(super) check_every_turn: bool,
}

/// What the wheel keeps for a sleep.
pub(super) struct Timer {
    /// None once the timer has fired.
    pub(super) wakee: Option<Wakee>,
    /// The line that sleeps.
    pub(super) at: &'static Location<'static>,
    /// The trace's number of the arming.
    pub(super) armed_by: Option<u64>,
}

/// What all `Remote`s of a runtime share.
pub(super) struct Outside {
    pub(super) inbox: Arc<Inbox<Message>>,
    pub(super) polls: Option<Arc<Polls>>,
}

/// With the last `Remote` goes the last way in: the runtime looks whether it is stalled now.
impl Drop for Outside {
    fn drop(&mut self) {
        self.inbox.ring();
    }
}

/// The task that is being polled, and the waker it was handed.
#[derive(Clone, Copy)]
pub(super) struct Polling {
    pub(super) key: TaskKey,
    data: *const (),
    vtable: *const RawWakerVTable,
}

impl Polling {
    pub(super) fn new(key: TaskKey, waker: &Waker) -> Self {
        Polling { key, data: waker.data(), vtable: waker.vtable() }
    }

    /// Whether this is the very waker that the executor put into the context. `will_wake` would compare with a second
    /// waker made from the same `Arc`, and two of those differ in release builds when their vtables are instantiated
    /// twice.
    pub(super) fn owns(&self, waker: &Waker) -> bool {
        self.data == waker.data() && std::ptr::eq(self.vtable, waker.vtable())
    }
}

impl Core {
    /// The moment of the present turn.
    pub(super) fn now(&self) -> Instant {
        self.clock.reading()
    }

    /// The moment from which a duration counts.
    pub(crate) fn counting_from(&self) -> Instant {
        self.clock.counting_from()
    }

    /// Whether a task was cancelled and is not dropped yet.
    pub(super) fn is_dying(&self, key: TaskKey) -> bool {
        self.table.borrow().get(key).is_some_and(|slot| slot.dying)
    }

    /// Counts how many waits of a dying task were passed over.
    pub(super) fn count_passed_over(&self, key: TaskKey, passed_over: bool) {
        if let Some(slot) = self.table.borrow_mut().get_mut(key) {
            slot.passed_over = if passed_over { slot.passed_over + 1 } else { slot.passed_over - 1 };
        }
    }

    /// Takes the next timer that is due. Returns whom it wakes, the line that sleeps, and the trace's number of its arming.
    pub(super) fn pop_due(&self) -> Option<(Wakee, &'static Location<'static>, Option<u64>)> {
        let mut wheel = self.wheel.borrow_mut();
        let due = wheel.pop_due()?;
        let timer = wheel.get_mut(due);
        let wakee = timer.wakee.take().expect("a timer that was armed has not fired yet");
        Some((wakee, timer.at, timer.armed_by))
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").field("now", &self.now()).field("turn", &self.turn.get()).finish_non_exhaustive()
    }
}

thread_local! {
    /// It has no destructor, as nothing has that is needed while the thread ends: other destructors may run a runtime.
    static CURRENT: RefCell<ManuallyDrop<Option<Rc<Core>>>> = const { RefCell::new(ManuallyDrop::new(None)) };
}

/// The runtime that this code runs in.
pub(super) fn current() -> Option<Rc<Core>> {
    CURRENT.with_borrow(|current| (**current).clone())
}

/// The runtime that this code runs in, if somebody observes it.
pub(super) fn watched() -> Option<Rc<Core>> {
    CURRENT.with_borrow(|current| current.as_ref().filter(|core| core.trace.is_watched()).cloned())
}

/// The task that is being polled in this runtime.
pub(super) fn polling() -> Option<Polling> {
    CURRENT.with_borrow(|current| current.as_ref()?.polling.get())
}

/// The runtime that this code runs in, for a function that needs one.
#[track_caller]
pub(crate) fn expect_current(what: impl fmt::Display) -> Rc<Core> {
    // Not in a closure, whose line the panic would name instead of the caller's.
    match current() {
        Some(core) => core,
        None => panic!("{what} outside a runtime; call it inside greenlight::run, or inside Runtime::enter"),
    }
}

/// Makes a runtime the current one until the guard goes.
pub(super) fn enter(core: Rc<Core>) -> Entered {
    Entered { before: replace_current(Some(core)) }
}

fn replace_current(core: Option<Rc<Core>>) -> Option<Rc<Core>> {
    ManuallyDrop::into_inner(CURRENT.replace(ManuallyDrop::new(core)))
}

/// Restores the runtime that was current before.
pub(super) struct Entered {
    before: Option<Rc<Core>>,
}

impl Drop for Entered {
    fn drop(&mut self) {
        drop(replace_current(self.before.take()));
    }
}
