//! The seam: all that the heart knows of being watched. With nobody watching, a note is one branch.

use super::Line;
use super::clock::Instant;
use super::context::Core;
use super::executor::{Main, Turn};
use super::task::TaskCell;
use super::wakee::{Registered, Wakee};
use super::watch::told;
use std::cell::Cell;
use std::rc::{Rc, Weak};

pub(crate) use super::watch::facts::{About, Holder};
pub(crate) use super::watch::holds::{begin_hold, end_hold, unname_hold};
pub(super) use super::watch::lost;
pub(crate) use super::watch::lost::contain;
pub(super) use super::watch::polls::Polls;
pub(crate) use super::watch::printable::{Printable, printable};
pub(crate) use super::watch::state::ObjectState;
pub(crate) use super::watch::trace::Kind;
pub(super) use super::watch::watchers::Watchers;

/// What the tasks of a runtime know of those who watch it.
pub(super) struct Notes {
    is_watched: bool,
    core: Weak<Core>,
}

thread_local! {
    /// Whether somebody watches the runtime that the code of this thread runs in.
    static IS_WATCHED: Cell<bool> = const { Cell::new(false) };
    /// How many waits of this thread were told of and are not over.
    static OPEN_WAITS: Cell<usize> = const { Cell::new(0) };
}

/// Whether somebody watches the runtime that this code runs in.
#[inline]
pub(crate) fn is_watched() -> bool {
    IS_WATCHED.get()
}

/// Another runtime is the one that the code of this thread runs in.
pub(super) fn enter(core: Option<&Core>) {
    IS_WATCHED.set(core.is_some_and(|core| core.watchers.trace.is_watched()));
}

impl Notes {
    pub(super) fn new(is_watched: bool, core: Weak<Core>) -> Self {
        Notes { is_watched, core }
    }

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

    /// A message from another thread is taken in.
    pub(super) fn begin_message(&self) -> Option<Causing<'_>> {
        self.watchers.trace.is_watched().then(|| self.begin_alone(None, Kind::ThreadArrived))
    }
}

impl Core {
    /// A timer was armed.
    #[inline]
    pub(super) fn note_armed(&self, timer: u32, at: Line, deadline: Instant) {
        if self.watchers.trace.is_watched() {
            self.tell_armed(timer, at, deadline);
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

/// The task that is being polled lets the others run first.
#[cold]
pub(super) fn yields(at: Line) {
    if is_watched() {
        told::yields(at);
    }
}

/// Something was done with an object, by the task that is being polled.
pub(super) fn act(about: &About, at: Line, kind: Kind) {
    told::act(about, at, kind);
}

/// The same, where waiters of these others are granted something by it.
pub(super) fn act_for(about: &About, others: [&About; 2], at: Line, kind: Kind) {
    told::act(about, at, kind);
    told::act_of_others(about, others);
}

/// Somebody has joined the wait list of an object.
pub(super) fn joined(about: &About, node: u32, task: Option<Rc<TaskCell>>, at: Line) {
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
    /// Something more happens to the task.
    #[cold]
    pub(super) fn note(&self, task: &TaskCell, kind: Kind) {
        self.core.tell(Some(task), None, kind);
    }
}

impl Drop for Causing<'_> {
    fn drop(&mut self) {
        self.core.watchers.trace.cause.replace(self.before);
    }
}
