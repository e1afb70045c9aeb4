//! What is looked into while nobody runs: whether anybody outside will ever go on with it, and which tasks wait for
//! each other. A run goes on without it.

use super::super::clock;
use super::super::context::Core;
use super::stall::{Link, Stalled, Why};
use std::collections::HashSet;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// How long nobody runs before anything is suspected, in real time, also where a run has virtual time: what it waits
/// for then is a thread.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long nobody runs before a possible stall is told whole. Until then a line has to do: a thread may work for a
/// while.
const LONG: Duration = Duration::from_secs(3);

/// How soon a runtime looks again that only a waker held outside keeps from being stalled: one that is dropped rings
/// nobody.
const GLANCE: Duration = Duration::from_millis(100);

/// What is suspected of one run.
pub(in crate::runtime) struct Suspicion {
    /// None while somebody runs.
    idleness: Option<Idleness>,
    /// The circles of waits that were there at the last look: each is reported once.
    circles: HashSet<Vec<Link>>,
    /// The tasks of the possible stall that was told last in a line. None before the first.
    told: Option<Vec<String>>,
    /// Set once a possible stall was told whole, which it is once in a run.
    told_whole: bool,
    /// Until when no other line is told.
    quiet_until: Option<Instant>,
    /// For how long after the next line no other is told. It grows fourfold with each: a server that is idle again and
    /// again says so nine times in its first day at most.
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
    pub(in crate::runtime) fn new() -> Self {
        Suspicion {
            idleness: None,
            circles: HashSet::new(),
            told: None,
            told_whole: false,
            quiet_until: None,
            pause: PATIENCE,
        }
    }

    /// Somebody runs.
    pub(in crate::runtime) fn end(&mut self) {
        self.idleness = None;
    }

    /// Looks into what a runtime waits for in which nobody has run for a while, and reports what is new. Returns how
    /// long to park at most before the next look; none if the next is due after somebody has run.
    pub(in crate::runtime) fn look(&mut self, core: &Rc<Core>, has_timers: bool) -> Option<Duration> {
        let only_wakers = !has_timers && !core.has_remotes();
        let begin = || Idleness { since: Instant::now(), sought_circles: false, sought_stall: false };
        let idle_for = self.idleness.get_or_insert_with(begin).since.elapsed();
        if idle_for < PATIENCE {
            let rest = PATIENCE - idle_for;
            return Some(if only_wakers { rest.min(GLANCE) } else { rest });
        }
        match self.deadlock(core).or_else(|| if only_wakers { self.possible_stall(core, idle_for) } else { None }) {
            Some(report) => {
                core.watchers.reporter.deliver(&report);
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

    /// The report of a stall that only a waker held outside could disprove: a line at first, and all of it if nobody
    /// has run for long. Neither says what was said before.
    fn possible_stall(&mut self, core: &Rc<Core>, idle_for: Duration) -> Option<String> {
        if !std::mem::replace(&mut self.idleness.as_mut()?.sought_stall, true) {
            self.line(core)
        } else if idle_for >= LONG && !std::mem::replace(&mut self.told_whole, true) {
            Some(core.possibly_stalled().to_string())
        } else {
            None
        }
    }

    fn line(&mut self, core: &Rc<Core>) -> Option<String> {
        let now = Instant::now();
        if self.quiet_until.is_some_and(|until| now < until) {
            return None;
        }
        let stalled = core.possibly_stalled();
        let tasks = Some(stalled.tasks().iter().map(|task| task.to_string()).collect());
        if self.told == tasks {
            return None;
        }
        self.told = tasks;
        self.quiet_until = Some(now + self.pause);
        self.pause *= 4;
        Some(stalled.in_a_line(PATIENCE))
    }
}

/// How long virtual time has stood still.
pub(in crate::runtime) struct Standstill {
    pub(in crate::runtime) since: clock::Instant,
    pub(in crate::runtime) turns: u64,
}

impl Standstill {
    pub(in crate::runtime) fn count(&mut self, core: &Rc<Core>) -> Result<(), Stalled> {
        if !core.clock.is_virtual() {
            return Ok(());
        }
        if core.now() != self.since {
            *self = Standstill { since: core.now(), turns: 0 };
        }
        self.turns += 1;
        if self.turns < core.watchers.turn_limit { Ok(()) } else { Err(core.report(Why::TimeStandsStill(self.turns))) }
    }
}
