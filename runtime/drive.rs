//! Driving a run: turn after turn until main has ended, parked while there is nothing to do, and with an eye on whether
//! anybody can ever go on.

use super::clock::Instant;
use super::context::Core;
use super::executor::{Main, Turn};
use super::ready::TaskKey;
use super::stall::Stalled;
use super::trace::Kind;
use std::rc::Rc;
use std::time::Duration;

/// How long the real clock goes on before a possible stall is reported.
const SUSPICION: Duration = Duration::from_secs(1);

/// How long a runtime that may be stalled parks before it looks again.
const SECOND_LOOK: Duration = Duration::from_millis(100);

/// The longest time to park at once: later deadlines are looked at again.
const LONGEST_PARK: Duration = Duration::from_secs(3600);

impl Core {
    /// Turns until main has ended, parking whenever there is nothing to do.
    pub(super) fn drive(self: &Rc<Self>, main: TaskKey, future: &mut Main<'_>) -> Result<(), Stalled> {
        let mut main_task = Some((main, future));
        let mut standstill = Standstill { since: self.now(), turns: 0 };
        let mut suspicion = Suspicion::default();
        loop {
            let turn = self.checked_turn(&mut main_task);
            // A stop is for one run, also for one that ends in this turn.
            let stopped = self.stopped.take();
            match turn {
                Turn::Ran(_) if self.table.borrow().get(main).is_none() => return Ok(()),
                _ if stopped => return Err(self.stopped()),
                Turn::Ran(_) => {
                    suspicion.end();
                    standstill.count(self)?;
                }
                Turn::Idle(deadline) => {
                    standstill.turns = 0;
                    self.park(deadline, &mut suspicion);
                }
                Turn::Stalled => {
                    self.emit(None, None, None, Kind::Stalled);
                    return Err(self.stalled());
                }
            }
        }
    }

    /// Sleeps until somebody rings or the deadline comes. Without a deadline and without a `Remote` only a waker that
    /// is held outside can end it: the runtime looks again now and then whether that is still there.
    fn park(self: &Rc<Self>, deadline: Option<Instant>, suspicion: &mut Suspicion) {
        let at_most = match deadline {
            Some(deadline) => Some((deadline - self.clock.now()).min(LONGEST_PARK)),
            None if self.has_remotes() => None,
            None => Some(suspicion.confirm(self)),
        };
        self.inbox.park(at_most);
    }
}

/// How long virtual time has stood still.
struct Standstill {
    since: Instant,
    turns: u64,
}

impl Standstill {
    fn count(&mut self, core: &Rc<Core>) -> Result<(), Stalled> {
        if !core.clock.is_virtual() {
            return Ok(());
        }
        if core.now() != self.since {
            *self = Standstill { since: core.now(), turns: 0 };
        }
        self.turns += 1;
        if self.turns < core.settings.turn_limit { Ok(()) } else { Err(core.standing_still(self.turns)) }
    }
}

/// A stall that only a waker held outside could disprove.
#[derive(Default)]
struct Suspicion {
    /// Since when nobody has run. None while somebody does.
    since: Option<std::time::Instant>,
    /// What was reported last: a server that is idle again and again is reported once.
    told: Vec<String>,
}

impl Suspicion {
    /// Somebody runs.
    fn end(&mut self) {
        self.since = None;
    }

    /// Reports it after it has lasted, unless that would say what was said before. Returns how long to park before the
    /// next look.
    fn confirm(&mut self, core: &Rc<Core>) -> Duration {
        if self.since.get_or_insert_with(std::time::Instant::now).elapsed() < SUSPICION {
            return SECOND_LOOK;
        }
        let stalled = core.possibly_stalled();
        let told = stalled.tasks().iter().map(|task| task.to_string()).collect();
        if self.told == told {
            return SUSPICION;
        }
        self.told = told;
        core.settings.reporter.deliver(&stalled.to_string());
        // Who receives the report may have woken somebody.
        Duration::ZERO
    }
}
