//! One task of a scenario at work: performs its block, operation by operation, and logs each.

use super::play::{Actor, Outcome, PANICKED, World};
use super::script::{Action, Block, Guarded, Held, Op, TaskIndex};
use greenlight::sync::{Barrier, BrokenBarrier};
use greenlight::{Deadline, TaskGroup, Until};
use std::fmt;
use std::future::Future;
use std::panic::resume_unwind;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

/// A task of the scenario at work: the last thing that the task's future drops. If it is dropped
/// before it has an outcome, the task was cancelled.
pub(super) struct Performer {
    world: Rc<World>,
    me: TaskIndex,
}

/// A block at work, in a box because blocks nest.
type Performance<'a> = Pin<Box<dyn Future<Output = Performed> + 'a>>;

/// How a block ended. The error is what the task fails with.
pub(super) type Performed = Result<(), String>;

/// The deadline of a timeout that is under way and can be moved.
struct Movable<'w> {
    world: &'w World,
    name: &'w str,
    deadline: Rc<Deadline>,
}

impl Performer {
    pub(super) fn new(world: Rc<World>, me: TaskIndex) -> Self {
        Performer { world, me }
    }

    pub(super) async fn perform(self) -> Performed {
        let block = &self.world.scenario.tasks[self.me].block;
        let performed = self.block(block, &mut Held::default()).await;
        let outcome = match &performed {
            Ok(()) => Outcome::End,
            Err(why) if self.actor().panics.get() => Outcome::Panicked(why.clone()),
            Err(why) => Outcome::Failed(why.clone()),
        };
        self.log(&outcome);
        let actor = self.actor();
        actor.outcome.replace(Some(match outcome {
            Outcome::End if actor.cancelled_itself.get() => Outcome::Cancelled,
            outcome => outcome,
        }));
        match performed {
            // What it held is gone by then, and nobody wants to see a backtrace of it.
            Err(why) if actor.panics.get() => resume_unwind(Box::new(why)),
            performed => performed,
        }
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
            Action::Cancel(task) => said += self.cancel(*task),
            Action::Fail(why) => return Err(why.clone()),
            Action::Panic(why) => {
                self.actor().panics.set(true);
                return Err(why.clone());
            }
            Action::Repeat(times, block) => return self.repeat(*times, block, held).await,
            Action::Gather(tasks) => self.gather(tasks).await?,
            Action::WaitForTasks(until, tasks) => said += &self.wait_for_tasks(*until, tasks).await?,
            Action::AsCompleted(tasks) => self.as_completed(tasks).await?,
            Action::Group(tasks) => self.group(tasks).await?,
            Action::Crew(name, block) => self.crew(name, block, held).await?,
            Action::SpawnInto(group, task) => {
                said += if self.world.spawn_into(group, *task)? { "" } else { " -> refused" };
            }
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
            Action::WaitForOthers(barrier) => said += &wait_for_others(barrier).await,
            Action::Abort(barrier) => barrier.abort(),
            Action::Reset(barrier) => barrier.reset(),
            Action::Waiting(barrier) => said += &format!(" -> {}", barrier.waiting()),
            Action::Locked(guarded) => said += &format!(" -> {}", guarded.is_locked()),
            Action::Queue(queue, action) => said += &queue.perform(action).await,
            Action::Timeout(duration, block, name) => {
                said += self.timeout(*duration, block, name.as_ref(), held).await?
            }
            Action::Move(name, duration) => said += self.move_deadline(name, *duration),
        }
        self.log(said);
        Ok(())
    }

    async fn join(&self, task: TaskIndex) -> Result<Outcome, String> {
        self.is_no_other(&[task])?;
        self.world.started(task)?.ended().await;
        let outcome = self.world.actors[task].outcome.borrow();
        Ok(outcome.clone().expect("a task that has ended has an outcome"))
    }

    fn is_no_other(&self, tasks: &[TaskIndex]) -> Result<(), String> {
        if tasks.contains(&self.me) {
            let name = self.name();
            let why = format!("task `{name}` joins itself, which can never end; join it from another task");
            return Err(self.world.refuse(why));
        }
        Ok(())
    }

    fn cancel(&self, task: TaskIndex) -> &'static str {
        let Some(started) = self.world.actors[task].task.get() else { return " -> not started" };
        self.actor().cancelled_itself.set(self.actor().cancelled_itself.get() || task == self.me);
        if started.cancel() { " -> true" } else { " -> false" }
    }

    async fn repeat<'a>(&'a self, times: u64, block: &'a Block, held: &mut Held<'a>) -> Result<(), String> {
        for _ in 0..times {
            self.block(block, held).await?;
        }
        Ok(())
    }

    async fn with<'a>(&'a self, guarded: &'a Guarded, block: &'a Block, held: &mut Held<'a>) -> Result<(), String> {
        let mut inside = held.inside();
        inside.push(guarded, guarded.take().await);
        self.log(format_args!("in {}", guarded.name));
        self.block(block, &mut inside).await
    }

    async fn timeout<'a>(
        &'a self,
        duration: Duration,
        block: &'a Block,
        name: Option<&'a String>,
        held: &mut Held<'a>,
    ) -> Result<&'static str, String> {
        let performing = self.block(block, held);
        let performed = match name {
            None => greenlight::timeout(duration, performing).await,
            Some(name) => {
                let movable = Movable::new(&self.world, name, duration);
                greenlight::timeout_at(&movable.deadline, performing).await
            }
        };
        match performed {
            Ok(performed) => performed.map(|()| " -> in time"),
            Err(_) => Ok(" -> expired"),
        }
    }

    fn move_deadline(&self, name: &str, duration: Duration) -> &'static str {
        let Some(deadline) = self.world.deadlines.borrow().get(name).cloned() else { return " -> too late" };
        deadline.move_to(greenlight::now() + duration);
        ""
    }

    fn not_held(&self, guarded: &Guarded) -> String {
        let (task, name) = (self.name(), &guarded.name);
        self.world.refuse(format!(
            "task `{task}` uses condition `{name}` without holding it; put that inside [\"with\", \"{name}\", block]"
        ))
    }

    async fn gather(&self, tasks: &[TaskIndex]) -> Result<(), String> {
        for &task in tasks {
            self.world.start(task)?;
        }
        greenlight::gather_tasks(self.world.handles(tasks)?).await;
        Ok(())
    }

    async fn wait_for_tasks(&self, until: Until, tasks: &[TaskIndex]) -> Result<String, String> {
        self.is_no_other(tasks)?;
        let borrowed = self.world.borrow(tasks)?;
        let mut ended = greenlight::wait(&borrowed.handles, until).await;
        ended.sort_unstable();
        let name = |place: usize| format!(" {}", self.world.scenario.tasks[tasks[place]].name);
        Ok(format!(" ->{}", ended.into_iter().map(name).collect::<String>()))
    }

    async fn as_completed(&self, tasks: &[TaskIndex]) -> Result<(), String> {
        self.is_no_other(tasks)?;
        let mut ends = greenlight::as_completed(self.world.handles(tasks)?);
        while let Some((place, _)) = ends.next_ended().await {
            self.log(format_args!("next {}", self.world.scenario.tasks[tasks[place]].name));
        }
        Ok(())
    }

    async fn group(&self, tasks: &[TaskIndex]) -> Result<(), String> {
        let mut group = TaskGroup::new();
        tasks.iter().try_for_each(|&task| self.world.start_in(&mut group, task))?;
        join(group).await
    }

    /// Its body lets go of what it holds before the group is dropped.
    async fn crew<'a>(&'a self, name: &'a str, block: &'a Block, held: &mut Held<'a>) -> Result<(), String> {
        let group = TaskGroup::new();
        self.world.groups.borrow_mut().insert(name.to_owned(), group.spawner());
        self.block(block, held).await?;
        join(group).await
    }

    fn actor(&self) -> &Actor {
        &self.world.actors[self.me]
    }

    pub(super) fn name(&self) -> &str {
        &self.world.scenario.tasks[self.me].name
    }

    fn log(&self, what: impl fmt::Display) {
        self.world.log(self.name(), what);
    }
}

impl Drop for Performer {
    fn drop(&mut self) {
        let mut outcome = self.actor().outcome.borrow_mut();
        if outcome.is_none() && std::thread::panicking() {
            self.world.refuse(PANICKED.into());
        }
        // One that a group has refused was never started.
        if outcome.is_none() && self.actor().task.get().is_some() {
            self.log(outcome.insert(Outcome::Cancelled));
        }
    }
}

async fn join(group: TaskGroup<String>) -> Result<(), String> {
    group.join().await.map_err(|error| {
        let count = error.failures().len();
        let s = if count == 1 { "" } else { "s" };
        format!("unhandled errors in a TaskGroup ({count} sub-exception{s})")
    })
}

async fn wait_for_others(barrier: &Barrier) -> String {
    match barrier.wait().await {
        Ok(turn) => format!(" -> {}", turn.index()),
        Err(BrokenBarrier::Aborted) => " -> aborted".into(),
        Err(BrokenBarrier::Interrupted) => " -> interrupted".into(),
    }
}

impl<'w> Movable<'w> {
    fn new(world: &'w World, name: &'w str, duration: Duration) -> Self {
        let deadline = Rc::new(Deadline::at(greenlight::now() + duration));
        world.deadlines.borrow_mut().insert(name.to_owned(), deadline.clone());
        Movable { world, name, deadline }
    }
}

impl Drop for Movable<'_> {
    fn drop(&mut self) {
        self.world.deadlines.borrow_mut().remove(self.name);
    }
}
