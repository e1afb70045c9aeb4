//! Panics and errors that nobody receives, in words.

use super::context::{self, Core};
use super::failure::panic_message;
use super::panics::drop_quietly;
use super::printable::Printable;
use super::ready::TaskKey;
use std::any::Any;
use std::panic::Location;
use std::sync::Arc;

impl Core {
    /// Reports the panic of a task that is still in the table.
    pub(super) fn report_lost_panic(&self, key: TaskKey, payload: Box<dyn Any + Send>) {
        let spawned = self.table.borrow().get(key).map(|slot| slot.spawned);
        if let Some((label, spawned)) = self.label(key).zip(spawned) {
            self.report_lost(&label.to_string(), spawned, payload);
        }
    }

    /// Reports the panic of a task that is gone, and its number with it.
    pub(super) fn report_panic(&self, name: Option<Arc<str>>, spawned: &Location<'_>, payload: Box<dyn Any + Send>) {
        self.report_lost(name.as_deref().unwrap_or("a task"), spawned, payload);
    }

    /// Reports that a task of a group returned an error, and the group was dropped before it told of it.
    pub(super) fn report_error(&self, name: Option<&str>, spawned: &Location<'_>, group: &Location<'_>) {
        let task = name.unwrap_or("a task");
        let _entered = self.me.upgrade().map(context::enter);
        self.settings.reporter.deliver(&format!(
            "lost: {task}, spawned at {spawned}, returned an error, and its task group, made at {group}, was dropped \
            before it told of that; await join() to its end, or have the task say itself what went wrong"
        ));
    }

    /// Reports the panic of a foreign waker that was woken on behalf of nobody.
    pub(super) fn report_foreign_panic(&self, payload: Box<dyn Any + Send>) {
        let message = Printable(panic_message(&*payload));
        self.settings.reporter.deliver(&format!("a foreign waker panicked when it was woken: {message}"));
        drop_quietly(payload);
    }

    fn report_lost(&self, task: &str, spawned: &Location<'_>, payload: Box<dyn Any + Send>) {
        let message = Printable(panic_message(&*payload));
        let _entered = self.me.upgrade().map(context::enter);
        self.settings.reporter.deliver(&format!(
            "lost: {task}, spawned at {spawned}, panicked, and nobody awaits it: {message}; \
            await the JoinHandle that spawn() returns to receive the panic"
        ));
        drop_quietly(payload);
    }
}
