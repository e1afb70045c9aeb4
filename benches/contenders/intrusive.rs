//! futures-intrusive's local types and timers, and local-sync's channels: for those contenders that bring none of their own,
//! and are all else that these have in common.

use crate::contender::{
    Clock, Condition, Conditions, Event, Events, Get, Hold, Locks, Put, Queue, Queues, Tasks, Timers,
};
use futures::future::{join_all, select};
use futures_intrusive::sync::{
    LocalManualResetEvent, LocalMutex, LocalMutexGuard, LocalSemaphore, LocalSemaphoreReleaser,
};
use futures_intrusive::timer::{LocalTimer, LocalTimerService, MockClock};
use futures_lite::future::yield_now;
use local_sync::mpsc::{bounded, unbounded};
use std::cell::Cell;
use std::future::{Future, ready};
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

/// An executor that brings nothing but tasks. Who drops a task's handle cancels it.
pub(super) trait Bare: Clone + 'static {
    /// What awaits a task's end.
    type Handle<T: 'static>: Future + 'static;

    /// Runs a future to its end on a fresh executor, with these timers if there are some.
    fn run<F>(time: Option<Rc<Time>>, main: impl FnOnce(Self) -> F) -> F::Output
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
}

/// Such an executor, with what this file has for it.
#[derive(Clone)]
pub(super) struct With<E> {
    executor: E,
    /// Some on a runtime with timers.
    time: Option<Rc<Time>>,
}

fn run<E: Bare, F>(time: Option<Rc<Time>>, main: impl FnOnce(With<E>) -> F) -> F::Output
where
    F: Future + 'static,
    F::Output: 'static,
{
    E::run(time.clone(), |executor| main(With { executor, time }))
}

impl<E: Bare> Tasks for With<E> {
    type Handle<T: 'static> = E::Handle<T>;

    fn run<F>(main: impl FnOnce(Self) -> F) -> F::Output
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        run(None, main)
    }

    fn spawn<F>(&self, future: F) -> E::Handle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        self.executor.spawn(future)
    }

    fn detach(&self, future: impl Future<Output = ()> + 'static) {
        self.executor.detach(future);
    }

    fn cancel<T: 'static>(handle: E::Handle<T>) {
        drop(handle);
    }

    fn yield_now() -> impl Future<Output = ()> {
        yield_now()
    }

    async fn gather<F>(self, futures: impl Iterator<Item = F> + 'static)
    where
        F: Future<Output = ()> + 'static,
    {
        join_all(futures.map(|future| self.spawn(future))).await;
    }
}

impl<E: Bare> Events for With<E> {
    type Event = LocalManualResetEvent;
}

impl<E: Bare> Conditions for With<E> {
    type Condition = MutexAndSemaphore;
}

impl<E: Bare> Locks for With<E> {
    type Lock = LocalMutex<()>;
    type Semaphore = LocalSemaphore;
}

impl<E: Bare> Queues for With<E> {
    type OfOne = OfOne;
    type Unbounded = Unbounded;
}

impl<E: Bare> Timers for With<E> {
    fn run_timed<F>(clock: Clock, main: impl FnOnce(Self) -> F) -> F::Output
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        assert_eq!(clock, Clock::Virtual, "nobody drives futures-intrusive's timers in real time");
        run(Some(Rc::new(Time::new())), main)
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> {
        self.time.as_ref().expect("only a run with timers sleeps").sleep(duration)
    }

    async fn timeout<F: Future<Output = ()>>(&self, duration: Duration, future: F) {
        select(pin!(future), pin!(self.sleep(duration))).await;
    }
}

impl Event for LocalManualResetEvent {
    fn new() -> Self {
        LocalManualResetEvent::new(false)
    }

    fn wait(&self) -> impl Future<Output = ()> {
        self.wait()
    }

    fn wake_all(&self) {
        self.set();
        self.reset();
    }

    fn hand_over(&self) {
        self.set();
    }

    fn taken(&self) {
        self.reset();
    }
}

/// A condition of a fair `LocalMutex` and a fair `LocalSemaphore` without permits: whoever waits asks for one, and
/// never gives it back. A notify wakes as many as there are in line, so that it leaves no permit behind.
pub(super) struct MutexAndSemaphore {
    lock: LocalMutex<usize>,
    line: LocalSemaphore,
    waiting: Cell<usize>,
}

impl Condition for MutexAndSemaphore {
    type Guard<'a> = LocalMutexGuard<'a, usize>;

    fn new() -> Self {
        let line = LocalSemaphore::new(true, 0);
        MutexAndSemaphore { lock: LocalMutex::new(0, true), line, waiting: Cell::new(0) }
    }

    fn lock(&self) -> impl Future<Output = LocalMutexGuard<'_, usize>> {
        self.lock.lock()
    }

    async fn wait<'a>(&'a self, guard: LocalMutexGuard<'a, usize>) -> LocalMutexGuard<'a, usize> {
        self.waiting.set(self.waiting.get() + 1);
        drop(guard);
        self.line.acquire(1).await.disarm();
        self.lock.lock().await
    }

    fn notify_one(&self, _: &LocalMutexGuard<'_, usize>) {
        if let Some(others) = self.waiting.get().checked_sub(1) {
            self.waiting.set(others);
            self.line.release(1);
        }
    }

    fn notify_all(&self, _: &LocalMutexGuard<'_, usize>) {
        self.line.release(self.waiting.take());
    }
}

impl Hold for LocalMutex<()> {
    type Held<'a> = LocalMutexGuard<'a, ()>;

    fn new() -> Self {
        LocalMutex::new((), true)
    }

    fn hold(&self) -> impl Future<Output = LocalMutexGuard<'_, ()>> {
        self.lock()
    }
}

impl Hold for LocalSemaphore {
    type Held<'a> = LocalSemaphoreReleaser<'a>;

    fn new() -> Self {
        LocalSemaphore::new(true, 1)
    }

    fn hold(&self) -> impl Future<Output = LocalSemaphoreReleaser<'_>> {
        self.acquire(1)
    }
}

/// local-sync's `bounded::channel(1)`.
#[derive(Debug)]
pub(super) struct OfOne;

/// local-sync's `unbounded::channel()`.
#[derive(Debug)]
pub(super) struct Unbounded;

impl Queue for OfOne {
    type Putter = bounded::Tx<usize>;
    type Getter = bounded::Rx<usize>;

    fn open() -> (Self::Putter, Self::Getter) {
        bounded::channel(1)
    }
}

impl Queue for Unbounded {
    type Putter = unbounded::Tx<usize>;
    type Getter = unbounded::Rx<usize>;

    fn open() -> (Self::Putter, Self::Getter) {
        unbounded::channel()
    }
}

impl Put for bounded::Tx<usize> {
    async fn put(&self, item: usize) {
        self.send(item).await.expect("the getter outlives the putters");
    }
}

impl Get for bounded::Rx<usize> {
    async fn get(&mut self) -> usize {
        self.recv().await.expect("the putters outlive the last item")
    }
}

impl Put for unbounded::Tx<usize> {
    fn put(&self, item: usize) -> impl Future<Output = ()> {
        self.send(item).expect("the getter outlives the putters");
        ready(())
    }
}

impl Get for unbounded::Rx<usize> {
    async fn get(&mut self) -> usize {
        self.recv().await.expect("the putters outlive the last item")
    }
}

/// Timers on a clock that is set by hand.
pub(super) struct Time {
    clock: &'static MockClock,
    service: LocalTimerService,
}

impl Time {
    fn new() -> Self {
        // The service asks for a clock that lives for ever. It is eight bytes.
        let clock: &'static MockClock = Box::leak(Box::new(MockClock::new()));
        Time { clock, service: LocalTimerService::new(clock) }
    }

    /// Moves the clock to the next deadline and wakes who waits for it. False if nobody does.
    pub(super) fn jump(&self) -> bool {
        let next = self.service.next_expiration();
        if let Some(next) = next {
            self.clock.set_time(next);
            self.service.check_expirations();
        }
        next.is_some()
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> {
        self.service.delay(duration)
    }
}
