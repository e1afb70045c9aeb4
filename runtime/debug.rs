//! The debug mode: reports what a program does and probably should not, a line each. It is an observer, and knows no more
//! of a run than any other; only what is pending at the end it reads from a dump.

use super::panics::Reporter;
use super::trace::{Kind, ObjectLabel, Observer, TaskLabel, TraceEvent};
use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::panic::Location;
use std::time::{Duration, Instant};

/// So many wakes in vain by one condition, within one wait, are too many.
const IN_VAIN: usize = 100;

/// A task that does nothing but wake itself, or wait again in the same place, for so many polls does not get on.
const SPINNING: u32 = 10_000;

type Line = &'static Location<'static>;

/// Watches the events of a run, and reports what looks like a mistake.
pub(super) struct Debug {
    slow_poll: Duration,
    reporter: Reporter,
    seen: RefCell<Seen>,
}

/// What the events told so far.
#[derive(Default)]
struct Seen {
    /// The tasks that have not ended, by their numbers.
    tasks: HashMap<u64, Known>,
    /// The poll or drop that is under way, or was the last.
    poll: Option<Doings>,
    /// The events, by their numbers, that were set when nobody waited, and where.
    unheard: HashMap<Option<u64>, Line>,
    /// The lines and objects that were reported for a signal that reached nobody: each is, once.
    told: HashSet<(Line, Option<u64>)>,
}

/// A task, as far as the debug mode remembers it.
struct Known {
    spawned: Line,
    /// Where its last poll left it.
    parked: Spot,
    /// For how many polls in a row it has done nothing but wake itself, or wait again where it had waited.
    spins: u32,
}

/// A place in the code of a task.
#[derive(Clone, Copy)]
enum Spot {
    Start,
    Await(Line),
    /// A yield, or the await of something that is not greenlight's.
    Unknown,
    End,
}

/// What a poll or a drop does.
struct Doings {
    task: u64,
    began: Instant,
    /// It woke its own task.
    wakes_itself: bool,
    /// It did anything else that can be seen.
    gets_on: bool,
    /// The last wait that it began.
    waits: Option<Line>,
}

impl Debug {
    pub(super) fn new(slow_poll: Duration, reporter: Reporter) -> Self {
        Debug { slow_poll, reporter, seen: RefCell::default() }
    }
}

impl Observer for Debug {
    fn on_event(&self, event: &TraceEvent) {
        // Whoever receives the report may cause more events.
        let report = self.seen.borrow_mut().see(event, self.slow_poll);
        if let Some(report) = report {
            self.reporter.deliver(&report);
        }
    }
}

impl Seen {
    /// Takes an event in. Returns what there is to report.
    fn see(&mut self, event: &TraceEvent, slow_poll: Duration) -> Option<String> {
        if let Some(poll) = &mut self.poll {
            poll.see(event);
        }
        match (event.kind, &event.task, &event.object) {
            (Kind::Spawned, Some(task), _) => {
                let known = Known { spawned: event.at?, parked: Spot::Start, spins: 0 };
                self.tasks.insert(task.number, known);
                None
            }
            (Kind::PollBegan | Kind::Dropping, Some(task), _) => {
                self.poll = Some(Doings::of(task.number));
                None
            }
            (Kind::PollPending, Some(task), _) => self.end_of_poll(task, slow_poll),
            (Kind::Returned | Kind::Cancelled | Kind::Panicked, Some(task), _) => {
                let known = self.tasks.remove(&task.number)?;
                known.tell_slow(task, self.poll.take()?, Spot::End, slow_poll)
            }
            (Kind::WokenInVain { times: IN_VAIN }, Some(task), Some(condition)) => Some(format!(
                "in vain: {task} was notified {IN_VAIN} times by {} within one wait, and its predicate was false each time, \
                at {}",
                findable(condition),
                event.at?
            )),
            (Kind::GroupDropped { unjoined, lost }, ..) => Some(format!(
                "lost: the task group made at {} was dropped, with {unjoined} tasks that nobody joins and {lost} lost errors",
                event.at?
            )),
            (kind, _, Some(object)) => self.signal(kind, object, event.at?),
            _ => None,
        }
    }

    fn end_of_poll(&mut self, task: &TaskLabel, slow_poll: Duration) -> Option<String> {
        let poll = self.poll.take()?;
        let known = self.tasks.get_mut(&task.number)?;
        let now_at = poll.waits.map_or(Spot::Unknown, Spot::Await);
        let waits_again = poll.waits.filter(|&line| matches!(known.parked, Spot::Await(before) if before == line));
        let is_idle = !poll.gets_on && if poll.waits.is_some() { waits_again.is_some() } else { poll.wakes_itself };
        known.spins = if is_idle { known.spins + 1 } else { 0 };
        let slow = known.tell_slow(task, poll, now_at, slow_poll);
        known.parked = now_at;
        let Known { spawned, spins, .. } = known;
        let spins = (*spins == SPINNING).then(|| match waits_again {
            None => format!(
                "spinning: {task}, spawned at {spawned}, has done nothing but wake itself for {SPINNING} polls in a row; \
                have it wait for an event or a sleep"
            ),
            Some(line) => format!(
                "in vain: {task}, spawned at {spawned}, was woken {SPINNING} times in a row, and did nothing that can be \
                seen but wait again, at {line}"
            ),
        });
        slow.into_iter().chain(spins).reduce(|slow, spins| format!("{slow}; {spins}"))
    }

    /// A signal that reached nobody is reported once it is lost: that of an event with the next `clear`.
    fn signal(&mut self, kind: Kind, object: &ObjectLabel, at: Line) -> Option<String> {
        let (signalled, lost) = match kind {
            Kind::EventSet { released: 0 } => {
                self.unheard.insert(object.number, at);
                return None;
            }
            Kind::EventSet { .. } | Kind::EventFound => {
                self.unheard.remove(&object.number);
                return None;
            }
            Kind::EventCleared => (self.unheard.remove(&object.number)?, format!(", and cleared at {at}")),
            Kind::EventPulsed { released: 0 } => (at, String::new()),
            Kind::Notified { asked: 1.., reached: 0 } => (at, String::new()),
            _ => return None,
        };
        let verb = match kind {
            Kind::EventCleared => "set",
            Kind::EventPulsed { .. } => "pulsed",
            _ => "notified",
        };
        let tell = || format!("unheard: {} was {verb} when nobody waited, at {signalled}{lost}", findable(object));
        self.told.insert((signalled, object.number)).then(tell)
    }
}

/// An object by its name, or by the line that made it.
fn findable(object: &ObjectLabel) -> String {
    match object.name {
        Some(_) => object.to_string(),
        None => format!("{object} (made at {})", object.made),
    }
}

impl Doings {
    fn of(task: u64) -> Self {
        Doings { task, began: Instant::now(), wakes_itself: false, gets_on: false, waits: None }
    }

    fn see(&mut self, event: &TraceEvent) {
        match event.kind {
            Kind::Woken | Kind::WokenAgain if event.task.as_ref().is_some_and(|task| task.number == self.task) => {
                self.wakes_itself = true;
            }
            Kind::Waits => self.waits = event.at,
            Kind::TimerArmed { .. } => (self.gets_on, self.waits) = (true, event.at),
            Kind::PollPending => {}
            _ => self.gets_on = true,
        }
    }
}

impl Known {
    fn tell_slow(&self, task: &TaskLabel, poll: Doings, to: Spot, slow_poll: Duration) -> Option<String> {
        let took = poll.began.elapsed();
        (took >= slow_poll).then(|| {
            let Known { spawned, parked, .. } = self;
            let took = took.as_secs_f64();
            format!(
                "slow poll: {task}, spawned at {spawned}, let nobody else run for {took:.3} s, from {parked} to {to}"
            )
        })
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Spot::Start => f.write_str("its start"),
            Spot::Await(line) => write!(f, "the await at {line}"),
            Spot::Unknown => f.write_str("a yield, or an await that greenlight does not see"),
            Spot::End => f.write_str("its end"),
        }
    }
}
