//! The report of a run that cannot go on: who waits for what, in which circles, and what is behind it.

use super::super::clock::Instant;
use super::super::context::Core;
use super::super::executor::Turn;
use super::dump::{Dump, Hold, HolderInfo, Needs, ObjectState, Place, TaskInfo, TaskState, Wait, WaitInfo, Who};
use super::trace::{ObjectLabel, TaskLabel};
use std::collections::{HashMap, HashSet};

/// Why a run could not go on, and which task waits for what. [`try_run`](crate::try_run) returns it, and
/// [`run`](crate::run) panics with it.
///
/// It prints as a report for people; the tasks are there for programs. asyncio hangs where this is yielded.
///
/// ```
/// use greenlight::{Runtime, sleep, spawn, sync::Lock};
/// use std::{rc::Rc, time::Duration};
///
/// let runtime = Runtime::builder().virtual_clock().build();
/// let stalled = runtime.try_run(async {
///     let [left, right] = ["left", "right"].map(|name| Rc::new(Lock::new(()).named(name)));
///     let take = |first: &Rc<Lock>, second: &Rc<Lock>| {
///         let (first, second) = (first.clone(), second.clone());
///         spawn(async move {
///             let _first = first.lock().await;
///             sleep(Duration::from_secs(1)).await;
///             second.lock().await;
///         })
///     };
///     let philosophers = [take(&left, &right), take(&right, &left)];
///     greenlight::gather_tasks(philosophers).await;
/// });
/// let stalled = stalled.unwrap_err();
/// assert_eq!((stalled.at().since_start().as_secs(), stalled.tasks().len()), (1, 3));
/// assert!(!stalled.was_stopped());
/// assert!(stalled.to_string().contains("lock `left`"));
/// ```
#[derive(Debug, Clone)]
pub struct Stalled {
    pub(super) why: Why,
    pub(super) dump: Dump,
    /// Tasks each of which waits for what the next one holds, or for its end; the last one waits for the first. A task
    /// is in one circle at most.
    pub(super) circles: Vec<Vec<Link>>,
    pub(super) hint: Option<Hint>,
}

/// What is behind the stall, as far as the waits tell.
#[derive(Debug, Clone, Copy)]
pub(super) enum Hint {
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
pub(super) struct Link {
    pub(super) task: TaskLabel,
    /// The object that it waits for; none if that is the end of the next task.
    pub(super) object: Option<ObjectLabel>,
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
    /// The report of a runtime that may be stalled or not.
    pub(super) fn stalled_or_not(&self) -> Stalled {
        let nobody_is_ready = self.queue.tasks.borrow().is_empty();
        let stalled = nobody_is_ready && self.idle() == Turn::Stalled;
        self.report(if stalled { Why::NobodyCanRun } else { Why::SomebodyCanRun })
    }

    /// The report of a runtime in which nobody runs unless something outside uses a waker.
    pub(super) fn possibly_stalled(&self) -> Stalled {
        self.report(Why::OnlyOutsideCanWake(self.table.borrow().count_held()))
    }

    /// The report of the circles of waits that are not among those known before, of tasks that are [stuck](stuck):
    /// others may go on. It comes to know those that are there now.
    pub(super) fn deadlocked(&self, known: &mut HashSet<Vec<Link>>) -> Option<Stalled> {
        // In the names of objects that a trace tells, nothing is to depend on whether somebody looked.
        if circles(self.look(false).waits()).is_empty() {
            known.clear();
            return None;
        }
        let dump = self.dump();
        let stuck = stuck(&dump);
        let mut circles = circles(dump.waits().filter(|wait| stuck.contains(&wait.task.number)));
        let before = std::mem::replace(known, circles.iter().cloned().collect());
        circles.retain(|links| !before.contains(links));
        let hint = Some(Hint::of_circles(&circles)?);
        Some(Stalled { why: Why::Deadlock, dump, circles, hint })
    }

    /// The report of a run that does not go on, or may not.
    pub(in crate::runtime) fn report(&self, why: Why) -> Stalled {
        let dump = self.dump();
        let circles = circles(dump.waits());
        let hint = Hint::of(&dump, &circles);
        Stalled { why, dump, circles, hint }
    }
}

impl Hint {
    fn of(dump: &Dump, circles: &[Vec<Link>]) -> Option<Hint> {
        let mut granted = dump.waits().filter(|wait| wait.place == Place::Granted);
        if granted.any(|wait| !wait.state.is_for_all()) {
            return Some(Hint::Unpolled);
        }
        let of_holders = || {
            dump.holders().find_map(|holder| match (&holder.who, holder.hold) {
                (Who::OtherRuntime(_), _) => Some(Hint::OtherRuntime),
                (Who::EndedTask, Hold::Taken) => Some(Hint::Leaked),
                _ => None,
            })
        };
        let states = || dump.waits().filter(|wait| wait.place != Place::Granted).map(|wait| wait.state);
        let unheard = || states().any(|state| state.unheard().is_some()).then_some(Hint::Unheard);
        let object = || states().find_map(ObjectState::help).map(Hint::Object);
        // What the wakers of the tasks tell where their waits tell nothing.
        let unannounced = || dump.tasks.iter().any(|task| task.is_held_outside).then_some(Hint::Unannounced);
        let no_waker = || dump.tasks.iter().any(|task| task.nobody_can_wake).then_some(Hint::NoWaker);
        let of_circles = Hint::of_circles(circles).or_else(of_holders);
        of_circles.or_else(unheard).or_else(object).or_else(unannounced).or_else(no_waker)
    }

    fn of_circles(circles: &[Vec<Link>]) -> Option<Hint> {
        match circles.iter().any(|links| links.len() == 1) {
            true => Some(Hint::WaitsForItself),
            false if circles.is_empty() => None,
            false => Some(Hint::Circle { guards: circles.iter().flatten().any(|link| link.object.is_some()) }),
        }
    }
}

/// The tasks that wait for each other and for nothing else, by their numbers: none goes on unless another does, or is
/// cancelled. One that polls several futures is not among them if it may go on with any of those; nor is one that waits
/// for permits, which are given away more often than guards, and may be added by anybody.
fn stuck(dump: &Dump) -> HashSet<u64> {
    let may_be = |task: &&TaskInfo| {
        let sleeps = task.waits.iter().any(|wait| matches!(wait, WaitInfo::Sleep { .. }));
        task.state == TaskState::Parked && !task.is_held_outside && !sleeps
    };
    let mut stuck: HashSet<u64> = dump.tasks.iter().filter(may_be).map(|task| task.label.number).collect();
    let waits: Vec<Wait<'_>> = dump.waits().collect();
    // Who waits for a task, and how many of those that each wait is for are stuck.
    let mut waiting: HashMap<u64, Vec<usize>> = HashMap::new();
    let mut support = vec![0; waits.len()];
    for (index, wait) in waits.iter().enumerate().filter(|(_, wait)| !wait.state.is_permits()) {
        for task in wait.holders.iter().filter_map(HolderInfo::task).filter(|task| stuck.contains(task)) {
            waiting.entry(task).or_default().push(index);
            support[index] += 1;
        }
    }
    let is_in_vain = |wait: &Wait<'_>, support: usize| match wait.needs {
        _ if wait.place == Place::Granted => false,
        Needs::EveryEnd => support > 0,
        Needs::Release | Needs::AnyEnd => support > 0 && support == wait.holders.len(),
    };
    let may_go_on = waits.iter().zip(&support).filter(|&(wait, &support)| !is_in_vain(wait, support));
    let mut others: Vec<u64> = may_go_on.map(|(wait, _)| wait.task.number).filter(|task| stuck.remove(task)).collect();
    while let Some(task) = others.pop() {
        for index in waiting.remove(&task).unwrap_or_default() {
            support[index] -= 1;
            let waiter = waits[index].task.number;
            if !is_in_vain(&waits[index], support[index]) && stuck.remove(&waiter) {
                others.push(waiter);
            }
        }
    }
    stuck
}

/// The circles of waits, by their first tasks, which are those that were spawned first: a search in depth, which looks
/// at every task once.
fn circles<'a>(waits: impl Iterator<Item = Wait<'a>>) -> Vec<Vec<Link>> {
    let mut starts = Vec::new();
    let mut ways: HashMap<u64, Vec<(Wait<'a>, u64)>> = HashMap::new();
    for wait in waits.filter(|wait| wait.place != Place::Granted) {
        starts.push(wait.task.number);
        // Of several tasks that hold permits, any may let go: those are in no circle together with the waiter.
        let are_several = wait.holders.windows(2).any(|two| two[0].task() != two[1].task());
        if wait.needs == Needs::Release && are_several {
            continue;
        }
        // The first is looked at first.
        let tasks = wait.holders.iter().rev().filter_map(HolderInfo::task);
        ways.entry(wait.task.number).or_default().extend(tasks.map(|task| (wait, task)));
    }
    // The tasks that were reached, each with its place on the way there, as long as it is on it.
    let mut reached: HashMap<u64, Option<usize>> = HashMap::new();
    let mut circles = Vec::new();
    for start in starts {
        if reached.contains_key(&start) {
            continue;
        }
        // The tasks on the way here, and by which of its waits each was left.
        let mut path: Vec<(u64, Option<Wait<'a>>)> = vec![(start, None)];
        reached.insert(start, Some(0));
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
                    let mut links: Vec<Link> = circle.iter().filter_map(|(_, taken)| taken.map(Link::of)).collect();
                    let first = (0..links.len()).min_by_key(|&link| links[link].task.number);
                    links.rotate_left(first.unwrap_or(0));
                    circles.push(links);
                }
                Some(None) => {}
                None => {
                    reached.insert(holder, Some(path.len()));
                    path.push((holder, None));
                }
            }
        }
    }
    circles.sort_by_key(|links| links.first().map(|link| link.task.number));
    circles
}

impl Link {
    fn of(wait: Wait<'_>) -> Self {
        Link { task: wait.task.clone(), object: (wait.needs == Needs::Release).then(|| wait.object.clone()) }
    }
}
