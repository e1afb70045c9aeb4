//! How an object is, as those are told who look on.

use super::super::Line;
use std::panic::Location;

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
        /// Of an event that a trace meets: whether it is set.
        set: bool,
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
        /// How many it was made with.
        made_with: usize,
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
    #[non_exhaustive]
    Item {
        /// How many the queue holds at most; none if any number.
        capacity: Option<usize>,
    },
    /// Room in a queue.
    Room,
    /// That every item of a queue is done.
    #[non_exhaustive]
    Done {
        /// How many that were put are not.
        unfinished: usize,
    },
    /// The end of one task.
    End,
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

impl ObjectState {
    /// A word, of which the last signal was not heard, perhaps.
    pub(crate) const fn word(unheard: Option<Line>) -> Self {
        ObjectState::Word { unheard, set: false }
    }

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
        matches!(self, ObjectState::Word { .. } | ObjectState::Done { .. } | ObjectState::End | ObjectState::Ends)
    }

    /// A condition whose notify in that line has just woken so many of those who waited.
    pub(crate) const fn notified(at: Line, waited: usize, woken: usize) -> Self {
        ObjectState::Notice { last: Some(Notice { at, waited, woken, in_vain: None }) }
    }

    /// The same once somebody has found its predicate false, in that line, after it was notified so often.
    pub(crate) fn asked_in_vain(self, at: Line, notified: usize) -> Self {
        match self {
            ObjectState::Notice { last: Some(last) } if notified > 0 => {
                ObjectState::Notice { last: Some(Notice { in_vain: Some(at), ..last }) }
            }
            state => state,
        }
    }

    /// The line of the last signal, if it came when nobody waited.
    pub(super) fn unheard(self) -> Option<Line> {
        match self {
            ObjectState::Word { unheard, .. } => unheard,
            ObjectState::Notice { last: Some(Notice { woken: 0, at, .. }) } => Some(at),
            _ => None,
        }
    }
}
