//! What is told of a runtime, made of what the heart notes: each event with its cause.

use super::super::clock::Instant;
use super::super::context::{Core, current, enter};
use super::super::note::Causing;
use super::super::task::{TaskCell, TaskId};
use super::super::wakee::{self, Kept};
use super::facts::About;
use super::polls::Polled;
use super::trace::{Kind, ObjectLabel, TaskLabel, TraceEvent};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::mem::ManuallyDrop;
use std::panic::Location;
use std::rc::{Rc, Weak};
use std::time::Duration;

type Line = &'static Location<'static>;

impl Core {
    /// The name of a task that has not ended.
    pub(super) fn label(&self, task: &TaskCell) -> Option<TaskLabel> {
        let number = self.table.borrow().ids.number(task.id.get())?;
        Some(TaskLabel { number, name: task.name() })
    }

    /// Tells of something that the present poll, timer, thread or drop brought about. Returns its number; none if it is about a task
    /// that has ended, which is no event.
    #[cold]
    pub(in crate::runtime) fn tell(
        &self,
        who: Option<&TaskCell>,
        object: Option<ObjectLabel>,
        at: Option<Line>,
        kind: Kind,
    ) -> Option<u64> {
        if kind == Kind::EventFound && self.watchers.trace.telling.get() {
            return None;
        }
        let task = match who {
            Some(task) => Some(self.label(task)?),
            None => None,
        };
        if let Some((cell, label)) = who.zip(task.as_ref()) {
            self.follow(cell, label, at, kind);
        }
        let (time, turn, cause) = (self.now(), self.turns.get(), self.watchers.trace.cause());
        let _entered = self.me.upgrade().map(enter);
        Some(self.watchers.trace.emit(TraceEvent { seq: 0, time, turn, cause, task, object, at, kind }))
    }

    /// Remembers of a task what dumps tell, and other threads.
    fn follow(&self, task: &TaskCell, label: &TaskLabel, at: Option<Line>, kind: Kind) {
        let (id, spawned_at, is_dropped) = (task.id.get(), task.spawned.get(), kind == Kind::Dropping);
        let poll = |polled| {
            if let Some(polls) = &self.watchers.polls {
                polls.begin(polled)
            }
        };
        let mut tasks = self.watchers.trace.tasks.borrow_mut();
        match kind {
            Kind::PollBegan | Kind::Dropping => {
                poll(Some(Polled { task: label.clone(), spawned_at, is_dropped, lasts: Duration::ZERO }));
            }
            Kind::PollPending => poll(None),
            Kind::Returned | Kind::Cancelled | Kind::Panicked => {
                poll(None);
                tasks.remove(&id);
            }
            Kind::Waited
            | Kind::Yields
            | Kind::EventFound
            | Kind::LockTaken
            | Kind::PermitsTaken { .. }
            | Kind::ItemPut { .. }
            | Kind::ItemTaken { .. }
            | Kind::TimerFired => tasks.entry(id).or_default().passed = at,
            _ => {}
        }
    }

    /// The last line of a task that awaited something of greenlight's and went on; none if nobody watches, too.
    pub(super) fn passed(&self, task: TaskId) -> Option<Line> {
        self.watchers.trace.tasks.borrow().get(&task)?.passed
    }

    /// The same for what queued a task: the cause of its next poll.
    #[cold]
    pub(in crate::runtime) fn tell_queued(&self, task: &TaskCell, at: Option<Line>, kind: Kind) {
        let id = task.id.get();
        if let Some(seq) = self.tell(Some(task), None, at, kind) {
            self.watchers.trace.tasks.borrow_mut().entry(id).or_default().queued_by = Some(seq);
        }
    }

    /// Tells of something that is the cause of all that happens until the guard goes.
    #[cold]
    pub(in crate::runtime) fn begin_cause(
        &self,
        at: Option<Line>,
        task: Option<&TaskCell>,
        cause: Option<u64>,
        kind: Kind,
    ) -> Causing<'_> {
        let before = self.watchers.trace.set_cause(cause);
        let seq = self.tell(task, None, at, kind);
        self.watchers.trace.set_cause(seq);
        Causing { core: self, before }
    }

    /// A poll or a drop of a task begins, by what queued it.
    #[cold]
    pub(in crate::runtime) fn begin_turn_of(&self, task: &TaskCell, kind: Kind) -> Causing<'_> {
        let cause =
            self.watchers.trace.tasks.borrow_mut().get_mut(&task.id.get()).and_then(|task| task.queued_by.take());
        self.begin_cause(None, Some(task), cause, kind)
    }

    /// A timer has been armed.
    #[cold]
    pub(in crate::runtime) fn tell_armed(&self, timer: u32, at: Line, deadline: Instant) {
        let seq = self.tell(wakee::polled().as_deref(), None, Some(at), Kind::TimerArmed { deadline });
        self.watchers.trace.armed_by.borrow_mut().extend(seq.map(|seq| (timer, seq)));
    }

    /// A timer was dropped before it fired.
    #[cold]
    pub(in crate::runtime) fn tell_disarmed(&self, timer: u32, task: Option<&TaskCell>, at: Line) {
        self.watchers.trace.armed_by.borrow_mut().remove(&timer);
        self.tell(task, None, Some(at), Kind::TimerDropped);
    }

    /// A timer fires, by its arming.
    #[cold]
    pub(in crate::runtime) fn begin_timer(&self, timer: u32, wakee: &Kept, at: Line) -> Causing<'_> {
        let armed_by = self.watchers.trace.armed_by.borrow_mut().remove(&timer);
        self.begin_cause(Some(at), wakee.task().map(|task| &**task), armed_by, Kind::TimerFired)
    }

    /// A callback that an object has asked for: called, it tells that it is.
    pub(in crate::runtime) fn told_when_called(
        self: &Rc<Self>,
        about: &About,
        call: impl FnOnce() + 'static,
    ) -> Box<dyn FnOnce()> {
        let (core, object, cause) = (self.clone(), about.label(Some(self)), self.watchers.trace.cause());
        Box::new(move || {
            let before = core.watchers.trace.set_cause(cause);
            let made = object.made;
            let seq = core.tell(None, Some(object), Some(made), Kind::EndTold);
            core.watchers.trace.set_cause(seq);
            let _causing = Causing { core: &core, before };
            call();
        })
    }
}

/// A task was woken, which queued it or found it queued.
#[cold]
pub(in crate::runtime) fn woken(task: &TaskCell, pushed: bool) {
    let Some(core) = task.queue.notes.core() else { return };
    match pushed {
        true => core.tell_queued(task, None, Kind::Woken),
        false => _ = core.tell(Some(task), None, None, Kind::WokenAgain),
    }
}

/// The task that is being polled lets the others run first.
#[cold]
pub(in crate::runtime) fn yields(at: Line) {
    if let Some(core) = current() {
        core.tell(wakee::polled().as_deref(), None, Some(at), Kind::Yields);
    }
}

/// Something was done with an object, by the task that is being polled.
#[cold]
pub(in crate::runtime) fn act(about: &About, at: Line, kind: Kind) {
    let Some(core) = current() else { return };
    let object = about.label(Some(&core));
    // A task of another runtime, perhaps, inside of which this one was entered.
    let task = wakee::polled().filter(|task| Rc::ptr_eq(&task.queue, &core.queue));
    core.tell(task.as_deref(), Some(object), Some(at), kind);
}

/// A wait that was told of.
struct Told {
    core: Weak<Core>,
    object: ObjectLabel,
}

thread_local! {
    /// The waits that were told of and are not over, by their nodes.
    static TOLD: RefCell<ManuallyDrop<BTreeMap<u32, Told>>> = const { RefCell::new(ManuallyDrop::new(BTreeMap::new())) };
}

/// Somebody has joined a wait list. Returns whether its end is to be told.
#[cold]
pub(in crate::runtime) fn joined(about: &About, node: u32, task: Option<&TaskCell>, at: Line) -> bool {
    let Some(core) = current() else { return false };
    let object = about.label(Some(&core));
    let told = Told { core: Rc::downgrade(&core), object: object.clone() };
    TOLD.with_borrow_mut(|all| all.insert(node, told));
    core.tell(task, Some(object), Some(at), Kind::Waits);
    true
}

/// A wait is over, or was left. Returns whether it had been told of.
#[cold]
pub(in crate::runtime) fn ended(node: u32, task: Option<&Rc<TaskCell>>, granted: bool, at: Line) -> bool {
    let Some(Told { core, object }) = TOLD.with_borrow_mut(|all| all.remove(&node)) else { return false };
    if let Some(core) = core.upgrade() {
        let kind = if granted { Kind::Waited } else { Kind::Leaves };
        core.tell(task.map(|task| &**task), Some(object), Some(at), kind);
    }
    true
}
