//! Plays one schedule after the other, each on a fresh runtime with virtual time, and says how each ended.

use super::super::context;
use super::super::note;
use super::super::run::Builder;
use super::super::watch::watchers::Wishes;
use super::super::watch::{Observer, Stalled};
use super::fault::Fault;
use super::hush;
use super::invariants;
use super::plan::{Bounds, Pick, Plan};
use super::player::{Halt, Player};
use super::scene::Scene;
use super::schedule::Schedule;
use super::watchdog;
use std::any::Any;
use std::cell::RefCell;
use std::future::Future;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::rc::Rc;
use std::time::Duration;

/// How a schedule ended.
pub(super) enum End<T> {
    Returned(T),
    Failed(Fault),
    /// There were no more picks.
    Stopped(Box<Scene>),
    /// The plan says what cannot be done.
    Impossible,
}

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
        let player = Rc::new(Player::new(bounds));
        watchdog::watch(&player.pulse, patience);
        Session { player, said, lost, wishes, at: Location::caller() }
    }

    pub(super) fn play<F: Future>(
        &self,
        plan: Plan,
        observers: Vec<Rc<dyn Observer>>,
        program: impl FnOnce() -> F,
    ) -> End<F::Output> {
        hush::begin();
        invariants::begin();
        self.player.begin(plan);
        self.said.borrow_mut().clear();
        self.lost.borrow_mut().clear();
        let builder = Builder { is_virtual: true, watch: self.wishes.clone() };
        let builder = observers.into_iter().fold(builder, Builder::observer);
        let runtime = builder.assemble(Some(self.player.clone()));
        let ran = catch_unwind(AssertUnwindSafe(|| runtime.try_run_at(program(), self.at)));
        let spun = self.player.spun();
        note::count_a_poll(None);
        let at_last = match &ran {
            Ok(Ok(_)) => catch_unwind(invariants::broken_at_last).map_err(|_| Halt::Panicked),
            _ => Ok(None),
        };
        drop(runtime);
        invariants::end();
        self.player.pulse.rest();
        let at_last =
            at_last.map_or_else(Some, |broken| broken.map(|invariant| Halt::Found(Fault::Broken { invariant })));
        let halt = self.player.with(|state| state.halt.take()).or(spun).or(at_last);
        self.end(ran, halt, hush::end())
    }

    fn end<T>(
        &self,
        ran: Result<Result<T, Stalled>, Box<dyn Any + Send>>,
        halt: Option<Halt>,
        panics: Vec<Fault>,
    ) -> End<T> {
        let lost = self.lost.borrow();
        let unknown = || Fault::Panicked { task: "a task".into(), message: lost.concat(), at: String::new() };
        let panicked = |which: &dyn Fn(&str, &str) -> bool| {
            let is_it = |fault: &&Fault| matches!(fault, Fault::Panicked { task, message, .. } if which(task, message));
            End::Failed(panics.iter().find(is_it).cloned().unwrap_or_else(unknown))
        };
        match (halt, ran) {
            (Some(Halt::Stopped(scene)), _) => End::Stopped(scene),
            (Some(Halt::Impossible), _) => End::Impossible,
            (Some(Halt::Panicked), _) => End::Failed(panics.last().cloned().unwrap_or_else(unknown)),
            (Some(Halt::Found(fault @ Fault::Spins { .. })), _) => End::Failed(fault),
            (None, Err(_)) => panicked(&|task, _| task == "main"),
            // A panic that nobody receives is behind what follows.
            _ if !lost.is_empty() => panicked(&|_, message| lost[0].contains(message)),
            (Some(Halt::Found(fault)), _) => End::Failed(fault),
            (None, Ok(Err(stalled))) => End::Failed(Fault::Stalled(Box::new(stalled))),
            (None, Ok(Ok(output))) => End::Returned(output),
        }
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
            (None, End::Failed(fault)) => Err(fault),
            (None, End::Returned(output)) => Ok(output),
            (strayed, _) => {
                Err(strayed.unwrap_or_else(|| Fault::Drifts { what: format!("{schedule} cannot be done") }))
            }
        }
    }

    /// Plays picks, and shows what there is to choose from then.
    pub(super) fn look<F: Future>(&self, picks: Vec<Pick>, program: impl FnOnce() -> F) -> Scene {
        let end = self.play(Plan::Picked(picks), Vec::new(), program);
        let impossible = || Fault::Drifts { what: "the next pick cannot be done".into() };
        let mut scene = match end {
            End::Stopped(scene) => *scene,
            End::Returned(_) => Scene { ended: Some(Ok(())), ..Scene::default() },
            End::Failed(fault) => Scene { ended: Some(Err(fault)), ..Scene::default() },
            End::Impossible => Scene { ended: Some(Err(impossible())), ..Scene::default() },
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
