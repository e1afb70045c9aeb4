//! How labels and trace events read as text.

use super::state::ObjectState;
use super::trace::{Kind, ObjectLabel, TaskLabel, TraceEvent};
use std::fmt;

impl fmt::Display for TaskLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => f.write_str(name),
            None => write!(f, "task {}", self.number),
        }
    }
}

impl fmt::Display for ObjectLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.name, self.number) {
            (Some(name), _) => write!(f, "{} `{name}`", self.kind),
            (None, Some(number)) => write!(f, "{} {number}", self.kind),
            (None, None) => write!(f, "{}", self.kind),
        }
    }
}

/// Prints as one short sentence, without number, time or cause: ``walker waits on event `light` ``.
impl fmt::Display for TraceEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let task = self.task.as_ref().map_or_else(|| "outside".to_string(), TaskLabel::to_string);
        let object = self.object.as_ref().map_or_else(|| "nothing".to_string(), ObjectLabel::to_string);
        match self.kind {
            Kind::Spawned => write!(f, "{task} spawned"),
            Kind::Woken => write!(f, "{task} woken"),
            Kind::WokenAgain => write!(f, "{task} woken again"),
            Kind::PollBegan => write!(f, "{task} polled"),
            Kind::PollPending => write!(f, "{task} pending"),
            Kind::PollReady => write!(f, "{task} ready"),
            Kind::PollPanicked => write!(f, "{task} panics"),
            Kind::Waits => write!(f, "{task} waits on {object}"),
            Kind::Granted => write!(f, "{task} is granted {object}"),
            Kind::WaitMoved => write!(f, "{task} goes on with a wait on {object}"),
            Kind::Waited => write!(f, "{task} is done waiting on {object}"),
            Kind::Leaves => write!(f, "{task} leaves {object}"),
            Kind::Yields => write!(f, "{task} yields"),
            Kind::CancelRequested => write!(f, "{task} to be cancelled"),
            Kind::Dropping => write!(f, "{task} dropped"),
            Kind::Returned => write!(f, "{task} returned"),
            Kind::Cancelled => write!(f, "{task} cancelled"),
            Kind::Panicked => write!(f, "{task} panicked"),
            Kind::TimerArmed { deadline } => write!(f, "{task} sleeps until {deadline}"),
            Kind::TimerFired => write!(f, "timer of {task} fires"),
            Kind::TimerDropped => write!(f, "{task} sleeps no more"),
            Kind::TimerMoved => write!(f, "{task} goes on with a sleep"),
            Kind::ObjectMade { state } => write!(f, "{object} comes up{}", of_state(state)),
            Kind::ObjectGone => write!(f, "{object} is gone"),
            Kind::TimeJumped => write!(f, "time jumps to {}", self.time),
            Kind::ThreadArrived => write!(f, "a thread arrives"),
            Kind::EventSet { released } => write!(f, "{task} sets {object}, releasing {released}"),
            Kind::EventFound => write!(f, "{task} finds {object} set"),
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
            Kind::BarrierReset => write!(f, "{task} resets {object}"),
            Kind::BarrierAborted => write!(f, "{task} aborts {object}"),
            Kind::GroupDropped { unjoined, lost } => {
                write!(f, "{task} drops {object}, with {}", left_in_a_group(unjoined, lost))
            }
            Kind::EndTold => write!(f, "{object} is told of an end"),
            Kind::Told { word } => write!(f, "{task} {word} {object}"),
            Kind::Stalled => write!(f, "stalled"),
        }
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

/// How wide a report is, unless a word is longer.
const WIDTH: usize = 80;

/// Breaks the lines of a text between words. What a line goes on with stands four columns further in, as nothing else
/// does.
pub(super) fn wrapped(text: &str) -> String {
    let mut wrapped = String::new();
    for (number, line) in text.lines().enumerate() {
        if number > 0 {
            wrapped.push('\n');
        }
        let told = line.trim_start();
        let indent = line.len() - told.len();
        wrapped.extend(std::iter::repeat_n(' ', indent));
        let mut column = indent;
        for (place, word) in told.split(' ').enumerate() {
            let width = word.chars().count();
            if place > 0 && column + 1 + width > WIDTH {
                wrapped.push('\n');
                wrapped.extend(std::iter::repeat_n(' ', indent + 4));
                column = indent + 4;
            } else if place > 0 {
                wrapped.push(' ');
                column += 1;
            }
            wrapped += word;
            column += width;
        }
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_no_word_breaks() {
        let (short, long) = ("x".repeat(30), "y".repeat(90));
        let text = format!("{short} {short} {short}\n  {long} {short} 345678901\n{short} {short} 345678901 {short}");
        let expected = format!(
            "{short} {short}\n    {short}\n  {long}\n      {short} 345678901\n{short} {short} 345678901\n    {short}"
        );
        assert_eq!(wrapped(&text), expected);
        let full = "z".repeat(39) + " " + &"z".repeat(40);
        assert_eq!(wrapped(&full), full);
        assert_eq!(wrapped(&(full.clone() + "z")), full.replace(' ', "\n    ") + "z");
    }
}
