//! `Line`: those who wait for something of which there may be more than one, first in, first out. It counts who was
//! granted theirs and has not run since, so that nobody overtakes them.

use crate::runtime::{ObjectState, WaitList};
use std::cell::Cell;

/// Waiters, and those who were granted what they wait for and have not run since.
pub(super) struct Line {
    pub(super) waiters: WaitList,
    /// How many were granted theirs, are in the list no more, and count as first in line until they run or are gone.
    granted: Cell<usize>,
}

impl Line {
    #[track_caller]
    pub(super) const fn new(kind: &'static str, state: ObjectState) -> Self {
        Line { waiters: WaitList::of_state(kind, state), granted: Cell::new(0) }
    }

    /// Whether one who comes now would overtake nobody. Those whose tasks are dying do not count, unless they were
    /// granted theirs before.
    pub(super) fn is_clear(&self) -> bool {
        self.granted.get() == 0 && self.waiters.all_dying()
    }

    /// How many were granted theirs and have not run since.
    pub(super) fn granted(&self) -> usize {
        self.granted.get()
    }

    /// Grants the first in line who are not dying, as long as what each asks for `suffices`: it is asked with the wait
    /// lists borrowed, and sees those counted who came before.
    pub(super) fn grant_while(&self, mut suffices: impl FnMut(usize) -> bool) {
        self.waiters.grant_while(|asked| {
            let suffices = suffices(asked);
            self.granted.set(self.granted.get() + usize::from(suffices));
            suffices
        });
    }

    /// Ends the grant of one who runs now, or is gone.
    pub(super) fn end_grant(&self) {
        self.granted.set(self.granted.get() - 1);
    }
}
