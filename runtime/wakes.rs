//! The wakes of one broadcast: collected while the wait lists are borrowed, delivered when nothing is.

use super::context::Core;
use super::panics::go_on_with_first;
use super::ready::TaskKey;
use super::task::Wakee;
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::task::Waker;

/// Those whom a broadcast wakes, collected so that they are woken with nothing borrowed.
#[derive(Default)]
pub(super) struct Wakes {
    tasks: Vec<(Rc<Core>, TaskKey)>,
    foreign: Vec<Waker>,
}

thread_local! {
    /// The buffers, kept for the next broadcast.
    static KEPT: Cell<Wakes> = const { Cell::new(Wakes { tasks: Vec::new(), foreign: Vec::new() }) };
}

impl Wakes {
    /// The thread's buffers. They are in use while a broadcast is under way, and gone while the thread ends.
    pub(super) fn take() -> Self {
        KEPT.try_with(Cell::take).unwrap_or_default()
    }

    pub(super) fn add(&mut self, core: Option<Rc<Core>>, wakee: Wakee) {
        match wakee {
            Wakee::Task(key) => self.tasks.push((core.expect("a task waits in its runtime"), key)),
            Wakee::Waker(waker, _) => self.foreign.push(waker),
        }
    }

    /// Wakes all of them. A foreign waker that panics does not cost the others their wake; the first panic goes on
    /// afterwards, and the others are told.
    pub(super) fn deliver(mut self) -> usize {
        let count = self.tasks.len() + self.foreign.len();
        for (core, key) in self.tasks.drain(..) {
            core.wake(key);
        }
        let panics: Vec<_> =
            self.foreign.drain(..).filter_map(|waker| catch_unwind(AssertUnwindSafe(|| waker.wake())).err()).collect();
        let _ = KEPT.try_with(|kept| kept.set(self));
        go_on_with_first(panics);
        count
    }
}

/// Wakes by a foreign waker.
pub(super) fn wake_foreign(waker: Waker) {
    go_on_with_first(catch_unwind(AssertUnwindSafe(|| waker.wake())).err());
}

/// Drops a waker that nobody needs any more, in the drop of whoever left it.
pub(super) fn drop_foreign(wakee: Option<Wakee>) {
    if let Some(Wakee::Waker(waker, _)) = wakee {
        go_on_with_first(catch_unwind(AssertUnwindSafe(|| drop(waker))).err());
    }
}
