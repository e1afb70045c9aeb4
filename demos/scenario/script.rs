//! A scenario that is ready to be played: every name in it is resolved, and every operation is
//! complete.

use super::items::{Item, Items};
use greenlight::Until;
use greenlight::sync::{Barrier, Condition, Event, Lock, LockGuard, Permit, Semaphore};
use std::ops::{Deref, DerefMut};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// One scenario.
pub(super) struct Scenario {
    pub(super) name: String,
    pub(super) tasks: Vec<Part>,
    /// The tasks that main starts.
    pub(super) start: Vec<TaskIndex>,
}

/// What one task of a scenario does.
pub(super) struct Part {
    pub(super) name: Arc<str>,
    pub(super) block: Block,
}

/// A task, by its place in [`Scenario::tasks`].
pub(super) type TaskIndex = usize;

/// Operations, one after the other.
pub(super) type Block = Vec<Op>;

/// One operation.
pub(super) struct Op {
    /// The operation as it stands in the file, joined by spaces, blocks left out: what it logs.
    pub(super) words: String,
    pub(super) action: Action,
}

/// What an operation does. It holds the objects that it uses.
pub(super) enum Action {
    Say,
    Yield,
    Sleep(Duration),
    Start(TaskIndex),
    Join(TaskIndex),
    Cancel(TaskIndex),
    Fail(String),
    Panic(String),
    Repeat(u64, Block),
    Gather(Vec<TaskIndex>),
    WaitForTasks(Until, Vec<TaskIndex>),
    AsCompleted(Vec<TaskIndex>),
    Group(Vec<TaskIndex>),
    /// A group whose body is a block.
    Crew(String, Block),
    SpawnInto(String, TaskIndex),
    Set(Rc<Event>),
    Clear(Rc<Event>),
    IsSet(Rc<Event>),
    WaitForEvent(Rc<Event>),
    With(Guarded, Block),
    Wait(Guarded, Rc<Condition>),
    WaitFor(Guarded, Rc<Condition>, Goal),
    Notify(Guarded, Rc<Condition>, usize),
    Add(String, i64),
    /// It has a name if it is moved.
    Timeout(Duration, Block, Option<String>),
    Move(String, Duration),
    Locked(Guarded),
    WaitForOthers(Rc<Barrier>),
    Abort(Rc<Barrier>),
    Reset(Rc<Barrier>),
    Waiting(Rc<Barrier>),
    Queue(Rc<dyn Items>, QueueAction),
}

/// What is done with a queue.
pub(super) enum QueueAction {
    Put(Item),
    Get,
    TryPut(Item),
    TryGet,
    Size,
    TaskDone,
    Join,
    Close,
    CloseNow,
}

/// What a task may hold: a lock, a condition by its lock, or a semaphore.
#[derive(Clone)]
pub(super) struct Guarded {
    pub(super) name: Arc<str>,
    pub(super) lock: LockOf,
}

/// What is taken.
#[derive(Clone)]
pub(super) enum LockOf {
    Itself(Rc<Lock>),
    Condition(Rc<Condition>),
    Semaphore(Rc<Semaphore>),
}

/// The proof that something is held.
pub(super) enum Grip<'a> {
    Lock(LockGuard<'a, ()>),
    Semaphore { _permit: Permit<'a> },
}

/// That a variable is at least so much.
pub(super) struct Goal {
    pub(super) variable: String,
    pub(super) least: i64,
}

/// What a task holds, in the order of taking.
#[derive(Default)]
pub(super) struct Held<'a> {
    grips: Vec<(&'a Guarded, Grip<'a>)>,
}

/// What a task holds while it is inside of a block.
pub(super) struct Inside<'h, 'a> {
    held: &'h mut Held<'a>,
    /// How much it held before.
    depth: usize,
}

impl Guarded {
    pub(super) async fn take(&self) -> Grip<'_> {
        match &self.lock {
            LockOf::Itself(lock) => Grip::Lock(lock.lock().await),
            LockOf::Condition(condition) => Grip::Lock(condition.lock().await),
            LockOf::Semaphore(semaphore) => Grip::Semaphore { _permit: semaphore.acquire().await },
        }
    }

    pub(super) fn is_locked(&self) -> bool {
        match &self.lock {
            LockOf::Itself(lock) => lock.is_locked(),
            LockOf::Condition(condition) => condition.is_locked(),
            LockOf::Semaphore(semaphore) => semaphore.is_locked(),
        }
    }

    /// Whether both stand for one lock.
    fn is(&self, other: &Guarded) -> bool {
        match (&self.lock, &other.lock) {
            (LockOf::Itself(one), LockOf::Itself(other)) => Rc::ptr_eq(one, other),
            (LockOf::Condition(one), LockOf::Condition(other)) => Rc::ptr_eq(one, other),
            _ => false,
        }
    }
}

impl<'a> Held<'a> {
    pub(super) fn push(&mut self, guarded: &'a Guarded, grip: Grip<'a>) {
        self.grips.push((guarded, grip));
    }

    /// What is taken from here on, to be let go of when the block is over or dropped.
    pub(super) fn inside(&mut self) -> Inside<'_, 'a> {
        Inside { depth: self.grips.len(), held: self }
    }

    /// The guard of a lock, and where it stands among the others.
    pub(super) fn take(&mut self, guarded: &Guarded) -> Option<(usize, LockGuard<'a, ()>)> {
        let at = self.position(guarded)?;
        match self.grips.remove(at).1 {
            Grip::Lock(guard) => Some((at, guard)),
            Grip::Semaphore { .. } => None,
        }
    }

    pub(super) fn put_back(&mut self, at: usize, guarded: &'a Guarded, guard: LockGuard<'a, ()>) {
        self.grips.insert(at, (guarded, Grip::Lock(guard)));
    }

    pub(super) fn get(&self, guarded: &Guarded) -> Option<&LockGuard<'a, ()>> {
        match &self.grips[self.position(guarded)?].1 {
            Grip::Lock(guard) => Some(guard),
            Grip::Semaphore { .. } => None,
        }
    }

    fn position(&self, guarded: &Guarded) -> Option<usize> {
        self.grips.iter().rposition(|(held, _)| held.is(guarded))
    }
}

impl<'a> Deref for Inside<'_, 'a> {
    type Target = Held<'a>;

    fn deref(&self) -> &Held<'a> {
        self.held
    }
}

impl<'a> DerefMut for Inside<'_, 'a> {
    fn deref_mut(&mut self) -> &mut Held<'a> {
        self.held
    }
}

/// The last one taken is the first to be let go.
impl Drop for Inside<'_, '_> {
    fn drop(&mut self) {
        while self.held.grips.len() > self.depth {
            self.held.grips.pop();
        }
    }
}
