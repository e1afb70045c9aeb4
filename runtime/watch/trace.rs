//! What happened, as events: what an event says, who receives it, and the end that emits it. Every way of watching a
//! run reads this one schema.

use super::super::clock::Instant;
use super::super::task::TaskId;
use super::reporter::{Reporter, drop_quietly};
use super::state::ObjectState;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;

/// One thing that happened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TraceEvent {
    /// The number of this event: 1 for the first of a runtime, then one more each.
    pub seq: u64,
    /// When it happened, in the runtime's own time. All of one turn happens at one moment.
    pub time: Instant,
    /// The turn in which it happened; 0 before the first.
    pub turn: u64,
    /// The number of the event that brought this one about; none for what came from outside of any task: another
    /// thread, the passing of time, or a call between two turns.
    pub cause: Option<u64>,
    /// Of a wake, and of what was granted: the number of the act that did it, which is the last event about the object
    /// with the same cause, as a set, a notify, a release or the end of an awaited task; the cause itself where there
    /// is none, as when a granted waiter is dropped and passes on what it had. None of a wake by a waker alone.
    pub via: Option<u64>,
    /// Of what is about a wait: which one, counted from 1 on as they begin, those for time among them.
    pub wait: Option<u64>,
    /// The task that it happened to; for what happens to an object, the task that did it.
    pub task: Option<TaskLabel>,
    /// The object that it happened to.
    pub object: Option<ObjectLabel>,
    /// The line of the program that it comes from, where one is known.
    pub at: Option<&'static Location<'static>>,
    /// What happened.
    pub kind: Kind,
}

/// What happened; see [`TraceEvent`] for whom to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// A task came to be, and is ready. `at`: where it was spawned.
    Spawned,
    /// A parked task became ready. `cause`: who woke it.
    Woken,
    /// A task was woken that was ready already; it keeps its place.
    WokenAgain,
    /// A poll of the task begins. `cause`: the wake, spawn or cancel that put it into the ready queue.
    PollBegan,
    /// The poll ends, and the task parks.
    PollPending,
    /// The poll ends, and with it the task.
    PollReady,
    /// The poll panicked, and ends the task.
    PollPanicked,
    /// The task joins the wait list of the object. `at`: the line that waits.
    Waits,
    /// The wait of the task got what it waits for, and has left the list. The task does not know yet. `via`: what did
    /// that.
    Granted,
    /// Another task than before polls the wait from now on. `task`: which; none if no task of this runtime does.
    WaitMoved,
    /// A wait of the task is over: it got what it waited for, and the task has found that or dropped the wait. `at`:
    /// the line that waited.
    Waited,
    /// A wait of the task was dropped before it got what it waited for.
    Leaves,
    /// The task lets others run first. `at`: the line that yields.
    Yields,
    /// The task is to be dropped at its next turn.
    CancelRequested,
    /// The future of a cancelled task is about to be dropped.
    Dropping,
    /// The task is over: it returned.
    Returned,
    /// The task is over: it was cancelled.
    Cancelled,
    /// The task is over: it panicked.
    Panicked,
    /// The task sleeps. `at`: the line that sleeps.
    TimerArmed {
        /// When the timer fires.
        deadline: Instant,
    },
    /// A timer of the task fires. `cause`: its arming. `at`: the line that sleeps.
    TimerFired,
    /// A sleep of the task was dropped before its timer fired.
    TimerDropped,
    /// Another task than before polls the sleep from now on. `task`: which; none if no task of this runtime does.
    TimerMoved,
    /// Virtual time jumps to the next deadline.
    TimeJumped,
    /// A wake or a spawn arrives from another thread.
    ThreadArrived,
    /// The trace meets the object, of which the next event tells. `at`: the line that made it. `task`: the task whose
    /// end it stands for, if it does. What was done with it outside this runtime was not told.
    ObjectMade {
        /// How it is.
        state: ObjectState,
    },
    /// The object is gone. What follows names it only to tell how waits for it end. `at`: the line that had made it.
    ObjectGone,
    /// The event was set.
    EventSet {
        /// How many waiters that released.
        released: usize,
    },
    /// The task asked for the event, or waited on it, and found it set. An observer that asks is not told of that.
    EventFound,
    /// The event was cleared.
    EventCleared,
    /// The event released its waiters and stays unset.
    EventPulsed {
        /// How many waiters that released.
        released: usize,
    },
    /// The lock was taken.
    LockTaken,
    /// The lock was released. `at`: the line that had taken it.
    LockReleased,
    /// Waiters of the condition are notified.
    Notified {
        /// How many at most.
        asked: usize,
        /// How many that wakes.
        reached: usize,
    },
    /// The task has looked at the predicate with which it waits for the condition. `at`: the line that waits.
    PredicateAsked {
        /// Whether it is true, which ends the wait.
        holds: bool,
        /// How often the task was notified in this wait.
        notified: usize,
    },
    /// Permits of the semaphore were taken.
    PermitsTaken {
        /// How many.
        permits: usize,
    },
    /// Permits of the semaphore were released. `at`: the line that had taken them, or that adds them.
    PermitsReleased {
        /// How many.
        permits: usize,
    },
    /// An item was put into the queue.
    ItemPut {
        /// How many are in it now.
        len: usize,
    },
    /// An item was taken from the queue.
    ItemTaken {
        /// How many are left in it.
        len: usize,
    },
    /// An item of the queue was reported as done.
    ItemDone {
        /// How many that were put are not.
        unfinished: usize,
    },
    /// The queue was closed.
    QueueClosed,
    /// A party has arrived at the barrier. `at`: the line that waits.
    BarrierArrived {
        /// How many are there now.
        inside: usize,
    },
    /// The barrier was reset: who waits there leaves with an error.
    BarrierReset,
    /// The barrier was aborted: who waits there leaves with an error, and so does who comes later.
    BarrierAborted,
    /// The task group was dropped with errors that nobody was told of, or without having been joined.
    GroupDropped {
        /// How many tasks are cancelled because nobody waits for them.
        unjoined: usize,
        /// How many errors of tasks are lost.
        lost: usize,
    },
    /// The end of a task is told to who waits for several, a hop after it. `object`: where that somebody waits.
    /// `cause`: what ended the task.
    EndTold,
    /// What a primitive says that is written on [`waiters`](crate::waiters).
    Told {
        /// What the task does with the object, in one word: "takes".
        word: &'static str,
    },
    /// Nothing can ever run again.
    Stalled,
}

impl Kind {
    /// Whether the task is over.
    pub(super) fn is_end(self) -> bool {
        matches!(self, Kind::Returned | Kind::Cancelled | Kind::Panicked)
    }
}

/// Which task: its number in the order of spawning, where `main` is the task that `run` was given, and its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TaskLabel {
    /// How many tasks its runtime had spawned before it.
    pub number: u64,
    /// What [`task`](crate::task) named it.
    pub name: Option<Arc<str>>,
}

/// Which object.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ObjectLabel {
    /// "event", "lock", "task" and so on.
    pub kind: &'static str,
    /// How many objects the trace had named before it; none outside a trace.
    pub number: Option<u64>,
    /// What the program named it.
    pub name: Option<Arc<str>>,
    /// Where it was made.
    pub made: &'static Location<'static>,
}

/// Receives every event of a runtime at the moment it happens, in order.
///
/// It is called with nothing borrowed, so it may use the runtime that it watches; what that causes is traced too. If it
/// panics, that is reported, and harms nobody.
///
/// ```
/// use greenlight::{Runtime, trace::{Kind, Observer, TraceEvent}};
///
/// struct Polls(std::cell::Cell<u32>);
///
/// impl Observer for Polls {
///     fn on_event(&self, event: &TraceEvent) {
///         self.0.update(|polls| polls + u32::from(event.kind == Kind::PollBegan));
///     }
/// }
/// let polls = std::rc::Rc::new(Polls(0.into()));
/// Runtime::builder().observer(polls.clone()).build().run(greenlight::yield_now());
/// assert_eq!(polls.0.get(), 2);
/// ```
pub trait Observer {
    /// Receives one event.
    fn on_event(&self, event: &TraceEvent);
}

/// The emitting end: numbers the events and hands them to the observers.
#[derive(Default)]
pub(in crate::runtime) struct Trace {
    observers: Vec<Rc<dyn Observer>>,
    /// Where an observer that panics is reported.
    reporter: Reporter,
    /// Set while that report is being received: whoever receives it may cause events, and has not to hear of each.
    reporting: Cell<bool>,
    last_seq: Cell<u64>,
    /// The poll, timer, thread or drop that is under way: the cause of all that happens now.
    pub(in crate::runtime) cause: Cell<Option<u64>>,
    /// The objects that were met and are not gone, by their identity.
    objects: RefCell<HashMap<u64, Met>>,
    /// How many objects were met.
    objects_met: Cell<u64>,
    /// How many waits have begun.
    waits_met: Cell<u64>,
    /// The act by which somebody is being woken.
    pub(super) via: Cell<Option<u64>>,
    /// What is remembered of tasks that have not ended.
    pub(super) tasks: RefCell<HashMap<TaskId, Followed>>,
    /// The timers that have not fired, by their indexes.
    pub(super) timers: RefCell<HashMap<u32, Begun>>,
    /// Set while observers are told of an event.
    pub(super) telling: Cell<bool>,
}

/// What is remembered of a task.
#[derive(Default)]
pub(super) struct Followed {
    /// What queued it: the cause of its next poll.
    pub(super) queued_by: Option<u64>,
    /// The last line that awaited something of greenlight's and went on.
    pub(super) passed: Option<&'static Location<'static>>,
}

/// What is remembered of an object.
struct Met {
    number: u64,
    /// Set once the trace has told of it: a dump numbers what it finds, and tells nobody.
    told: bool,
    /// The last event about it that may grant somebody something, and its cause.
    last: Option<(u64, Option<u64>)>,
}

/// What is remembered of a wait that is not over.
#[derive(Clone)]
pub(super) struct Begun {
    /// The event that told so.
    pub(super) seq: Option<u64>,
    pub(super) wait: u64,
    /// The object that is waited for, and its identity; none if that is time.
    pub(super) object: Option<(ObjectLabel, u64)>,
    /// Who polls it.
    pub(super) task: Option<TaskId>,
}

impl Begun {
    /// Whether another task polls it now than before.
    pub(super) fn moves(&mut self, task: Option<TaskId>) -> bool {
        std::mem::replace(&mut self.task, task) != task
    }
}

impl Trace {
    pub(super) fn new(observers: Vec<Rc<dyn Observer>>, reporter: Reporter) -> Self {
        let mut trace = Trace::default();
        (trace.observers, trace.reporter) = (observers, reporter);
        trace
    }

    pub(in crate::runtime) fn is_watched(&self) -> bool {
        !self.observers.is_empty()
    }

    /// Whether it has numbered an object that is not gone.
    pub(super) fn has_met(&self, identity: u64) -> bool {
        self.objects.borrow().contains_key(&identity)
    }

    /// Looks at what is remembered of an object, which it meets now if it has not before.
    fn met<R>(&self, identity: u64, look: impl FnOnce(&mut Met) -> R) -> R {
        look(self.objects.borrow_mut().entry(identity).or_insert_with(|| {
            self.objects_met.set(self.objects_met.get() + 1);
            Met { number: self.objects_met.get(), told: false, last: None }
        }))
    }

    /// The ordinal of an object.
    pub(super) fn object_number(&self, identity: u64) -> u64 {
        self.met(identity, |object| object.number)
    }

    /// Whether the trace tells of an object for the first time.
    pub(super) fn begins(&self, identity: u64) -> bool {
        self.met(identity, |object| !std::mem::replace(&mut object.told, true))
    }

    /// An event about an object was told.
    pub(super) fn told_of(&self, identity: u64, seq: u64) {
        let cause = self.cause.get();
        self.objects.borrow_mut().entry(identity).and_modify(|object| object.last = Some((seq, cause)));
    }

    /// The act by which waiters of an object are granted now.
    pub(super) fn act(&self, identity: u64) -> Option<u64> {
        let objects = self.objects.borrow();
        let last = objects.get(&identity).and_then(|object| object.last);
        last.filter(|&(_, cause)| cause == self.cause.get()).map(|(seq, _)| seq).or(self.cause.get())
    }

    /// The ordinal of a wait that begins.
    pub(super) fn next_wait(&self) -> u64 {
        self.waits_met.set(self.waits_met.get() + 1);
        self.waits_met.get()
    }

    /// Forgets an object that is gone. Whether the trace had told of it.
    pub(super) fn forget(&self, identity: u64) -> bool {
        self.objects.borrow_mut().remove(&identity).is_some_and(|object| object.told)
    }

    /// Hands an event to the observers; it gets its number here. Call it with nothing borrowed: observers are foreign.
    pub(super) fn emit(&self, mut event: TraceEvent) -> u64 {
        event.seq = self.last_seq.get() + 1;
        self.last_seq.set(event.seq);
        let before = self.telling.replace(true);
        let tell = |observer: &Rc<dyn Observer>| self.contain("panicked", || observer.on_event(&event));
        self.observers.iter().for_each(tell);
        self.telling.set(before);
        event.seq
    }

    /// Runs the code of an observer, whose panic harms neither what it watches nor the other observers.
    fn contain(&self, what: &str, act: impl FnOnce()) {
        let Err(payload) = catch_unwind(AssertUnwindSafe(act)) else { return };
        if !self.reporting.replace(true) {
            self.reporter.tell(format_args!("lost: an observer {what}"), payload, "");
            self.reporting.set(false);
        } else {
            drop_quietly(payload);
        }
    }
}

/// An observer may go with the runtime that it has watched.
impl Drop for Trace {
    fn drop(&mut self) {
        for observer in std::mem::take(&mut self.observers) {
            self.contain("panicked when it was dropped", || drop(observer));
        }
    }
}
