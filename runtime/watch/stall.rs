//! The report of a run that cannot go on: who waits for what, in which circles, and what is behind it.

use super::super::clock::Instant;
use super::super::context::Core;
use super::super::executor::Turn;
use super::super::task::TaskId;
use super::dump::{Dump, Hold, Place, TaskInfo, TaskState, WaitInfo, Who};
use super::facts::ObjectState;
use super::standing::{Needs, Wait};
use super::trace::{ObjectLabel, TaskLabel};
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Why a run could not go on, and which task waits for what. [`try_run`](crate::try_run) returns it, and
/// [`run`](crate::run) panics with it.
#[derive(Debug, Clone)]
pub struct Stalled {
    pub(in crate::runtime) why: Why,
    pub(in crate::runtime) dump: Dump,
    /// Tasks each of which waits for what the next one holds, or for its end; the last one waits for the first. A task is
    /// in one circle at most.
    pub(in crate::runtime) circles: Vec<Vec<Link>>,
    pub(in crate::runtime) hint: Option<Hint>,
}

/// What is behind the stall, as far as the waits tell.
#[derive(Debug, Clone, Copy)]
pub(in crate::runtime) enum Hint {
    /// A task was handed something, and does not poll the wait that it was handed to.
    Unpolled,
    /// A task waits for what it holds itself.
    WaitsForItself,
    /// Tasks wait in a circle, which leads through guards and permits or only through the ends of tasks.
    Circle { guards: bool },
    /// A task of another runtime of this thread has what is waited for.
    OtherRuntime,
    /// A task has ended, and its guard or permit was not dropped.
    Leaked,
    /// The last signal came when nobody waited.
    Unheard,
    /// An object that nobody ends the waits for knows what is behind it.
    Object(&'static str),
    /// Somebody outside has a waker, and has not said by a `Remote` that he will use it.
    Unannounced,
    /// A task returned `Pending`, and nobody has its waker.
    NoWaker,
}

/// A task of a circle.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::runtime) struct Link {
    pub(in crate::runtime) task: TaskLabel,
    /// The object that it waits for; none if that is the end of the next task.
    pub(in crate::runtime) object: Option<ObjectLabel>,
}

#[derive(Debug, Clone, Copy)]
pub(in crate::runtime) enum Why {
    /// Nothing is ready, no timer is armed, and nothing outside can wake anybody.
    NobodyCanRun,
    /// It is no stall: a task is ready, a timer is armed, or something outside can act.
    SomebodyCanRun,
    /// As far as the inside goes; so many tasks have a clone of their waker outside.
    OnlyOutsideCanWake(usize),
    /// Others may go on, but not the tasks of these circles.
    Deadlock,
    /// It is no stall: somebody outside has stopped the run.
    Stopped,
    /// Tasks have kept themselves ready for so many turns of virtual time.
    TimeStandsStill(u64),
}

impl Stalled {
    /// The tasks that had not ended, in the order of spawning; `main` is one of them.
    pub fn tasks(&self) -> &[TaskInfo] {
        &self.dump.tasks
    }

    /// The moment at which nobody could go on.
    pub fn at(&self) -> Instant {
        self.dump.at
    }

    /// Whether this is no stall: somebody has stopped the run with [`WeakRemote::stop`](crate::WeakRemote::stop).
    pub fn was_stopped(&self) -> bool {
        matches!(self.why, Why::Stopped)
    }
}

impl Core {
    /// The report of a runtime in which nobody can ever run again.
    pub(in crate::runtime) fn stalled(self: &Rc<Self>) -> Stalled {
        self.report(Why::NobodyCanRun)
    }

    /// The report of a runtime whose run was ended from outside.
    pub(in crate::runtime) fn stopped(self: &Rc<Self>) -> Stalled {
        self.report(Why::Stopped)
    }

    /// The report of a runtime that may be stalled or not.
    pub(in crate::runtime) fn stalled_or_not(self: &Rc<Self>) -> Stalled {
        let nobody_is_ready = self.queue.is_empty();
        let stalled = nobody_is_ready && self.idle() == Turn::Stalled;
        self.report(if stalled { Why::NobodyCanRun } else { Why::SomebodyCanRun })
    }

    /// The report of a runtime in which nobody runs unless something outside uses a waker.
    pub(in crate::runtime) fn possibly_stalled(self: &Rc<Self>) -> Stalled {
        self.report(Why::OnlyOutsideCanWake(self.table.borrow().count_held()))
    }

    /// The report of the circles of waits that are not among those known before, of tasks that are [stuck](stuck): others
    /// may go on. It comes to know those that are there now.
    pub(in crate::runtime) fn deadlocked(self: &Rc<Self>, known: &mut HashSet<Vec<Link>>) -> Option<Stalled> {
        let mut waits = self.waits();
        if find_circles(&waits).is_empty() {
            known.clear();
            return None;
        }
        let dump = self.dump();
        let stuck = stuck(&waits, &dump);
        waits.retain(|wait| stuck.contains(&wait.task));
        let mut circles = self.circles(&waits);
        let before = std::mem::replace(known, circles.iter().cloned().collect());
        circles.retain(|links| !before.contains(links));
        let hint = Hint::of(&[], &circles)?;
        Some(Stalled { why: Why::Deadlock, dump, circles, hint: Some(hint) })
    }

    /// The report of a runtime whose virtual time does not move.
    pub(in crate::runtime) fn standing_still(self: &Rc<Self>, turns: u64) -> Stalled {
        self.report(Why::TimeStandsStill(turns))
    }

    fn report(self: &Rc<Self>, why: Why) -> Stalled {
        // The first to name an object numbers it: the tasks, in their order.
        let dump = self.dump();
        let waits = self.waits();
        let circles = self.circles(&waits);
        let hint = Hint::of(&dump.tasks, &circles);
        Stalled { why, dump, circles, hint }
    }

    /// The circles of waits, by their first tasks, which are those that were spawned first.
    fn circles(&self, waits: &[Wait]) -> Vec<Vec<Link>> {
        let living = self.living();
        let link = |wait: &Wait| {
            let object = (wait.needs == Needs::Release).then(|| wait.subject.label(self));
            Some(Link { task: self.label(living.get(&wait.task)?)?, object })
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
}

impl Hint {
    fn of(tasks: &[TaskInfo], circles: &[Vec<Link>]) -> Option<Hint> {
        let waits = || tasks.iter().flat_map(|task| &task.waits);
        let of_object =
            |wait| if let &WaitInfo::Object { place, state, .. } = wait { Some((place, state)) } else { None };
        let mut granted = waits().filter_map(of_object).filter(|(place, _)| *place == Place::Granted);
        if granted.any(|(_, state)| !state.is_for_all()) {
            return Some(Hint::Unpolled);
        }
        if circles.iter().any(|links| links.len() == 1) {
            return Some(Hint::WaitsForItself);
        }
        if !circles.is_empty() {
            return Some(Hint::Circle { guards: circles.iter().flatten().any(|link| link.object.is_some()) });
        }
        // All who wait for one object share its holders.
        let mut objects = HashSet::new();
        let holders = waits().filter_map(|wait| match wait {
            WaitInfo::Object { object, holders, .. } => objects.insert(object.number).then_some(holders),
            WaitInfo::Sleep { .. } => None,
        });
        let mut of_holders =
            holders.flat_map(|holders| holders.iter()).filter_map(|holder| match (&holder.who, holder.hold) {
                (Who::OtherRuntime(_), _) => Some(Hint::OtherRuntime),
                (Who::EndedTask, Hold::Taken) => Some(Hint::Leaked),
                _ => None,
            });
        let in_line = |&(place, _): &(Place, ObjectState)| place != Place::Granted;
        let states = || waits().filter_map(of_object).filter(in_line).map(|(_, state)| state);
        let unheard = || states().any(|state| state.unheard().is_some()).then_some(Hint::Unheard);
        let object = || states().find_map(ObjectState::help).map(Hint::Object);
        of_holders.next().or_else(unheard).or_else(object).or_else(|| Hint::of_wakers(tasks))
    }

    /// What the wakers of the tasks tell where their waits tell nothing.
    fn of_wakers(tasks: &[TaskInfo]) -> Option<Hint> {
        let unannounced = tasks.iter().any(|task| task.is_held_outside).then_some(Hint::Unannounced);
        unannounced.or(tasks.iter().any(|task| task.nobody_can_wake).then_some(Hint::NoWaker))
    }
}

/// The tasks that wait for each other and for nothing else: none goes on unless another does, or is cancelled. One that
/// polls several futures is not among them if it may go on with any of those; nor is one that waits for permits, which
/// are given away more often than guards, and may be added by anybody.
fn stuck(waits: &[Wait], dump: &Dump) -> HashSet<TaskId> {
    let may_be = |task: &&TaskInfo| {
        let sleeps = task.waits.iter().any(|wait| matches!(wait, WaitInfo::Sleep { .. }));
        task.state == TaskState::Parked && !task.is_held_outside && !sleeps
    };
    let mut stuck: HashSet<TaskId> = dump.tasks.iter().filter(may_be).map(|task| task.id).collect();
    // Who waits for a task, and how many of those that each wait is for are stuck.
    let mut waiting: HashMap<TaskId, Vec<usize>> = HashMap::new();
    let mut support = vec![0; waits.len()];
    for (index, wait) in waits.iter().enumerate().filter(|(_, wait)| !wait.state.is_permits()) {
        for task in wait.holders.iter().map(|holder| holder.task).filter(|task| stuck.contains(task)) {
            waiting.entry(task).or_default().push(index);
            support[index] += 1;
        }
    }
    let is_in_vain = |wait: &Wait, support: usize| match wait.needs {
        _ if wait.place == Place::Granted => false,
        Needs::EveryEnd => support > 0,
        Needs::Release | Needs::AnyEnd => support > 0 && support == wait.holders.len(),
    };
    let may_go_on = waits.iter().zip(&support).filter(|&(wait, &support)| !is_in_vain(wait, support));
    let mut others: Vec<TaskId> = may_go_on.map(|(wait, _)| wait.task).filter(|task| stuck.remove(task)).collect();
    while let Some(task) = others.pop() {
        for index in waiting.remove(&task).unwrap_or_default() {
            support[index] -= 1;
            let waiter = waits[index].task;
            if !is_in_vain(&waits[index], support[index]) && stuck.remove(&waiter) {
                others.push(waiter);
            }
        }
    }
    stuck
}

/// Circles of waits, each for what the task of the next one holds, or for its end: a search in depth, which looks at
/// every task once.
fn find_circles(waits: &[Wait]) -> Vec<Vec<&Wait>> {
    let mut ways: HashMap<TaskId, Vec<(&Wait, TaskId)>> = HashMap::new();
    for wait in waits.iter().filter(|wait| matches!(wait.place, Place::InLine { .. })) {
        // Of several tasks that hold permits, any may let go: those are in no circle together with the waiter.
        let are_several = wait.holders.windows(2).any(|two| two[0].task != two[1].task);
        if wait.needs == Needs::Release && are_several {
            continue;
        }
        // The first is looked at first.
        let tasks = wait.holders.iter().rev().map(|holder| holder.task).filter(|task| *task != TaskId::NOBODY);
        ways.entry(wait.task).or_default().extend(tasks.map(|task| (wait, task)));
    }
    // The tasks that were reached, each with its place on the way there, as long as it is on it.
    let mut reached: HashMap<TaskId, Option<usize>> = HashMap::new();
    let mut circles = Vec::new();
    for start in waits {
        if reached.contains_key(&start.task) {
            continue;
        }
        // The tasks on the way here, and by which of its waits each was left.
        let mut path: Vec<(TaskId, Option<&Wait>)> = vec![(start.task, None)];
        reached.insert(start.task, Some(0));
        while let Some((last, taken)) = path.last_mut() {
            let Some((wait, holder)) = ways.get_mut(last).and_then(Vec::pop) else {
                reached.extend(path.pop().map(|(task, _)| (task, None)));
                continue;
            };
            *taken = Some(wait);
            match reached.get(&holder) {
                Some(&Some(begin)) => {
                    let circle: Vec<_> = path.drain(begin..).collect();
                    reached.extend(circle.iter().map(|&(task, _)| (task, None)));
                    circles.push(circle.into_iter().filter_map(|(_, taken)| taken).collect());
                }
                Some(None) => {}
                None => {
                    reached.insert(holder, Some(path.len()));
                    path.push((holder, None));
                }
            }
        }
    }
    circles
}
