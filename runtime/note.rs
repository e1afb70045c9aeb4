//! The seam: all that the heart knows of being watched. With nobody watching, a note is one branch.

use super::Line;
use super::context::Core;
use super::executor::Turn;
use super::join::Task;
use super::life::Ending;
use super::task::{Main, ReadyQueue, TaskCell, TaskId};
use super::wakee::{self, Registered, Wakee};
use super::watch::{told, told_of_tasks};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::resume_unwind;
use std::ptr::null;
use std::rc::{Rc, Weak};
use std::task::Poll;
use std::thread;
use std::time::Duration;

pub(crate) use super::watch::facts::{About, Holder};
pub(crate) use super::watch::holds::{begin_hold, end_hold, unname_hold};
pub(crate) use super::watch::kind::{Kind, Purpose};
pub(super) use super::watch::lost;
pub(crate) use super::watch::lost::contain;
pub(super) use super::watch::polls::Polls;
pub(crate) use super::watch::printable::{Printable, printable};
pub(crate) use super::watch::state::ObjectState;
pub(super) use super::watch::watchers::Watchers;

/// What the tasks of a runtime know of those who watch it.
pub(super) struct Notes {
    is_watched: bool,
    core: Weak<Core>,
}

/// Who hears of what the code of a thread does.
#[derive(Clone, Copy, PartialEq)]
enum Ear {
    Nobody,
    /// Somebody explores the schedules of a program, and wants to know how much a poll does.
    Counts,
    Hears,
}

thread_local! {
    /// Who hears of what is done in the runtime that the code of this thread runs in.
    static EAR: Cell<Ear> = const { Cell::new(Ear::Nobody) };
    /// Where that runtime is.
    static ENTERED: Cell<*const Core> = const { Cell::new(null()) };
    /// How much the present poll may do from now on, while schedules are explored.
    static LEFT: Cell<Option<u32>> = const { Cell::new(None) };
    /// How many waits of this thread were told of and are not over.
    static OPEN_WAITS: Cell<usize> = const { Cell::new(0) };
}

/// Whether somebody watches the runtime that this code runs in.
#[inline]
pub(crate) fn is_watched() -> bool {
    EAR.get() != Ear::Nobody
}

/// Another runtime is the one that the code of this thread runs in.
pub(super) fn enter(core: Option<&Core>) {
    EAR.set(match core {
        Some(core) if core.watchers.trace.is_watched() => Ear::Hears,
        Some(core) if core.chooser.is_some() => Ear::Counts,
        _ => Ear::Nobody,
    });
    ENTERED.set(core.map_or(null(), std::ptr::from_ref));
}

/// Whether that is the runtime that this code runs in.
pub(super) fn is_entered(core: &Core) -> bool {
    std::ptr::eq(ENTERED.get(), core)
}

/// A poll begins that is explored and may do so much, or none from now on does.
pub(super) fn count_a_poll(most: Option<u32>) {
    LEFT.set(most);
}

/// Whether the last poll has done more than it may, and was ended for that.
pub(super) fn has_spun() -> bool {
    LEFT.get() == Some(0)
}

/// Something is done, and somebody is to hear of it. A poll that does too much for one ends by a panic of nobody's.
fn is_heard() -> bool {
    if let Some(left) = LEFT.get().and_then(|left| left.checked_sub(1)) {
        LEFT.set(Some(left));
        if left == 0 && !thread::panicking() {
            resume_unwind(Box::new("a poll never comes to its end"));
        }
    }
    EAR.get() == Ear::Hears
}

impl ReadyQueue {
    pub(super) fn new(is_watched: bool, core: Weak<Core>) -> Self {
        ReadyQueue { tasks: RefCell::default(), notes: Notes { is_watched, core } }
    }
}

impl Notes {
    #[inline]
    pub(super) fn is_watched(&self) -> bool {
        self.is_watched
    }

    /// The runtime, unless it is gone.
    pub(super) fn core(&self) -> Option<Rc<Core>> {
        self.core.upgrade()
    }
}

impl Core {
    /// One turn, and a check of every invariant after it if the builder asked for that.
    // Inlined, with the turn, into the loop: a tenth of what one task costs that yields alone.
    #[inline(always)]
    pub(super) fn checked_turn(self: &Rc<Self>, main: &mut Option<&mut Main<'_>>) -> Turn {
        let turn = self.turn(main);
        if self.watchers.check_every_turn {
            self.check();
        }
        turn
    }

    /// Something happens, brought about by the present poll, timer, thread or drop.
    #[inline]
    pub(super) fn note(&self, task: Option<&TaskCell>, at: Option<Line>, kind: Kind) {
        if self.watchers.trace.is_watched() {
            self.tell(task, at, kind);
        }
    }

    /// A task was queued, by its spawn or by a cancel: that is the cause of its next poll.
    #[inline]
    pub(super) fn note_queued(&self, task: &TaskCell, at: Option<Line>, kind: Kind) {
        if self.watchers.trace.is_watched() {
            self.tell_queued(task, at, kind);
        }
    }

    /// A poll or a drop begins, which was brought about by what queued the task: until the guard goes, it is the cause
    /// of all that happens.
    #[inline]
    pub(super) fn begin(&self, task: &TaskCell, kind: Kind) -> Option<Causing<'_>> {
        if self.watchers.trace.is_watched() { Some(self.begin_turn_of(task, kind)) } else { None }
    }

    /// A turn begins.
    #[inline]
    pub(super) fn note_turn(&self) {
        if self.watchers.trace.is_watched() {
            let ready = self.queue.tasks.borrow().len();
            self.tell(None, None, Kind::TurnBegan { ready });
        }
    }

    /// The thread sleeps, unless whoever is told of that makes somebody ready.
    pub(super) fn park_noted(&self, at_most: Option<Duration>) {
        self.note(None, None, Kind::ThreadParked { at_most });
        if self.queue.tasks.borrow().is_empty() {
            self.inbox.park(at_most);
        }
        self.note(None, None, Kind::ThreadUnparked);
    }

    /// A poll ends, and with it the task.
    #[inline]
    pub(super) fn note_polled(&self, task: &TaskCell, ending: &Ending) {
        if self.watchers.trace.is_watched() {
            self.tell_polled(task, ending);
        }
    }

    /// A task ends by a panic.
    pub(super) fn note_panic(&self, task: &TaskCell, payload: &(dyn Any + Send)) {
        if self.watchers.trace.is_watched() {
            self.keep_message(task, payload);
        }
    }

    /// A wake comes for a task that has ended.
    #[cold]
    pub(super) fn note_stale(&self, task: TaskId) {
        if self.watchers.trace.is_watched() {
            self.tell_stale(task);
        }
    }

    /// The program says a line.
    pub(super) fn note_said(&self, line: &str, at: Line) {
        if self.watchers.trace.is_watched() {
            self.tell_text(wakee::polled().as_deref(), Some(at), Kind::Printed, line.into());
        }
    }

    /// Somebody waits for the end of a task, by that object.
    pub(super) fn note_awaited(&self, task: &TaskCell, about: &About) {
        if self.watchers.trace.is_watched() {
            self.tell_awaited(task, about);
        }
    }

    /// A message from another thread is taken in.
    pub(super) fn begin_message(&self) -> Option<Causing<'_>> {
        self.watchers.trace.is_watched().then(|| self.begin_alone(None, Kind::ThreadArrived))
    }
}

impl Core {
    /// A timer was armed.
    #[inline]
    pub(super) fn note_armed(&self, timer: u32, at: Line, armed: Kind) {
        if self.watchers.trace.is_watched() {
            self.tell_armed(timer, at, armed);
        }
    }

    /// A sleep is polled with another waker than before, by another task perhaps. The outdated one goes, which is
    /// foreign code.
    pub(super) fn note_timer_renewed(&self, timer: u32, _outdated: Wakee) {
        if self.watchers.trace.is_watched() {
            self.tell_timer_renewed(timer);
        }
    }

    /// A timer was dropped before it fired.
    #[inline]
    pub(super) fn note_disarmed(&self, timer: u32, task: Option<&TaskCell>, at: Line) {
        if self.watchers.trace.is_watched() {
            self.tell_disarmed(timer, task, at);
        }
    }

    /// A callback that an object has asked for, as it is called: who watches is told of that.
    pub(super) fn callback(self: &Rc<Self>, about: &About, call: impl FnOnce() + 'static) -> Box<dyn FnOnce()> {
        if self.watchers.trace.is_watched() { self.told_when_called(about, call) } else { Box::new(call) }
    }

    /// A timer fires.
    #[inline]
    pub(super) fn begin_firing(&self, timer: u32, wakee: &Registered, at: Line) -> Option<Causing<'_>> {
        self.watchers.trace.is_watched().then(|| self.begin_timer(timer, wakee, at))
    }

    /// The future of a task is dropped because its run ends.
    pub(super) fn begin_shutdown(&self, task: &TaskCell) -> Option<Causing<'_>> {
        self.watchers.trace.is_watched().then(|| self.begin_alone(Some(task), Kind::Dropping))
    }
}

impl TaskCell {
    /// The task was woken, which queued it or found it queued.
    #[cold]
    pub(super) fn note_woken(&self, pushed: bool) {
        told::woken(self, pushed);
    }
}

/// The task that is being polled does something, with no object.
#[cold]
pub(crate) fn here(at: Line, kind: Kind) {
    if is_watched() && is_heard() {
        told_of_tasks::here(at, kind, None);
    }
}

/// The task that is being polled awaits one that has ended, which is over at once.
pub(super) fn over(task: &Task, at: Line) -> Poll<()> {
    if is_watched() && is_heard() {
        told_of_tasks::here(at, Kind::EndFound, Some(task));
    }
    Poll::Ready(())
}

/// Something was done with an object, by the task that is being polled.
#[cold]
pub(super) fn act(about: &About, at: Line, kind: Kind) {
    if is_heard() {
        told::act(about, &[], at, kind);
    }
}

/// The same, where waiters of these others are granted something by it.
#[cold]
pub(super) fn act_for(about: &About, others: [&About; 2], at: Line, kind: Kind) {
    if is_heard() {
        told::act(about, &others, at, kind);
    }
}

/// Somebody has joined the wait list of an object.
pub(super) fn joined(about: &About, node: u32, task: Option<Rc<TaskCell>>, at: Line) {
    if !is_heard() {
        return;
    }
    OPEN_WAITS.set(OPEN_WAITS.get() + 1);
    if !told::joined(about, node, task.as_deref(), at) {
        OPEN_WAITS.set(OPEN_WAITS.get() - 1);
    }
}

/// A wait is polled with another waker than before, by another task perhaps. The outdated one goes, which is foreign
/// code.
pub(super) fn renewed(node: u32, _outdated: Wakee) {
    if OPEN_WAITS.get() > 0 {
        told::renewed(node);
    }
}

/// A wait was granted what it waits for, and is woken for that.
#[inline]
pub(super) fn granted<R>(node: u32, wake: impl FnOnce() -> R) -> R {
    let _via = if OPEN_WAITS.get() > 0 { told::granted(node) } else { None };
    wake()
}

/// A wait is over: it was granted, or left.
#[inline]
pub(super) fn ended(node: u32, task: Option<&Rc<TaskCell>>, granted: bool, at: Line) {
    if OPEN_WAITS.get() > 0 {
        OPEN_WAITS.set(OPEN_WAITS.get() - usize::from(told::ended(node, task, granted, at)));
    }
}

/// Ends what was begun.
pub(super) struct Causing<'a> {
    pub(super) core: &'a Core,
    pub(super) before: Option<u64>,
}

impl Causing<'_> {
    /// The poll of the task is over, and it parks.
    #[cold]
    pub(super) fn note_pending(&self, task: &TaskCell) {
        self.core.tell_pending(task);
    }
}

impl Drop for Causing<'_> {
    fn drop(&mut self) {
        self.core.watchers.trace.cause.replace(self.before);
    }
}
