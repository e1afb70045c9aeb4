//! A schedule in writing: where it deviates from the order of the ready queue, as text that stays the same from run to
//! run, and from machine to machine.

use std::error::Error;
use std::fmt;
use std::str::FromStr;

/// How the text begins: the version of the form.
const VERSION: &str = "gl1:";

/// A schedule: where it deviates from the ordinary order, one deviation after the other. Without any it is that order.
///
/// It is written as `gl1:` and the deviations, with commas between. Tasks go by their numbers in the order of
/// spawning, from 0 for main; polls are counted from 1.
///
/// | written | means |
/// |---|---|
/// | `2@3` | task 2 is deferred before its third poll |
/// | `late:2@3` | before that poll, time jumps to the next deadline |
/// | `cancel1:2@3` | before that poll, task 1 is cancelled |
///
/// ```
/// use greenlight::explore::Schedule;
///
/// let schedule: Schedule = "gl1:2@3,late:1@4".parse().unwrap();
/// assert_eq!(schedule.to_string(), "gl1:2@3,late:1@4");
/// assert_eq!(schedule.deviations().len(), 2);
/// assert!(!schedule.is_fifo()); // it defers a task
/// assert!("gl1:2".parse::<Schedule>().is_err());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Schedule {
    pub(in crate::runtime) deviations: Vec<Deviation>,
}

/// One thing that a schedule does otherwise than the ordinary order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Deviation {
    /// What it does.
    pub act: Act,
    /// The number of the task before whose poll it does so.
    pub task: u64,
    /// Which of the polls of that task, counted from 1. The drop of a task that was cancelled counts as one.
    pub poll: u32,
}

/// What may be done otherwise before a poll.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Act {
    /// That task is deferred: it keeps its place and is passed over, until every task that is ready is deferred.
    Defer,
    /// Time jumps to the next deadline, although that task is ready.
    Late,
    /// The task of this number is cancelled.
    Cancel(u64),
}

/// One step of a schedule, as whoever drives it by hand says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Pick {
    /// The task of this number is polled; it is ready.
    Run(u64),
    /// Time jumps to the next deadline, although somebody is ready.
    Late,
    /// The task of this number is cancelled.
    Cancel(u64),
}

impl Schedule {
    /// Where it deviates, in the order in which that happens.
    pub fn deviations(&self) -> &[Deviation] {
        &self.deviations
    }

    pub(in crate::runtime) fn cancels(&self) -> usize {
        self.deviations.iter().filter(|deviation| matches!(deviation.act, Act::Cancel(_))).count()
    }

    /// Whether greenlight's own order can do this: it defers nobody.
    pub fn is_fifo(&self) -> bool {
        self.deviations.iter().all(|deviation| deviation.act != Act::Defer)
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(VERSION)?;
        for (place, Deviation { act, task, poll }) in self.deviations.iter().enumerate() {
            f.write_str(if place > 0 { "," } else { "" })?;
            match act {
                Act::Defer => {}
                Act::Late => f.write_str("late:")?,
                Act::Cancel(victim) => write!(f, "cancel{victim}:")?,
            }
            write!(f, "{task}@{poll}")?;
        }
        Ok(())
    }
}

impl FromStr for Schedule {
    type Err = NoSchedule;

    fn from_str(text: &str) -> Result<Self, NoSchedule> {
        let no = |part: &str| NoSchedule { text: text.into(), part: part.into() };
        let listed = text.strip_prefix(VERSION).ok_or_else(|| no(text))?;
        let parts = listed.split(',').filter(|_| !listed.is_empty());
        let deviations = parts.map(|part| deviation(part).ok_or_else(|| no(part)));
        Ok(Schedule { deviations: deviations.collect::<Result<_, _>>()? })
    }
}

fn deviation(text: &str) -> Option<Deviation> {
    let (act, place) = match text.split_once(':') {
        None => (Act::Defer, text),
        Some(("late", place)) => (Act::Late, place),
        Some((word, place)) => (Act::Cancel(word.strip_prefix("cancel")?.parse().ok()?), place),
    };
    let (task, poll) = place.split_once('@')?;
    Some(Deviation { act, task: task.parse().ok()?, poll: poll.parse().ok().filter(|&poll| poll > 0)? })
}

/// A text is no schedule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoSchedule {
    text: String,
    part: String,
}

impl fmt::Display for NoSchedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let NoSchedule { text, part } = self;
        write!(f, "{text:?} is no schedule, for {part:?} is no part of one; write gl1:2@3 where task 2 is to be ")?;
        write!(f, "deferred before its third poll, with commas between several")
    }
}

impl Error for NoSchedule {}
