//! How an event, a lock and a condition print, for messages and for those who debug a program.

use super::condition::{Condition, ConditionWait};
use super::event::{Event, EventWait};
use super::lock::{Lock, LockGuard, LockWait};
use std::fmt;

impl fmt::Debug for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Event")
            .field("name", &self.waiters.name())
            .field("set", &self.flag.get())
            .field("waiters", &self.waiters.len())
            .finish()
    }
}

impl fmt::Debug for EventWait<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EventWait").field("event", self.event).finish_non_exhaustive()
    }
}

/// Names the lock for a message.
impl<T> fmt::Display for Lock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.waiters.fmt(f)
    }
}

impl<T> fmt::Debug for Lock<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waiters = &self.waiters;
        f.debug_struct("Lock")
            .field("name", &waiters.name())
            .field("locked", &self.is_locked())
            .field("waiters", &waiters.len())
            .finish()
    }
}

impl<T> fmt::Debug for LockWait<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LockWait").field("lock", self.lock).finish_non_exhaustive()
    }
}

impl<T: fmt::Debug> fmt::Debug for LockGuard<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LockGuard").field("value", &*self.value).field("taken_at", &self.release.at).finish()
    }
}

impl<T> fmt::Debug for Condition<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Condition")
            .field("name", &self.waiters.name())
            .field("waiters", &self.waiters.len())
            .field("lock", self.own_lock())
            .finish()
    }
}

impl<T> fmt::Debug for ConditionWait<'_, '_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConditionWait").field("condition", self.condition).finish_non_exhaustive()
    }
}
