//! tokio's current-thread runtime: tasks that stay on their thread, on a `LocalRuntime`, which spawns and schedules
//! them as `tokio::spawn` on a current-thread runtime does. Its primitives serve [`LocalSet`](super::local_set), too.

use crate::contender::{
    Barrier, Barriers, Clock, Condition, Conditions, Event, Events, Get, Hold, Locks, Put, Queue, Queues, Tasks, Timers,
};
use std::future::{Future, ready};
use std::time::Duration;
use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::{self, Notify, mpsc};
use tokio::task::{JoinHandle, JoinSet, spawn_local, yield_now};
use tokio::time;

/// tokio's current-thread runtime.
#[derive(Clone, Debug)]
pub(super) struct Tokio;

fn run<F: Future>(builder: &mut Builder, main: impl FnOnce(Tokio) -> F) -> F::Output {
    let runtime = builder.build_local(LocalOptions::default()).expect("a runtime without I/O needs nothing");
    runtime.block_on(async { main(Tokio).await })
}

impl Tasks for Tokio {
    type Handle<T: 'static> = JoinHandle<T>;

    fn run<F>(main: impl FnOnce(Self) -> F) -> F::Output
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        run(&mut Builder::new_current_thread(), main)
    }

    fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        spawn_local(future)
    }

    fn detach(&self, future: impl Future<Output = ()> + 'static) {
        spawn_local(future);
    }

    fn cancel<T: 'static>(handle: JoinHandle<T>) {
        handle.abort();
    }

    fn yield_now() -> impl Future<Output = ()> {
        yield_now()
    }

    async fn gather<F>(self, futures: impl Iterator<Item = F> + 'static)
    where
        F: Future<Output = ()> + 'static,
    {
        let mut set = JoinSet::new();
        futures.for_each(|future| _ = set.spawn_local(future));
        while set.join_next().await.is_some() {}
    }
}

impl Events for Tokio {
    type Event = Notify;
}

impl Event for Notify {
    fn new() -> Self {
        Notify::new()
    }

    fn wait(&self) -> impl Future<Output = ()> {
        self.notified()
    }

    fn wake_all(&self) {
        self.notify_waiters();
    }

    fn hand_over(&self) {
        self.notify_one();
    }

    fn taken(&self) {}
}

/// A condition of a `Mutex` and a `Notify`: tokio has none, and this is what its issues recommend.
#[derive(Debug)]
pub(super) struct MutexAndNotify {
    lock: sync::Mutex<usize>,
    line: Notify,
}

impl Conditions for Tokio {
    type Condition = MutexAndNotify;
}

impl Condition for MutexAndNotify {
    type Guard<'a> = sync::MutexGuard<'a, usize>;

    fn new() -> Self {
        MutexAndNotify { lock: sync::Mutex::new(0), line: Notify::new() }
    }

    fn lock(&self) -> impl Future<Output = sync::MutexGuard<'_, usize>> {
        self.lock.lock()
    }

    async fn wait<'a>(&'a self, guard: sync::MutexGuard<'a, usize>) -> sync::MutexGuard<'a, usize> {
        let notified = self.line.notified();
        drop(guard);
        notified.await;
        self.lock.lock().await
    }

    fn notify_one(&self, _: &sync::MutexGuard<'_, usize>) {
        self.line.notify_one();
    }

    fn notify_all(&self, _: &sync::MutexGuard<'_, usize>) {
        self.line.notify_waiters();
    }
}

impl Locks for Tokio {
    type Lock = sync::Mutex<()>;
    type Semaphore = sync::Semaphore;
}

impl Hold for sync::Mutex<()> {
    type Held<'a> = sync::MutexGuard<'a, ()>;

    fn new() -> Self {
        sync::Mutex::new(())
    }

    fn hold(&self) -> impl Future<Output = sync::MutexGuard<'_, ()>> {
        self.lock()
    }
}

impl Hold for sync::Semaphore {
    type Held<'a> = sync::SemaphorePermit<'a>;

    fn new() -> Self {
        sync::Semaphore::new(1)
    }

    async fn hold(&self) -> sync::SemaphorePermit<'_> {
        self.acquire().await.expect("nobody closes the semaphore")
    }
}

/// `mpsc::channel(1)`.
#[derive(Debug)]
pub(super) struct OfOne;

/// `mpsc::unbounded_channel()`.
#[derive(Debug)]
pub(super) struct Unbounded;

impl Queues for Tokio {
    type OfOne = OfOne;
    type Unbounded = Unbounded;
}

impl Queue for OfOne {
    type Putter = mpsc::Sender<usize>;
    type Getter = mpsc::Receiver<usize>;

    fn open() -> (Self::Putter, Self::Getter) {
        mpsc::channel(1)
    }
}

impl Queue for Unbounded {
    type Putter = mpsc::UnboundedSender<usize>;
    type Getter = mpsc::UnboundedReceiver<usize>;

    fn open() -> (Self::Putter, Self::Getter) {
        mpsc::unbounded_channel()
    }
}

impl Put for mpsc::Sender<usize> {
    async fn put(&self, item: usize) {
        self.send(item).await.expect("the getter outlives the putters");
    }
}

impl Get for mpsc::Receiver<usize> {
    async fn get(&mut self) -> usize {
        self.recv().await.expect("the putters outlive the last item")
    }
}

impl Put for mpsc::UnboundedSender<usize> {
    fn put(&self, item: usize) -> impl Future<Output = ()> {
        self.send(item).expect("the getter outlives the putters");
        ready(())
    }
}

impl Get for mpsc::UnboundedReceiver<usize> {
    async fn get(&mut self) -> usize {
        self.recv().await.expect("the putters outlive the last item")
    }
}

impl Barriers for Tokio {
    type Barrier = sync::Barrier;
}

impl Barrier for sync::Barrier {
    fn new(parties: usize) -> Self {
        sync::Barrier::new(parties)
    }

    async fn wait(&self) {
        self.wait().await;
    }
}

/// A builder of runtimes whose timers go by that clock.
pub(super) fn timed(clock: Clock) -> Builder {
    let mut builder = Builder::new_current_thread();
    builder.enable_time().start_paused(clock == Clock::Virtual);
    builder
}

impl Timers for Tokio {
    fn run_timed<F>(clock: Clock, main: impl FnOnce(Self) -> F) -> F::Output
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        run(&mut timed(clock), main)
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> {
        time::sleep(duration)
    }

    async fn timeout<F: Future<Output = ()>>(&self, duration: Duration, future: F) {
        time::timeout(duration, future).await.expect("the future is ready");
    }
}
