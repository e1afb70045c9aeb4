//! A play as its trace tells it: who was polled one after the other, and what the last of them did.

use crate::levels::Level;
use greenlight::explore::{Fault, Pick, Schedule};
use greenlight::trace::{Kind, Observer, Story, TraceEvent};
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
    /// What happened up to the move that was looked at.
    pub(super) events: Vec<TraceEvent>,
    /// Where in that the last move begins.
    last: usize,
    /// After so many moves nothing more is kept.
    looked_at: usize,
    is_closed: bool,
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

/// Plays a schedule of a level to its end, in the ordinary order behind its deviations. Keeps what happens in so many
/// moves.
pub(super) fn play(level: &Level, schedule: &Schedule, looked_at: usize) -> (Seen, Result<(), Fault>) {
    let seeing = Rc::new(Seeing(RefCell::new(Seen { looked_at, ..Seen::default() })));
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
            Kind::TurnBegan { ready } => {
                self.ready = ready;
                None
            }
            // The end of the run drops who is left.
            Kind::Stalled => return self.is_closed = true,
            Kind::Dropping | Kind::Leaves if event.cause.is_none() => return self.is_closed = true,
            Kind::PollBegan | Kind::Dropping => Some(Pick::Run(number)),
            Kind::TimeJumped { .. } if self.ready > 0 => Some(Pick::Late),
            Kind::CancelRequested if event.cause.is_none() => Some(Pick::Cancel(number)),
            _ => None,
        };
        if self.moves.len() >= self.looked_at && (pick.is_some() || event.kind == Kind::Deferred) {
            self.is_closed = true;
        }
        if let Some(pick) = pick {
            if !self.is_closed {
                self.last = self.events.len();
            }
            let poll = matches!(pick, Pick::Run(_)).then(|| {
                let polls = self.polls.entry(number).or_default();
                *polls += 1;
                (number, *polls)
            });
            self.moves.push(Move { pick, poll });
        }
        if !self.is_closed {
            self.events.push(event.clone());
        }
    }

    pub(super) fn name(&self, task: u64) -> &str {
        self.names.get(&task).map_or("nobody", String::as_str)
    }

    /// What the last move did, in sentences.
    pub(super) fn told(&self) -> Vec<String> {
        let mut story = Story::default();
        let mut told: Vec<String> = self.events[self.last..].iter().filter_map(|event| story.hear(event)).collect();
        told.extend(story.end());
        let what = |sentence: String| sentence.split_once(": ").map_or(sentence.clone(), |(_, what)| what.to_string());
        told.into_iter().map(what).collect()
    }
}
