//! The report of who waits for what, for when nobody can go on.

use super::clock::Instant;
use super::context::Core;
use super::ready::TaskKey;
use super::trace::TaskLabel;
use super::waits::{self, Wait};
use std::fmt;
use std::panic::Location;
use std::rc::Rc;

/// Why a run could not go on, and which task waits for what. [`try_run`](crate::try_run) returns it, and
/// [`run`](crate::run) panics with it.
#[derive(Debug, Clone)]
pub struct Stalled {
    why: Why,
    at: Instant,
    tasks: Vec<StalledTask>,
    /// Tasks that wait for each other's end, in a circle.
    cycle: Vec<TaskLabel>,
}

#[derive(Debug, Clone, Copy)]
enum Why {
    /// Nothing is ready, no timer is armed, and nothing outside can wake anybody.
    NobodyCanRun,
    /// As far as the inside goes; so many tasks have a clone of their waker outside.
    OnlyOutsideCanWake(usize),
    /// Tasks have kept themselves ready for so many turns of virtual time.
    TimeStandsStill(u64),
}

/// A task that has not ended, in a [`Stalled`] report.
#[derive(Debug, Clone)]
pub struct StalledTask {
    label: TaskLabel,
    spawned: &'static Location<'static>,
    ready: bool,
    waits: Vec<String>,
}

impl Stalled {
    /// The tasks that had not ended, in the order of spawning; `main` is one of them.
    pub fn tasks(&self) -> &[StalledTask] {
        &self.tasks
    }

    /// The moment at which nobody could go on.
    pub fn at(&self) -> Instant {
        self.at
    }
}

impl StalledTask {
    /// The task's name and number.
    pub fn label(&self) -> &TaskLabel {
        &self.label
    }

    /// The line that spawned it.
    pub fn spawned_at(&self) -> &'static Location<'static> {
        self.spawned
    }

    /// What it waits for, a sentence each; empty if greenlight does not know.
    pub fn waits(&self) -> &[String] {
        &self.waits
    }
}

impl Core {
    /// The report of a runtime in which nobody can ever run again.
    pub(super) fn stalled(self: &Rc<Self>) -> Stalled {
        self.report(Why::NobodyCanRun)
    }

    /// The report of a runtime in which nobody runs unless something outside uses a waker.
    pub(super) fn possibly_stalled(self: &Rc<Self>) -> Stalled {
        self.report(Why::OnlyOutsideCanWake(self.wakers_held_outside()))
    }

    /// The report of a runtime whose virtual time does not move.
    pub(super) fn standing_still(self: &Rc<Self>, turns: u64) -> Stalled {
        self.report(Why::TimeStandsStill(turns))
    }

    fn report(self: &Rc<Self>, why: Why) -> Stalled {
        let waits = waits::of_runtime(self);
        let table = self.table.borrow();
        let stalled_task = |key: TaskKey| {
            let slot = table.get(key).expect("a key of the table names a task");
            StalledTask {
                label: TaskLabel { number: slot.number, name: slot.name.clone() },
                spawned: slot.spawned,
                ready: slot.queued,
                waits: self.sentences(key, &waits),
            }
        };
        let tasks = table.keys().into_iter().map(stalled_task).collect();
        let cycle = join_cycle(&waits).into_iter().filter_map(|key| self.label(key)).collect();
        Stalled { why, at: self.now(), tasks, cycle }
    }

    fn sentences(&self, task: TaskKey, waits: &[Wait]) -> Vec<String> {
        let on_objects = waits.iter().filter(|wait| wait.task == task).map(Wait::to_string);
        let wheel = self.wheel.borrow();
        let sleeps =
            wheel.armed().filter(|(_, timer)| timer.wakee.as_ref().and_then(|wakee| wakee.task()) == Some(task));
        let until = sleeps.map(|(deadline, timer)| format!("sleeps until {}, at {}", Instant::at(deadline), timer.at));
        on_objects.chain(until).collect()
    }
}

/// The first circle of tasks that wait for each other's end, each followed by the one it awaits.
fn join_cycle(waits: &[Wait]) -> Vec<TaskKey> {
    let awaited = |task| waits.iter().filter(move |wait| wait.task == task).find_map(|wait| wait.subject.holder);
    for wait in waits {
        let path: Vec<_> =
            std::iter::successors(Some(wait.task), |&task| awaited(task)).take(waits.len() + 1).collect();
        if let Some(again) = path.iter().skip(1).position(|&task| task == wait.task) {
            return path[..=again].to_vec();
        }
    }
    Vec::new()
}

impl fmt::Display for Wait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Wait { subject, at, ahead, line, .. } = self;
        match (subject.holder, &subject.name) {
            (Some(_), Some(name)) => write!(f, "awaits the end of task `{name}`, at {at}")?,
            (Some(_), None) => write!(f, "awaits the end of the task spawned at {}, at {at}", subject.made)?,
            (None, Some(name)) => write!(f, "waits on {} `{name}` (made at {}), at {at}", subject.kind, subject.made)?,
            (None, None) => write!(f, "waits on the {} made at {}, at {at}", subject.kind, subject.made)?,
        }
        if *line > 1 {
            write!(f, "; number {} of {line} in line", ahead + 1)?;
        }
        if let Some(unheard) = self.unheard {
            write!(f, "; the last signal, from {unheard}, came when nobody waited")?;
        }
        Ok(())
    }
}

impl fmt::Display for Stalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.why {
            Why::NobodyCanRun => writeln!(
                f,
                "stalled at {}: no task is ready, no timer is armed, and nothing outside can wake one",
                self.at
            )?,
            Why::OnlyOutsideCanWake(wakers) => writeln!(
                f,
                "possible stall at {}, {wakers} waker{} held outside: no task is ready and no timer is armed",
                self.at,
                if wakers == 1 { " is" } else { "s are" }
            )?,
            Why::TimeStandsStill(turns) => writeln!(
                f,
                "time stands still at {}: for {turns} turns some task was always ready, so the virtual clock \
                 cannot move",
                self.at
            )?,
        }
        let spinning = |task: &&StalledTask| task.ready || !matches!(self.why, Why::TimeStandsStill(_));
        for task in self.tasks.iter().filter(spinning) {
            write!(f, "{task}")?;
        }
        self.write_cycle(f)?;
        f.write_str(match self.why {
            Why::NobodyCanRun | Why::OnlyOutsideCanWake(_) => {
                "  help: let some task set, release or end what they wait for, or keep a Remote where a thread will"
            }
            Why::TimeStandsStill(_) => {
                "  help: await something other than yield_now() in these tasks, or raise Builder::turn_limit"
            }
        })
    }
}

impl Stalled {
    fn write_cycle(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.cycle.first() else {
            return Ok(());
        };
        write!(f, "  they wait in a circle: ")?;
        for task in &self.cycle {
            write!(f, "{task} -> ")?;
        }
        writeln!(f, "{first}")
    }
}

impl fmt::Display for StalledTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  {}, spawned at {}", self.label, self.spawned)?;
        match (self.ready, self.waits.is_empty()) {
            (true, _) => writeln!(f, "    is ready"),
            (false, true) => writeln!(f, "    waits for something that is not greenlight's"),
            (false, false) => self.waits.iter().try_for_each(|wait| writeln!(f, "    {wait}")),
        }
    }
}

impl std::error::Error for Stalled {}
