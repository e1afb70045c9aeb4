//! A play as its trace tells it: who was polled one after the other, and who there is.

use crate::levels::Level;
use greenlight::explore::{Fault, Pick, Schedule};
use greenlight::trace::{Kind, Observer, TraceEvent};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// What was heard of a play.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// All of it, to its end.
    pub(super) moves: Vec<Move>,
    /// The names of its tasks, by their numbers.
    pub(super) names: BTreeMap<u64, String>,
    /// How many tasks were ready as the turn began.
    ready: usize,
    polls: BTreeMap<u64, u32>,
}

/// A step of a play.
#[derive(Clone, Copy, Debug)]
pub(super) struct Move {
    pub(super) pick: Pick,
    /// The task that is polled, and for which time; none of what is no poll.
    pub(super) poll: Option<(u64, u32)>,
}

/// Hears a play.
struct Seeing(RefCell<Seen>);

impl Observer for Seeing {
    fn on_event(&self, event: &TraceEvent) {
        self.0.borrow_mut().hear(event);
    }
}

/// Plays a schedule of a level to its end, in the ordinary order behind its deviations.
pub(super) fn play(level: &Level, schedule: &Schedule) -> (Seen, Result<(), Fault>) {
    let seeing = Rc::new(Seeing(RefCell::default()));
    let ended = level.explorer().play(schedule, vec![seeing.clone()], || level.start());
    (seeing.0.take(), ended)
}

impl Seen {
    fn hear(&mut self, event: &TraceEvent) {
        let number = event.task.as_ref().map_or(0, |task| task.number);
        if let Some(task) = &event.task {
            self.names.entry(number).or_insert_with(|| task.to_string());
        }
        let pick = match event.kind {
            Kind::TurnBegan { ready } => return self.ready = ready,
            // The end of the run drops who is left.
            Kind::Dropping if event.cause.is_none() => return,
            Kind::PollBegan | Kind::Dropping => Pick::Run(number),
            Kind::TimeJumped { .. } if self.ready > 0 => Pick::Late,
            Kind::CancelRequested if event.cause.is_none() => Pick::Cancel(number),
            _ => return,
        };
        let poll = matches!(pick, Pick::Run(_)).then(|| {
            let polls = self.polls.entry(number).or_default();
            *polls += 1;
            (number, *polls)
        });
        self.moves.push(Move { pick, poll });
    }

    pub(super) fn name(&self, task: u64) -> &str {
        self.names.get(&task).map_or("nobody", String::as_str)
    }
}
