//! async-executor's `LocalExecutor`, with the primitives of its family: event-listener, async-lock, async-channel, and
//! the timers of async-io.

use crate::contender::{
    Barrier, Barriers, Clock, Condition, Conditions, Event, Events, Get, Hold, Locks, Put, Queue, Queues, Tasks, Timers,
};
use async_channel::{Receiver, Sender};
use async_executor::{LocalExecutor, Task};
use async_io::Timer;
use async_lock::{Mutex, MutexGuard, Semaphore, SemaphoreGuard};
use event_listener::{Event as Listeners, listener};
use futures::future::join_all;
use futures_lite::future::{block_on, or, yield_now};
use std::future::{Future, ready};
use std::rc::Rc;
use std::time::Duration;

/// async-executor's `LocalExecutor`.
#[derive(Clone, Debug)]
pub(super) struct AsyncExecutor(Rc<LocalExecutor<'static>>);

impl Tasks for AsyncExecutor {
    type Handle<T: 'static> = Task<T>;

    fn run<F>(main: impl FnOnce(Self) -> F) -> F::Output
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let executor = Rc::new(LocalExecutor::new());
        block_on(executor.run(main(AsyncExecutor(executor.clone()))))
    }

    fn spawn<F>(&self, future: F) -> Task<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        self.0.spawn(future)
    }

    fn detach(&self, future: impl Future<Output = ()> + 'static) {
        self.0.spawn(future).detach();
    }

    fn cancel<T: 'static>(handle: Task<T>) {
        drop(handle);
    }

    fn yield_now() -> impl Future<Output = ()> {
        yield_now()
    }

    async fn gather<F>(self, futures: impl Iterator<Item = F> + 'static)
    where
        F: Future<Output = ()> + 'static,
    {
        let mut tasks = Vec::new();
        self.0.spawn_many(futures, &mut tasks);
        join_all(tasks).await;
    }
}

impl Events for AsyncExecutor {
    type Event = Listeners;
}

impl Event for Listeners {
    fn new() -> Self {
        Listeners::new()
    }

    async fn wait(&self) {
        // On the stack: `listen` allocates.
        listener!(self => line);
        line.await;
    }

    fn wake_all(&self) {
        self.notify(usize::MAX);
    }

    fn hand_over(&self) {
        self.notify(1);
    }

    fn taken(&self) {}
}

/// A condition of a `Mutex` and an event-listener: neither async-lock nor event-listener has one.
#[derive(Debug)]
pub(super) struct MutexAndEvent {
    lock: Mutex<usize>,
    line: Listeners,
}

impl Conditions for AsyncExecutor {
    type Condition = MutexAndEvent;
}

impl Condition for MutexAndEvent {
    type Guard<'a> = MutexGuard<'a, usize>;

    fn new() -> Self {
        MutexAndEvent { lock: Mutex::new(0), line: Listeners::new() }
    }

    fn lock(&self) -> impl Future<Output = MutexGuard<'_, usize>> {
        self.lock.lock()
    }

    async fn wait<'a>(&'a self, guard: MutexGuard<'a, usize>) -> MutexGuard<'a, usize> {
        listener!(self.line => line);
        drop(guard);
        line.await;
        self.lock.lock().await
    }

    fn notify_one(&self, _: &MutexGuard<'_, usize>) {
        self.line.notify_additional(1);
    }

    fn notify_all(&self, _: &MutexGuard<'_, usize>) {
        self.line.notify(usize::MAX);
    }
}

impl Locks for AsyncExecutor {
    type Lock = Mutex<()>;
    type Semaphore = Semaphore;
}

impl Hold for Mutex<()> {
    type Held<'a> = MutexGuard<'a, ()>;

    fn new() -> Self {
        Mutex::new(())
    }

    fn hold(&self) -> impl Future<Output = MutexGuard<'_, ()>> {
        self.lock()
    }
}

impl Hold for Semaphore {
    type Held<'a> = SemaphoreGuard<'a>;

    fn new() -> Self {
        Semaphore::new(1)
    }

    fn hold(&self) -> impl Future<Output = SemaphoreGuard<'_>> {
        self.acquire()
    }
}

/// `async_channel::bounded(1)`.
#[derive(Debug)]
pub(super) struct OfOne;

/// `async_channel::unbounded()`, of which `try_send` never fails.
#[derive(Debug)]
pub(super) struct Unbounded;

/// The end of an unbounded channel that sends.
#[derive(Debug)]
pub(super) struct Unwaiting(Sender<usize>);

impl Queues for AsyncExecutor {
    type OfOne = OfOne;
    type Unbounded = Unbounded;
}

impl Queue for OfOne {
    type Putter = Sender<usize>;
    type Getter = Receiver<usize>;

    fn open() -> (Self::Putter, Self::Getter) {
        async_channel::bounded(1)
    }
}

impl Queue for Unbounded {
    type Putter = Unwaiting;
    type Getter = Receiver<usize>;

    fn open() -> (Self::Putter, Self::Getter) {
        let (sender, receiver) = async_channel::unbounded();
        (Unwaiting(sender), receiver)
    }
}

impl Put for Sender<usize> {
    async fn put(&self, item: usize) {
        self.send(item).await.expect("the getter outlives the putters");
    }
}

impl Put for Unwaiting {
    fn put(&self, item: usize) -> impl Future<Output = ()> {
        self.0.try_send(item).expect("the channel has no bound, and the getter outlives the putters");
        ready(())
    }
}

impl Get for Receiver<usize> {
    async fn get(&mut self) -> usize {
        self.recv().await.expect("the putters outlive the last item")
    }
}

impl Barriers for AsyncExecutor {
    type Barrier = async_lock::Barrier;
}

impl Barrier for async_lock::Barrier {
    fn new(parties: usize) -> Self {
        async_lock::Barrier::new(parties)
    }

    async fn wait(&self) {
        self.wait().await;
    }
}

impl Timers for AsyncExecutor {
    fn run_timed<F>(clock: Clock, main: impl FnOnce(Self) -> F) -> F::Output
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        assert_eq!(clock, Clock::Real, "async-io has no other clock");
        let executor = Rc::new(LocalExecutor::new());
        async_io::block_on(executor.run(main(AsyncExecutor(executor.clone()))))
    }

    async fn sleep(&self, duration: Duration) {
        Timer::after(duration).await;
    }

    async fn timeout<F: Future<Output = ()>>(&self, duration: Duration, future: F) {
        or(future, async {
            Timer::after(duration).await;
        })
        .await;
    }
}
