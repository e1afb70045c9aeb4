//! Which schedules are tried, and in which order: those with the fewest deviations first, so that the first that fails
//! is a smallest one; or each order there is; or some by lot.

use super::super::observe::{Deviation, Explored, Failed, Fault, Found, Pick, Recorder, Schedule, steps};
use super::super::watch::ids::ById;
use super::explorer::{Explorer, How};
use super::plan::{Bounds, Plan, Random};
use super::player::{Halt, Made};
use super::progress::Progress;
use super::session::Session;
use std::future::Future;
use std::ops::ControlFlow;
use std::rc::Rc;
use std::time::Instant;

/// How many schedules are tried between two looks at the clock.
const GLANCE: u64 = 64;

/// How often a schedule is repeated that did not go on as the one before it.
const REPEATS: usize = 8;

/// How much one poll may do that is about to be told.
const ACTS_TOLD: u32 = 1000;

/// Goes on, or breaks off for that reason.
type Tried<T> = ControlFlow<&'static str, T>;

pub(super) struct Search<'a, P> {
    explorer: &'a Explorer,
    program: &'a P,
    session: Session,
    /// The orders that were seen, by their numbers.
    seen: ById<u64, ()>,
    tried: u64,
    failing: u64,
    found: Vec<Found>,
    passing: Option<Vec<Pick>>,
    /// Within how many deviations every schedule was tried.
    within: Option<usize>,
    began: Instant,
    progress: Progress,
}

impl<'a, F: Future, P: Fn() -> F> Search<'a, P> {
    #[track_caller]
    pub(super) fn new(explorer: &'a Explorer, program: &'a P) -> Self {
        let plain = explorer.how == How::Exhaustive;
        Search {
            explorer,
            program,
            session: Session::new(Bounds { plain, ..explorer.bounds.clone() }, explorer.patience),
            seen: ById::default(),
            tried: 0,
            failing: 0,
            found: Vec::new(),
            passing: None,
            within: None,
            began: Instant::now(),
            progress: Progress::default(),
        }
    }

    #[track_caller]
    pub(super) fn run(mut self) -> Result<Explored, Box<Failed>> {
        let tried = self.tries();
        self.progress.end();
        let explored = Explored {
            schedules: self.tried,
            orders: self.seen.len() as u64,
            failing: self.failing,
            is_complete: tried.is_continue(),
            took: self.began.elapsed(),
            which: self.which(tried),
        };
        if self.found.is_empty() {
            return Ok(explored);
        }
        let found = self.told();
        Err(Box::new(Failed { found, explored }))
    }

    /// Tries what there is. Goes on if that was all; says whether there is no more at all.
    fn tries(&mut self) -> Tried<bool> {
        let mut ordinary = Schedule::default();
        match self.explorer.how {
            How::Exhaustive => self.visit(&mut ordinary, 0, 0, None).map_continue(|()| true),
            How::Random(seed) => {
                self.try_one(Plan::Written(ordinary))?;
                (1..)
                    .try_for_each(|number| self.try_one(Plan::Random(Random::new(seed, number))))
                    .map_continue(|()| false)
            }
            How::Deferrals => {
                for depth in 0..=self.explorer.bounds.deferrals {
                    let before = self.tried;
                    self.visit(&mut ordinary, 0, 0, Some(depth))?;
                    if self.tried == before {
                        return ControlFlow::Continue(true);
                    }
                    self.within = Some(depth);
                }
                ControlFlow::Continue(false)
            }
        }
    }

    /// Which schedules those were that were tried.
    fn which(&self, tried: Tried<bool>) -> String {
        let within = match self.within {
            None => "not even the ordinary order".to_string(),
            Some(0) => "the ordinary order".into(),
            Some(1) => "all with one deviation".into(),
            Some(within) => format!("all with up to {within} deviations"),
        };
        let mut which = match (self.explorer.how, tried) {
            (How::Random(seed), ControlFlow::Break(why)) => format!("by lot, seed {seed}; {why}"),
            (_, ControlFlow::Continue(true)) => "all that there are".into(),
            (How::Deferrals, ControlFlow::Break(why)) => format!("{within}, and some with more; {why}"),
            (_, ControlFlow::Break(why)) => format!("not all that there are; {why}"),
            (_, ControlFlow::Continue(false)) => within,
        };
        which += if self.explorer.bounds.late { ", late clocks among them" } else { "" };
        which += if self.explorer.bounds.cancels.1 > 0 { ", cancels among them" } else { "" };
        which
    }

    /// Tries a schedule, and all that do so much more otherwise later in it, at a choice from that one on; none if any
    /// number. What has something `left` to deviate was tried before. The last deviation was made where the order was
    /// that.
    fn visit(&mut self, schedule: &mut Schedule, from: usize, order: u64, left: Option<usize>) -> Tried<()> {
        let plan = Plan::Written(schedule.clone());
        if left.is_none_or(|left| left == 0) {
            self.try_one(plan)?;
        } else {
            _ = self.session.play(plan, Vec::new(), self.program);
        }
        let (then, made) = self.session.player.with(|state| {
            let last = from.checked_sub(1).and_then(|last| state.choices.get(last));
            (last.map_or(0, |last| last.order), state.schedule.deviations.len())
        });
        if (then, made) != (order, schedule.deviations.len()) {
            return self.drifts(schedule);
        }
        if left == Some(0) {
            return ControlFlow::Continue(());
        }
        let choices = self.session.player.with(|state| std::mem::take(&mut state.choices));
        for (at, &Made { may, order, task, poll }) in choices.iter().enumerate().skip(from) {
            for act in may.acts() {
                schedule.deviations.push(Deviation { act, task, poll });
                self.visit(schedule, at + 1, order, left.map(|left| left - 1))?;
                schedule.deviations.pop();
            }
        }
        ControlFlow::Continue(())
    }

    /// Tries a schedule that was not tried before.
    fn try_one(&mut self, plan: Plan) -> Tried<()> {
        if self.tried == self.explorer.schedules {
            return ControlFlow::Break("the bound on schedules ended it");
        }
        let end = self.session.play(plan, Vec::new(), self.program);
        self.tried += 1;
        self.session.player.with(|state| self.seen.insert(state.order, ()));
        match end {
            Ok(_) if self.passing.is_none() => self.passing = Some(self.session.moves()),
            // Whoever visits it finds that, too.
            Ok(_) | Err(Halt::Stop(_) | Halt::Fault(Fault::Drifts { .. })) => {}
            Err(Halt::Fault(fault)) => self.fails(fault),
        }
        if !self.tried.is_multiple_of(GLANCE) && self.tried > GLANCE {
            return ControlFlow::Continue(());
        }
        let lots = matches!(self.explorer.how, How::Random(_)).then_some(self.explorer.schedules);
        let elapsed = self.began.elapsed();
        self.progress.tell(elapsed, self.tried, lots, self.within.map(|within| within + 1), self.found.len());
        match self.explorer {
            Explorer { until: Some(stop), .. } if stop() => ControlFlow::Break("it was stopped"),
            Explorer { time: Some(most), .. } if elapsed >= *most => ControlFlow::Break("the bound on time ended it"),
            _ => ControlFlow::Continue(()),
        }
    }

    fn fails(&mut self, fault: Fault) {
        self.failing += 1;
        let (key, moves) = (fault.key(), self.session.moves());
        let schedule = self.session.player.with(|state| state.schedule.clone());
        let (nearest, parting, story) = (None, None, Vec::new());
        let mut new = Found { fault, count: 1, schedule, nearest, parting, story, key, moves };
        let Some(found) = self.found.iter_mut().find(|found| found.key == new.key) else { return self.found.push(new) };
        found.count += 1;
        if new.schedule.deviations.len() < found.schedule.deviations.len() {
            new.count = found.count;
            *found = new;
        }
    }

    /// A schedule has not gone as one before it that is the same so far: looks for where it goes apart.
    fn drifts(&mut self, schedule: &Schedule) -> Tried<()> {
        let repeat = || {
            _ = self.session.play(Plan::Written(schedule.clone()), Vec::new(), self.program);
            self.session.moves()
        };
        let first = repeat();
        let parting = (0..REPEATS).find_map(|_| self.session.parting(&first, &repeat()));
        let what = parting.map(|(step, [here, there])| format!("in step {step} {here}, and the next time {there}"));
        let what = what.unwrap_or_else(|| "it went another way than before, and did not do so again".into());
        self.fails(Fault::Drifts { what });
        ControlFlow::Break("one did not replay")
    }

    /// The faults, each told by its smallest schedule, which is played once more.
    #[track_caller]
    fn told(self) -> Vec<Found> {
        let Search { explorer, program, mut found, passing, .. } = self;
        let session = explorer.session(explorer.bounds.clone());
        // A list of picks is written down by the deferrals that lead to them.
        let written = |picks| session.look(picks, program).schedule;
        let passing = passing.map(written);
        for found in found.iter_mut().filter(|found| !matches!(found.fault, Fault::Drifts { .. })) {
            found.schedule = written(std::mem::take(&mut found.moves));
            let recorder = Rc::new(Recorder::default());
            let acts = if let Fault::Spins { .. } = found.fault { Some(ACTS_TOLD) } else { explorer.bounds.acts };
            let telling = explorer.session(Bounds { acts, ..explorer.bounds.clone() });
            _ = telling.play(Plan::Written(found.schedule.clone()), vec![recorder.clone()], program);
            found.story = steps(&recorder.events(), found.schedule.cancels());
            let shorter = (0..found.schedule.deviations.len()).rev();
            let mut shorter =
                shorter.map(|length| Schedule { deviations: found.schedule.deviations[..length].to_vec() });
            let passes = |schedule: &Schedule| session.replay(schedule, Vec::new(), program).is_ok();
            found.nearest = shorter.find(passes).or_else(|| passing.clone());
            if let Some(nearest) = &found.nearest {
                _ = session.play(Plan::Written(nearest.clone()), Vec::new(), program);
                found.parting = session.parting(&telling.moves(), &session.moves());
            }
        }
        found.sort_by_key(|found| found.schedule.deviations.len());
        found
    }
}

impl Session {
    fn moves(&self) -> Vec<Pick> {
        self.player.with(|state| state.moves.clone())
    }

    /// The first step in which the two differ, counted from 1, and what happens in it.
    fn parting(&self, here: &[Pick], there: &[Pick]) -> Option<(usize, [String; 2])> {
        let step = (0..here.len().max(there.len())).find(|&step| here.get(step) != there.get(step))?;
        let what = |pick: Option<&Pick>| match pick {
            Some(Pick::Run(task)) => format!("{} runs", self.player.pulse.name_of(*task)),
            Some(Pick::Late) => "time jumps".into(),
            Some(Pick::Cancel(task)) => format!("{} is cancelled", self.player.pulse.name_of(*task)),
            None => "it is over".into(),
        };
        Some((step + 1, [what(here.get(step)), what(there.get(step))]))
    }
}
