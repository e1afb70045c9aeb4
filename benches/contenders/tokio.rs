//! tokio's current-thread runtime: tasks that stay on their thread, on a `LocalRuntime`, which spawns and schedules
//! them as `tokio::spawn` on a current-thread runtime does. But for where they live, all serves
//! [`LocalSet`](super::local_set), too.

use crate::contender::{
    Barrier, Barriers, Clock, Condition, Conditions, Event, Events, Get, Hold, Locks, Put, Queue, Queues, Tasks, Timers,
};
use std::future::{Future, ready};
use std::marker::PhantomData;
use std::time::Duration;
use tokio::runtime::{Builder, LocalOptions};
use tokio::sync::{self, Notify, mpsc};
use tokio::task::{JoinHandle, JoinSet, spawn_local, yield_now};
use tokio::time;

/// Where tasks of tokio's that stay on their thread live.
pub(super) trait Home: Clone + 'static {
    /// Runs a future to its end on a fresh runtime of that builder's, within which it is made.
    fn block_on<F: Future>(builder: &mut Builder, main: impl FnOnce() -> F) -> F::Output;
}

/// A `LocalRuntime`.
#[derive(Clone, Debug)]
pub(super) struct OnItsRuntime;

impl Home for OnItsRuntime {
    fn block_on<F: Future>(builder: &mut Builder, main: impl FnOnce() -> F) -> F::Output {
        let runtime = builder.build_local(LocalOptions::default()).expect("a runtime without I/O needs nothing");
        runtime.block_on(async { main().await })
    }
}

/// tokio, with its tasks there.
#[derive(Clone, Debug)]
pub(super) struct At<H>(PhantomData<H>);

/// tokio's current-thread runtime.
pub(super) type Tokio = At<OnItsRuntime>;

impl<H: Home> Tasks for At<H> {
    type Handle<T: 'static> = JoinHandle<T>;

    fn run<F>(main: impl FnOnce(Self) -> F) -> F::Output
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        H::block_on(&mut Builder::new_current_thread(), || main(At(PhantomData)))
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

impl<H: Home> Events for At<H> {
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

impl<H: Home> Conditions for At<H> {
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

impl<H: Home> Locks for At<H> {
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

impl<H: Home> Queues for At<H> {
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

impl<H: Home> Barriers for At<H> {
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
fn timed(clock: Clock) -> Builder {
    let mut builder = Builder::new_current_thread();
    builder.enable_time().start_paused(clock == Clock::Virtual);
    builder
}

impl<H: Home> Timers for At<H> {
    fn run_timed<F>(clock: Clock, main: impl FnOnce(Self) -> F) -> F::Output
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        H::block_on(&mut timed(clock), || main(At(PhantomData)))
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> {
        time::sleep(duration)
    }

    async fn timeout<F: Future<Output = ()>>(&self, duration: Duration, future: F) {
        time::timeout(duration, future).await.expect("the future is ready");
    }
}
