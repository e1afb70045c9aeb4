//! An event as a sentence.

use super::super::watch::{Kind, ObjectLabel, ObjectState, Printable, Purpose, TaskLabel, TraceEvent};
use std::fmt;

/// Prints as one short sentence, without number, time or cause: ``walker waits on event `light` ``.
impl fmt::Display for TraceEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let task = self.task.as_deref().map_or_else(|| "outside".to_string(), TaskLabel::to_string);
        let object = self.object.as_deref().map_or_else(|| "nothing".to_string(), ObjectLabel::to_string);
        let said = Printable(self.text.as_deref().unwrap_or_default());
        match self.kind {
            Kind::Spawned => write!(f, "{task} spawned"),
            Kind::Woken => write!(f, "{task} woken"),
            Kind::WokenAgain => write!(f, "{task} woken again"),
            Kind::StaleWake => write!(f, "a wake comes for {task}, which has ended"),
            Kind::WakerHeld => write!(f, "a waker of {task} is kept"),
            Kind::WakerLetGo => write!(f, "no waker of {task} is kept any more"),
            Kind::TurnBegan { ready } => write!(f, "turn {}, with {ready} ready", self.turn),
            Kind::PollBegan => write!(f, "{task} polled"),
            Kind::PollPending => write!(f, "{task} pending"),
            Kind::PollReady => write!(f, "{task} ready"),
            Kind::PollPanicked => write!(f, "{task} panics: {said}"),
            Kind::Waits { .. } => write!(f, "{task} waits on {object}"),
            Kind::Granted => write!(f, "{task} is granted {object}"),
            Kind::WaitMoved => write!(f, "{task} goes on with a wait on {object}"),
            Kind::Waited => write!(f, "{task} is done waiting on {object}"),
            Kind::Leaves => write!(f, "{task} leaves {object}"),
            Kind::Yields => write!(f, "{task} yields"),
            Kind::Deferred => write!(f, "{task} is deferred"),
            Kind::CancelRequested => write!(f, "{task} to be cancelled"),
            Kind::Dropping => write!(f, "{task} dropped"),
            Kind::Returned => write!(f, "{task} returned"),
            Kind::Cancelled => write!(f, "{task} cancelled"),
            Kind::Panicked => write!(f, "{task} panicked"),
            Kind::TimerArmed { deadline, purpose } => write!(f, "{task} {} until {deadline}", doing(purpose)),
            Kind::TimerFired => write!(f, "timer of {task} fires"),
            Kind::TimerDropped => write!(f, "{task} sleeps no more"),
            Kind::TimerMoved => write!(f, "{task} goes on with a sleep"),
            Kind::ObjectMade { state } => write!(f, "{object} comes up{}", of_state(state)),
            Kind::ObjectGone => write!(f, "{object} is gone"),
            Kind::TimedOut => write!(f, "{task} times out"),
            Kind::TimeJumped { .. } => write!(f, "time jumps to {}", self.time),
            Kind::ThreadParked { at_most: Some(time) } => write!(f, "the thread sleeps for {time:?} at most"),
            Kind::ThreadParked { at_most: None } => write!(f, "the thread sleeps until somebody acts"),
            Kind::ThreadUnparked => write!(f, "the thread goes on"),
            Kind::ThreadArrived => write!(f, "a thread arrives"),
            Kind::EventSet { released } => write!(f, "{task} sets {object}, releasing {released}"),
            Kind::EventFound => write!(f, "{task} finds {object} set"),
            Kind::EventUnset => write!(f, "{task} finds {object} unset"),
            Kind::EventCleared => write!(f, "{task} clears {object}"),
            Kind::EventPulsed { released } => write!(f, "{task} pulses {object}, releasing {released}"),
            Kind::LockTaken => write!(f, "{task} takes {object}"),
            Kind::LockReleased => write!(f, "{task} releases {object}"),
            Kind::Notified { asked: usize::MAX, .. } => write!(f, "{task} notifies all on {object}"),
            Kind::Notified { asked, .. } => write!(f, "{task} notifies {asked} on {object}"),
            Kind::PredicateAsked { holds: true, .. } => write!(f, "{task} finds {object} ready"),
            Kind::PredicateAsked { notified: 0, .. } => write!(f, "{task} finds {object} not ready"),
            Kind::PredicateAsked { .. } => write!(f, "{task} was woken in vain by {object}"),
            Kind::PermitsTaken { permits } => write!(f, "{task} takes {permits} of {object}"),
            Kind::PermitsReleased { permits } => write!(f, "{task} releases {permits} of {object}"),
            Kind::ItemPut { len } => write!(f, "{task} puts an item into {object}, which has {len}"),
            Kind::ItemTaken { len } => write!(f, "{task} takes an item from {object}, which has {len} left"),
            Kind::ItemDone { unfinished } => write!(f, "{task} is done with an item of {object}, {unfinished} left"),
            Kind::QueueClosed => write!(f, "{task} closes {object}"),
            Kind::BarrierArrived { inside } => write!(f, "{task} arrives at {object} as number {inside}"),
            Kind::BarrierLeft { inside } => write!(f, "{task} is out of {object}, with {inside} inside"),
            Kind::BarrierReset => write!(f, "{task} resets {object}"),
            Kind::BarrierAborted => write!(f, "{task} aborts {object}"),
            Kind::GroupDropped { unjoined, lost } => {
                write!(f, "{task} drops {object}, with {}", left_in_a_group(unjoined, lost))
            }
            Kind::Refused => write!(f, "{task} does not get {object}"),
            Kind::EndFound => write!(f, "{task} finds that {said} has ended"),
            Kind::EndAwaited => write!(f, "{object} waits for the end of {task}"),
            Kind::EndTold => write!(f, "{object} is told of an end"),
            Kind::Told { word } => write!(f, "{task} {word} {object}"),
            Kind::Printed => write!(f, "{task} says: {said}"),
            Kind::Marked => write!(f, "{task} marks: {said}"),
            Kind::Stalled => write!(f, "stalled"),
        }
    }
}

/// What a task does that has armed a timer.
fn doing(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Sleep => "sleeps",
        Purpose::Timeout | Purpose::Deadline => "has time",
        Purpose::Tick => "waits for a tick",
    }
}

/// What an object was made with.
fn of_state(state: ObjectState) -> String {
    match state {
        ObjectState::Permits { made_with, .. } => format!(", of {made_with}"),
        ObjectState::Arrivals { parties, .. } => format!(", for {parties}"),
        ObjectState::Item { capacity: Some(capacity) } => format!(", for {capacity}"),
        _ => String::new(),
    }
}

/// What a task group still had when it was dropped.
pub(super) fn left_in_a_group(unjoined: usize, lost: usize) -> String {
    let s = |count| if count == 1 { "" } else { "s" };
    format!("{unjoined} task{} that nobody joins and {lost} lost error{}", s(unjoined), s(lost))
}
