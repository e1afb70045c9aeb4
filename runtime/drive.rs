//! Driving a run: turn after turn until main has ended, parked while there is nothing to do, and with an eye on whether
//! anybody can ever go on.

use super::clock::Instant;
use super::context::Core;
use super::executor::{Main, Turn};
use super::note::Kind;
use super::task::TaskKey;
use super::watch::stall::Stalled;
use super::watch::suspicion::{Standstill, Suspicion};
use std::rc::Rc;
use std::time::Duration;

/// The longest time to park at once: later deadlines are looked at again.
const LONGEST_PARK: Duration = Duration::from_secs(3600);

impl Core {
    /// Turns until main has ended, parking whenever there is nothing to do.
    pub(super) fn drive(self: &Rc<Self>, main: TaskKey, future: &mut Main<'_>) -> Result<(), Stalled> {
        let mut main_future = Some(future);
        let mut standstill = Standstill { since: self.now(), turns: 0 };
        let mut suspicion = Suspicion::new();
        loop {
            let turn = self.checked_turn(&mut main_future);
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
                    self.note(None, None, Kind::Stalled);
                    return Err(self.stalled());
                }
            }
        }
    }

    /// Sleeps until somebody rings, the deadline comes, or it is time to look whether anybody can go on.
    fn park(self: &Rc<Self>, deadline: Option<Instant>, suspicion: &mut Suspicion) {
        let next_look = suspicion.look(self, deadline.is_some());
        let due = deadline.map(|deadline| (deadline - self.clock.now()).min(LONGEST_PARK));
        self.inbox.park(due.into_iter().chain(next_look).min());
    }
}
