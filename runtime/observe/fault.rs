//! Why a schedule fails, in words.

use super::super::watch::Stalled;
use super::super::watch::dump::{TaskInfo, WaitInfo};
use std::fmt;

/// Why a schedule fails. It prints as a report.
///
/// ```
/// use greenlight::{sync::Event, try_explore};
///
/// let failed = try_explore(|| async { Event::new().named("never").wait().await });
/// let fault = &failed.unwrap_err().found[0].fault;
/// assert_eq!(fault.headline(), "a stall: main waits for event `never` for ever");
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// Main panicked, or a task that nobody joins, or an invariant as it was asked.
    #[non_exhaustive]
    Panicked {
        /// The name of the task, or the line that spawned it.
        task: String,
        /// What it said.
        message: String,
        /// The line that panicked; empty if that is not known.
        at: String,
    },
    /// Nobody could ever run again.
    Stalled(Box<Stalled>),
    /// What was stated by [`always`](crate::explore::always) or [`finally`](crate::explore::finally) did not hold.
    #[non_exhaustive]
    Broken {
        /// What was stated.
        invariant: String,
    },
    /// Tasks kept themselves and each other ready, while virtual time stood still.
    #[non_exhaustive]
    Livelock {
        /// Those that were ready at the end.
        tasks: Vec<String>,
        /// For how many turns at most.
        turns: u64,
    },
    /// The program had not ended after so many turns, though time went on.
    #[non_exhaustive]
    TooLong {
        /// How many.
        turns: u64,
    },
    /// One poll did a million things with greenlight's objects, and did not come to its end: it awaits only what is
    /// ready.
    #[non_exhaustive]
    Spins {
        /// Whose.
        task: String,
    },
    /// The same choices did not lead to the same program twice, or a schedule that was written down is of another one.
    #[non_exhaustive]
    Drifts {
        /// What differs, and where first.
        what: String,
    },
}

impl Fault {
    /// What went wrong, in a line.
    pub fn headline(&self) -> String {
        match self {
            Fault::Panicked { task, message, .. } => {
                format!("{task} panics: {}", message.lines().next().unwrap_or_default())
            }
            Fault::Stalled(stalled) => stall(stalled.tasks()),
            Fault::Broken { invariant } => format!("it does not hold that {invariant}"),
            Fault::Livelock { tasks, turns } => {
                let are = if tasks.len() == 1 { "is" } else { "are" };
                format!("a livelock: {} {are} still ready after {turns} turns, and time stands still", listed(tasks))
            }
            Fault::TooLong { turns } => format!("main has not returned after {turns} turns; are they too few?"),
            Fault::Spins { task } => format!("{task} spins: one poll of it awaits only what is ready, without end"),
            Fault::Drifts { what } => format!("it does not replay: {what}"),
        }
    }

    /// What tells it from faults of another cause, whichever schedule led to it.
    pub(in crate::runtime) fn key(&self) -> String {
        match self {
            Fault::Panicked { at, .. } if !at.is_empty() => at.clone(),
            Fault::Stalled(stalled) => {
                let waits = stalled.tasks().iter().flat_map(|task| task.waits.iter().map(|wait| (&task.label, wait)));
                // Numbers of objects, and places in their lines, come with the order.
                let lines = waits.map(|(task, WaitInfo::Object { at, .. } | WaitInfo::Sleep { at, .. })| (task, at));
                lines.map(|(task, at)| format!("{task} {at}\n")).collect()
            }
            fault => fault.headline(),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Panicked { task, message, at } if !at.is_empty() => write!(f, "{task} panicked at {at}: {message}"),
            Fault::Stalled(stalled) => write!(f, "{stalled}"),
            Fault::Drifts { .. } => write!(f, "{}. {UNSEEN}", self.headline()),
            _ => f.write_str(&self.headline()),
        }
    }
}

/// Who waits for ever, and for what.
fn stall(tasks: &[TaskInfo]) -> String {
    let waits = |task: &TaskInfo| match task.waits.first() {
        Some(WaitInfo::Object { object, .. }) if !["task", "gather"].contains(&object.kind) => {
            Some(format!("{} waits for {object}", task.label))
        }
        _ => None,
    };
    let waiting: Vec<_> = tasks.iter().filter_map(waits).collect();
    let all = || listed(&tasks.iter().map(|task| task.label.to_string()).collect::<Vec<_>>());
    if waiting.is_empty() {
        format!("a stall: {} can never go on", all())
    } else {
        format!("a stall: {} for ever", listed(&waiting))
    }
}

/// Names, with "and" before the last.
fn listed(names: &[String]) -> String {
    match names {
        [] => "nobody".into(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// What may decide, and is not seen.
const UNSEEN: &str = "It is of another program, or of this one before a change; otherwise something decides that \
    greenlight cannot see: the order of a HashMap, a static or what was made outside the closure and is changed in it, \
    the system's clock, randomness, or a thread. Make everything that a program changes inside the closure, and take \
    time from greenlight::now().";
