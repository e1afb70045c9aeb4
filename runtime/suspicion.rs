//! What is looked into while nobody runs: whether anybody outside will ever go on with it, and which tasks wait for each
//! other. A run goes on without it.

use super::context::Core;
use super::stall::Link;
use std::collections::HashSet;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How long nobody runs before anything is suspected, in real time, also where a run has virtual time: what it waits for
/// then is a thread.
const PATIENCE: Duration = Duration::from_secs(1);

/// How soon a runtime looks again that only a waker held outside keeps from being stalled: one that is dropped rings
/// nobody.
const SECOND_LOOK: Duration = Duration::from_millis(100);

/// What is suspected of one run.
pub(super) struct Suspicion {
    /// None while somebody runs.
    idleness: Option<Idleness>,
    /// The circles of waits that were there at the last look: each is reported once.
    circles: HashSet<Vec<Link>>,
    /// The tasks of the possible stall that was reported last. None before the first.
    told: Option<Vec<String>>,
    /// Until when no other possible stall is reported.
    quiet_until: Option<Instant>,
    /// For how long after the next possible stall no other is reported. It grows fourfold with each: a server that is idle
    /// again and again says so nine times in its first day at most.
    pause: Duration,
}

/// A time in which nobody runs.
struct Idleness {
    since: Instant,
    /// Whether circles of waits were looked for.
    sought_circles: bool,
    /// Whether a possible stall was looked into.
    sought_stall: bool,
}

impl Suspicion {
    pub(super) fn new() -> Self {
        Suspicion { idleness: None, circles: HashSet::new(), told: None, quiet_until: None, pause: PATIENCE }
    }

    /// Somebody runs.
    pub(super) fn end(&mut self) {
        self.idleness = None;
    }

    /// Looks into what a runtime waits for in which nobody has run for a while, and reports what is new. Returns how long
    /// to park at most before the next look; none if the next is due after somebody has run.
    pub(super) fn look(&mut self, core: &Rc<Core>, has_timers: bool) -> Option<Duration> {
        let only_wakers = !has_timers && !core.has_remotes();
        let begin = || Idleness { since: Instant::now(), sought_circles: false, sought_stall: false };
        let idle_for = self.idleness.get_or_insert_with(begin).since.elapsed();
        if idle_for < PATIENCE {
            let rest = PATIENCE - idle_for;
            return Some(if only_wakers { rest.min(SECOND_LOOK) } else { rest });
        }
        match self.deadlock(core).or_else(|| if only_wakers { self.possible_stall(core) } else { None }) {
            Some(report) => {
                core.settings.reporter.deliver(&report);
                // Who receives the report may have woken somebody.
                Some(Duration::ZERO)
            }
            None => only_wakers.then_some(PATIENCE),
        }
    }

    /// The report of circles of waits that are new.
    fn deadlock(&mut self, core: &Rc<Core>) -> Option<String> {
        let sought = &mut self.idleness.as_mut()?.sought_circles;
        if std::mem::replace(sought, true) {
            return None;
        }
        core.deadlocked(&mut self.circles).map(|stalled| stalled.to_string())
    }

    /// The report of a stall that only a waker held outside could disprove, unless that would say what was said before:
    /// the first of a run whole, any other as a line.
    fn possible_stall(&mut self, core: &Rc<Core>) -> Option<String> {
        let (sought, now) = (&mut self.idleness.as_mut()?.sought_stall, Instant::now());
        if *sought || self.quiet_until.is_some_and(|until| now < until) {
            return None;
        }
        *sought = true;
        let stalled = core.possibly_stalled();
        let tasks = Some(stalled.tasks().iter().map(|task| task.to_string()).collect());
        if self.told == tasks {
            return None;
        }
        let is_first = std::mem::replace(&mut self.told, tasks).is_none();
        self.quiet_until = Some(now + self.pause);
        self.pause *= 4;
        Some(if is_first { stalled.to_string() } else { stalled.in_a_line() })
    }
}
