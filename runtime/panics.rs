//! Panics of foreign code: where they are told, and how to get rid of what they leave behind.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::thread;

/// Where reports go that end nothing: a lost panic, a possible stall, a line of the debug mode.
#[derive(Clone)]
pub(super) struct Reporter {
    receive: Rc<dyn Fn(&str)>,
}

impl Reporter {
    pub(super) fn new(receive: impl Fn(&str) + 'static) -> Self {
        Reporter { receive: Rc::new(receive) }
    }

    /// Hands a report over. Whoever receives it is foreign code, and so is what its panic leaves behind.
    pub(super) fn deliver(&self, report: &str) {
        if let Err(payload) = catch_unwind(AssertUnwindSafe(|| (self.receive)(report))) {
            drop_quietly(payload);
        }
    }
}

/// Drops the payload of a panic, which may panic in turn; what that one leaves behind is forgotten.
pub(super) fn drop_quietly(payload: Box<dyn Any + Send>) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(payload);
    }
}

/// Does the second also when the first panics. The first panic goes on afterwards.
pub(crate) fn both(first: impl FnOnce(), second: impl FnOnce()) {
    let first = catch_unwind(AssertUnwindSafe(first));
    let second = catch_unwind(AssertUnwindSafe(second));
    if let Err(panic) = first.and(second) {
        go_on_with(panic);
    }
}

/// Resumes a panic, unless one is under way already: guards release and wake in their drop, and a second panic that
/// leaves a drop would abort the process.
pub(super) fn go_on_with(panic: Box<dyn Any + Send>) {
    if !thread::panicking() {
        resume_unwind(panic);
    }
}
