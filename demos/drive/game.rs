//! A level under way: what was picked so far, what there is to pick from, and whether the goal is reached.

use super::hint::{Hint, hint};
use super::seen::{Seen, play};
use crate::graph::told::{Told, tell};
use crate::levels::Level;
use greenlight::explore::{Fault, Pick, Scene};

/// Main has run once: who else there is, it has spawned.
const BEGUN: [Pick; 1] = [Pick::Run(0)];

/// The words for the ordinary order: for one pick, and for all that are left.
pub(super) const NEXT: &str = "next";
pub(super) const REST: &str = "rest";

/// A level that somebody plays.
#[derive(Debug)]
pub(crate) struct Game {
    pub(crate) level: &'static Level,
    /// What was picked, from the beginning on.
    picks: Vec<Pick>,
    pub(crate) scene: Scene,
    pub(super) seen: Seen,
    /// What the last pick did, and how the objects are.
    pub(super) told: Told,
}

/// How a level stands.
#[derive(Debug)]
pub(crate) enum Verdict<'a> {
    Open,
    Won,
    /// It is over, and the goal is not reached.
    Missed(&'a Result<(), Fault>),
}

impl Game {
    pub(crate) fn start(level: &'static Level) -> Game {
        let mut game = Game {
            level,
            picks: BEGUN.to_vec(),
            scene: Scene::default(),
            seen: Seen::default(),
            told: Told::default(),
        };
        game.look();
        game
    }

    /// Plays what was picked.
    fn look(&mut self) {
        self.scene = self.level.explorer().look(|| self.level.start(), &self.picks);
        self.seen = play(self.level, &self.scene.schedule).0;
        let told = tell(&self.level.explorer(), &self.scene, || self.level.start());
        self.told = told.into_iter().nth(self.picks.len()).unwrap_or_default();
    }

    /// Does this next. Says why not, if it cannot be done.
    pub(crate) fn pick(&mut self, pick: Pick) -> Result<(), String> {
        if self.scene.ended.is_some() {
            return Err("it is over".into());
        }
        let can_be_done = match pick {
            Pick::Run(task) => self.scene.ready.iter().any(|ready| ready.task.number == task),
            Pick::Late => self.scene.may_jump,
            Pick::Cancel(task) => self.scene.may_cancel.contains(&task),
            _ => false,
        };
        if !can_be_done {
            return Err(match pick {
                Pick::Late if self.level.may_be_late() => "no timer is armed".into(),
                Pick::Late => "time does not jump late in this level".into(),
                Pick::Cancel(_) if self.level.may_cancel().is_none() => "nobody is cancelled in this level".into(),
                Pick::Cancel(task) => format!("{} cannot be cancelled here", self.seen.name(task)),
                Pick::Run(task) => format!("{} is not ready; ready are: {}", self.seen.name(task), self.ready()),
                _ => "it is none".into(),
            });
        }
        self.picks.push(pick);
        self.look();
        Ok(())
    }

    /// The names of who is ready.
    pub(crate) fn ready(&self) -> String {
        self.scene.ready.iter().map(|ready| ready.task.to_string()).collect::<Vec<_>>().join(", ")
    }

    /// Who runs next in the ordinary order.
    pub(crate) fn ordinary(&self) -> Option<Pick> {
        let next = self.seen.moves.get(self.picks.len()).map(|next| next.pick);
        next.filter(|_| self.scene.ended.is_none())
    }

    /// What was picked last.
    pub(super) fn last(&self) -> Pick {
        *self.picks.last().expect("main has run")
    }

    /// Takes the last pick back.
    pub(crate) fn undo(&mut self) -> bool {
        let is_possible = self.picks.len() > BEGUN.len();
        if is_possible {
            self.picks.pop();
            self.look();
        }
        is_possible
    }

    pub(crate) fn restart(&mut self) {
        self.picks.truncate(BEGUN.len());
        self.look();
    }

    pub(crate) fn hint(&self) -> Option<Hint> {
        hint(self.level, &self.scene.schedule, self.picks.len()).filter(|_| self.scene.ended.is_none())
    }

    pub(crate) fn deviations(&self) -> usize {
        self.scene.schedule.deviations().len()
    }

    pub(crate) fn verdict(&self) -> Verdict<'_> {
        match &self.scene.ended {
            None => Verdict::Open,
            Some(ended) if self.level.goal.is_reached(ended) => Verdict::Won,
            Some(ended) => Verdict::Missed(ended),
        }
    }

    /// The pick that a word means: the name of who runs, `late`, `cancel:` and a name, or a word for the ordinary
    /// order.
    pub(crate) fn read(&self, word: &str) -> Result<Pick, String> {
        let number = |name: &str| {
            let named = self.seen.names.iter().find(|(_, known)| *known == name);
            named.map(|(number, _)| *number).ok_or_else(|| format!("there is no task `{name}` here"))
        };
        match (word, word.strip_prefix("cancel:")) {
            ("late", _) => Ok(Pick::Late),
            (NEXT | REST, _) => self.ordinary().ok_or_else(|| "it is over".into()),
            (_, Some(name)) => number(name).map(Pick::Cancel),
            (name, None) => number(name).map(Pick::Run),
        }
    }

    /// A pick as [`read`](Game::read) reads it.
    pub(crate) fn word(&self, pick: Pick) -> String {
        match pick {
            Pick::Run(task) => self.seen.name(task).into(),
            Pick::Cancel(task) => format!("cancel:{}", self.seen.name(task)),
            _ => "late".into(),
        }
    }

    /// What was picked, in words.
    pub(crate) fn played(&self) -> String {
        self.picks[BEGUN.len()..].iter().map(|pick| self.word(*pick)).collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::levels::LEVELS;

    /// Follows the hints to the end, and says how many deviations they took.
    fn follow(game: &mut Game) -> usize {
        let before = game.deviations();
        let promised = game.hint().expect("the goal is in reach").more;
        while let Some(hint) = game.hint() {
            assert_eq!(game.deviations() + hint.more, before + promised, "{} after {}", game.level.name, game.played());
            game.pick(hint.pick).expect("a hint can be followed");
        }
        assert!(matches!(game.verdict(), Verdict::Won), "{} by {}", game.level.name, game.played());
        game.deviations()
    }

    #[test]
    fn hints_lead_to_the_goal_with_the_fewest_deviations() {
        for level in LEVELS {
            assert_eq!(follow(&mut Game::start(level)), level.fewest, "{}", level.name);
        }
    }

    #[test]
    fn hints_lead_to_the_goal_from_a_detour_too() {
        for level in LEVELS {
            let mut game = Game::start(level);
            // Who is last runs first.
            for _ in 0..2 {
                let last = game.scene.ready.last().expect("somebody is ready").task.number;
                game.pick(Pick::Run(last)).expect("who is ready can be picked");
                if !matches!(game.verdict(), Verdict::Open) || game.hint().is_none() {
                    assert!(game.undo());
                    break;
                }
            }
            follow(&mut game);
        }
    }

    #[test]
    fn the_ordinary_order_reaches_a_goal_only_where_the_level_says_so() {
        for level in LEVELS {
            let mut game = Game::start(level);
            while let Some(next) = game.ordinary() {
                game.pick(next).expect("who is next is ready");
            }
            assert_eq!(game.deviations(), 0);
            assert_eq!(matches!(game.verdict(), Verdict::Won), level.fewest == 0, "{}", level.name);
        }
    }

    #[test]
    fn what_was_taken_back_never_was() {
        for level in LEVELS {
            let mut game = Game::start(level);
            let begun = format!("{:?}", (game.ready(), &game.scene.said, &game.scene.schedule));
            let first = game.ordinary().expect("somebody is ready");
            game.pick(first).expect("who is next is ready");
            assert!(game.undo() && !game.undo());
            assert_eq!(format!("{:?}", (game.ready(), &game.scene.said, &game.scene.schedule)), begun);
            game.pick(first).expect("it can be picked again");
            game.restart();
            assert_eq!(format!("{:?}", (game.ready(), &game.scene.said, &game.scene.schedule)), begun);
        }
    }
}
