//! Exploring in one call, and playing again what was found: in a test, or in any program as its environment says.

use super::super::context::{Batch, Chooser, Core};
use super::super::observe::{Explored, Failed, Fault, Pick, Schedule};
use super::super::watch::Observer;
use super::explorer::Explorer;
use super::plan::{Bounds, Plan, Random};
use super::player::Player;
use super::scene::Scene;
use super::search::Search;
use std::future::Future;
use std::io::{Write, stderr};
use std::rc::Rc;
use std::sync::Arc;

/// Names the schedule of each runtime of a program.
const VARIABLE: &str = "GREENLIGHT_SCHEDULE";

/// Runs a program under every schedule with up to three deviations from the ordinary order, those with the fewest
/// first; see [`Explorer`](super::Explorer) for other bounds.
///
/// A deviation *defers* the task that is about to run: it keeps its place in the ready queue, and others run before it
/// until every task that is ready is deferred or has run.
///
/// # Panics
/// With the report, if a schedule fails; when it is called inside a runtime.
///
/// ```
/// let explored = greenlight::explore(|| async {
///     let guests = ["alice", "bob"].map(|name| greenlight::task(name).spawn(async {}));
///     greenlight::gather_tasks(guests).await;
/// });
/// let tried = "2 schedules tried, 2 different orders: all that there are";
/// assert_eq!(explored.to_string(), tried);
/// ```
#[track_caller]
pub fn explore<F: Future>(program: impl Fn() -> F) -> Explored {
    Explorer::new().run(program)
}

/// Like [`explore`](crate::explore()), but returns the report of the schedules that fail instead of panicking with it.
///
/// # Errors
/// When a schedule fails.
///
/// # Panics
/// When it is called inside a runtime.
///
/// ```
/// use greenlight::{explore::Fault, sync::Condition, task, try_explore};
/// use std::rc::Rc;
///
/// let failed = try_explore(|| async {
///     let club = Rc::new(Condition::new(()).named("club"));
///     let door = club.clone();
///     let alice = async move { drop(door.wait(door.lock().await).await) };
///     let alice = task("alice").spawn(alice);
///     let bouncer = task("bouncer").spawn(async move { club.notify_one(&club.lock().await) });
///     _ = (alice.await, bouncer.await);
/// });
/// let failed = failed.unwrap_err();
/// let found = &failed.found[0];
/// // Alice, task 1, has not begun to wait when the bouncer notifies.
/// assert_eq!(found.schedule.to_string(), "gl1:1@1");
/// assert_eq!(found.count, failed.explored.failing);
/// assert!(matches!(found.fault, Fault::Stalled(_)));
/// assert_eq!(found.nearest.as_ref().unwrap().to_string(), "gl1:");
/// assert!(found.story[1].starts_with("> bouncer  runs before alice "));
/// ```
#[track_caller]
pub fn try_explore<F: Future>(program: impl Fn() -> F) -> Result<Explored, Box<Failed>> {
    Explorer::new().try_run(program)
}

/// Runs a program under one schedule, on virtual time, and returns its output. Behind the last deviation, the ordinary
/// order goes on.
///
/// The same is done by `GREENLIGHT_SCHEDULE` in the environment of any program on greenlight, with `gl1:…` or
/// `random:SEED`; what it says beside is on stderr.
///
/// # Panics
/// When the schedule fails, with what went wrong; when it does not replay, as that of another program; when the text is
/// none; when it is called inside a runtime.
///
/// ```
/// use greenlight::{explore::Explorer, replay, say, task};
/// use std::{cell::RefCell, rc::Rc};
///
/// let order = replay("gl1:1@1", || async {
///     let order = Rc::new(RefCell::new(Vec::new()));
///     let guests = ["alice", "bob"].map(|name| {
///         let order = order.clone();
///         task(name).spawn(async move { order.borrow_mut().push(name) })
///     });
///     greenlight::gather_tasks(guests).await;
///     order.take()
/// });
/// assert_eq!(order, ["bob", "alice"]);
/// ```
#[track_caller]
pub fn replay<F: Future>(schedule: &str, program: impl FnOnce() -> F) -> F::Output {
    let schedule: Schedule = match schedule.parse() {
        Ok(schedule) => schedule,
        Err(error) => panic!("{error}"),
    };
    match Explorer::new().play(&schedule, Vec::new(), program) {
        Ok(output) => output,
        Err(fault) => panic!("{fault}"),
    }
}

impl Explorer {
    /// Explores a program; see [`explore`](crate::explore()).
    ///
    /// # Panics
    /// With the report, if a schedule fails; when it is called inside a runtime.
    #[track_caller]
    pub fn run<F: Future>(&self, program: impl Fn() -> F) -> Explored {
        match self.try_run(program) {
            Ok(explored) => explored,
            Err(failed) => panic!("{failed}"),
        }
    }

    /// Explores a program; see [`try_explore`](crate::try_explore).
    ///
    /// # Errors
    /// When a schedule fails.
    ///
    /// # Panics
    /// When it is called inside a runtime.
    #[track_caller]
    pub fn try_run<F: Future>(&self, program: impl Fn() -> F) -> Result<Explored, Box<Failed>> {
        Search::new(self, &program).run()
    }

    /// Plays one schedule, with these to hear what happens.
    ///
    /// # Errors
    /// When the schedule fails, or does not replay.
    ///
    /// # Panics
    /// When it is called inside a runtime.
    ///
    /// ```
    /// use greenlight::{explore::{Explorer, Schedule}, trace::Recorder, yield_now};
    /// use std::rc::Rc;
    ///
    /// let recorder = Rc::new(Recorder::default());
    /// let schedule = Schedule::default(); // the ordinary order
    /// let played = Explorer::new().play(&schedule, vec![recorder.clone()], || yield_now());
    /// assert!(played.is_ok());
    /// assert_eq!(recorder.lines().last().unwrap(), "main returned");
    /// ```
    #[track_caller]
    pub fn play<F: Future>(
        &self,
        schedule: &Schedule,
        observers: Vec<Rc<dyn Observer>>,
        program: impl FnOnce() -> F,
    ) -> Result<F::Output, Fault> {
        // Within which bounds it was found, its text does not say.
        let bounds = Bounds { late: true, cancels: (None, usize::MAX), ..self.bounds.clone() };
        self.session(bounds).replay(schedule, observers, program)
    }

    /// Plays these picks, one after the other, and shows what there is to choose from then.
    ///
    /// # Panics
    /// When it is called inside a runtime.
    ///
    /// ```
    /// use greenlight::{explore::{Explorer, Pick}, say, task};
    ///
    /// let program = || async {
    ///     let guests = ["alice", "bob"];
    ///     let guests = guests.map(|name| task(name).spawn(async move { say!("{name}") }));
    ///     greenlight::gather_tasks(guests).await;
    /// };
    /// let explorer = Explorer::new();
    /// let scene = explorer.look(program, &[Pick::Run(0)]); // main has spawned both
    /// let ready: Vec<_> = scene.ready.iter().map(|ready| ready.task.to_string()).collect();
    /// assert_eq!(ready, ["alice", "bob"]);
    /// let scene = explorer.look(program, &[Pick::Run(0), Pick::Run(2)]);
    /// assert_eq!(scene.said, ["bob"]);
    /// assert_eq!(scene.schedule.to_string(), "gl1:1@1");
    /// ```
    #[track_caller]
    pub fn look<F: Future>(&self, program: impl FnOnce() -> F, picks: &[Pick]) -> Scene {
        self.session(self.bounds.clone()).look(picks.to_vec(), program)
    }
}

/// Who chooses as the environment says.
#[track_caller]
pub(in crate::runtime) fn from_environment() -> Option<Rc<dyn Chooser>> {
    let text = std::env::var(VARIABLE).ok().filter(|text| !text.is_empty())?;
    let mut written = None;
    let (plan, cancels) = match text.strip_prefix("random:").map(str::parse) {
        Some(Ok(seed)) => (Plan::Random(Random::new(seed, 0)), (None, 0)),
        Some(Err(_)) => panic!("{VARIABLE} is {text:?}; set it to random:SEED with a number, or to gl1:…"),
        None => match text.parse::<Schedule>() {
            Ok(schedule) => (Plan::Written(written.insert(schedule).clone()), (None, usize::MAX)),
            Err(error) => panic!("{VARIABLE}: {error}; or set it to random:SEED"),
        },
    };
    let bounds = Bounds { acts: None, turns: u64::MAX, late: true, cancels, ..Explorer::new().bounds };
    let player = Player::new(bounds, Arc::default());
    player.begin(plan);
    Some(Rc::new(Environment { player, written }))
}

/// A schedule of the environment's. Once the runtime is gone, it tells what came of it.
struct Environment {
    player: Player,
    /// None where it draws.
    written: Option<Schedule>,
}

impl Chooser for Environment {
    fn chooses(&self, core: &Rc<Core>, batch: &mut Batch, has_main: bool) -> bool {
        self.player.chooses(core, batch, has_main)
    }
}

impl Drop for Environment {
    fn drop(&mut self) {
        let told = match &self.written {
            None => Some(format!("that was the schedule {}", self.player.with(|state| state.schedule.clone()))),
            Some(schedule) => self.player.strayed(schedule).map(|fault| fault.to_string()),
        };
        _ = told.map(|told| writeln!(stderr(), "greenlight: {told}"));
    }
}
