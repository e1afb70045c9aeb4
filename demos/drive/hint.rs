//! The nearest play that wins, from wherever somebody is: the ordinary order first, then all with one more deviation, and
//! so on.

use super::seen::{Move, Seen, play};
use crate::levels::Level;
use greenlight::explore::{Pick, Schedule};

/// How many more deviations are tried.
const MOST: usize = 3;

/// How many plays are tried: who is lost may go back.
const PLAYS: usize = 3000;

/// How a level can be won.
#[derive(Debug)]
pub(crate) struct Hint {
    /// What to do next.
    pub(crate) pick: Pick,
    /// How many more deviations it takes.
    pub(crate) more: usize,
}

/// What to do next in a level in which so much has been done by that schedule. None if that leads nowhere near.
pub(super) fn hint(level: &Level, schedule: &Schedule, done: usize) -> Option<Hint> {
    let mut search = Search { level, done, plays: 0 };
    let (more, moves) = (0..=MOST).find_map(|more| Some((more, search.within(schedule, done, more)?)))?;
    Some(Hint { pick: moves.get(done)?.pick, more })
}

struct Search<'a> {
    level: &'a Level,
    done: usize,
    plays: usize,
}

impl Search<'_> {
    /// The moves of a play that wins, by so many more deviations, none of them before that move.
    fn within(&mut self, schedule: &Schedule, from: usize, more: usize) -> Option<Vec<Move>> {
        self.plays += 1;
        if self.plays > PLAYS {
            return None;
        }
        let (seen, ended) = play(self.level, schedule);
        if more == 0 {
            return self.level.goal.is_reached(&ended).then_some(seen.moves);
        }
        // What cannot be done is a play that goes no further than it was told.
        (from..seen.moves.len()).find_map(|at| {
            let place = seen.moves[at].poll?;
            let acts = self.acts(&seen);
            let mut tried = acts.iter().map(|act| and(schedule, act, place));
            tried.find_map(|longer| self.within(&longer, at.max(self.done), more - 1))
        })
    }

    /// What may be done otherwise before a poll.
    fn acts(&self, seen: &Seen) -> Vec<String> {
        let named = seen.names.iter().filter(|(_, name)| self.level.may_cancel() == Some(name.as_str()));
        let cancels = named.map(|(number, _)| format!("cancel{number}:"));
        let late = self.level.may_be_late().then(|| "late:".to_string());
        [String::new()].into_iter().chain(late).chain(cancels).collect()
    }
}

/// A schedule that deviates once more.
fn and(schedule: &Schedule, act: &str, (task, poll): (u64, u32)) -> Schedule {
    let comma = if schedule.deviations().is_empty() { "" } else { "," };
    format!("{schedule}{comma}{act}{task}@{poll}").parse().expect("it is written as schedules are")
}
