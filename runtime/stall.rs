//! The report of who waits for what, for when nobody can go on.

use super::clock::Instant;
use super::context::Core;
use super::ready::{TaskId, TaskKey};
use super::task::{Tenant, Wakee};
use super::trace::TaskLabel;
use super::waits::{self, Wait};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;

/// Why a run could not go on, and which task waits for what. [`try_run`](crate::try_run) returns it, and
/// [`run`](crate::run) panics with it.
#[derive(Debug, Clone)]
pub struct Stalled {
    why: Why,
    at: Instant,
    tasks: Vec<StalledTask>,
    /// Tasks that wait for each other's end, in a circle.
    circle: Vec<TaskLabel>,
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
    /// Whether a clone of its waker is held outside the runtime.
    held: bool,
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

    /// What it waits for: for each a line that says so, and lines with more about it. Empty if greenlight does not know.
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
        let mut told = self.tell(&waits);
        let table = self.table.borrow();
        let stalled_task = |key: TaskKey| {
            let slot = table.get(key).expect("a key of the table names a task");
            let held = |tenant: &Tenant| Arc::strong_count(&tenant.waker) > 1;
            StalledTask {
                label: TaskLabel { number: slot.number, name: slot.name.clone() },
                spawned: slot.spawned,
                ready: slot.queued,
                held: slot.tenant.as_ref().is_some_and(held),
                waits: told.remove(&key.id).unwrap_or_default(),
            }
        };
        let tasks = table.keys().into_iter().map(stalled_task).collect();
        let circle = find_circle(&waits).into_iter().filter_map(|key| self.label(key)).collect();
        Stalled { why, at: self.now(), tasks, circle }
    }

    /// What each task waits for.
    fn tell(&self, waits: &[Wait]) -> HashMap<TaskId, Vec<String>> {
        let mut told: HashMap<_, Vec<_>> = HashMap::new();
        for wait in waits {
            told.entry(wait.task.id).or_default().push(self.tell_wait(wait));
        }
        for (deadline, timer) in self.wheel.borrow().armed() {
            if let Some(task) = timer.wakee.as_ref().and_then(Wakee::task) {
                let sleeps = format!("sleeps until {}, at {}", Instant::at(deadline), timer.at);
                told.entry(task.id).or_default().push(sleeps);
            }
        }
        told
    }

    fn tell_wait(&self, wait: &Wait) -> String {
        let Wait { subject, at, ahead, line, unheard, .. } = wait;
        let mut told = match (subject.holder.and_then(|task| self.label(task)), &subject.name) {
            (Some(task), _) => format!("awaits the end of {task}, at {at}"),
            (None, Some(name)) => format!("waits on {} `{name}`, at {at}", subject.kind),
            (None, None) if subject.made == *at => format!("waits on its {}, at {at}", subject.kind),
            (None, None) => format!("waits on an unnamed {}, at {at}", subject.kind),
        };
        if subject.holder.is_none() && subject.made != *at {
            told += &format!("\nmade at {}", subject.made);
        }
        if *line > 1 {
            told += &format!("\nnumber {} of {line} in line", ahead + 1);
        }
        if let Some(unheard) = unheard {
            told += &format!("\nlast signalled at {unheard}, when nobody waited");
        }
        told
    }
}

/// The first circle of tasks that wait for each other's end, each followed by one that it awaits: a search in depth,
/// which looks at every task once.
fn find_circle(waits: &[Wait]) -> Vec<TaskKey> {
    let mut awaited: HashMap<TaskId, Vec<TaskKey>> = HashMap::new();
    for wait in waits {
        awaited.entry(wait.task.id).or_default().extend(wait.subject.holder);
    }
    let mut seen = HashSet::new();
    for wait in waits {
        let mut path = vec![wait.task];
        seen.insert(wait.task.id);
        while let Some(last) = path.last() {
            match awaited.get_mut(&last.id).and_then(Vec::pop) {
                Some(next) if seen.insert(next.id) => path.push(next),
                Some(next) => {
                    if let Some(begin) = path.iter().position(|&task| task == next) {
                        return path.split_off(begin);
                    }
                }
                None => _ = path.pop(),
            }
        }
    }
    Vec::new()
}

impl fmt::Display for Stalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at;
        match self.why {
            Why::NobodyCanRun => {
                writeln!(f, "stalled at {at}: no task is ready, no timer is armed, and nothing outside can wake one")?;
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
        if let Some(first) = self.circle.first() {
            let circle: String = self.circle.iter().map(|task| format!("{task} -> ")).collect();
            writeln!(f, "  they wait in a circle: {circle}{first}")?;
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
            Why::NobodyCanRun if !self.circle.is_empty() => "one task of a circle has to go on without the next",
            Why::NobodyCanRun => {
                "each of these waits needs somebody to end it: another task, or a thread that keeps a Remote until then"
            }
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
