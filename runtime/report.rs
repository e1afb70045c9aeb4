//! How the report of a stall reads as text.

use super::stall::{Hint, Link, Stalled, StalledTask, Why};
use std::fmt;

impl fmt::Display for Stalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at;
        match self.why {
            Why::NobodyCanRun => {
                writeln!(f, "stalled at {at}: no task is ready, no timer is armed, and nothing outside can wake one")?;
            }
            Why::SomebodyCanRun => {
                writeln!(
                    f,
                    "not stalled at {at}: a task is ready, a timer is armed, or something outside can wake one"
                )?;
            }
            Why::OnlyOutsideCanWake(wakers) => {
                let are = if wakers == 1 { " is" } else { "s are" };
                writeln!(
                    f,
                    "possible stall, {wakers} waker{are} held outside: no task is ready at {at}, and no timer is armed"
                )?;
            }
            Why::TimeStandsStill(turns) => {
                writeln!(f, "time stands still at {at}: some task was ready in each of {turns} turns")?;
            }
        }
        for task in self.tasks.iter().filter(|task| self.names(task)) {
            write!(f, "{task}")?;
        }
        for links in &self.circles {
            let Some(first) = links.first() else { continue };
            let circle: String = links.iter().map(Link::to_string).collect();
            match links.len() {
                1 => writeln!(f, "  {} waits for itself: {circle}{}", first.task, first.task)?,
                _ => writeln!(f, "  a circle of waits: {circle}{}", first.task)?,
            }
        }
        write!(f, "  help: {}", self.help())
    }
}

impl Stalled {
    /// Whether the report is about this task: while time stands still, it is about those that are ready.
    fn names(&self, task: &StalledTask) -> bool {
        task.ready || !matches!(self.why, Why::TimeStandsStill(_))
    }

    fn help(&self) -> &'static str {
        match self.why {
            Why::NobodyCanRun => self.hint.map_or(
                "each of these waits needs somebody to end it: another task, or a thread that keeps a Remote until then",
                Hint::help,
            ),
            Why::SomebodyCanRun => "the tasks that wait here may go on yet",
            Why::OnlyOutsideCanWake(_) => {
                "if a thread is going to use that waker, all is well, and a Remote that it keeps until then \
                 says so;\n    if it is a FuturesUnordered or a channel of this thread that holds it, this is a stall"
            }
            Why::TimeStandsStill(_) => {
                "virtual time moves when no task is ready: have these tasks wait for a sleep or an event instead of \
                 yielding,\n    or raise Builder::turn_limit"
            }
        }
    }
}

impl Hint {
    fn help(self) -> &'static str {
        match self {
            Hint::Unpolled => {
                "a wait that is not polled keeps what it was handed from everybody else: await it or drop it before \
                 anything else,\n    or spawn it as a task of its own"
            }
            Hint::WaitsForItself => {
                "a task cannot take a lock that it holds: drop the guard first; if it gave the guard away, whoever has \
                 it holds\n    the lock"
            }
            Hint::Circle { locks: true } => {
                "one task of a circle has to go on without the next: drop a guard before waiting, or take the locks\n    \
                 in the same order everywhere"
            }
            Hint::Circle { locks: false } => "one task of a circle has to go on without the next",
            Hint::Leaked => "the guard was forgotten, or is kept by somebody else: drop it, and the lock goes on",
            Hint::Unheard => {
                "a signal that comes when nobody waits is lost: look at the state before waiting, as \
                 Condition::wait_for does"
            }
        }
    }
}

/// A stretch of the circle: `alice -> lock `left` -> `.
impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Link { task, object } = self;
        match object {
            Some(object) => write!(f, "{task} -> {object} -> "),
            None => write!(f, "{task} -> "),
        }
    }
}

impl fmt::Display for StalledTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  {}, spawned at {}", self.label, self.spawned)?;
        if self.ready {
            return writeln!(f, "    is ready");
        }
        if self.waits.is_empty() {
            writeln!(f, "    waits for something that is not greenlight's")?;
        }
        for wait in &self.waits {
            writeln!(f, "    {}", wait.replace('\n', "\n      "))?;
        }
        if self.held {
            writeln!(f, "    its waker is held outside")?;
        }
        Ok(())
    }
}

impl std::error::Error for Stalled {}
