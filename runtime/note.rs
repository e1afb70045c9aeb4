//! What a runtime notes for those who watch it: its events, each with its cause, and the names of its tasks. With nobody
//! watching, a note is one branch.

use super::context::{Core, enter};
use super::ready::TaskKey;
use super::watch::trace::{Kind, ObjectLabel, TaskLabel, Trace, TraceEvent};
use std::panic::Location;

impl Core {
    /// Notes that a task was woken, which queued it or found it queued.
    pub(super) fn trace_wake(&self, key: TaskKey, pushed: bool) {
        let seq = self.emit(Some(key), None, None, if pushed { Kind::Woken } else { Kind::WokenAgain });
        if pushed {
            self.note_queued_by(key, seq);
        }
    }

    /// Keeps the event that queued a task: the cause of its next poll.
    pub(super) fn note_queued_by(&self, key: TaskKey, seq: Option<u64>) {
        if let Some(slot) = self.table.borrow_mut().get_mut(key) {
            slot.queued_by = seq;
        }
    }

    /// Emits a trace event that the present poll, timer, thread or drop brought about. Returns its number, or none when
    /// nobody watches. A wake or a cancel of a task that is gone is no event.
    #[inline]
    pub(super) fn emit(
        &self,
        task: Option<TaskKey>,
        object: Option<ObjectLabel>,
        at: Option<&'static Location<'static>>,
        kind: Kind,
    ) -> Option<u64> {
        if self.trace.is_watched() { self.emit_watched(task, object, at, kind) } else { None }
    }

    /// Apart, so that an unwatched run pays for the question alone.
    #[cold]
    fn emit_watched(
        &self,
        task: Option<TaskKey>,
        object: Option<ObjectLabel>,
        at: Option<&'static Location<'static>>,
        kind: Kind,
    ) -> Option<u64> {
        if kind == Kind::EventFound && self.trace.telling.get() {
            return None;
        }
        let task = match task {
            Some(key) => Some(self.label(key)?),
            None => None,
        };
        let (time, turn, cause) = (self.now(), self.turn.get(), self.trace.cause());
        let _entered = self.me.upgrade().map(enter);
        Some(self.trace.emit(TraceEvent { seq: 0, time, turn, cause, task, object, at, kind }))
    }

    /// The name of a living task.
    pub(super) fn label(&self, key: TaskKey) -> Option<TaskLabel> {
        let table = self.table.borrow();
        table.get(key).map(|slot| TaskLabel { number: slot.number, name: slot.name.clone() })
    }

    /// Emits an event that begins something: what happens until the guard goes has it as its cause.
    pub(super) fn begin_cause(&self, task: Option<TaskKey>, kind: Kind, cause: Option<u64>) -> Option<Causing<'_>> {
        self.begin_cause_at(None, task, kind, cause)
    }

    /// The same, for an event that comes from a line of the program.
    pub(super) fn begin_cause_at(
        &self,
        at: Option<&'static Location<'static>>,
        task: Option<TaskKey>,
        kind: Kind,
        cause: Option<u64>,
    ) -> Option<Causing<'_>> {
        if !self.trace.is_watched() {
            return None;
        }
        let before = self.trace.set_cause(cause);
        let seq = self.emit(task, None, at, kind);
        self.trace.set_cause(seq);
        Some(Causing { trace: &self.trace, before })
    }

    /// The event that queued a task last. None when nobody watches.
    pub(super) fn queued_by(&self, key: TaskKey) -> Option<u64> {
        self.trace.is_watched().then(|| self.table.borrow().get(key)?.queued_by).flatten()
    }
}

/// Ends what [`Core::begin_cause`] began.
pub(super) struct Causing<'a> {
    trace: &'a Trace,
    before: Option<u64>,
}

impl Drop for Causing<'_> {
    fn drop(&mut self) {
        self.trace.set_cause(self.before);
    }
}
