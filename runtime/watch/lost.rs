//! Panics and errors that nobody receives, in words.

use super::super::context::{self, Core};
use super::super::inbox::Late;
use super::super::task::{Message, TaskCell};
use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};

/// What a foreign waker does on behalf of nobody.
pub(in crate::runtime) const WOKEN: &str = "a foreign waker panicked when it was woken";
pub(in crate::runtime) const DROPPED: &str = "a foreign waker panicked when it was dropped";

impl Core {
    /// Reports the panic of a task that is still in the table.
    pub(in crate::runtime) fn report_lost_panic(&self, task: &TaskCell, payload: Box<dyn Any + Send>) {
        self.report_panic(&self.name_of(task), task.spawned.get(), payload);
    }

    /// Reports a panic of a task that is still in the table and has panicked before.
    pub(in crate::runtime) fn report_second_panic(&self, task: &TaskCell, payload: Box<dyn Any + Send>) {
        let (name, spawned) = (self.name_of(task), task.spawned.get());
        self.tell_lost(format!("lost: {name}, spawned at {spawned}, panicked once more while it ended"), payload, "");
    }

    fn name_of(&self, task: &TaskCell) -> String {
        self.label(task).expect("a task whose panic is reported is in the table").to_string()
    }

    /// Reports the panic of a task by its name, or as that of a task that has none.
    pub(in crate::runtime) fn report_panic(&self, task: &str, spawned: &Location<'_>, payload: Box<dyn Any + Send>) {
        let what = format_args!("lost: {task}, spawned at {spawned}, panicked, and nobody awaits it");
        let advice =
            "; await the JoinHandle that spawn() returns, gather_tasks() or the TaskGroup to receive each panic";
        self.tell_lost(what, payload, advice);
    }

    /// Reports that a task of a group returned an error, and the group was dropped before it told of it.
    pub(in crate::runtime) fn report_error(&self, name: Option<&str>, spawned: &Location<'_>, group: &Location<'_>) {
        let task = name.unwrap_or("a task");
        let _entered = self.me.upgrade().map(context::enter);
        self.watchers.reporter.deliver(&format!(
            "lost: {task}, spawned at {spawned}, returned an error, and its task group, made at {group}, was dropped \
            before it told of that; await join() to its end, or have the task say itself what went wrong"
        ));
    }

    /// Tells what the panic of main forestalls: further panics, one of its output, and a stall.
    pub(in crate::runtime) fn tell_forestalled(
        &self,
        panics: impl Iterator<Item = Box<dyn Any + Send>>,
        drop_output: impl FnOnce(),
        stalled: Option<impl fmt::Display>,
    ) {
        panics.for_each(|panic| tell("lost: main panicked once more while it ended", panic));
        let what = "lost: the output of main, which has panicked, panicked when it was dropped";
        contain(what, drop_output);
        stalled.iter().for_each(|stalled| self.watchers.reporter.deliver(&stalled.to_string()));
    }

    fn tell_lost(&self, what: impl fmt::Display, payload: Box<dyn Any + Send>, advice: &str) {
        let _entered = self.me.upgrade().map(context::enter);
        self.watchers.reporter.tell(what, payload, advice);
    }
}

/// Tells of a panic that nobody can receive: to the runtime that this code runs in, or on stderr.
pub(in crate::runtime) fn tell(what: impl fmt::Display, payload: Box<dyn Any + Send>) {
    let reporter = context::current().map(|core| core.watchers.reporter.clone()).unwrap_or_default();
    reporter.tell(what, payload, "");
}

/// Runs foreign code on behalf of nobody: its panic is told.
pub(crate) fn contain(what: impl fmt::Display, act: impl FnOnce()) {
    if let Err(payload) = catch_unwind(AssertUnwindSafe(act)) {
        tell(what, payload);
    }
}

impl Late for Message {
    fn drop_late(self) {
        if let Message::Spawn(future, _, at) = self {
            let what = "lost: a future that a Remote sent to a runtime that is gone";
            contain(format_args!("{what}, at {at}, panicked when it was dropped"), || drop(future));
        }
    }
}
