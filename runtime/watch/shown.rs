//! How what the heart is made of prints, for messages and for those who debug a program.

use super::super::waiter::{WaitList, Waiter};
use std::fmt;

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
