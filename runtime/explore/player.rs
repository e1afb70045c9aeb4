//! One schedule as it runs: who is ready, who is deferred, and what the plan makes of that at each choice.
//!
//! A deferred task keeps its place in the ready queue. The first that is ready and not deferred runs; once all are
//! deferred, none is. So a task may be passed over for as many hops as others can go without it, by one deviation.

use super::super::clock::Instant;
use super::super::context::{Batch, Chooser, Core};
use super::super::note::{self, Kind};
use super::super::observe::{Act, Deviation, Fault, Pick, Schedule};
use super::super::table::BLOCK;
use super::super::task::{TaskCell, TaskId};
use super::invariants;
use super::plan::{Bounds, Decision, May, Plan};
use super::scene::{Ready, Scene};
use super::watchdog::Pulse;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

/// Why a schedule was ended before its program was.
#[derive(Clone, Debug)]
pub(super) enum Halt {
    Fault(Fault),
    /// There were no more picks.
    Stop(Box<Scene>),
}

/// A choice that was made: what might have been done otherwise than to run that task, and the order before it, as a
/// number that tells it from any other.
#[derive(Clone, Copy)]
pub(super) struct Made {
    pub(super) may: May,
    pub(super) order: u64,
    pub(super) task: u64,
    pub(super) poll: u32,
}

/// Plays schedules, one after the other.
pub(super) struct Player {
    state: RefCell<State>,
    /// Who is left of the turn, of whom the last is the first; and, within a turn, whether it began with a main.
    rest: RefCell<Batch>,
    had_main: Cell<Option<bool>>,
    pub(super) pulse: Arc<Pulse>,
}

/// How far the present schedule is.
#[derive(Default)]
pub(super) struct State {
    bounds: Bounds,
    plan: Plan,
    pub(super) choices: Vec<Made>,
    pub(super) moves: Vec<Pick>,
    pub(super) schedule: Schedule,
    pub(super) order: u64,
    pub(super) halt: Option<Halt>,
    /// The id of the first task.
    first: u64,
    /// The tasks by their numbers.
    tasks: Vec<Known>,
    /// How many of them are deferred, and how many of those since the last poll.
    deferred: usize,
    deferred_since: usize,
    /// The present moment, in microseconds, and when it began, in turns.
    moment: (u64, u64),
    /// How many polls there were, in all schedules.
    steps: u64,
}

/// What is remembered of a task.
#[derive(Clone, Copy, Default)]
struct Known {
    /// How often it was polled.
    polls: u32,
    is_deferred: bool,
}

impl Player {
    pub(super) fn new(bounds: Bounds, pulse: Arc<Pulse>) -> Self {
        let state = State { bounds, ..State::default() };
        Player { state: RefCell::new(state), rest: RefCell::default(), had_main: Cell::new(None), pulse }
    }

    /// A schedule begins.
    pub(super) fn begin(&self, plan: Plan) {
        let state = &mut *self.state.borrow_mut();
        let State { bounds, mut choices, mut moves, mut tasks, steps, .. } = std::mem::take(state);
        choices.clear();
        moves.clear();
        tasks.clear();
        *state = State { bounds, plan, choices, moves, tasks, steps, ..State::default() };
        self.pulse.now().schedule.deviations.clear();
    }

    /// Looks at how far it is.
    pub(super) fn with<R>(&self, look: impl FnOnce(&mut State) -> R) -> R {
        look(&mut self.state.borrow_mut())
    }

    /// What was found between two polls, or behind the last, that ends the schedule.
    pub(super) fn found(&self, core: Option<&Core>) -> Option<Halt> {
        let (halt, last, turns) = self.with(|state| (state.halt.clone(), state.last_run(), state.bounds.turns));
        let spins = || note::has_spun().then(|| Fault::Spins { task: self.pulse.name_of(last) });
        let too_long = || core.filter(|core| core.turns.get() > turns).map(|core| self.too_long(core, turns));
        halt.or_else(|| spins().or_else(too_long).or_else(|| invariants::broken(false)).map(Halt::Fault))
    }

    /// What more turns than there may be amount to.
    fn too_long(&self, core: &Core, turns: u64) -> Fault {
        if core.turns.get() - self.with(|state| state.moment.1) <= turns / 2 {
            return Fault::TooLong { turns };
        }
        let queued = core.table.borrow().in_order().into_iter().filter(|task| task.queued.get());
        let numbers = queued.filter_map(|task| number(core, &task));
        Fault::Livelock { tasks: numbers.map(|number| self.pulse.name_of(number)).collect(), turns }
    }
}

impl Chooser for Player {
    fn chooses(&self, core: &Rc<Core>, batch: &mut Batch, has_main: bool) -> bool {
        let rest = &mut *self.rest.borrow_mut();
        let had_main = self.had_main.take().unwrap_or_else(|| {
            batch.reverse();
            std::mem::swap(batch, rest);
            has_main
        });
        let next = if has_main == had_main { self.next(core, rest) } else { None };
        if next.is_none() {
            put_back(core, rest);
        }
        self.had_main.set(next.is_some().then_some(had_main));
        batch.extend(next);
        !batch.is_empty()
    }
}

impl Player {
    /// Takes who runs next out of those who are left; nobody ends the turn.
    fn next(&self, core: &Core, batch: &mut Batch) -> Option<Rc<TaskCell>> {
        loop {
            let mut state = self.state.borrow_mut();
            if state.is_to_look(core) {
                drop(state);
                if let Some(halt) = self.found(Some(core)) {
                    return self.halt(core, halt);
                }
                state = self.state.borrow_mut();
            }
            let Some(place) = state.head(core, batch) else {
                let is_free = |task: &Rc<TaskCell>| !state.is_deferred(core, task);
                if batch.is_empty() || core.queue.tasks.borrow().iter().any(is_free) {
                    return None;
                }
                state.lift();
                continue;
            };
            let Some(number) = state.number(core, &batch[place]) else { return take(batch, place) };
            match state.decide(core, batch, place, number, &self.pulse) {
                Decision::Run => {
                    state.run(number, &self.pulse);
                    return take(batch, place);
                }
                Decision::Stop => {
                    let may = state.choices.pop().expect("this choice was made").may;
                    drop(state);
                    put_back(core, batch);
                    return self.halt(core, Halt::Stop(Box::new(self.scene(core, may))));
                }
                Decision::Do(act) => {
                    drop(state);
                    match act {
                        Act::Defer => core.note(Some(&batch[place]), None, Kind::Deferred),
                        Act::Late => return jump_late(core),
                        Act::Cancel(victim) => {
                            let tasks = core.table.borrow().in_order();
                            let victim = tasks.iter().find(|task| self::number(core, task) == Some(victim));
                            core.cancel(victim.expect("a task that may be cancelled is alive").key());
                        }
                    }
                }
            }
        }
    }

    fn halt(&self, core: &Core, halt: Halt) -> Option<Rc<TaskCell>> {
        self.with(|state| state.halt = Some(halt));
        core.stopped.set(true);
        None
    }

    /// What there is to choose from.
    fn scene(&self, core: &Core, may: May) -> Scene {
        let queue = core.queue.tasks.borrow().clone();
        let ready = |task: &Rc<TaskCell>| {
            let number = number(core, task)? as usize;
            let polls = self.with(|state| state.tasks.get(number).map_or(0, |known| known.polls));
            Some(Ready { task: core.label(task)?, poll: polls + 1 })
        };
        let ready = queue.iter().filter_map(ready).collect();
        let (may_jump, may_cancel) = (may.late, may.victims().collect());
        Scene { ready, dump: Some(core.dump()), may_jump, may_cancel, ..Scene::default() }
    }
}

impl State {
    /// Whether something may have been found that ends the schedule.
    #[inline]
    fn is_to_look(&mut self, core: &Core) -> bool {
        let (now, turns) = (core.now().as_micros(), core.turns.get());
        if now != self.moment.0 {
            self.moment = (now, turns);
        }
        if self.first == 0 {
            self.first = core.table.borrow().ids.blocks[0];
        }
        turns > self.bounds.turns || self.halt.is_some() || note::has_spun() || invariants::are_stated()
    }

    /// The number of a task in the order of spawning; none of a callback, and of what has ended.
    #[inline]
    fn number(&self, core: &Core, task: &TaskCell) -> Option<u64> {
        let near = task.id.get().0.wrapping_sub(self.first);
        if near < BLOCK { Some(near) } else { number(core, task) }
    }

    /// The place in the batch of the task that is about to run, unless all there are deferred.
    fn head(&self, core: &Core, batch: &[Rc<TaskCell>]) -> Option<usize> {
        if self.deferred == 0 {
            return batch.len().checked_sub(1);
        }
        batch.iter().rposition(|task| !self.is_deferred(core, task))
    }

    #[inline]
    fn is_deferred(&self, core: &Core, task: &TaskCell) -> bool {
        let known = |number: u64| self.tasks.get(number as usize).is_some_and(|known| known.is_deferred);
        self.deferred > 0 && self.number(core, task).is_some_and(known)
    }

    /// From now on nobody is deferred.
    fn lift(&mut self) {
        self.tasks.iter_mut().for_each(|known| known.is_deferred = false);
        (self.deferred, self.deferred_since) = (0, 0);
    }

    /// What the plan makes of a choice.
    fn decide(&mut self, core: &Core, batch: &[Rc<TaskCell>], place: usize, task: u64, pulse: &Pulse) -> Decision {
        let known = task as usize;
        if self.tasks.len() <= known {
            self.tasks.resize(known + 1, Known::default());
            pulse.now().name(known, batch[place].name(), batch[place].spawned.get());
        }
        let poll = self.tasks[known].polls + 1;
        let may = self.may(core, batch, place);
        self.choices.push(Made { may, order: self.order, task, poll });
        let decision = self.plan.decide(task, poll, may, (self.schedule.deviations.len(), self.moves.len()));
        let Decision::Do(act) = decision else { return decision };
        let deviation = Deviation { act, task, poll };
        if !may.acts().any(|possible| possible == act) {
            let what = format!("{} cannot be done", Schedule { deviations: vec![deviation] });
            self.halt = Some(Halt::Fault(Fault::Drifts { what }));
            return Decision::Run;
        }
        self.schedule.deviations.push(deviation);
        pulse.now().schedule.deviations.push(deviation);
        match act {
            Act::Late => self.moved(Pick::Late),
            Act::Cancel(victim) => self.moved(Pick::Cancel(victim)),
            Act::Defer => {
                self.tasks[known].is_deferred = true;
                self.deferred += 1;
                self.deferred_since += 1;
            }
        }
        decision
    }

    /// What may be done otherwise than to run the task at that place.
    fn may(&self, core: &Core, batch: &[Rc<TaskCell>], place: usize) -> May {
        // With the last one deferred, none is: that is another order only if somebody else has run since.
        let lifts = !self.bounds.plain && self.deferred > self.deferred_since;
        let counts = |task: &Rc<TaskCell>| task.id.get() != TaskId::ENDED && (lifts || !self.is_deferred(core, task));
        let defer = place > 0 && counts(&batch[place - 1])
            || batch.iter().enumerate().any(|(other, task)| other != place && counts(task))
            || core.queue.tasks.borrow().iter().any(counts);
        // Of plain picks, which of the ready tasks runs is the last: so each order is one list of them.
        let comes_first = !self.bounds.plain || self.deferred == 0;
        let late =
            comes_first && self.bounds.late && core.clock.is_virtual() && core.wheel.borrow().next_expiry().is_some();
        let cancel = if comes_first && self.bounds.cancels.1 > 0 { self.victims(core) } else { 0 };
        May { defer, late, cancel }
    }

    /// The tasks that may be cancelled now, a bit each: they are at an await of theirs.
    fn victims(&self, core: &Core) -> u64 {
        let (names, most) = &self.bounds.cancels;
        let cancels = self.moves.iter().filter(|pick| matches!(pick, Pick::Cancel(_))).count();
        let may_be = |task: &Rc<TaskCell>| {
            let number = self.number(core, task).filter(|&number| number < u64::from(u64::BITS))?;
            let has_begun = self.tasks.get(number as usize).is_some_and(|known| known.polls > 0);
            let is_named = || names.as_ref().is_none_or(|names| task.name().is_some_and(|name| names.contains(&name)));
            (has_begun && !task.dying.get() && is_named()).then_some(1 << number)
        };
        if cancels < *most { core.table.borrow().tasks.iter().filter_map(|(_, task)| may_be(task)).sum() } else { 0 }
    }

    /// A poll of that task begins.
    fn run(&mut self, task: u64, pulse: &Pulse) {
        self.tasks[task as usize].polls += 1;
        self.moved(Pick::Run(task));
        if self.bounds.plain && self.deferred > 0 {
            self.lift();
        }
        self.deferred_since = 0;
        self.steps += 1;
        pulse.step(self.steps, task);
        note::count_a_poll(self.bounds.acts);
    }

    fn moved(&mut self, pick: Pick) {
        let word = match pick {
            Pick::Run(task) => task << 2 | 1,
            Pick::Late => 2,
            Pick::Cancel(task) => task << 2 | 3,
        };
        self.order = (self.order.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        self.order ^= self.order >> 29;
        self.moves.push(pick);
    }

    /// Which task was polled last.
    fn last_run(&self) -> u64 {
        let run = |pick: &Pick| if let Pick::Run(task) = pick { Some(*task) } else { None };
        self.moves.iter().rev().find_map(run).unwrap_or_default()
    }
}

/// The number of a task in the order of spawning, also of one beyond the first block of ids.
#[cold]
fn number(core: &Core, task: &TaskCell) -> Option<u64> {
    let id = task.id.get();
    if id == TaskId::ENDED { None } else { core.table.borrow().ids.number(id) }
}

/// Takes the task at that place out of the batch.
fn take(batch: &mut Batch, place: usize) -> Option<Rc<TaskCell>> {
    if place + 1 == batch.len() { batch.pop() } else { Some(batch.remove(place)) }
}

/// Who has not run in a turn is the first in the next.
fn put_back(core: &Core, batch: &mut Batch) {
    batch.drain(..).for_each(|task| core.queue.tasks.borrow_mut().insert(0, task));
}

/// Ends a turn by a jump to the next deadline, whoever is ready.
fn jump_late(core: &Core) -> Option<Rc<TaskCell>> {
    let deadline = core.wheel.borrow_mut().jump().expect("time jumps late where a timer is armed");
    let from = core.clock.jump(Instant::at(deadline));
    core.note(None, None, Kind::TimeJumped { from });
    None
}
