//! Plays one scenario under virtual time: a task of the runtime for each task of the scenario, and
//! a log.

use super::perform::{Performed, Performer};
use super::script::{Scenario, TaskIndex};
use crate::interrupt;
use crate::stderr::{report, reporting};
use greenlight::{Builder, Deadline, GroupSpawner, JoinHandle, Stalled, Task, TaskGroup};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

/// Plays a scenario to its end, or to its stall, and returns the log. The error is a sentence for
/// whoever wrote the scenario.
pub(super) fn play(scenario: Scenario) -> Result<Vec<String>, String> {
    play_on(reporting(), scenario)
}

/// The same on a runtime that this builds.
pub(super) fn play_on(builder: Builder, scenario: Scenario) -> Result<Vec<String>, String> {
    let world = Rc::new(World::new(scenario));
    // No number of turns is too many: a block may be repeated as often as it likes, and still ends.
    let builder = builder.virtual_clock().check_every_turn().turn_limit(u64::MAX).on_report(report_unless_logged);
    let runtime = builder.build();
    let _stoppable = interrupt::may_stop(&runtime);
    match catch_unwind(AssertUnwindSafe(|| runtime.try_run(main(world.clone())))) {
        Ok(Ok(())) => {}
        Ok(Err(stalled)) if stalled.was_stopped() => interrupt::end_of(&stalled),
        Ok(Err(stalled)) => world.stall(&stalled),
        Err(_) => drop(world.refuse(PANICKED.into())),
    }
    match world.refusal.take() {
        Some(why) => Err(why),
        None => Ok(world.log.take()),
    }
}

/// What a scenario does, for whoever explores it. It panics with the rule that the scenario breaks, if it does.
pub(super) async fn program(scenario: Scenario) {
    let world = Rc::new(World::new(scenario));
    main(world.clone()).await;
    if let Some(why) = world.refusal.take() {
        panic!("{why}");
    }
}

/// An error or a panic of a task is in the log, whoever else hears of it.
fn report_unless_logged(what: &str) {
    if ![", returned an error, ", ", panicked, and nobody awaits it: "].iter().any(|logged| what.contains(logged)) {
        report(what);
    }
}

pub(super) const PANICKED: &str =
    "playing it panicked, which is a fault of greenlight and not of the scenario; please report it";

/// What all tasks of a scenario share.
pub(super) struct World {
    pub(super) scenario: Scenario,
    /// In the order of [`Scenario::tasks`].
    pub(super) actors: Vec<Actor>,
    log: RefCell<Vec<String>>,
    /// Set once main is gone: tasks that go after it log nothing.
    over: Cell<bool>,
    /// What the tasks have added up.
    variables: RefCell<HashMap<String, i64>>,
    /// The groups that had or have a block for a body.
    pub(super) groups: RefCell<HashMap<String, GroupSpawner<String>>>,
    /// The deadlines of the timeouts that are under way and can be moved.
    pub(super) deadlines: RefCell<HashMap<String, Rc<Deadline>>>,
    /// The first rule that the scenario broke while it was played, if it broke one.
    refusal: RefCell<Option<String>>,
}

/// What is known of one task of the scenario.
#[derive(Default)]
pub(super) struct Actor {
    /// Empty until it is started.
    pub(super) task: OnceCell<Task>,
    /// The handle of one that is started, as long as nobody waits by it; none if a group has it.
    handle: RefCell<Option<JoinHandle<Performed>>>,
    /// None until it has ended.
    pub(super) outcome: RefCell<Option<Outcome>>,
    /// Set when it cancels itself. If it ends before that takes effect, it counts as cancelled.
    pub(super) cancelled_itself: Cell<bool>,
    /// Set once it is to panic with what its block fails with.
    pub(super) panics: Cell<bool>,
}

/// Handles that somebody waits by. They go back to their actors.
pub(super) struct Borrowed<'w> {
    world: &'w World,
    tasks: &'w [TaskIndex],
    pub(super) handles: Vec<JoinHandle<Performed>>,
}

/// How a task ended, in the words of the log.
#[derive(Clone)]
pub(super) enum Outcome {
    End,
    Cancelled,
    Failed(String),
    Panicked(String),
}

/// Closes the log when main goes, at its end as in a stall: main is the first to go.
struct Curtain(Rc<World>);

/// What the runtime runs.
async fn main(world: Rc<World>) {
    let _curtain = Curtain(world.clone());
    let mut started = Vec::new();
    for &task in &world.scenario.start {
        match world.start(task) {
            Ok(task) => started.push(task),
            Err(_) => return,
        }
    }
    for task in started {
        task.ended().await;
    }
    world.log("main", "end");
}

impl World {
    fn new(scenario: Scenario) -> Self {
        World {
            actors: scenario.tasks.iter().map(|_| Actor::default()).collect(),
            scenario,
            log: RefCell::default(),
            over: Cell::new(false),
            variables: RefCell::default(),
            groups: RefCell::default(),
            deadlines: RefCell::default(),
            refusal: RefCell::default(),
        }
    }

    pub(super) fn start(self: &Rc<Self>, task: TaskIndex) -> Result<Task, String> {
        let performer = self.performer(task)?;
        let handle = greenlight::task(performer.name()).spawn(performer.perform());
        let started = self.actors[task].task.get_or_init(|| handle.task()).clone();
        self.actors[task].handle.replace(Some(handle));
        Ok(started)
    }

    pub(super) fn start_in(self: &Rc<Self>, group: &mut TaskGroup<String>, task: TaskIndex) -> Result<(), String> {
        let performer = self.performer(task)?;
        let name = self.scenario.tasks[task].name.clone();
        let started = group.task(name).spawn(performer.perform());
        self.actors[task].task.get_or_init(|| started);
        Ok(())
    }

    /// Whether the group takes the task.
    pub(super) fn spawn_into(self: &Rc<Self>, group: &str, task: TaskIndex) -> Result<bool, String> {
        let performer = self.performer(task)?;
        let name = self.scenario.tasks[task].name.clone();
        let Some(group) = self.groups.borrow().get(group).cloned() else { return Ok(false) };
        let spawned = group.task(name).map(|task| task.spawn(performer.perform()));
        Ok(spawned.map(|started| _ = self.actors[task].task.get_or_init(|| started)).is_ok())
    }

    /// The handles of tasks. Those that were not started are, in order.
    pub(super) fn handles(self: &Rc<Self>, tasks: &[TaskIndex]) -> Result<Vec<JoinHandle<Performed>>, String> {
        let handle = |&task: &TaskIndex| {
            if self.actors[task].task.get().is_none() {
                self.start(task)?;
            }
            let name = &self.scenario.tasks[task].name;
            let why = || self.refuse(format!("task `{name}` is waited for by several at once, or is one of a group"));
            self.actors[task].handle.take().ok_or_else(why)
        };
        tasks.iter().map(handle).collect()
    }

    pub(super) fn borrow<'w>(self: &'w Rc<Self>, tasks: &'w [TaskIndex]) -> Result<Borrowed<'w>, String> {
        Ok(Borrowed { world: self, tasks, handles: self.handles(tasks)? })
    }

    /// Who performs a task that was not started before.
    fn performer(self: &Rc<Self>, task: TaskIndex) -> Result<Performer, String> {
        if self.actors[task].task.get().is_some() {
            let name = &self.scenario.tasks[task].name;
            return Err(self.refuse(format!("task `{name}` is started twice; a task is started once")));
        }
        Ok(Performer::new(self.clone(), task))
    }

    pub(super) fn started(&self, task: TaskIndex) -> Result<&Task, String> {
        self.actors[task].task.get().ok_or_else(|| {
            let name = &self.scenario.tasks[task].name;
            self.refuse(format!("task `{name}` is joined before it is started; start it first"))
        })
    }

    pub(super) fn log(&self, who: &str, what: impl fmt::Display) {
        if !self.over.get() {
            let line = format!("{} {who} {what}", greenlight::now().as_micros());
            self.log.borrow_mut().push(line);
        }
    }

    pub(super) fn variable(&self, name: &str) -> i64 {
        self.variables.borrow().get(name).copied().unwrap_or(0)
    }

    pub(super) fn add(&self, name: &str, n: i64) -> Result<i64, String> {
        let overflow = || self.refuse(format!("variable `{name}` grows beyond 64 bits; add less to it"));
        let sum = self.variable(name).checked_add(n).ok_or_else(overflow)?;
        self.variables.borrow_mut().insert(name.to_owned(), sum);
        Ok(sum)
    }

    /// Closes the log of a run in which nobody could go on.
    fn stall(&self, stalled: &Stalled) {
        // By the scenario's own names: those of the report are for a terminal.
        let started = self.actors.iter().zip(&self.scenario.tasks);
        let names: HashMap<_, _> =
            started.filter_map(|(actor, part)| Some((actor.task.get()?.id(), &*part.name))).collect();
        let names: Vec<_> = stalled.tasks().iter().filter_map(|task| names.get(&task.id).copied()).collect();
        let line = format!("{} main stalled: {}", stalled.at().as_micros(), names.join(" "));
        self.log.borrow_mut().push(line);
    }

    /// The scenario broke a rule. It is played to its end all the same, and its log is not shown.
    pub(super) fn refuse(&self, why: String) -> String {
        self.refusal.borrow_mut().get_or_insert_with(|| why.clone());
        why
    }
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        for (&task, handle) in self.tasks.iter().zip(self.handles.drain(..)) {
            self.world.actors[task].handle.replace(Some(handle));
        }
    }
}

impl Drop for Curtain {
    fn drop(&mut self) {
        self.0.over.set(true);
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::End => f.write_str("end"),
            Outcome::Cancelled => f.write_str("cancelled"),
            Outcome::Failed(why) => write!(f, "failed: {why}"),
            Outcome::Panicked(why) => write!(f, "panicked: {why}"),
        }
    }
}
