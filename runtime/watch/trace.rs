//! What happened, as events: what an event says, who receives it, and the end that emits it. Every way of watching a
//! run reads this one schema.

use super::super::clock::Instant;
use super::super::task::TaskId;
use super::ids::{ById, ByIndex};
use super::kind::Kind;
use super::names::{Called, Names};
use super::reporter::{Reporter, drop_quietly};
use std::any::Any;
use std::cell::{Cell, RefCell};
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
    pub task: Option<Arc<TaskLabel>>,
    /// The object that it happened to.
    pub object: Option<Arc<ObjectLabel>>,
    /// The line of the program that it comes from, where one is known.
    pub at: Option<&'static Location<'static>>,
    /// What was said: of a panic its message, of what the program says or marks the text.
    pub text: Option<Arc<str>>,
    /// What happened.
    pub kind: Kind,
}

/// Which task: its number in the order of spawning, where `main` is the task that `run` was given, and its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TaskLabel {
    /// How many tasks its runtime had spawned before it.
    pub number: u64,
    /// What [`task`](crate::task) named it.
    pub name: Option<Arc<str>>,
    /// What it is called by, if nobody has named it: the function of its future, or the line that spawned it.
    pub(super) called: Option<Called>,
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
    pub(super) last_seq: Cell<u64>,
    /// The poll, timer, thread or drop that is under way: the cause of all that happens now.
    pub(in crate::runtime) cause: Cell<Option<u64>>,
    /// The objects that were met and are not gone, by their identity.
    pub(super) objects: RefCell<ById<u64, Rc<Met>>>,
    /// How many objects were met.
    pub(super) objects_met: Cell<u64>,
    /// How many waits have begun.
    pub(super) waits_met: Cell<u64>,
    /// What the tasks are called by that have no name.
    pub(super) names: RefCell<Names>,
    /// The act by which somebody is being woken.
    pub(super) via: Cell<Option<u64>>,
    /// What is remembered of tasks that have not ended, by their slots.
    pub(super) tasks: RefCell<ByIndex<Rc<Followed>>>,
    /// The timers that have not fired, by their indexes.
    pub(super) timers: RefCell<ByIndex<Begun>>,
    /// Set while observers are told of an event.
    pub(super) telling: Cell<bool>,
}

/// A label that events bear, which are told one after the other: it is lent to them, since to count who shares it costs
/// as much as all of the rest.
pub(super) struct ToLend<L> {
    pub(super) original: L,
    /// None while an event has it, and before the first.
    pub(super) kept: Cell<Option<Arc<L>>>,
}

/// What is remembered of a task.
pub(super) struct Followed {
    /// Which one: its slot is used again.
    pub(super) id: TaskId,
    pub(super) label: ToLend<TaskLabel>,
    /// What queued it: the cause of its next poll.
    pub(super) queued_by: Cell<Option<u64>>,
    /// The last line that awaited something of greenlight's and went on.
    pub(super) passed: Cell<Option<&'static Location<'static>>>,
    /// Whether somebody was seen to keep a clone of its waker.
    pub(super) is_held: Cell<bool>,
    /// The message of the panic that ends it.
    pub(super) message: Cell<Option<Arc<str>>>,
}

/// What is remembered of an object.
pub(super) struct Met {
    pub(super) label: ToLend<ObjectLabel>,
    /// Set once the trace has told of it: a dump numbers what it finds, and tells nobody.
    pub(super) told: Cell<bool>,
    /// The last event about it that may grant somebody something, and its cause.
    pub(super) last: Cell<Option<(u64, Option<u64>)>>,
}

/// What is remembered of a wait that is not over.
#[derive(Clone)]
pub(super) struct Begun {
    /// The event that told so.
    pub(super) seq: Option<u64>,
    pub(super) wait: u64,
    /// The object that is waited for; none if that is time.
    pub(super) object: Option<Rc<Met>>,
    /// Who polls it.
    pub(super) task: Cell<Option<TaskId>>,
}

impl<L: Clone> ToLend<L> {
    pub(super) fn new(original: L) -> Self {
        ToLend { original, kept: Cell::new(None) }
    }

    /// For an event, which gives it back to those that are kept.
    #[inline]
    pub(super) fn lend(&self) -> Option<Arc<L>> {
        Some(self.kept.take().unwrap_or_else(|| Arc::new(self.original.clone())))
    }
}

impl Begun {
    /// Whether another task polls it now than before.
    pub(super) fn moves(&self, task: Option<TaskId>) -> bool {
        self.task.replace(task) != task
    }
}

/// Counts one more, and returns how many that are.
pub(super) fn count(counter: &Cell<u64>) -> u64 {
    counter.set(counter.get() + 1);
    counter.get()
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

    /// What is remembered of an object that was met and is not gone.
    pub(super) fn object(&self, identity: u64) -> Option<Rc<Met>> {
        self.objects.borrow().get(&identity).cloned()
    }

    /// An event about an object was told.
    pub(super) fn told_of(&self, object: &Met, seq: u64) {
        object.last.set(Some((seq, self.cause.get())));
    }

    /// The act by which waiters of an object are granted now.
    pub(super) fn act(&self, object: &Met) -> Option<u64> {
        let (last, cause) = (object.last.get(), self.cause.get());
        last.filter(|&(_, of)| of == cause).map(|(seq, _)| seq).or(cause)
    }

    /// Hands an event to the observers. Call it with nothing borrowed: observers are foreign.
    #[inline]
    pub(super) fn emit(&self, event: &TraceEvent) {
        let before = self.telling.replace(true);
        let tell = |observer: &Rc<dyn Observer>| self.contain("panicked", || observer.on_event(event));
        self.observers.iter().for_each(tell);
        self.telling.set(before);
    }

    /// Runs the code of an observer, whose panic harms neither what it watches nor the other observers.
    fn contain(&self, what: &str, act: impl FnOnce()) {
        if let Err(payload) = catch_unwind(AssertUnwindSafe(act)) {
            self.report(what, payload);
        }
    }

    /// Tells of the panic of an observer.
    #[cold]
    fn report(&self, what: &str, payload: Box<dyn Any + Send>) {
        if self.reporting.replace(true) {
            return drop_quietly(payload);
        }
        self.reporter.tell(format_args!("lost: an observer {what}"), payload, "");
        self.reporting.set(false);
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
