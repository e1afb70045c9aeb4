//! What the report of a stall says last: what to do about it.

use super::stall::{Hint, Stalled, Why};
use super::state::{Notice, ObjectState};

/// The help where nothing is known.
const NEEDS_SOMEBODY: &str =
    "each of these waits needs somebody to end it: another task, or a thread that keeps a Remote until then";

impl Stalled {
    /// What to do about it.
    pub(super) fn help(&self) -> &'static str {
        match self.why {
            Why::NobodyCanRun | Why::Deadlock => self.hint.map_or(NEEDS_SOMEBODY, Hint::help),
            Why::Stopped => "these tasks had not ended",
            Why::SomebodyCanRun => "the tasks that wait here may go on yet",
            Why::OnlyOutsideCanWake(_) => {
                "if a thread is going to use that waker, all is well, and a Remote that it keeps until then \
                 says so; if it is a FuturesUnordered or a channel of this thread that holds it, this is a stall"
            }
            Why::TimeStandsStill(_) => {
                "virtual time moves when no task is ready: have these tasks wait for a sleep or an event instead of \
                 yielding, or raise Builder::turn_limit"
            }
        }
    }
}

impl Hint {
    fn help(self) -> &'static str {
        match self {
            Hint::Object(help) => help,
            Hint::Unpolled => {
                "a wait that is not polled keeps what it was handed from everybody else: await it or drop it before \
                 anything else, or spawn it as a task of its own"
            }
            Hint::WaitsForItself => {
                "a task cannot wait for what it holds: drop the guard or permit first; if it gave that away, whoever has it has to \
                 drop it"
            }
            Hint::Circle { guards: true } => {
                "one task of a circle has to go on without the next: drop a guard or permit before waiting, or take \
                 them in the same order everywhere"
            }
            Hint::Circle { guards: false } => "one task of a circle has to go on without the next",
            Hint::OtherRuntime => {
                "a task of another runtime of this thread has it, and goes on only when that runtime does: step both by \
                 Runtime::turn, or use one"
            }
            Hint::Leaked => {
                "a guard or permit was forgotten, or is kept by somebody else: drop it, and the others go on"
            }
            Hint::Unheard => {
                "a signal that comes when nobody waits is lost: look at the state before waiting, as \
                 Condition::wait_for does"
            }
            Hint::Unannounced => {
                "on the virtual clock, a thread that is going to wake a task keeps a Remote until then; if it is a \
                 FuturesUnordered or a channel of this thread that holds the waker, nobody will use it"
            }
            Hint::NoWaker => {
                "a future that returns Pending has to leave a clone of its context's waker with whoever is to wake it; \
                 one that is pending() ends only by being cancelled"
            }
        }
    }
}

impl ObjectState {
    /// What to do about a wait that nobody ends.
    pub(super) fn help(self) -> Option<&'static str> {
        Some(match self {
            ObjectState::Notice { last: Some(Notice { in_vain: Some(_), .. }) } => {
                "a notify is used up also by one who finds its predicate false: notify everybody, or those whom the \
                 change concerns"
            }
            ObjectState::Notice { last: Some(Notice { waited, woken, .. }) } if woken < waited => {
                "nobody notifies those who are left: notify_all wakes everybody, and one who goes on may notify the next"
            }
            ObjectState::Permits { forgotten: 1.., .. } => {
                "permits that were forgotten come back by Semaphore::release alone"
            }
            ObjectState::Arrivals { .. } => {
                "a barrier opens once all of its parties have arrived: have the others come, or make it for fewer; \
                 abort() lets all go on with an error"
            }
            ObjectState::Item { .. } => {
                "nobody puts an item into that queue, and nobody closes it: close() after the last put ends every get"
            }
            ObjectState::Room => "nobody takes an item from that queue, and nobody closes it: close() ends every put",
            ObjectState::Done { .. } => {
                "an item is done when task_done() is called for it: once for each that is taken, by whoever took it"
            }
            _ => return None,
        })
    }
}
