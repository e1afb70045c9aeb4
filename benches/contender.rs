//! What a contender can do, as traits: the programs of the rows are written once over them, so that every contender
//! runs the same program, and what a contender's file holds is its idiom.
//!
//! A contender that has no such thing implements no such trait, and its rows say "–".

use std::future::Future;
use std::ops::DerefMut;
use std::time::Duration;

/// An executor of one thread: what spawns on it, cheap to clone.
pub trait Tasks: Clone + 'static {
    /// What awaits a task's end.
    type Handle<T: 'static>: Future + 'static;

    /// Runs a future to its end on a fresh executor, without timers where they can be left out.
    fn run<F>(main: impl FnOnce(Self) -> F) -> F::Output
    where
        F: Future + 'static,
        F::Output: 'static;

    /// Spawns a task that somebody awaits.
    fn spawn<F>(&self, future: F) -> Self::Handle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static;

    /// Spawns a task that nobody awaits.
    fn detach(&self, future: impl Future<Output = ()> + 'static);

    /// Cancels a task, and does not wait for its end.
    fn cancel<T: 'static>(handle: Self::Handle<T>);

    /// Lets other tasks run first.
    fn yield_now() -> impl Future<Output = ()>;

    /// Spawns all and awaits all.
    fn gather<F>(self, futures: impl Iterator<Item = F> + 'static) -> impl Future<Output = ()>
    where
        F: Future<Output = ()> + 'static;
}

/// An executor with an event that wakes all who wait.
pub trait Events: Tasks {
    /// Its event.
    type Event: Event;
}

/// An event, or what serves as one.
pub trait Event: 'static {
    /// An event that is not set.
    fn new() -> Self;

    /// Waits for it. The future joins the line at its first poll at the latest.
    fn wait(&self) -> impl Future<Output = ()>;

    /// Wakes all who wait, and leaves the event unset.
    fn wake_all(&self);

    /// Wakes the only one who waits; that one calls [`taken`](Event::taken) then.
    fn hand_over(&self);

    /// Unsets the event, if it stays set when it has woken somebody.
    fn taken(&self);
}

/// An executor with a condition: a lock, and a line of those who wait for a notify.
pub trait Conditions: Tasks {
    /// Its condition.
    type Condition: Condition;
}

/// A condition over a number.
pub trait Condition: 'static {
    /// Who has the lock.
    type Guard<'a>: DerefMut<Target = usize>;

    /// A condition over zero.
    fn new() -> Self;

    /// Takes the lock.
    fn lock(&self) -> impl Future<Output = Self::Guard<'_>>;

    /// Lets go of the lock, waits for a notify, and takes the lock again.
    fn wait<'a>(&'a self, guard: Self::Guard<'a>) -> impl Future<Output = Self::Guard<'a>>;

    /// Wakes the first in line.
    fn notify_one(&self, guard: &Self::Guard<'_>);

    /// Wakes all in line.
    fn notify_all(&self, guard: &Self::Guard<'_>);
}

/// An executor with a lock and a semaphore.
pub trait Locks: Tasks {
    /// Its lock.
    type Lock: Hold;
    /// Its semaphore, with one permit.
    type Semaphore: Hold;
}

/// What one task at a time can hold.
pub trait Hold: 'static {
    /// Who drops this lets go.
    type Held<'a>;

    /// One that is free.
    fn new() -> Self;

    /// Takes it, behind all who wait.
    fn hold(&self) -> impl Future<Output = Self::Held<'_>>;
}

/// An executor with queues.
pub trait Queues: Tasks {
    /// A queue with room for one item.
    type OfOne: Queue;
    /// A queue with room for any number of items.
    type Unbounded: Queue;
}

/// A queue of numbers, or a channel that serves as one.
pub trait Queue: 'static {
    /// The end that puts; it is shared by an `Rc`.
    type Putter: Put;
    /// The end that gets.
    type Getter: Get;

    /// An empty queue.
    fn open() -> (Self::Putter, Self::Getter);
}

/// The end of a queue that puts.
pub trait Put: 'static {
    /// Puts an item, as soon as there is room.
    fn put(&self, item: usize) -> impl Future<Output = ()>;
}

/// The end of a queue that gets.
pub trait Get: 'static {
    /// Takes an item out, as soon as there is one.
    fn get(&mut self) -> impl Future<Output = usize>;
}

/// An executor with a barrier.
pub trait Barriers: Tasks {
    /// Its barrier.
    type Barrier: Barrier;
}

/// A barrier that can be used round after round.
pub trait Barrier: 'static {
    /// A barrier for so many.
    fn new(parties: usize) -> Self;

    /// Waits until all have come.
    fn wait(&self) -> impl Future<Output = ()>;
}

/// Which time an executor's timers go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// It jumps to the next deadline when nobody is ready.
    Virtual,
    /// The system's.
    Real,
}

/// An executor with timers.
pub trait Timers: Tasks {
    /// Runs a future to its end on a fresh executor with timers.
    ///
    /// # Panics
    /// When the contender has no such clock; the table of the contenders does not ask for it then.
    fn run_timed<F>(clock: Clock, main: impl FnOnce(Self) -> F) -> F::Output
    where
        F: Future + 'static,
        F::Output: 'static;

    /// Waits so long.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()>;

    /// Runs a future for no longer than so long.
    fn timeout<F: Future<Output = ()>>(&self, duration: Duration, future: F) -> impl Future<Output = ()>;
}
