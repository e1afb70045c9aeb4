//! Plays a scenario, one turn after the other, and compares runtime and model after each.

use crate::actor::Actor;
use crate::step::{Line, Scenario, Step, Verb};
use crate::watchdog;
use crate::world::{Names, ROOMS, World};
use greenlight::{Runtime, Task, Turn};
use stage::model::ActorId;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind, set_hook, take_hook};
use std::rc::Rc;
use std::sync::{Arc, Once};
use std::thread;

/// A scenario that was played to its end.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Played {
    pub(crate) steps: u64,
    pub(crate) turns: u64,
    /// The most tasks that were alive at once.
    pub(crate) tasks: usize,
}

/// What was found, and after how many steps.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) step: u64,
    pub(crate) what: String,
}

thread_local! {
    /// Set while a scenario is played: what has panicked, other than on purpose, which no hook
    /// hears of.
    static PANIC: RefCell<Option<Option<String>>> = const { RefCell::new(None) };
}

/// Has panics of this thread noted instead of printed.
fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let print = take_hook();
        set_hook(Box::new(move |panic| {
            let heard = PANIC.try_with(|heard| match &mut *heard.borrow_mut() {
                Some(first) => {
                    first.get_or_insert_with(|| panic.to_string());
                    true
                }
                None => false,
            });
            if !heard.unwrap_or(false) {
                print(panic);
            }
        }));
    });
    PANIC.set(Some(None));
}

/// Which of the two watch.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Checks {
    /// The model of the primitives.
    Model,
    /// The model, and the runtime itself, which takes ten times as long.
    Everything,
}

/// Plays a scenario on a thread of its own, whose wait lists nothing has touched before.
pub(crate) fn play_apart(scenario: &Scenario, checks: Checks) -> Result<Played, Finding> {
    let scenario = scenario.clone();
    let thread = thread::Builder::new().stack_size(64 << 20).spawn(move || play(&scenario, checks));
    thread.expect("a thread can be started").join().expect("a player catches what panics")
}

/// Plays a scenario on this thread. After a finding the thread's wait lists are what they are.
pub(crate) fn play(scenario: &Scenario, checks: Checks) -> Result<Played, Finding> {
    listen();
    let (mut stage, mut step) = (Some(Stage::new(checks)), 0);
    let ended = catch_unwind(AssertUnwindSafe(|| {
        let playing = stage.as_mut().expect("a stage is there until its end");
        let played = catch_unwind(AssertUnwindSafe(|| playing.play(scenario)));
        step = playing.world.steps.get();
        played.unwrap_or_else(|panic| resume_unwind(panic))?;
        stage.take().expect("a stage ends once").end()
    }));
    let panic = PANIC.replace(None).flatten();
    // What is broken is not dropped: that might panic, or never end.
    std::mem::forget(stage);
    let what = match (ended, panic) {
        (Ok(Ok(played)), None) => return Ok(played),
        (_, Some(what)) | (Ok(Err(what)), None) => what,
        (Err(_), None) => "a deliberate panic left its task".into(),
    };
    Err(Finding { step, what })
}

/// If everything is checked, who holds what is compared in every turn of so few tasks, and in one of so many turns of more.
const FEW: usize = 50;

struct Stage {
    runtime: Runtime,
    /// The runtime has the other one.
    token: Rc<()>,
    checks: Checks,
    names: Names,
    world: Rc<World>,
    played: Played,
}

impl Stage {
    fn new(checks: Checks) -> Self {
        let (token, names) = (Rc::new(()), Names::new());
        let kept = token.clone();
        let builder = Runtime::builder().virtual_clock().on_report(move |_| _ = &kept);
        let runtime = if checks == Checks::Everything { builder.check_every_turn() } else { builder }.build();
        let world = Rc::new(World::new(&names));
        Stage { runtime, token, checks, names, world, played: Played::default() }
    }

    fn play(&mut self, scenario: &Scenario) -> Result<(), String> {
        for line in scenario {
            match line {
                Line::Task(number, steps) => {
                    let task = self.spawn(steps.clone());
                    self.world.numbered.borrow_mut().insert(*number, task);
                }
                Line::Turns(0) => self.run()?,
                Line::Turns(count) => {
                    for _ in 0..*count {
                        self.turn()?;
                    }
                }
            }
        }
        self.close()
    }

    fn spawn(&self, steps: Arc<[Step]>) -> (Task, ActorId) {
        let actor = Actor::new(&self.world, steps);
        let id = actor.id();
        (self.runtime.spawn_detached(actor), id)
    }

    /// Plays one turn. Returns whether another one may do more.
    fn turn(&mut self) -> Result<bool, String> {
        let turn = self.runtime.turn();
        self.played.turns += 1;
        watchdog::turn_ended(self.world.steps.get());
        self.world.check_time(self.runtime.now().as_micros(), turn);
        self.played.tasks = self.played.tasks.max(self.world.alive.get());
        // One room each turn: all of them in sixteen, and whenever everybody waits.
        self.world.check(self.played.turns as usize % ROOMS, &self.runtime);
        let is_due = self.world.alive.get() < FEW || self.played.turns.is_multiple_of(FEW as u64);
        if self.checks == Checks::Everything && is_due {
            self.world.check_holders(&self.runtime.dump());
        }
        let mut goes_on = matches!(turn, Turn::Ran(_));
        if !matches!(turn, Turn::Ran(1..)) {
            // Nobody was ready, so everybody has what was granted, but for the parcels.
            let parcels = self.world.parcels.borrow().len();
            for _ in 0..parcels {
                self.spawn(Arc::new([Step::new(Verb::Take, 0, 0)]));
            }
            goes_on |= parcels > 0;
            if parcels == 0 {
                self.world.check_idle(&self.runtime);
            }
            if !goes_on {
                (0..ROOMS).for_each(|room| self.world.check(room, &self.runtime));
            }
        }
        let panic = PANIC.with_borrow(|panic| panic.clone().flatten());
        match panic.or_else(|| self.world.fault()) {
            Some(found) => Err(found),
            None => Ok(goes_on),
        }
    }

    /// Plays turns until nobody can run.
    fn run(&mut self) -> Result<(), String> {
        // A scenario of so many steps needs no more: yields and waits are few for each.
        let limit = self.played.turns + 100_000 + 50 * self.world.steps.get();
        while self.turn()? {
            if self.played.turns > limit {
                return Err(format!("it does not end: {}", self.runtime.stalled()));
            }
        }
        Ok(())
    }

    /// Releases everybody who waits, until all tasks have ended.
    fn close(&mut self) -> Result<(), String> {
        self.run()?;
        let mut notifiers: Vec<Option<Task>> = vec![None; self.world.conditions.len()];
        while self.world.alive.get() > 0 {
            let before = self.world.progress.get();
            self.runtime.enter(|| self.world.release());
            let mut fresh = Vec::new();
            for (condition, notifier) in notifiers.iter_mut().enumerate() {
                // One that waits for its lock still does what another one would.
                if notifier.as_ref().is_none_or(Task::is_finished) {
                    let notify = Step::new(Verb::Notify, condition as u32, u32::MAX);
                    fresh.push(notifier.insert(self.spawn(Arc::new([notify])).0).clone());
                }
            }
            self.run()?;
            // A notifier that has ended had its lock first, and took its step: three that count as
            // progress.
            let own = 3 * fresh.iter().filter(|notifier| notifier.is_finished()).count() as u64;
            if self.world.progress.get() - before <= own {
                return Err(format!("lost wake: nobody goes on.\n{}", self.runtime.stalled()));
            }
        }
        // One more turn: nobody who is left could own a timer, and the checks look at those that the wheel has.
        notifiers.clear();
        drop(self.world.numbered.take());
        self.world.check_timers_are_gone();
        self.turn()?;
        Ok(())
    }

    /// Ends a world in which nobody is left. Nothing of it stays behind.
    fn end(self) -> Result<Played, String> {
        let Stage { runtime, token, names, world, mut played, .. } = self;
        played.steps = world.steps.get();
        drop(runtime);
        let known = Rc::strong_count(&world);
        if known > 1 {
            return Err(format!("{} tasks, or parts of them, were not dropped", known - 1));
        }
        drop(world);
        if let Some(kept) = names.kept() {
            return Err(kept);
        }
        if Rc::strong_count(&token) > 1 {
            return Err("the runtime was not dropped: a wait node, a timer or a handle knows it".into());
        }
        Ok(played)
    }
}
