//! What an object says of itself to those who look on: what kind of thing it gives, how far it has come with that, and who
//! holds it. Nothing that runs depends on it.

use super::super::context::Core;
use super::super::task::TaskId;
use super::super::waits::Grant;
use super::super::wakee;
use super::runtimes;
use super::trace::ObjectLabel;
use std::cell::{Cell, RefCell};
use std::panic::Location;
use std::sync::Arc;

/// What is waited on: what the reports and traces say of it.
pub(crate) struct About {
    pub(super) kind: Cell<&'static str>,
    pub(in crate::runtime) name: RefCell<Option<Arc<str>>>,
    pub(super) made: Cell<&'static Location<'static>>,
    /// A number that tells this object from others of its thread; 0 until somebody asks.
    identity: Cell<u64>,
    /// How it is.
    pub(crate) state: Cell<ObjectState>,
    /// Who has to let go of the object, or to end, before a waiter can go on.
    pub(crate) holder: Cell<Option<Holder>>,
}

/// What those wait for who wait on an object, and how the object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ObjectState {
    /// Something that one waiter has at a time, as a lock.
    Thing,
    /// A word that everybody hears who waits, as of an event.
    #[non_exhaustive]
    Word {
        /// The line of the last signal, if it came when nobody waited.
        unheard: Option<&'static Location<'static>>,
    },
    /// A notice to some of those who wait, as of a condition.
    #[non_exhaustive]
    Notice {
        /// The last one; none if nobody was ever notified.
        last: Option<Notice>,
    },
    /// Permits, of which a waiter may take several.
    #[non_exhaustive]
    Permits {
        /// How many were forgotten and not released since.
        forgotten: usize,
    },
    /// That enough others arrive, as at a barrier.
    #[non_exhaustive]
    Arrivals {
        /// How many have arrived.
        arrived: usize,
        /// How many it takes.
        parties: usize,
    },
    /// An item of a queue.
    Item,
    /// Room in a queue.
    Room,
    /// That every item of a queue is done.
    #[non_exhaustive]
    Done {
        /// How many that were put are not.
        unfinished: usize,
    },
    /// The ends of tasks.
    Ends,
    /// What a primitive gives that is written on [`waiters`](crate::waiters).
    #[non_exhaustive]
    Other {
        /// Whether somebody has ever held it: who is granted it holds it, then.
        is_held: bool,
    },
}

/// A notify of a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Notice {
    /// The line that notified.
    pub at: &'static Location<'static>,
    /// How many waited then.
    pub waited: usize,
    /// How many of them it woke.
    pub woken: usize,
    /// The line of one whom it woke, and whose predicate was false then.
    pub in_vain: Option<&'static Location<'static>>,
}

/// Who holds an object.
#[derive(Clone, Copy)]
pub(crate) struct Holder {
    /// The task that was being polled when it came to hold the object, or nobody.
    pub(in crate::runtime) task: TaskId,
    /// Since which line.
    pub(in crate::runtime) since: &'static Location<'static>,
    /// Whether it was granted the object and has not run since.
    pub(in crate::runtime) granted: bool,
    /// How many permits of a semaphore it has; 1 of any other object.
    pub(in crate::runtime) permits: usize,
}

impl ObjectState {
    /// That of a condition that nobody was ever notified by.
    pub(crate) const UNNOTIFIED: ObjectState = ObjectState::Notice { last: None };

    /// Whether it is counted: there may be more of it, for several at once.
    pub(super) fn is_permits(self) -> bool {
        matches!(self, ObjectState::Permits { .. })
    }

    /// Whether those hold it who were granted it and have not run since, beside those who are told as holders.
    pub(super) fn is_held_once_granted(self) -> bool {
        self.is_permits() || self == ObjectState::Other { is_held: true }
    }

    /// Whether everybody who waits gets it at once, so that one who does not look keeps it from nobody.
    pub(super) fn is_for_all(self) -> bool {
        matches!(self, ObjectState::Word { .. } | ObjectState::Done { .. } | ObjectState::Ends)
    }

    /// A condition whose notify in that line has just woken so many of those who waited.
    pub(crate) const fn notified(at: &'static Location<'static>, waited: usize, woken: usize) -> Self {
        ObjectState::Notice { last: Some(Notice { at, waited, woken, in_vain: None }) }
    }

    /// The same once somebody has found its predicate false, in that line, after it was notified so often.
    pub(crate) fn asked_in_vain(self, at: &'static Location<'static>, notified: usize) -> Self {
        match self {
            ObjectState::Notice { last: Some(last) } if notified > 0 => {
                ObjectState::Notice { last: Some(Notice { in_vain: Some(at), ..last }) }
            }
            state => state,
        }
    }

    /// The line of the last signal, if it came when nobody waited.
    pub(super) fn unheard(self) -> Option<&'static Location<'static>> {
        match self {
            ObjectState::Word { unheard } => unheard,
            ObjectState::Notice { last: Some(Notice { woken: 0, at, .. }) } => Some(at),
            _ => None,
        }
    }
}

impl Holder {
    /// The task that is being polled, from this line on.
    #[inline]
    pub(crate) fn here(since: &'static Location<'static>) -> Self {
        Holder { task: wakee::polled_id(), since, granted: false, permits: 1 }
    }

    /// A waiter that was granted the object.
    #[inline]
    pub(crate) fn of(grant: &Grant) -> Self {
        let task = grant.wakee.task().map_or(TaskId::NOBODY, |task| task.id.get());
        Holder { task, since: grant.at, granted: true, permits: grant.asks as usize }
    }
}

thread_local! {
    static LAST_IDENTITY: Cell<u64> = const { Cell::new(0) };
}

impl About {
    pub(in crate::runtime) const fn new(
        kind: &'static str,
        made: &'static Location<'static>,
        state: ObjectState,
    ) -> Self {
        About {
            kind: Cell::new(kind),
            name: RefCell::new(None),
            made: Cell::new(made),
            identity: Cell::new(0),
            state: Cell::new(state),
            holder: Cell::new(None),
        }
    }

    /// Says the same as another.
    pub(in crate::runtime) fn copy(&self, other: &About) {
        let (kind, name, made) = (other.kind.get(), other.name.borrow().clone(), other.made.get());
        self.tell(kind, name, made, other.state.get(), other.holder.get());
        self.identity.set(other.identity.get());
    }

    /// Says something new of an object that nobody has told of.
    pub(in crate::runtime) fn tell(
        &self,
        kind: &'static str,
        name: Option<Arc<str>>,
        made: &'static Location<'static>,
        state: ObjectState,
        holder: Option<Holder>,
    ) {
        self.kind.set(kind);
        self.name.replace(name);
        self.made.set(made);
        self.state.set(state);
        self.holder.set(holder);
    }

    /// A number that tells the object from others.
    pub(crate) fn identity(&self) -> u64 {
        if self.identity.get() == 0 {
            self.identity.set(new_identity());
        }
        self.identity.get()
    }

    /// The object is gone: whoever has told of it forgets it.
    pub(in crate::runtime) fn forget(&self) {
        if self.identity.get() > 0 {
            runtimes::forget(self.identity.take());
        }
    }

    /// Names the object; with the number that it has in what that runtime tells.
    pub(super) fn label(&self, core: Option<&Core>) -> ObjectLabel {
        let number = core.map(|core| core.watchers.trace.object_number(self.identity()));
        ObjectLabel { kind: self.kind.get(), number, name: self.name.borrow().clone(), made: self.made.get() }
    }
}

/// A number that no other object of this thread has. Who came later has a higher one.
fn new_identity() -> u64 {
    LAST_IDENTITY.set(LAST_IDENTITY.get() + 1);
    LAST_IDENTITY.get()
}
