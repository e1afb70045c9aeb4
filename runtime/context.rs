//! The parts of one runtime, and which runtime the code of this thread runs in.

use super::Line;
use super::clock::{Clock, Instant};
use super::inbox::Inbox;
use super::note::{self, Polls, Watchers};
use super::table::Table;
use super::task::{Body, ReadyQueue, TaskCell, TaskKey};
use super::wakee::Registered;
use super::waker::{Message, TaskWaker};
use super::wheel::Wheel;
use futures_task::ArcWake;
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::mem::ManuallyDrop;
use std::rc::{self, Rc};
use std::sync::{Arc, Weak};

/// One runtime. Its parts are borrowed apart, each for a few lines, and none but the batch while foreign code runs.
pub(crate) struct Core {
    /// The way to itself for what is called from outside of it, and has to make it the current runtime.
    pub(super) me: rc::Weak<Core>,
    pub(super) table: RefCell<Table>,
    /// The tasks that run in the next turn.
    pub(super) queue: Rc<ReadyQueue>,
    /// The tasks of the turn that have not run in it. Empty between two turns. Only a turn borrows it, and does so to
    /// its end.
    pub(super) batch: RefCell<Batch>,
    /// The waker that is lent to each poll of a task that has none of its own. None while it is lent.
    pub(super) loose_waker: Cell<Option<Arc<TaskWaker>>>,
    pub(super) wheel: RefCell<Wheel<Sleeper>>,
    pub(super) clock: Clock,
    pub(super) inbox: Arc<Inbox<Message>>,
    /// Alive while a `Remote` is.
    pub(super) remotes: RefCell<Weak<Outside>>,
    /// How many turns have begun.
    pub(super) turns: Cell<u64>,
    /// Set while somebody runs it or takes a turn of it, until all of that is over.
    pub(super) running: Cell<bool>,
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
    /// Who decides which of the ready tasks runs next; none where that is the first.
    pub(super) chooser: Option<Rc<dyn Chooser>>,
    pub(super) watchers: Watchers,
}

/// The tasks of one turn.
pub(super) type Batch = Vec<Rc<TaskCell>>;

/// Decides who of a turn's batch runs next, and so in which order they run.
pub(super) trait Chooser {
    /// Leaves the one in the batch who runs next, and keeps the others until it is asked again; false at the end of
    /// the turn, with nobody in the batch: whom it has kept is at the front of the ready queue then. Main ends a turn.
    fn chooses(&self, core: &Rc<Core>, batch: &mut Batch, has_main: bool) -> bool;
}

/// A future that came while the run ended, or one that has ended and whose output nobody has fetched.
pub(super) struct Unwanted {
    pub(super) body: Body,
    pub(super) name: Option<Arc<str>>,
    pub(super) spawned: Line,
}

/// What the wheel keeps for a sleep.
pub(super) struct Sleeper {
    pub(super) wakee: Registered,
    /// The line that sleeps.
    pub(super) at: Line,
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

impl Core {
    /// The moment of the present turn.
    pub(super) fn now(&self) -> Instant {
        self.clock.reading()
    }

    /// Makes a task ready that somebody names by its key.
    pub(super) fn wake(&self, key: TaskKey) {
        let task = self.table.borrow().get(key).cloned();
        task.map_or_else(|| self.note_stale(key.id), |task| task.wake());
    }

    /// The moment from which a duration counts.
    pub(crate) fn counting_from(&self) -> Instant {
        self.clock.counting_from()
    }
}

/// A wake by the waker that a future was handed: from within the runtime, or from elsewhere.
impl ArcWake for TaskWaker {
    fn wake_by_ref(waker: &Arc<Self>) {
        match current() {
            Some(core) if Arc::ptr_eq(&core.inbox, &waker.inbox) => core.wake(waker.key()),
            // From another thread, or from outside any runtime. Once the runtime is gone, nobody is left to wake.
            _ => waker.inbox.send_once(&waker.sent, Message::Wake(waker.key())),
        }
    }
}

thread_local! {
    /// It has no destructor, as nothing has that is needed while the thread ends: other destructors may run a runtime.
    static CURRENT: Cell<ManuallyDrop<Option<Rc<Core>>>> = const { Cell::new(ManuallyDrop::new(None)) };
}

/// The runtime that this code runs in.
#[inline]
pub(super) fn current() -> Option<Rc<Core>> {
    let current = CURRENT.replace(ManuallyDrop::new(None));
    let clone = (*current).clone();
    CURRENT.set(current);
    clone
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
    note::enter(core.as_deref());
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
