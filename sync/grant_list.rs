//! `GrantList`: a wait list for something of which there may be more than one. It counts who was granted theirs and has
//! not run since, so that nobody overtakes them.

use crate::runtime::{ObjectState, WaitList, Waiter};
use std::cell::Cell;
use std::task::{Context, Poll};

/// Waiters, first in, first out, and those who were granted what they wait for and have not run since.
pub(super) struct GrantList {
    pub(super) waiters: WaitList,
    /// How many were granted theirs, are in the list no more, and come before everybody else until they run or are
    /// gone.
    granted: Cell<usize>,
}

/// How one who runs has come by what it asked for.
pub(super) enum Got {
    /// It is there to be taken.
    AtOnce,
    /// Whoever granted it has set it aside.
    Granted,
}

impl GrantList {
    #[track_caller]
    pub(super) const fn new(kind: &'static str, state: ObjectState) -> Self {
        GrantList { waiters: WaitList::of_state(kind, state), granted: Cell::new(0) }
    }

    /// Whether one who comes now would overtake nobody. Those whose tasks are dying do not count, unless they were
    /// granted theirs before.
    #[inline]
    pub(super) fn is_clear(&self) -> bool {
        self.granted.get() == 0 && (self.waiters.is_empty() || self.all_dying())
    }

    #[cold]
    fn all_dying(&self) -> bool {
        self.waiters.all_dying()
    }

    /// How many were granted theirs and have not run since.
    #[inline]
    pub(super) fn granted(&self) -> usize {
        self.granted.get()
    }

    /// The poll of a future that waits for so much: it joins the list if it must wait, which is asked again once the
    /// waker is cloned, since a foreign one runs code then.
    #[inline]
    pub(super) fn wait(
        &self,
        waiter: &mut Waiter,
        cx: &Context<'_>,
        asks: usize,
        must_wait: impl Fn() -> bool,
    ) -> Poll<Got> {
        if waiter.has_joined() {
            return waiter.poll(cx).map(|()| self.end_grant());
        }
        waiter.join_asking(cx, &self.waiters, asks, must_wait).map(|()| Got::AtOnce)
    }

    /// The drop of a future that waits. Whether something was granted to it, which is to be granted to the next then.
    pub(super) fn leave(&self, waiter: &mut Waiter) -> bool {
        let was_granted = waiter.leave();
        if was_granted {
            self.end_grant();
        }
        was_granted
    }

    /// Grants the first in the list who are not dying, as long as what each asks for `suffices`: it is asked with the
    /// wait lists borrowed, and sees those counted who came before.
    pub(super) fn grant_while(&self, mut suffices: impl FnMut(usize) -> bool) {
        self.waiters.grant_while(|asked| {
            let suffices = suffices(asked);
            self.granted.set(self.granted.get() + usize::from(suffices));
            suffices
        });
    }

    fn end_grant(&self) -> Got {
        self.granted.set(self.granted.get() - 1);
        Got::Granted
    }
}
