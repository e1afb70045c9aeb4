//! The report of who waits for what, for when nobody can go on.

use super::clock::Instant;
use super::context::Core;
use super::ready::{TaskId, TaskKey};
use super::task::{Tenant, Wakee};
use super::trace::TaskLabel;
use super::waits::{self, Holder, Place, Subject, Wait};
use std::collections::{HashMap, HashSet};
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;

/// Why a run could not go on, and which task waits for what. [`try_run`](crate::try_run) returns it, and
/// [`run`](crate::run) panics with it.
#[derive(Debug, Clone)]
pub struct Stalled {
    pub(super) why: Why,
    pub(super) at: Instant,
    pub(super) tasks: Vec<StalledTask>,
    /// Tasks each of which waits for what the next one holds, or for its end; the last one waits for the first.
    pub(super) circle: Vec<Link>,
}

/// A task of a circle.
#[derive(Debug, Clone)]
pub(super) struct Link {
    pub(super) task: TaskLabel,
    /// The object that it waits for; none if that is the end of the next task.
    pub(super) object: Option<String>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Why {
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
    pub(super) label: TaskLabel,
    pub(super) spawned: &'static Location<'static>,
    pub(super) ready: bool,
    /// Whether a clone of its waker is held outside the runtime.
    pub(super) held: bool,
    pub(super) waits: Vec<String>,
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
        let link = |wait: &Wait| {
            let object = (wait.subject.kind != "task").then(|| object(&wait.subject));
            Some(Link { task: self.label(wait.task)?, object })
        };
        let circle = find_circle(&waits).into_iter().filter_map(link).collect();
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
        let Wait { subject, facts, at, place, .. } = wait;
        let mut told = match (subject.kind, place, &subject.name) {
            (_, Place::Granted, _) => format!("was granted {}, and does not poll for it, at {at}", object(subject)),
            ("task", ..) => format!("awaits {}, at {at}", self.end_of(facts.holder, subject)),
            (kind, _, None) if subject.made == *at => format!("waits on its {kind}, at {at}"),
            _ => format!("waits on {}, at {at}", object(subject)),
        };
        if subject.kind != "task" && subject.made != *at {
            told += &format!("\nmade at {}", subject.made);
        }
        if let Place::InLine { ahead, line: line @ 2.. } = place {
            told += &format!("\nnumber {} of {line} in line", ahead + 1);
        }
        if let (Place::InLine { .. }, "lock", Some(holder)) = (place, subject.kind, facts.holder) {
            told += &self.tell_holder(holder);
        }
        if let Some(unheard) = facts.unheard {
            told += &format!("\nlast signalled at {unheard}, when nobody waited");
        }
        told
    }

    fn end_of(&self, task: Option<Holder>, subject: &Subject) -> String {
        match task.and_then(|task| self.label(task.task?)) {
            Some(task) => format!("the end of {task}"),
            None => object(subject),
        }
    }

    fn tell_holder(&self, holder: Holder) -> String {
        let Holder { task, since, granted } = holder;
        let verb = if granted { "granted to" } else { "held by" };
        match (task, task.and_then(|task| self.label(task))) {
            (_, Some(task)) => format!("\n{verb} {task}, at {since}"),
            (Some(_), None) => {
                format!("\ntaken at {since} by a task that has ended: its guard was leaked or given away")
            }
            (None, None) => format!("\ntaken at {since}, outside of any task"),
        }
    }
}

/// An object in a sentence.
fn object(subject: &Subject) -> String {
    match (subject.kind, &subject.name) {
        ("task", Some(name)) => format!("the end of {name}"),
        ("task", None) => "the end of a task".into(),
        (kind, Some(name)) => format!("{kind} `{name}`"),
        (kind, None) => format!("an unnamed {kind}"),
    }
}

/// The first circle of waits, each for what the task of the next one holds, or for its end: a search in depth, which
/// looks at every task once.
fn find_circle(waits: &[Wait]) -> Vec<&Wait> {
    let mut ways: HashMap<TaskId, Vec<(&Wait, TaskId)>> = HashMap::new();
    for wait in waits.iter().filter(|wait| matches!(wait.place, Place::InLine { .. })) {
        let holder = wait.facts.holder.and_then(|holder| holder.task);
        ways.entry(wait.task.id).or_default().extend(holder.map(|holder| (wait, holder.id)));
    }
    let mut seen = HashSet::new();
    for start in waits {
        let mut path: Vec<(TaskId, Option<&Wait>)> = vec![(start.task.id, None)];
        seen.insert(start.task.id);
        while let Some((last, taken)) = path.last_mut() {
            let Some((wait, next)) = ways.get_mut(last).and_then(Vec::pop) else {
                path.pop();
                continue;
            };
            *taken = Some(wait);
            if let Some(begin) = path.iter().position(|&(task, _)| task == next) {
                return path[begin..].iter().filter_map(|&(_, taken)| taken).collect();
            }
            if seen.insert(next) {
                path.push((next, None));
            }
        }
    }
    Vec::new()
}
