//! The debug mode: reports what a program does and probably should not, a line each. It is an observer, and knows no
//! more of a run than any other; only what is pending at the end it reads from a dump.

use super::super::Line;
use super::super::context;
use super::super::task::TaskCell;
use super::super::watch::polls::Polls;
use super::super::watch::reporter::Reporter;
use super::super::watch::{Kind, Observer, Polled, TaskLabel, TraceEvent};
use super::sentence::left_in_a_group;
use super::unheard::{Unheard, findable};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// So many wakes in vain by one condition, within one wait, are too many.
const IN_VAIN: usize = 100;

/// A task that does nothing but wake itself, or wait again in the same place, for so many polls does not get on.
const SPINNING: u32 = 10_000;

/// A task whose idle polls take together as long as so many slow ones does something in them that no event tells: it
/// computes, or talks with others through channels that are not greenlight's. By default, that is 50 µs a poll.
const COMPUTES: u32 = 5;

/// So many tasks of one line are told that nobody can wake: a line that spawns one after the other makes the same
/// mistake each time.
const TASKS_OF_A_LINE: usize = 3;

/// Watches the events of a run, and reports what looks like a mistake.
pub(super) struct Debug {
    slow_poll: Duration,
    reporter: Reporter,
    /// Which task is being polled, for other threads.
    polls: Arc<Polls>,
    seen: RefCell<Seen>,
    /// Set while a report is being received: what its receiver does is not reported, which would have no end.
    telling: Cell<bool>,
}

/// What the events told so far.
#[derive(Default)]
struct Seen {
    /// The tasks that have not ended, by their numbers.
    tasks: BTreeMap<u64, Known>,
    /// The number of main.
    main: Option<u64>,
    /// The waits that are not over, and the numbers of the tasks that poll them.
    open: HashMap<u64, u64>,
    /// The last wait that has begun.
    last_wait: u64,
    /// The poll or drop that is under way, or was the last.
    poll: Option<Doings>,
    unheard: Unheard,
    /// How many tasks of a line were told that nobody can wake.
    beyond_waking: HashMap<Line, usize>,
}

/// A task, as far as the debug mode remembers it.
struct Known {
    spawned: Line,
    /// Where to find it.
    cell: Option<Weak<TaskCell>>,
    /// Where its last poll left it.
    parked: Spot,
    /// The first of its waits to get since then what it waited for.
    got: Option<Line>,
    /// Its waits that are not over, and their lines.
    open: BTreeMap<u64, Line>,
    /// For how many polls in a row it has done nothing but wake itself, or wait again where it had waited.
    spins: u32,
    /// How long those took.
    spun: Duration,
}

/// A place in the code of a task.
#[derive(Clone, Copy)]
enum Spot {
    Start,
    Await(Line),
    Yield(Line),
    /// The await of something that is not greenlight's.
    Unknown,
    End,
}

/// What a poll or a drop does.
struct Doings {
    task: u64,
    /// The last wait that had begun before it.
    last_wait: u64,
    began: Instant,
    /// How many waits were open then.
    open: usize,
    /// It woke its own task.
    wakes_itself: bool,
    /// It did anything that can be seen, other than to wake itself, to wait and to look at events.
    gets_on: bool,
    /// The last yield that it began.
    yields: Option<Line>,
}

impl Debug {
    pub(super) fn new(slow_poll: Duration, reporter: Reporter, polls: Arc<Polls>) -> Self {
        Debug { slow_poll, reporter, polls, seen: RefCell::default(), telling: Cell::new(false) }
    }

    fn tell(&self, reports: impl IntoIterator<Item = String>) {
        if !self.telling.replace(true) {
            reports.into_iter().for_each(|report| self.reporter.deliver(&report));
            self.telling.set(false);
        }
    }
}

impl Debug {
    /// Lets other threads know which task is polled or dropped.
    fn tell_others(&self, event: &TraceEvent) {
        let Some(task) = &event.task else { return };
        match event.kind {
            Kind::PollBegan | Kind::Dropping => {
                let spawned = self.seen.borrow().tasks.get(&task.number).map(|known| known.spawned);
                let (task, is_dropped) = (TaskLabel::clone(task), event.kind == Kind::Dropping);
                let polled = |spawned_at| Polled { task, spawned_at, is_dropped, lasts: Duration::ZERO };
                self.polls.begin(spawned.map(polled));
            }
            Kind::PollPending | Kind::Returned | Kind::Cancelled | Kind::Panicked => self.polls.begin(None),
            _ => {}
        }
    }
}

impl Observer for Debug {
    fn on_event(&self, event: &TraceEvent) {
        self.tell_others(event);
        // Whoever receives a report may cause more events.
        let reports = self.seen.borrow_mut().see(event, self.slow_poll);
        self.tell(reports);
        let no_waker = self.seen.borrow_mut().no_waker(event);
        self.tell(no_waker);
    }
}

impl Seen {
    /// Takes an event in. Returns what there is to report.
    fn see(&mut self, event: &TraceEvent, slow_poll: Duration) -> Vec<String> {
        if let Some(poll) = &mut self.poll {
            poll.see(event);
        }
        self.follow_waits(event);
        let mut reports = Vec::from_iter(self.unheard.see(event));
        reports.extend(self.follow(event, slow_poll));
        if event.kind == Kind::Returned && event.task.as_ref().map(|task| task.number) == self.main {
            reports.extend(self.unheard.end());
        }
        reports
    }

    fn follow(&mut self, event: &TraceEvent, slow_poll: Duration) -> Vec<String> {
        match (event.kind, &event.task, event.at) {
            (Kind::Spawned, Some(task), Some(spawned)) => {
                let newest =
                    context::current().and_then(|core| core.newest(task.number)).map(|cell| Rc::downgrade(&cell));
                self.tasks.insert(task.number, Known::new(spawned, newest));
                if event.cause.is_none() && task.name.as_deref() == Some("main") {
                    self.main = Some(task.number);
                }
            }
            (Kind::PollBegan | Kind::Dropping, Some(task), _) => {
                let open = self.tasks.get(&task.number).map_or(0, |known| known.open.len());
                self.poll = Some(Doings::begin(task.number, self.last_wait, open));
            }
            (Kind::PollPending, Some(task), _) => {
                if let Some((poll, known)) = self.poll.take().zip(self.tasks.get_mut(&task.number)) {
                    return known.suspend(task, &poll, slow_poll);
                }
            }
            (Kind::Returned | Kind::Cancelled | Kind::Panicked, Some(task), _) => {
                let known = self.tasks.remove(&task.number);
                known.iter().flat_map(|known| known.open.keys()).for_each(|wait| _ = self.open.remove(wait));
                if let Some((poll, known)) = self.poll.take().zip(known) {
                    return Vec::from_iter(known.tell_slow(task, poll.began.elapsed(), Spot::End, slow_poll));
                }
            }
            (Kind::PredicateAsked { holds: false, notified: IN_VAIN }, Some(task), Some(at)) => {
                return event.object.iter().map(|condition| tell_in_vain(task, &findable(condition), at)).collect();
            }
            // That errors are lost is told without the debug mode, too.
            (Kind::GroupDropped { unjoined: unjoined @ 1.., lost }, _, Some(made)) => {
                let left = left_in_a_group(unjoined, lost);
                return vec![format!("lost: the task group made at {made} was dropped, with {left}")];
            }
            _ => {}
        }
        Vec::new()
    }

    /// Reports a task that has parked for good.
    fn no_waker(&mut self, event: &TraceEvent) -> Option<String> {
        let task = event.task.as_ref().filter(|_| event.kind == Kind::PollPending)?;
        let known = self.tasks.get(&task.number).filter(|known| known.open.is_empty())?;
        let told = self.beyond_waking.entry(known.spawned).or_default();
        if *told == TASKS_OF_A_LINE {
            return None;
        }
        let cell = known.cell.as_ref()?.upgrade()?;
        let about = context::current()?.tell_beyond_waking(&cell)?;
        *told += 1;
        let more = if *told < TASKS_OF_A_LINE { "" } else { "; further ones of this line are not told" };
        Some(format!("no waker: {task}, spawned at {}, has parked for good: {about}{more}", known.spawned))
    }

    /// Keeps the open waits of every task.
    fn follow_waits(&mut self, event: &TraceEvent) {
        let Some(wait) = event.wait else { return };
        // One that goes on in another task leaves the one in which it was.
        let line = match event.kind {
            Kind::Granted => return,
            _ => self.open.remove(&wait).and_then(|task| self.tasks.get_mut(&task)?.open.remove(&wait)),
        };
        let Some(number) = event.task.as_ref().map(|task| task.number) else { return };
        let Some(known) = self.tasks.get_mut(&number) else { return };
        match event.kind {
            Kind::Leaves | Kind::TimerDropped => {}
            Kind::Waited | Kind::TimerFired => known.got = known.got.or(line),
            _ => {
                self.last_wait = self.last_wait.max(wait);
                self.open.insert(wait, number);
                known.open.extend(event.at.map(|at| (wait, at)));
            }
        }
    }
}

impl Known {
    fn new(spawned: Line, cell: Option<Weak<TaskCell>>) -> Self {
        let (parked, got, open) = (Spot::Start, None, BTreeMap::new());
        Known { spawned, cell, parked, got, open, spins: 0, spun: Duration::ZERO }
    }

    /// A poll has ended, and the task parks. Returns what there is to report.
    fn suspend(&mut self, task: &TaskLabel, poll: &Doings, slow_poll: Duration) -> Vec<String> {
        let took = poll.began.elapsed();
        let newest = self.open.last_key_value().map(|(&wait, &at)| (wait, at));
        let to = match (poll.yields, newest) {
            (Some(line), _) => Spot::Yield(line),
            (None, Some((_, at))) => Spot::Await(at),
            (None, None) => Spot::Unknown,
        };
        let slow = self.tell_slow(task, took, to, slow_poll);
        let again = newest.filter(|&(wait, at)| wait > poll.last_wait && self.got == Some(at)).map(|(_, at)| at);
        let wakes_itself = poll.wakes_itself && self.got.is_none() && self.open.len() == poll.open;
        let is_idle = !poll.gets_on && (again.is_some() || wakes_itself);
        (self.spins, self.spun) = if is_idle { (self.spins + 1, self.spun + took) } else { (0, Duration::ZERO) };
        let (many, computes) = (self.spins == SPINNING, self.spun > slow_poll.saturating_mul(COMPUTES));
        let spins = (many && !computes).then(|| self.tell_spins(task, again));
        if many && computes {
            (self.spins, self.spun) = (0, Duration::ZERO);
        }
        (self.parked, self.got) = (to, None);
        slow.into_iter().chain(spins).collect()
    }

    fn tell_spins(&self, task: &TaskLabel, again: Option<Line>) -> String {
        let (spawned, spun) = (self.spawned, self.spun.as_secs_f64());
        match again {
            None => format!(
                "spinning: {task}, spawned at {spawned}, has done nothing that greenlight can see but wake itself for \
                {SPINNING} polls in a row, which took {spun:.3} s; have it wait for an event or a sleep"
            ),
            Some(line) => format!(
                "in vain: {task}, spawned at {spawned}, was woken {SPINNING} times in a row, and did nothing that \
                greenlight can see but wait again, at {line}; those polls took {spun:.3} s"
            ),
        }
    }

    fn tell_slow(&self, task: &TaskLabel, took: Duration, to: Spot, slow_poll: Duration) -> Option<String> {
        (took >= slow_poll).then(|| {
            let (spawned, took) = (self.spawned, took.as_secs_f64());
            let from = self.got.map_or(self.parked, Spot::Await);
            format!("slow poll: {task}, spawned at {spawned}, let nobody else run for {took:.3} s, from {from} to {to}")
        })
    }
}

impl Doings {
    fn begin(task: u64, last_wait: u64, open: usize) -> Self {
        Doings { task, last_wait, began: Instant::now(), open, wakes_itself: false, gets_on: false, yields: None }
    }

    fn see(&mut self, event: &TraceEvent) {
        let is_own = event.task.as_ref().is_some_and(|task| task.number == self.task);
        match event.kind {
            Kind::Woken | Kind::WokenAgain if is_own => self.wakes_itself = true,
            Kind::Yields => self.yields = event.at,
            Kind::Waits { .. } | Kind::Granted | Kind::Waited | Kind::Leaves | Kind::PollPending => {}
            Kind::EventFound | Kind::EventUnset | Kind::Refused | Kind::EndFound => {}
            Kind::WaitMoved | Kind::TimerMoved | Kind::ObjectMade { .. } | Kind::ObjectGone => {}
            Kind::StaleWake | Kind::WakerHeld | Kind::WakerLetGo => {}
            _ => self.gets_on = true,
        }
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Spot::Start => f.write_str("its start"),
            Spot::Await(line) => write!(f, "the await at {line}"),
            Spot::Yield(line) => write!(f, "the yield at {line}"),
            Spot::Unknown => f.write_str("an await that greenlight does not see"),
            Spot::End => f.write_str("its end"),
        }
    }
}

fn tell_in_vain(task: &TaskLabel, condition: &str, at: Line) -> String {
    format!(
        "in vain: {task} was notified {IN_VAIN} times by {condition} within one wait, and its predicate was false each \
        time, at {at}"
    )
}
