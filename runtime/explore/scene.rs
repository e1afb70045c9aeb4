//! What there is to choose from, for whoever drives a program by hand.

use super::super::observe::{Fault, Pick, Schedule};
use super::super::watch::TaskLabel;
use super::super::watch::dump::Dump;

/// A program between two polls: what [`Explorer::look`](super::Explorer::look) shows.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Scene {
    /// The tasks that are ready, in the order of the ready queue.
    pub ready: Vec<Ready>,
    /// Every task, and what it waits for; none once the program has ended.
    pub dump: Option<Dump>,
    /// What was said so far.
    pub said: Vec<String>,
    /// The picks that were played, as a schedule that leads here.
    pub schedule: Schedule,
    /// The same, as they were played.
    pub moves: Vec<Pick>,
    /// How it ended; none while it goes on.
    pub ended: Option<Result<(), Fault>>,
    /// Whether time may jump now; with [`late_clock`](super::Explorer::late_clock).
    pub may_jump: bool,
    /// The numbers of the tasks that may be cancelled now; with [`cancels`](super::Explorer::cancels).
    pub may_cancel: Vec<u64>,
}

/// A task that may be polled now.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ready {
    /// Which.
    pub task: TaskLabel,
    /// Which of its polls is the next, counted from 1.
    pub poll: u32,
}
