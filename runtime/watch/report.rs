//! How a task, what it waits for, and the report of a stall read as text.

use super::super::context::Core;
use super::super::join;
use super::super::task::TaskCell;
use super::dump::{Hold, HolderInfo, Place, TaskInfo, TaskState, WaitInfo, Who};
use super::future_type::told;
use super::reporter::PREFIX;
use super::stall::{Link, Stalled, Why};
use super::state::{Notice, ObjectState};
use super::text::wrapped;
use super::trace::{ObjectLabel, TaskLabel};
use std::collections::HashSet;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// How many tasks are named of which a stall is only suspected: a server may have thousands.
const SUSPECTS: usize = 20;

/// How many of those who wait for an object, or hold it, are named.
pub(super) const NAMES: usize = 8;

/// Prints what is the matter, the circles of waits, the tasks with what each waits for, and what to do, in lines of 80
/// columns.
impl fmt::Display for Stalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = String::new();
        self.tell(&mut text)?;
        // What goes to a reporter stands behind what that begins with.
        let begin = if matches!(self.why, Why::Deadlock | Why::OnlyOutsideCanWake(_)) { PREFIX } else { "" };
        f.write_str(&wrapped(&format!("{begin}{text}"))[begin.len()..])
    }
}

impl Stalled {
    fn tell(&self, f: &mut impl fmt::Write) -> fmt::Result {
        let at = self.at();
        // On the virtual clock a waker that is held outside does not count.
        let is_held = self.tasks().iter().any(|task| task.is_held_outside);
        let outside = if is_held { "no Remote is alive" } else { "nothing outside can wake one" };
        let told = match self.why {
            Why::NobodyCanRun => format!("stalled at {at}: no task is ready, no timer is armed, and {outside}"),
            Why::SomebodyCanRun => {
                format!("not stalled at {at}: a task is ready, a timer is armed, or something outside can wake one")
            }
            Why::Stopped => format!("stopped from outside at {at}"),
            Why::Deadlock => {
                let unless = "unless one has given its guard away or is cancelled";
                format!("deadlock at {at}: these tasks wait in a circle, {unless}")
            }
            Why::OnlyOutsideCanWake(wakers) => {
                let are = if wakers == 1 { " is" } else { "s are" };
                format!(
                    "possible stall, {wakers} waker{are} held outside: no task is ready at {at}, and no timer is armed"
                )
            }
            Why::TimeStandsStill(turns) => {
                format!("time stands still at {at}: some task was ready in each of {turns} turns")
            }
        };
        writeln!(f, "{told}")?;
        let names = Names::of(self.tasks());
        for links in &self.circles {
            let Some(first) = links.first().map(|first| names.tell(&first.task)) else { continue };
            let circle: String = links.iter().map(|link| link.told(&names)).collect();
            match links.len() {
                1 => writeln!(f, "  {first} waits for itself: {circle}{first}")?,
                _ => writeln!(f, "  a circle of waits: {circle}{first}")?,
            }
        }
        let at_most = if matches!(self.why, Why::OnlyOutsideCanWake(_)) { SUSPECTS } else { usize::MAX };
        for task in self.told_of().into_iter().take(at_most) {
            for line in task.told(&names).lines() {
                writeln!(f, "  {line}")?;
            }
        }
        match self.tasks().len().saturating_sub(at_most) {
            0 => {}
            1 => writeln!(f, "  and 1 more task, which a dump tells")?,
            more => writeln!(f, "  and {more} more tasks, which a dump tells")?,
        }
        write!(f, "  help: {}", self.help())
    }

    /// The tasks that the report is about: while time stands still, those that are ready; of a deadlock, those of its
    /// circles. First come those that are probably behind it: the tasks of circles, those that nobody can wake, and
    /// those who hold what others wait for.
    fn told_of(&self) -> Vec<&TaskInfo> {
        let in_circles: HashSet<_> = self.circles.iter().flatten().map(|link| link.task.number).collect();
        let is_told = |task: &&TaskInfo| match self.why {
            Why::TimeStandsStill(_) => task.state == TaskState::Ready,
            Why::Deadlock => in_circles.contains(&task.label.number),
            _ => true,
        };
        let mut told: Vec<_> = self.tasks().iter().filter(is_told).collect();
        // Those who hold what others wait for, or have been granted it.
        let holders = self.dump.holders().filter(|holder| holder.hold != Hold::Runs);
        let wanted: HashSet<_> = holders.filter_map(HolderInfo::task).collect();
        // What runs a program is behind its stall the least often.
        let is_harness = |task: &TaskInfo| task.label.name.as_deref() == Some("main");
        told.sort_by_key(|task| match task.label.number {
            number if in_circles.contains(&number) => 0,
            _ if task.nobody_can_wake => 1,
            number if wanted.contains(&number) => 2,
            _ if !is_harness(task) => 3,
            _ => 4,
        });
        told
    }

    /// A possible stall in a line, for one that may be over soon.
    pub(super) fn in_a_line(&self, idle_for: Duration) -> String {
        let (tasks, wakers) = (self.tasks().len(), self.tasks().iter().filter(|task| task.is_held_outside).count());
        format!(
            "no task has run for {} s, at {}: {tasks} wait{}, and {wakers} waker{} held outside; if a thread is going to use \
             one, a Remote that it keeps until then says so",
            idle_for.as_secs(),
            self.at(),
            if tasks == 1 { "s" } else { "" },
            if wakers == 1 { " is" } else { "s are" },
        )
    }
}

impl Link {
    /// A stretch of the circle: `alice -> lock `left` -> `.
    fn told(&self, names: &Names) -> String {
        let task = names.tell(&self.task);
        match &self.object {
            Some(object) => format!("{task} -> {} -> ", in_a_sentence(object)),
            None => format!("{task} -> "),
        }
    }
}

/// How the tasks of one report are named: where several have the same name, each with its number, too.
#[derive(Default)]
pub(in crate::runtime) struct Names {
    shared: HashSet<Arc<str>>,
}

impl Names {
    pub(in crate::runtime) fn of(tasks: &[TaskInfo]) -> Self {
        let mut seen = HashSet::new();
        let names = tasks.iter().filter_map(|task| task.label.name.clone());
        Names { shared: names.filter(|name| !seen.insert(name.clone())).collect() }
    }

    pub(in crate::runtime) fn tell(&self, task: &TaskLabel) -> String {
        match &task.name {
            Some(name) if self.shared.contains(name) => format!("{name} (task {})", task.number),
            _ => task.to_string(),
        }
    }
}

/// Prints a line that names the task, and lines with what it is about.
impl fmt::Display for TaskInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told(&Names::default()))
    }
}

impl Core {
    /// What there is to say of a task that nobody can wake; none if that is not so.
    pub(in crate::runtime) fn tell_beyond_waking(&self, task: &TaskCell) -> Option<String> {
        // A dump looks at everything.
        if task.is_held() {
            return None;
        }
        let dump = self.look(false);
        let task = dump.task(self.label(task)?.number).filter(|task| task.nobody_can_wake)?;
        // One that is nothing but `pending()` is meant so.
        let is_pending = task.future.split('<').next().is_some_and(|path| path.ends_with("future::pending::Pending"));
        (!is_pending).then(|| task.beyond_waking().join("; "))
    }
}

impl TaskInfo {
    fn told(&self, names: &Names) -> String {
        let told = format!("{}, spawned at {}", names.tell(&self.label), self.spawned_at);
        self.about(names, |_| String::new()).iter().fold(told, |told, line| told + "\n  " + line)
    }

    /// What there is to say of a task that nobody can wake, part by part.
    fn beyond_waking(&self) -> Vec<String> {
        let returned =
            format!("{} returned Pending, and nobody holds its waker: nothing can wake it", told(self.future));
        let passed = self.passed.map(|line| format!("the last await of greenlight's that it passed is at {line}"));
        std::iter::once(returned).chain(passed).collect()
    }

    /// What the task is about, line by line. `rivals` names all who wait for the same.
    pub(in crate::runtime) fn about(&self, names: &Names, rivals: impl Fn(&WaitInfo) -> String) -> Vec<String> {
        let mut lines = Vec::new();
        let mut say = |line: &str| lines.push(line.to_string());
        if self.is_cancelled {
            say("was cancelled");
        }
        match self.state {
            TaskState::Ready => say("is ready"),
            TaskState::Polling => say("is being polled"),
            TaskState::Ending => say("is being dropped"),
            TaskState::Parked if self.nobody_can_wake => {
                self.beyond_waking().iter().for_each(|line| say(line));
            }
            TaskState::Parked if self.waits.is_empty() => say("waits for something that is not greenlight's"),
            TaskState::Parked => {}
        }
        let will_be_polled = self.state.will_be_polled();
        for wait in &self.waits {
            let told = WaitInWords { wait, names, will_be_polled, rivals: rivals(wait) }.to_string();
            lines.extend(told.replace('\n', "\n  ").lines().map(str::to_string));
        }
        if self.is_held_outside && self.state != TaskState::Ready {
            lines.push("its waker is held outside".to_string());
        }
        lines
    }
}

/// Prints a line that says what is waited for and where, and lines with more about it.
impl fmt::Display for WaitInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        WaitInWords { wait: self, names: &Names::default(), will_be_polled: false, rivals: String::new() }.fmt(f)
    }
}

/// A wait in words.
struct WaitInWords<'a> {
    wait: &'a WaitInfo,
    names: &'a Names,
    /// Whether its task is in the ready queue, or is being polled.
    will_be_polled: bool,
    /// All who wait for the same, if they are to be named.
    rivals: String,
}

impl fmt::Display for WaitInWords<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (object, at, asks, place, holders, state) = match self.wait {
            WaitInfo::Sleep { until, at } => return write!(f, "sleeps until {until}, at {at}"),
            WaitInfo::Object { object, at, asks, place, holders, state, .. } => {
                (object, at, asks, *place, holders, *state)
            }
        };
        let what = in_a_sentence(object);
        let is_task = state == ObjectState::End;
        let end = if is_task { self.end_of(holders) } else { String::new() };
        // Only a join handle takes its line from the poll, which may be a combinator's, or the executor's.
        let line = match () {
            () if is_task && at.file() == join::FILE => String::new(),
            () if is_task && Path::new(at.file()).has_root() => ", in the code of another crate".to_string(),
            () => format!(", at {at}"),
        };
        match place {
            Place::Granted => {
                match state {
                    _ if is_task => write!(f, "was woken by {end}")?,
                    ObjectState::Notice { .. } => write!(f, "was notified by {what}")?,
                    ObjectState::Arrivals { .. } => write!(f, "was let through {what}")?,
                    state if state.is_for_all() => write!(f, "was woken by {what}")?,
                    _ => write!(f, "was granted {what}")?,
                }
                match self.will_be_polled {
                    true => f.write_str(&line)?,
                    false => write!(f, ", but does not poll the wait{}", line.trim_start_matches(','))?,
                }
            }
            _ if is_task => write!(f, "awaits {end}{line}")?,
            _ if *asks != 1 && state.is_permits() => write!(f, "waits on {what} for {asks} permits{line}")?,
            _ => write!(f, "waits on {what}{line}")?,
        }
        if !is_task && object.made != *at {
            write!(f, "\nmade at {}", object.made)?;
        }
        let Place::InLine { ahead, line: waiters } = place else { return Ok(()) };
        if waiters > 1 {
            write!(f, "\nnumber {} of {waiters} who wait{}", ahead + 1, self.rivals)?;
        }
        // The tasks that have to end are told on their own: what is waited for is the ends of tasks, or it is held.
        let is_held = holders.first().is_some_and(|holder| holder.hold != Hold::Runs);
        let holders = if is_held { &holders[..] } else { &[] };
        holders.iter().take(NAMES).try_for_each(|holder| write!(f, "\n{}", holder.told(self.names)))?;
        if holders.len() > NAMES {
            write!(f, "\nand {} more holders", holders.len() - NAMES)?;
        }
        state.told().iter().try_for_each(|line| write!(f, "\n{line}"))
    }
}

impl ObjectState {
    /// What an object that is waited for says of itself, line by line.
    fn told(self) -> Vec<String> {
        if let Some(unheard) = self.unheard() {
            return vec![format!("last signalled at {unheard}, when nobody waited")];
        }
        match self {
            ObjectState::Notice { last: Some(Notice { at, waited, woken, in_vain, .. }) } => {
                let notified = format!("last notified at {at}, which woke {woken} of {waited}");
                let in_vain = in_vain.map(|line| format!("one of those found its predicate false, at {line}"));
                std::iter::once(notified).chain(in_vain).collect()
            }
            ObjectState::Permits { forgotten: 1, .. } => vec!["1 permit was forgotten".to_string()],
            ObjectState::Permits { forgotten: forgotten @ 2.., .. } => {
                vec![format!("{forgotten} permits were forgotten")]
            }
            ObjectState::Arrivals { arrived, parties } => vec![format!("{arrived} of {parties} have arrived")],
            ObjectState::Done { unfinished: 1 } => vec!["1 item is not done".to_string()],
            ObjectState::Done { unfinished } => vec![format!("{unfinished} items are not done")],
            _ => Vec::new(),
        }
    }
}

impl WaitInWords<'_> {
    fn end_of(&self, holders: &[HolderInfo]) -> String {
        match holders {
            [HolderInfo { who: who @ (Who::Task(_) | Who::OtherRuntime(_)), .. }] => {
                format!("the end of {}", who.told(self.names))
            }
            _ => "the end of a task".to_string(),
        }
    }
}

/// Prints who holds it, since which line, and how many permits if it is more than one.
impl fmt::Display for HolderInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.told(&Names::default()))
    }
}

impl HolderInfo {
    fn told(&self, names: &Names) -> String {
        let HolderInfo { who, since, hold, permits } = self;
        let task = who.told(names);
        let told = match (hold, who) {
            (Hold::Runs, _) => format!("{task}, spawned at {since}, has not ended"),
            (Hold::Taken, Who::EndedTask) => {
                format!("taken at {since} by a task that has ended: its guard or permit was leaked or given away")
            }
            (Hold::Taken, Who::Outside) => format!("taken at {since}, in no task's name"),
            (_, Who::EndedTask) => format!("granted to the wait at {since}, which a task that has ended has leaked"),
            (_, Who::Outside) => format!("granted to the wait at {since}, which is not polled by any task"),
            (Hold::Taken, _) => format!("taken by {task}, at {since}"),
            (Hold::Granted, _) => format!("granted to {task}, which is ready, at {since}"),
            (Hold::Unpolled, _) => format!("granted to {task}, which does not poll the wait at {since}"),
        };
        if *permits == 1 { told } else { format!("{permits} permits {told}") }
    }
}

impl Who {
    /// The task, by its name; empty if there is none.
    fn told(&self, names: &Names) -> String {
        match self {
            Who::Task(task) => names.tell(task),
            Who::OtherRuntime(task) => format!("{task} of another runtime of this thread"),
            Who::EndedTask | Who::Outside => String::new(),
        }
    }
}

/// An object in a sentence.
pub(super) fn in_a_sentence(object: &ObjectLabel) -> String {
    match (object.kind, &object.name) {
        (kind @ ("gather" | "deadline" | "task group"), _) => format!("its {kind}"),
        ("end of tasks", _) => "the end of its tasks".to_string(),
        _ => object.to_string(),
    }
}

impl std::error::Error for Stalled {}
