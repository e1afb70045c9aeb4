//! The last await of greenlight's that each task has passed: where to look in a task that nobody can wake. It is an observer
//! of a runtime that has others, and knows no more of a run than they do.

use super::trace::{Kind, Observer, TraceEvent};
use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::Location;

type Line = &'static Location<'static>;

/// The lines that the tasks which have not ended have passed last, by their numbers.
#[derive(Default)]
pub(super) struct Passed {
    tasks: RefCell<HashMap<u64, Known>>,
}

/// What is remembered of a task.
#[derive(Default)]
struct Known {
    passed: Option<Line>,
    /// The timers that are armed, by the numbers of the events that armed them, and who sleeps.
    timers: Vec<(u64, Line)>,
}

impl Passed {
    /// The last line of a task that awaited something of greenlight's and went on; none if nobody watches, too.
    pub(super) fn last(&self, task: u64) -> Option<Line> {
        self.tasks.borrow().get(&task)?.passed
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
            | Kind::ItemTaken { .. } => tasks.entry(task).or_default().passed = event.at,
            Kind::TimerArmed { .. } => {
                tasks.entry(task).or_default().timers.extend(event.at.map(|at| (event.seq, at)));
            }
            Kind::TimerFired => {
                let known = tasks.entry(task).or_default();
                if let Some(index) = known.timers.iter().position(|&(seq, _)| Some(seq) == event.cause) {
                    known.passed = Some(known.timers.swap_remove(index).1);
                }
            }
            Kind::TimerDropped => {
                let timers = &mut tasks.entry(task).or_default().timers;
                if let Some(index) = timers.iter().position(|&(_, at)| Some(at) == event.at) {
                    timers.swap_remove(index);
                }
            }
            Kind::Returned | Kind::Cancelled | Kind::Panicked => _ = tasks.remove(&task),
            _ => {}
        }
    }
}
