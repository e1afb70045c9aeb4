//! Plays one schedule after the other, each on a fresh runtime with virtual time, and says how each ended.

use super::super::context;
use super::super::note;
use super::super::observe::{Fault, Pick, Schedule};
use super::super::run::Builder;
use super::super::watch::Observer;
use super::super::watch::watchers::Wishes;
use super::hush;
use super::invariants;
use super::plan::{Bounds, Plan};
use super::player::{Halt, Player};
use super::scene::Scene;
use super::watchdog;
use std::cell::RefCell;
use std::future::Future;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

/// Lines that are said or reported while a schedule is played.
type Lines = Rc<RefCell<Vec<String>>>;

/// What plays.
pub(super) struct Session {
    pub(super) player: Rc<Player>,
    /// What the program said, in the last schedule.
    pub(super) said: Lines,
    lost: Lines,
    wishes: Wishes,
    /// The line that explores.
    at: &'static Location<'static>,
}

impl Session {
    #[track_caller]
    pub(super) fn new(bounds: Bounds, patience: Duration) -> Self {
        assert!(context::current().is_none(), "{INSIDE}");
        let [said, lost] = <[Lines; 2]>::default();
        let (says, loses) = (said.clone(), lost.clone());
        let builder = Builder { is_virtual: true, watch: Wishes::default() };
        let builder = builder.debug(false).on_say(move |line| says.borrow_mut().push(line.into()));
        // An error that the group it was for has not told is lost, too, and no panic.
        let is_panic = |report: &str| report.starts_with("lost: ") && !report.contains(" returned an error, ");
        let lose = move |report: &str| loses.borrow_mut().extend(is_panic(report).then(|| report.into()));
        let wishes = builder.on_report(lose).watch;
        let player = Rc::new(Player::new(bounds, watchdog::watch(patience)));
        Session { player, said, lost, wishes, at: Location::caller() }
    }

    pub(super) fn play<F: Future>(
        &self,
        plan: Plan,
        observers: Vec<Rc<dyn Observer>>,
        program: impl FnOnce() -> F,
    ) -> Result<F::Output, Halt> {
        hush::begin();
        invariants::ask(true);
        self.player.begin(plan);
        self.said.borrow_mut().clear();
        let builder = Builder { is_virtual: true, watch: self.wishes.clone() };
        let builder = observers.into_iter().fold(builder, Builder::observer);
        let runtime = builder.assemble(Some(self.player.clone()));
        let ran = catch_unwind(AssertUnwindSafe(|| runtime.try_run_at(program(), self.at)));
        let halt = self.player.found(None);
        note::count_a_poll(None);
        let at_last = || if let Ok(Ok(_)) = &ran { invariants::broken(true).map(Halt::Fault) } else { None };
        let halt = halt.or_else(at_last);
        drop(runtime);
        let lost = self.lost.take().into_iter().next();
        let end = match (halt, ran, lost) {
            (Some(halt @ (Halt::Stop(_) | Halt::Fault(Fault::Spins { .. }))), ..) => Err(halt),
            (None, Err(_), _) => Err(Halt::Fault(hush::panic_of(|task, _| task == "main", "it panicked"))),
            // A panic that nobody receives is behind what follows.
            (.., Some(lost)) => Err(Halt::Fault(hush::panic_of(|_, message| lost.contains(message), &lost))),
            (Some(halt), ..) => Err(halt),
            (None, Ok(Err(stalled)), None) => Err(Halt::Fault(Fault::Stalled(Box::new(stalled)))),
            (None, Ok(Ok(output)), None) => Ok(output),
        };
        self.player.pulse.rest();
        invariants::ask(false);
        hush::end();
        end
    }

    /// Plays a schedule that was written down.
    pub(super) fn replay<F: Future>(
        &self,
        schedule: &Schedule,
        observers: Vec<Rc<dyn Observer>>,
        program: impl FnOnce() -> F,
    ) -> Result<F::Output, Fault> {
        let end = self.play(Plan::Written(schedule.clone()), observers, program);
        match (self.player.strayed(schedule), end) {
            (None, Ok(output)) => Ok(output),
            (Some(strayed), _) => Err(strayed),
            (None, Err(Halt::Fault(fault))) => Err(fault),
            (None, Err(Halt::Stop(_))) => unreachable!("what is written down has no end of picks"),
        }
    }

    /// Plays picks, and shows what there is to choose from then.
    pub(super) fn look<F: Future>(&self, picks: Vec<Pick>, program: impl FnOnce() -> F) -> Scene {
        let mut scene = match self.play(Plan::Picked(picks), Vec::new(), program) {
            Err(Halt::Stop(scene)) => *scene,
            Err(Halt::Fault(fault)) => Scene { ended: Some(Err(fault)), ..Scene::default() },
            Ok(_) => Scene { ended: Some(Ok(())), ..Scene::default() },
        };
        scene.said = self.said.take();
        (scene.schedule, scene.moves) = self.player.with(|state| (state.schedule.clone(), state.moves.clone()));
        scene
    }
}

impl Player {
    /// What a schedule that was written down has not met in this program, if it has not met all.
    pub(super) fn strayed(&self, schedule: &Schedule) -> Option<Fault> {
        let (made, moves) = self.with(|state| (state.schedule.deviations.len(), state.moves.clone()));
        let missed = *schedule.deviations.get(made)?;
        let polls = moves.iter().filter(|pick| **pick == Pick::Run(missed.task)).count();
        let (name, part) = (self.pulse.name_of(missed.task), Schedule { deviations: vec![missed] });
        let part = part.to_string().split_off("gl1:".len());
        let what = format!("{part} of {schedule} was never met, and {name} was polled {polls} times");
        Some(Fault::Drifts { what })
    }
}

const INSIDE: &str = "schedules are explored from outside of any runtime, which greenlight makes afresh for each; call \
    explore() or replay() where run() would be called";
