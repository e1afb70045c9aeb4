//! How what the heart is made of prints, for messages and for those who debug a program.

use super::super::Line;
use super::super::clock::Instant;
use super::super::context::Core;
use super::super::join::{JoinHandle, Task};
use super::super::note;
use super::super::remote::{Remote, WeakRemote};
use super::super::task::TaskId;
use super::super::time::Sleep;
use super::super::waiter::Waiter;
use super::super::waits::{Grant, WaitList};
use super::kind::Kind;
use super::printable::printable;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

impl WaitList {
    /// Names the object in reports and traces.
    #[must_use]
    pub fn named(self, name: impl Into<Arc<str>>) -> Self {
        self.set_name(name.into());
        self
    }

    /// Emits an event about this object, as [`emit`](WaitList::emit) does, by which waiters of these others are granted
    /// something.
    #[inline]
    pub(crate) fn emit_for(&self, others: [&WaitList; 2], at: Line, kind: impl FnOnce() -> Kind) {
        if note::is_watched() {
            note::act_for(self.about(), others.map(WaitList::about), at, kind());
        }
    }

    /// Emits that somebody has asked for the object at once, and gets nothing.
    pub(crate) fn refuse<T>(&self, at: Line) -> Option<T> {
        self.emit(at, || Kind::Refused);
        None
    }

    /// Names the object in reports and traces.
    pub(crate) fn set_name(&self, name: Arc<str>) {
        self.about().name.replace(Some(printable(name)));
    }

    /// The object's name.
    pub(crate) fn name(&self) -> Option<Arc<str>> {
        self.about().name.borrow().clone()
    }

    /// The line that made the object.
    pub(crate) fn made(&self) -> Line {
        self.about.made.get()
    }

    /// Tells whoever traces the run what the task that is polled now does with the object: "{task} {word} {object}".
    ///
    /// ```
    /// use greenlight::{Runtime, trace::Recorder, waiters::WaitList};
    /// use std::{panic::Location, rc::Rc};
    ///
    /// let recorder = Rc::new(Recorder::default());
    /// let runtime = Runtime::builder().observer(recorder.clone()).build();
    /// let bell = WaitList::new("bell").named("door");
    /// runtime.run(async { bell.tell(Location::caller(), "rings") });
    /// assert!(recorder.lines().contains(&"main rings bell `door`".to_string()));
    /// ```
    #[inline]
    pub fn tell(&self, at: &'static Location<'static>, word: &'static str) {
        self.emit(at, || Kind::Told { word });
    }
}

/// Names the object for a message: lock `left` (made at src/main.rs:4:16).
impl fmt::Display for WaitList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, made) = (self.about.kind.get(), self.made());
        match self.name() {
            Some(name) => write!(f, "{kind} `{name}` (made at {made})"),
            None => write!(f, "the {kind} made at {made}"),
        }
    }
}

impl fmt::Debug for WaitList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.about.kind.get();
        f.debug_struct("WaitList").field("kind", &kind).field("waiters", &self.len()).finish()
    }
}

impl fmt::Debug for Waiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiter").field("at", &self.at).finish_non_exhaustive()
    }
}

/// Prints as seconds, to the microsecond: `t=2.000000s`.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "t={}.{:06}s", self.micros / 1_000_000, self.micros % 1_000_000)
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Instant({self})")
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "task `{name}` (spawned at {})", self.spawned),
            None => write!(f, "the task spawned at {}", self.spawned),
        }
    }
}

impl<T> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("JoinHandle").field(&self.task).finish()
    }
}

impl fmt::Debug for Sleep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sleep").field("state", &self.state).field("at", &self.at).finish_non_exhaustive()
    }
}

impl fmt::Debug for Core {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").field("now", &self.now()).field("turn", &self.turns.get()).finish_non_exhaustive()
    }
}

impl fmt::Debug for WeakRemote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WeakRemote").finish_non_exhaustive()
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").finish_non_exhaustive()
    }
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grant").field("at", &self.at).finish_non_exhaustive()
    }
}
