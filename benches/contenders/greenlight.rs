//! greenlight itself.

use crate::contender::{
    Barrier, Barriers, Clock, Condition, Conditions, Event, Events, Get, Hold, Locks, Put, Queue, Queues, Tasks, Timers,
};
use greenlight::sync::{self, LockGuard, Permit};
use greenlight::{JoinHandle, Runtime, sleep, timeout, yield_now};
use std::future::{Future, ready};
use std::rc::Rc;
use std::time::Duration;

/// greenlight, with nobody watching.
#[derive(Clone, Debug)]
pub(super) struct Greenlight;

fn run<F: Future>(clock: Clock, main: impl FnOnce(Greenlight) -> F) -> F::Output {
    // Not as the environment asks: the debug mode watches.
    let builder = Runtime::builder().debug(false);
    let builder = if clock == Clock::Virtual { builder.virtual_clock() } else { builder };
    builder.build().run(main(Greenlight))
}

impl Tasks for Greenlight {
    type Handle<T: 'static> = JoinHandle<T>;

    fn run<F>(main: impl FnOnce(Self) -> F) -> F::Output
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        run(Clock::Real, main)
    }

    fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        greenlight::spawn(future)
    }

    fn detach(&self, future: impl Future<Output = ()> + 'static) {
        greenlight::spawn_detached(future);
    }

    fn cancel<T: 'static>(handle: JoinHandle<T>) {
        handle.task().cancel();
    }

    fn yield_now() -> impl Future<Output = ()> {
        yield_now()
    }

    async fn gather<F>(self, futures: impl Iterator<Item = F> + 'static)
    where
        F: Future<Output = ()> + 'static,
    {
        greenlight::gather(futures).await;
    }
}

impl Events for Greenlight {
    type Event = sync::Event;
}

impl Event for sync::Event {
    fn new() -> Self {
        sync::Event::new()
    }

    fn wait(&self) -> impl Future<Output = ()> {
        self.wait()
    }

    fn wake_all(&self) {
        self.pulse();
    }

    fn hand_over(&self) {
        self.set();
    }

    fn taken(&self) {
        self.clear();
    }
}

impl Conditions for Greenlight {
    type Condition = sync::Condition<usize>;
}

impl Condition for sync::Condition<usize> {
    type Guard<'a> = LockGuard<'a, usize>;

    fn new() -> Self {
        sync::Condition::new(0)
    }

    fn lock(&self) -> impl Future<Output = LockGuard<'_, usize>> {
        self.lock()
    }

    fn wait<'a>(&'a self, guard: LockGuard<'a, usize>) -> impl Future<Output = LockGuard<'a, usize>> {
        self.wait(guard)
    }

    fn notify_one(&self, guard: &LockGuard<'_, usize>) {
        self.notify_one(guard);
    }

    fn notify_all(&self, guard: &LockGuard<'_, usize>) {
        self.notify_all(guard);
    }
}

impl Locks for Greenlight {
    type Lock = sync::Lock<()>;
    type Semaphore = sync::Semaphore;
}

impl Hold for sync::Lock<()> {
    type Held<'a> = LockGuard<'a, ()>;

    fn new() -> Self {
        sync::Lock::new(())
    }

    fn hold(&self) -> impl Future<Output = LockGuard<'_, ()>> {
        self.lock()
    }
}

impl Hold for sync::Semaphore {
    type Held<'a> = Permit<'a>;

    fn new() -> Self {
        sync::Semaphore::new(1)
    }

    fn hold(&self) -> impl Future<Output = Permit<'_>> {
        self.acquire()
    }
}

/// A queue of which `put` waits for room.
#[derive(Debug)]
pub(super) struct OfOne;

/// A queue of which `try_put` never fails.
#[derive(Debug)]
pub(super) struct Unbounded;

/// The end of an unbounded queue that puts.
#[derive(Debug)]
pub(super) struct Unwaiting(Rc<sync::Queue<usize>>);

impl Queues for Greenlight {
    type OfOne = OfOne;
    type Unbounded = Unbounded;
}

impl Queue for OfOne {
    type Putter = Rc<sync::Queue<usize>>;
    type Getter = Rc<sync::Queue<usize>>;

    fn open() -> (Self::Putter, Self::Getter) {
        let queue = Rc::new(sync::Queue::bounded(1));
        (queue.clone(), queue)
    }
}

impl Queue for Unbounded {
    type Putter = Unwaiting;
    type Getter = Rc<sync::Queue<usize>>;

    fn open() -> (Self::Putter, Self::Getter) {
        let queue = Rc::new(sync::Queue::unbounded());
        (Unwaiting(queue.clone()), queue)
    }
}

impl Put for Rc<sync::Queue<usize>> {
    async fn put(&self, item: usize) {
        sync::Queue::put(self, item).await.expect("nobody closes the queue");
    }
}

impl Put for Unwaiting {
    fn put(&self, item: usize) -> impl Future<Output = ()> {
        self.0.try_put(item).expect("the queue has no bound, and nobody closes it");
        ready(())
    }
}

impl Get for Rc<sync::Queue<usize>> {
    async fn get(&mut self) -> usize {
        sync::Queue::get(self).await.expect("nobody closes the queue")
    }
}

impl Barriers for Greenlight {
    type Barrier = sync::Barrier;
}

impl Barrier for sync::Barrier {
    fn new(parties: usize) -> Self {
        sync::Barrier::new(parties)
    }

    async fn wait(&self) {
        self.wait().await.expect("nobody breaks the barrier");
    }
}

impl Timers for Greenlight {
    fn run_timed<F>(clock: Clock, main: impl FnOnce(Self) -> F) -> F::Output
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        run(clock, main)
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> {
        sleep(duration)
    }

    async fn timeout<F: Future<Output = ()>>(&self, duration: Duration, future: F) {
        timeout(duration, future).await.expect("the future is ready");
    }
}
