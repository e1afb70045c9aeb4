//! The report of who waits for what, for when nobody can go on.

use super::clock::Instant;
use super::context::Core;
use super::executor::Turn;
use super::ready::{TaskId, TaskKey};
use super::task::{Tenant, Wakee};
use super::trace::TaskLabel;
use super::waits::{self, Holder, Place, Subject, Wait};
use std::collections::{HashMap, HashSet};
use std::panic::Location;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

/// Why a run could not go on, and which task waits for what. [`try_run`](crate::try_run) returns it, and
/// [`run`](crate::run) panics with it.
#[derive(Debug, Clone)]
pub struct Stalled {
    pub(super) why: Why,
    pub(super) at: Instant,
    pub(super) tasks: Vec<StalledTask>,
    /// Tasks each of which waits for what the next one holds, or for its end; the last one waits for the first. A task is
    /// in one circle at most.
    pub(super) circles: Vec<Vec<Link>>,
    pub(super) hint: Option<Hint>,
}

/// What is behind the stall, as far as the waits tell.
#[derive(Debug, Clone, Copy)]
pub(super) enum Hint {
    /// A task was handed something, and does not poll the wait that it was handed to.
    Unpolled,
    /// A task waits for a lock that it holds itself.
    WaitsForItself,
    /// Tasks wait in a circle, which leads through locks or only through the ends of tasks.
    Circle { locks: bool },
    /// The task that took a lock has ended, and the guard was not dropped.
    Leaked,
    /// The last signal came when nobody waited.
    Unheard,
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
    /// It is no stall: a task is ready, a timer is armed, or something outside can act.
    SomebodyCanRun,
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

    /// The report of a runtime that may be stalled or not.
    pub(super) fn stalled_or_not(self: &Rc<Self>) -> Stalled {
        let nobody_is_ready = self.table.borrow().ready.len() == 0;
        let stalled = nobody_is_ready && self.idle() == Turn::Stalled;
        self.report(if stalled { Why::NobodyCanRun } else { Why::SomebodyCanRun })
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
        let mut waits = waits::of_runtime(self);
        // One that was leaked outlives its task.
        waits.retain(|wait| self.label(wait.task).is_some());
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
        let circles = self.circles(&waits);
        let hint = Hint::of(&waits, &circles, |task| table.get(task).is_some());
        Stalled { why, at: self.now(), tasks, circles, hint }
    }

    /// The circles of waits, by their first tasks, which are those that were spawned first.
    fn circles(&self, waits: &[Wait]) -> Vec<Vec<Link>> {
        let link = |wait: &Wait| {
            let object = (wait.subject.kind != "task").then(|| object(&wait.subject));
            Some(Link { task: self.label(wait.task)?, object })
        };
        let from_the_first = |circle: Vec<&Wait>| {
            let mut links: Vec<Link> = circle.into_iter().filter_map(link).collect();
            let first = (0..links.len()).min_by_key(|&link| links[link].task.number);
            links.rotate_left(first.unwrap_or(0));
            links
        };
        let mut circles: Vec<_> = find_circles(waits).into_iter().map(from_the_first).collect();
        circles.sort_by_key(|links| links.first().map(|link| link.task.number));
        circles
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
        let object = object(subject);
        let mut told = match (subject.kind, place) {
            ("event" | "gather" | "deadline", Place::Granted) => {
                format!("was woken by {object}, but does not poll the wait at {at}")
            }
            ("condition", Place::Granted) => {
                format!("was notified by {object}, but does not poll the wait at {at}")
            }
            (_, Place::Granted) => format!("was granted {object}, but does not poll the wait at {at}"),
            // Only a join handle takes its line from the poll, which may be a combinator's.
            ("task", _) if Path::new(at.file()).has_root() => {
                format!("awaits {}, in the code of another crate", self.end_of(facts.holder))
            }
            ("task", _) => format!("awaits {}, at {at}", self.end_of(facts.holder)),
            _ => format!("waits on {object}, at {at}"),
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
        if let (Place::InLine { .. }, Some(unheard)) = (place, facts.unheard) {
            told += &format!("\nlast signalled at {unheard}, when nobody waited");
        }
        told
    }

    fn end_of(&self, task: Option<Holder>) -> String {
        match task.and_then(|task| self.label(task.task?)) {
            Some(task) => format!("the end of {task}"),
            None => "the end of a task".into(),
        }
    }

    fn tell_holder(&self, holder: Holder) -> String {
        let Holder { task, since, granted } = holder;
        let label = task.and_then(|task| self.label(task));
        let ready = task.is_some_and(|task| self.table.borrow().get(task).is_some_and(|slot| slot.queued));
        match (granted, label, task) {
            (true, Some(task), _) if ready => format!("\ngranted to {task}, which is ready, at {since}"),
            (true, Some(task), _) => format!("\ngranted to {task}, which does not poll the wait at {since}"),
            (true, None, Some(_)) => {
                format!("\ngranted to the wait at {since}, which a task that has ended has leaked")
            }
            (true, None, None) => format!("\ngranted to the wait at {since}, which is not polled by any task"),
            (false, Some(task), _) => format!("\ntaken by {task}, at {since}"),
            (false, None, Some(_)) => {
                format!("\ntaken at {since} by a task that has ended: its guard was leaked or given away")
            }
            (false, None, None) => format!("\ntaken at {since}, outside of any task"),
        }
    }
}

impl Hint {
    fn of(waits: &[Wait], circles: &[Vec<Link>], is_alive: impl Fn(TaskKey) -> bool) -> Option<Hint> {
        let is_unheard = |wait: &Wait| matches!(wait.place, Place::InLine { .. }) && wait.facts.unheard.is_some();
        let is_broadcast = |wait: &Wait| matches!(wait.subject.kind, "event" | "gather" | "deadline");
        let mut unpolled = waits.iter().filter(|wait| matches!(wait.place, Place::Granted) && !is_broadcast(wait));
        if unpolled.next().is_some() {
            Some(Hint::Unpolled)
        } else if circles.iter().any(|links| links.len() == 1) {
            Some(Hint::WaitsForItself)
        } else if !circles.is_empty() {
            Some(Hint::Circle { locks: circles.iter().flatten().any(|link| link.object.is_some()) })
        } else {
            let is_leaked = |holder: Holder| !holder.granted && holder.task.is_some_and(|task| !is_alive(task));
            let leaked = waits.iter().any(|wait| wait.facts.holder.is_some_and(is_leaked));
            leaked.then_some(Hint::Leaked).or(waits.iter().any(is_unheard).then_some(Hint::Unheard))
        }
    }
}

/// An object in a sentence.
fn object(subject: &Subject) -> String {
    match (subject.kind, &subject.name) {
        (kind @ ("gather" | "deadline"), _) => format!("its {kind}"),
        (kind, Some(name)) => format!("{kind} `{name}`"),
        (kind, None) => format!("an unnamed {kind}"),
    }
}

/// Circles of waits, each for what the task of the next one holds, or for its end: a search in depth, which looks at
/// every task once.
fn find_circles(waits: &[Wait]) -> Vec<Vec<&Wait>> {
    let mut ways: HashMap<TaskId, Vec<(&Wait, TaskId)>> = HashMap::new();
    for wait in waits.iter().filter(|wait| matches!(wait.place, Place::InLine { .. })) {
        let holder = wait.facts.holder.and_then(|holder| holder.task);
        ways.entry(wait.task.id).or_default().extend(holder.map(|holder| (wait, holder.id)));
    }
    let (mut circles, mut seen) = (Vec::new(), HashSet::new());
    for start in waits {
        // The tasks on the way here, and by which of its waits each was left.
        let mut path: Vec<(TaskId, Option<&Wait>)> = Vec::new();
        path.extend(seen.insert(start.task.id).then_some((start.task.id, None)));
        while let Some((last, taken)) = path.last_mut() {
            let Some((wait, holder)) = ways.get_mut(last).and_then(Vec::pop) else {
                path.pop();
                continue;
            };
            *taken = Some(wait);
            if seen.insert(holder) {
                path.push((holder, None));
            } else if let Some(begin) = path.iter().position(|&(task, _)| task == holder) {
                circles.push(path.drain(begin..).filter_map(|(_, taken)| taken).collect());
            }
        }
    }
    circles
}
