//! Plays one scenario under virtual time: a task of the runtime for each task of the scenario, and
//! a log.

use super::script::{Action, Block, Guarded, Held, Op, Scenario, TaskIndex};
use crate::interrupt;
use crate::stderr::reporting;
use greenlight::sync::Barrier;
use greenlight::{JoinHandle, Stalled, Task, TaskGroup};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

/// Plays a scenario to its end, or to its stall, and returns the log. The error is a sentence for
/// whoever wrote the scenario.
pub(super) fn play(scenario: Scenario) -> Result<Vec<String>, String> {
    let world = Rc::new(World::new(scenario));
    // No number of turns is too many: a block may be repeated as often as it likes, and still ends.
    let builder = reporting().virtual_clock().check_every_turn().turn_limit(u64::MAX);
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

const PANICKED: &str = "playing it panicked, which is a fault of greenlight and not of the scenario; please report it";

/// What all tasks of a scenario share.
struct World {
    scenario: Scenario,
    /// In the order of [`Scenario::tasks`].
    actors: Vec<Actor>,
    log: RefCell<Vec<String>>,
    /// Set once main is gone: tasks that go after it log nothing.
    over: Cell<bool>,
    /// What the tasks have added up.
    variables: RefCell<HashMap<String, i64>>,
    /// The first rule that the scenario broke while it was played, if it broke one.
    refusal: RefCell<Option<String>>,
}

/// What is known of one task of the scenario.
#[derive(Default)]
struct Actor {
    /// Empty until it is started.
    task: OnceCell<Task>,
    /// None until it has ended.
    outcome: RefCell<Option<Outcome>>,
    /// Set when it cancels itself. If it ends before that takes effect, it counts as cancelled.
    cancelled_itself: Cell<bool>,
}

/// How a task ended, in the words of the log.
#[derive(Clone)]
enum Outcome {
    End,
    Cancelled,
    Failed(String),
}

/// A task of the scenario at work: the last thing that the task's future drops. If it is dropped
/// before it has an outcome, the task was cancelled.
struct Performer {
    world: Rc<World>,
    me: TaskIndex,
}

/// A block at work, in a box because blocks nest.
type Performance<'a> = Pin<Box<dyn Future<Output = Performed> + 'a>>;

/// How a block ended. The error is what the task fails with.
type Performed = Result<(), String>;

/// Closes the log when main goes, at its end as in a stall: main is the first to go.
struct Curtain(Rc<World>);

/// What the runtime runs.
async fn main(world: Rc<World>) {
    let _curtain = Curtain(world.clone());
    let mut started = Vec::new();
    for &task in &world.scenario.start {
        match world.start(task) {
            Ok(handle) => started.push(handle.task()),
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
            refusal: RefCell::default(),
        }
    }

    fn start(self: &Rc<Self>, task: TaskIndex) -> Result<JoinHandle<Performed>, String> {
        let performer = self.performer(task)?;
        let handle = greenlight::task(performer.name()).spawn(performer.perform());
        self.actors[task].task.get_or_init(|| handle.task());
        Ok(handle)
    }

    fn start_in(self: &Rc<Self>, group: &mut TaskGroup<String>, task: TaskIndex) -> Result<(), String> {
        let performer = self.performer(task)?;
        let name = self.scenario.tasks[task].name.clone();
        let started = group.spawn_named(name, performer.perform());
        self.actors[task].task.get_or_init(|| started);
        Ok(())
    }

    /// Who performs a task that was not started before.
    fn performer(self: &Rc<Self>, task: TaskIndex) -> Result<Performer, String> {
        if self.actors[task].task.get().is_some() {
            let name = &self.scenario.tasks[task].name;
            return Err(self.refuse(format!("task `{name}` is started twice; a task is started once")));
        }
        Ok(Performer { world: self.clone(), me: task })
    }

    fn started(&self, task: TaskIndex) -> Result<&Task, String> {
        self.actors[task].task.get().ok_or_else(|| {
            let name = &self.scenario.tasks[task].name;
            self.refuse(format!("task `{name}` is joined or cancelled before it is started; start it first"))
        })
    }

    fn log(&self, who: &str, what: impl fmt::Display) {
        if !self.over.get() {
            let line = format!("{} {who} {what}", greenlight::now().as_micros());
            self.log.borrow_mut().push(line);
        }
    }

    fn variable(&self, name: &str) -> i64 {
        self.variables.borrow().get(name).copied().unwrap_or(0)
    }

    fn add(&self, name: &str, n: i64) -> Result<i64, String> {
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
    fn refuse(&self, why: String) -> String {
        self.refusal.borrow_mut().get_or_insert_with(|| why.clone());
        why
    }
}

impl Performer {
    async fn perform(self) -> Performed {
        let block = &self.world.scenario.tasks[self.me].block;
        let performed = self.block(block, &mut Held::default()).await;
        let outcome = match &performed {
            Ok(()) => Outcome::End,
            Err(why) => Outcome::Failed(why.clone()),
        };
        self.log(&outcome);
        let actor = self.actor();
        actor.outcome.replace(Some(match outcome {
            Outcome::End if actor.cancelled_itself.get() => Outcome::Cancelled,
            outcome => outcome,
        }));
        performed
    }

    fn block<'p, 'a: 'p>(&'a self, block: &'a Block, held: &'p mut Held<'a>) -> Performance<'p> {
        Box::pin(async move {
            for op in block {
                self.op(op, held).await?;
            }
            Ok(())
        })
    }

    /// Performs an operation, and logs it once it is complete.
    async fn op<'a>(&'a self, op: &'a Op, held: &mut Held<'a>) -> Result<(), String> {
        let mut said = op.words.clone();
        match &op.action {
            Action::Say => {}
            Action::Yield => greenlight::yield_now().await,
            Action::Sleep(duration) => greenlight::sleep(*duration).await,
            Action::Start(task) => drop(self.world.start(*task)?),
            Action::Join(task) => said += &format!(" -> {}", self.join(*task).await?),
            Action::Cancel(task) => said += &format!(" -> {}", self.cancel(*task)?),
            Action::Fail(why) => return Err(why.clone()),
            Action::Repeat(times, block) => return self.repeat(*times, block, held).await,
            Action::Gather(tasks) => self.gather(tasks).await?,
            Action::Group(tasks) => self.group(tasks).await?,
            Action::Set(event) => event.set(),
            Action::Clear(event) => event.clear(),
            Action::IsSet(event) => said += &format!(" -> {}", event.is_set()),
            Action::WaitForEvent(event) => event.wait().await,
            Action::With(guarded, block) => {
                self.with(guarded, block, held).await?;
                said = format!("out {}", guarded.name);
            }
            Action::Wait(guarded, condition) => {
                let (at, guard) = held.take(guarded).ok_or_else(|| self.not_held(guarded))?;
                held.put_back(at, guarded, condition.wait(guard).await);
            }
            Action::WaitFor(guarded, condition, goal) => {
                let (at, guard) = held.take(guarded).ok_or_else(|| self.not_held(guarded))?;
                let reached = |_: &mut ()| self.world.variable(&goal.variable) >= goal.least;
                held.put_back(at, guarded, condition.wait_for(guard, reached).await);
            }
            Action::Notify(guarded, condition, n) => {
                condition.notify(held.get(guarded).ok_or_else(|| self.not_held(guarded))?, *n);
            }
            Action::Add(variable, n) => said += &format!(" -> {}", self.world.add(variable, *n)?),
            Action::WaitForOthers(barrier) => said += &format!(" -> {}", self.wait_for_others(barrier).await?),
            Action::Put(queue, item) => queue.put(item.clone()).await.map_err(|refused| refused.to_string())?,
            Action::Get(queue) => said += &format!(" -> {}", queue.get().await.map_err(|closed| closed.to_string())?),
            Action::Timeout(duration, block) => said += self.timeout(*duration, block, held).await?,
        }
        self.log(said);
        Ok(())
    }

    async fn join(&self, task: TaskIndex) -> Result<Outcome, String> {
        if task == self.me {
            let name = self.name();
            return Err(self
                .world
                .refuse(format!("task `{name}` joins itself, which can never end; join it from another task")));
        }
        self.world.started(task)?.ended().await;
        let outcome = self.world.actors[task].outcome.borrow();
        Ok(outcome.clone().expect("a task that has ended has an outcome"))
    }

    fn cancel(&self, task: TaskIndex) -> Result<bool, String> {
        let cancelled = self.world.started(task)?.cancel();
        if task == self.me {
            self.actor().cancelled_itself.set(true);
        }
        Ok(cancelled)
    }

    async fn repeat<'a>(&'a self, times: u64, block: &'a Block, held: &mut Held<'a>) -> Result<(), String> {
        for _ in 0..times {
            self.block(block, held).await?;
        }
        Ok(())
    }

    async fn with<'a>(&'a self, guarded: &'a Guarded, block: &'a Block, held: &mut Held<'a>) -> Result<(), String> {
        let depth = held.depth();
        held.push(guarded, guarded.take().await);
        self.log(format_args!("in {}", guarded.name));
        let performed = self.block(block, held).await;
        held.let_go_to(depth);
        performed
    }

    async fn timeout<'a>(
        &'a self,
        duration: Duration,
        block: &'a Block,
        held: &mut Held<'a>,
    ) -> Result<&'static str, String> {
        let depth = held.depth();
        let performed = greenlight::timeout(duration, self.block(block, held)).await;
        held.let_go_to(depth);
        match performed {
            Ok(performed) => performed.map(|()| " -> in time"),
            Err(_) => Ok(" -> expired"),
        }
    }

    async fn wait_for_others(&self, barrier: &Barrier) -> Result<usize, String> {
        barrier.wait().await.map(|turn| turn.index()).map_err(|broken| broken.to_string())
    }

    fn not_held(&self, guarded: &Guarded) -> String {
        let (task, name) = (self.name(), &guarded.name);
        self.world.refuse(format!(
            "task `{task}` uses condition `{name}` without holding it; put that inside [\"with\", \"{name}\", block]"
        ))
    }

    async fn gather(&self, tasks: &[TaskIndex]) -> Result<(), String> {
        let start = |&task| self.world.start(task);
        let handles: Vec<_> = tasks.iter().map(start).collect::<Result<_, _>>()?;
        greenlight::gather_tasks(handles).await;
        Ok(())
    }

    async fn group(&self, tasks: &[TaskIndex]) -> Result<(), String> {
        let mut group = TaskGroup::new();
        tasks.iter().try_for_each(|&task| self.world.start_in(&mut group, task))?;
        group.join().await.map_err(|error| {
            let count = error.failures().len();
            let s = if count == 1 { "" } else { "s" };
            format!("unhandled errors in a TaskGroup ({count} sub-exception{s})")
        })
    }

    fn actor(&self) -> &Actor {
        &self.world.actors[self.me]
    }

    fn name(&self) -> &str {
        &self.world.scenario.tasks[self.me].name
    }

    fn log(&self, what: impl fmt::Display) {
        self.world.log(self.name(), what);
    }
}

impl Drop for Performer {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.world.refuse(PANICKED.into());
        }
        let mut outcome = self.actor().outcome.borrow_mut();
        if outcome.is_none() {
            self.log(outcome.insert(Outcome::Cancelled));
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
        }
    }
}
