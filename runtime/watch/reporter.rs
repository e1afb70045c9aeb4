//! Where reports go that end nothing: a lost panic, a possible stall, a line of the debug mode. A receiver that panics
//! ends nothing either. What a program says itself may go the same way.

use super::super::failure::panic_message;
use super::printable::Printable;
use std::any::Any;
use std::fmt;
use std::io::{Write, stderr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

/// Leads to whoever receives the reports of a runtime.
#[derive(Clone)]
pub(in crate::runtime) struct Reporter {
    receiver: Rc<Receiver>,
}

/// None once it is being dropped.
struct Receiver(Option<Box<Receive>>);

type Receive = dyn Fn(&str);

impl Reporter {
    pub(super) fn new(receive: impl Fn(&str) + 'static) -> Self {
        Reporter { receiver: Rc::new(Receiver(Some(Box::new(receive)))) }
    }

    /// Hands a report over. Whoever receives it is foreign code, of whose panic the panic hook alone tells.
    pub(in crate::runtime) fn deliver(&self, report: &str) {
        quietly(|| self.hear(report));
    }

    /// Hands a line over, on behalf of who says it.
    pub(in crate::runtime) fn hear(&self, line: &str) {
        self.receiver.0.iter().for_each(|receive| receive(line));
    }

    /// Tells of a panic that nobody receives: what has panicked, what it said, and what to do.
    pub(super) fn tell(&self, what: impl fmt::Display, payload: Box<dyn Any + Send>, advice: &str) {
        let said = Printable(panic_message(&*payload));
        self.deliver(&format!("{what}: {said}{advice}"));
        if let Err(second) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            let said = Printable(panic_message(&*second));
            self.deliver(&format!("lost: the payload of that panic panicked when it was dropped: {said}"));
            std::mem::forget(second);
        }
    }
}

/// How a report begins on stderr.
pub(super) const PREFIX: &str = "greenlight: ";

/// Reports go to stderr.
impl Default for Reporter {
    fn default() -> Self {
        Reporter::new(|report| _ = writeln!(stderr(), "{PREFIX}{report}"))
    }
}

/// What the receiver has captured may panic when it is dropped, in whatever drops a runtime last.
impl Drop for Receiver {
    fn drop(&mut self) {
        quietly(|| drop(self.0.take()));
    }
}

/// Runs foreign code of whose panic nobody can be told but by the panic hook.
fn quietly(act: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(act)) {
        drop_quietly(payload);
    }
}

/// Drops the payload of a panic, which may panic in turn; what that one leaves behind is forgotten.
pub(super) fn drop_quietly(payload: Box<dyn Any + Send>) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
        std::mem::forget(payload);
    }
}
