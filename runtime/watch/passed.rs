//! The last await of greenlight's that each task has passed: where to look in a task that nobody can wake. It is an observer
//! of a runtime that has others, and knows no more of a run than they do.

use super::trace::{Kind, Observer, TraceEvent};
use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::Location;

type Line = &'static Location<'static>;

/// The lines that the tasks which have not ended have passed last, by their numbers.
#[derive(Default)]
pub(in crate::runtime) struct Passed {
    tasks: RefCell<HashMap<u64, Line>>,
}

impl Passed {
    /// The last line of a task that awaited something of greenlight's and went on; none if nobody watches, too.
    pub(in crate::runtime) fn last(&self, task: u64) -> Option<Line> {
        self.tasks.borrow().get(&task).copied()
    }
}

impl Observer for Passed {
    fn on_event(&self, event: &TraceEvent) {
        let Some(task) = event.task.as_ref().map(|task| task.number) else { return };
        let mut tasks = self.tasks.borrow_mut();
        match event.kind {
            Kind::Waited
            | Kind::Yields
            | Kind::EventFound
            | Kind::LockTaken
            | Kind::PermitsTaken { .. }
            | Kind::ItemPut { .. }
            | Kind::ItemTaken { .. }
            | Kind::TimerFired => tasks.extend(event.at.map(|at| (task, at))),
            Kind::Returned | Kind::Cancelled | Kind::Panicked => _ = tasks.remove(&task),
            _ => {}
        }
    }
}
