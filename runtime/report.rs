//! How a task, what it waits for, and the report of a stall read as text.

use super::dump::{Hold, HolderInfo, Place, TaskInfo, TaskState, WaitInfo, Who};
use super::join;
use super::stall::{Hint, Link, Stalled, Why};
use super::trace::ObjectLabel;
use std::fmt;
use std::path::Path;

/// How many of those who wait for an object, or hold it, are named.
pub(super) const NAMES: usize = 8;

impl fmt::Display for Stalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at();
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
            Why::Stopped => writeln!(f, "stopped from outside at {at}")?,
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
        for task in self.tasks().iter().filter(|task| self.names(task)) {
            for line in task.to_string().lines() {
                writeln!(f, "  {line}")?;
            }
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
    fn names(&self, task: &TaskInfo) -> bool {
        task.state == TaskState::Ready || !matches!(self.why, Why::TimeStandsStill(_))
    }

    fn help(&self) -> &'static str {
        match self.why {
            Why::NobodyCanRun => self.hint.map_or(
                "each of these waits needs somebody to end it: another task, or a thread that keeps a Remote until then",
                Hint::help,
            ),
            Why::Stopped => "these tasks had not ended",
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
                "a task cannot wait for what it holds: drop the guard or permit first; if it gave that away, whoever has it has to\n    \
                 drop it"
            }
            Hint::Circle { guards: true } => {
                "one task of a circle has to go on without the next: drop a guard or permit before waiting, or take\n    \
                 them in the same order everywhere"
            }
            Hint::Circle { guards: false } => "one task of a circle has to go on without the next",
            Hint::Leaked => {
                "a guard or permit was forgotten, or is kept by somebody else: drop it, and the others go on"
            }
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
            Some(object) => write!(f, "{task} -> {} -> ", in_a_sentence(object)),
            None => write!(f, "{task} -> "),
        }
    }
}

/// Prints a line that names the task, and lines with what it is about.
impl fmt::Display for TaskInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, spawned at {}", self.label, self.spawned_at)?;
        self.about(|_| String::new()).iter().try_for_each(|line| write!(f, "\n  {line}"))
    }
}

impl TaskInfo {
    /// What the task is about, line by line. `line` tells who stands in the line of a wait.
    pub(super) fn about(&self, line: impl Fn(&WaitInfo) -> String) -> Vec<String> {
        let mut lines = Vec::new();
        let mut say = |line: &str| lines.push(line.to_string());
        if self.is_cancelled {
            say("was cancelled");
        }
        match self.state {
            TaskState::Ready => say("is ready"),
            TaskState::Polling => say("is being polled"),
            TaskState::Ending => say("is being dropped"),
            TaskState::Parked if self.waits.is_empty() => say("waits for something that is not greenlight's"),
            TaskState::Parked => {}
        }
        if self.state == TaskState::Ready {
            return lines;
        }
        for wait in &self.waits {
            let told = Told { wait, line: line(wait) }.to_string();
            lines.extend(told.replace('\n', "\n  ").lines().map(str::to_string));
        }
        if self.is_held_outside {
            lines.push("its waker is held outside".to_string());
        }
        lines
    }
}

/// Prints a line that says what is waited for and where, and lines with more about it.
impl fmt::Display for WaitInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Told { wait: self, line: String::new() }.fmt(f)
    }
}

/// A wait, and who stands in its line.
struct Told<'a> {
    wait: &'a WaitInfo,
    line: String,
}

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (object, at, asks, place, holders, unheard) = match self.wait {
            WaitInfo::Sleep { until, at } => return write!(f, "sleeps until {until}, at {at}"),
            WaitInfo::Object { object, at, asks, place, holders, unheard } => {
                (object, at, asks, place, holders, unheard)
            }
        };
        let what = in_a_sentence(object);
        let is_task = object.kind == "task";
        match (object.kind, place) {
            ("event" | "gather" | "deadline", Place::Granted) => {
                write!(f, "was woken by {what}, but does not poll the wait at {at}")?;
            }
            ("condition", Place::Granted) => {
                write!(f, "was notified by {what}, but does not poll the wait at {at}")?;
            }
            (_, Place::Granted) => write!(f, "was granted {what}, but does not poll the wait at {at}")?,
            // Only a join handle takes its line from the poll, which may be a combinator's, or the executor's.
            _ if is_task && at.file() == join::FILE => write!(f, "awaits {}", end_of(holders))?,
            _ if is_task && Path::new(at.file()).has_root() => {
                write!(f, "awaits {}, in the code of another crate", end_of(holders))?;
            }
            _ if is_task => write!(f, "awaits {}, at {at}", end_of(holders))?,
            _ if *asks != 1 => write!(f, "waits on {what} for {asks} permits, at {at}")?,
            _ => write!(f, "waits on {what}, at {at}")?,
        }
        if !is_task && object.made != *at {
            write!(f, "\nmade at {}", object.made)?;
        }
        let Place::InLine { ahead, line } = *place else { return Ok(()) };
        if line > 1 {
            write!(f, "\nnumber {} of {line} in line{}", ahead + 1, self.line)?;
        }
        if !is_task {
            holders.iter().take(NAMES).try_for_each(|holder| write!(f, "\n{holder}"))?;
        }
        if holders.len() > NAMES {
            write!(f, "\nand {} more holders", holders.len() - NAMES)?;
        }
        match unheard {
            Some(unheard) => write!(f, "\nlast signalled at {unheard}, when nobody waited"),
            None => Ok(()),
        }
    }
}

fn end_of(holders: &[HolderInfo]) -> String {
    match holders {
        [HolderInfo { who: Who::Task(task), .. }] => format!("the end of {task}"),
        _ => "the end of a task".to_string(),
    }
}

/// Prints who holds it, since which line, and how many permits if it is more than one.
impl fmt::Display for HolderInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let HolderInfo { who, since, hold, permits } = self;
        if *permits != 1 {
            write!(f, "{permits} permits ")?;
        }
        match (hold, who) {
            (Hold::Taken, Who::Task(task)) => write!(f, "taken by {task}, at {since}"),
            (Hold::Taken, Who::EndedTask) => {
                write!(f, "taken at {since} by a task that has ended: its guard or permit was leaked or given away")
            }
            (Hold::Taken, Who::Outside) => write!(f, "taken at {since}, outside of any task"),
            (Hold::Granted, Who::Task(task)) => write!(f, "granted to {task}, which is ready, at {since}"),
            (_, Who::Task(task)) => write!(f, "granted to {task}, which does not poll the wait at {since}"),
            (_, Who::EndedTask) => {
                write!(f, "granted to the wait at {since}, which a task that has ended has leaked")
            }
            (_, Who::Outside) => write!(f, "granted to the wait at {since}, which is not polled by any task"),
        }
    }
}

/// An object in a sentence.
pub(super) fn in_a_sentence(object: &ObjectLabel) -> String {
    match (object.kind, &object.name) {
        (kind @ ("gather" | "deadline" | "task group"), _) => format!("its {kind}"),
        ("end of tasks", _) => "the end of its tasks".to_string(),
        (kind, Some(name)) => format!("{kind} `{name}`"),
        (kind, None) => format!("an unnamed {kind}"),
    }
}

impl std::error::Error for Stalled {}
