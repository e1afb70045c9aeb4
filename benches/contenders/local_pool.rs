//! futures' `LocalPool`, with futures-intrusive's local types and local-sync's channels.

use super::intrusive::{MutexAndSemaphore, OfOne, Time, Unbounded};
use crate::contender::{Clock, Conditions, Events, Locks, Queues, Tasks, Timers};
use futures::executor::{self, LocalSpawner};
use futures::future::{RemoteHandle, join_all, select};
use futures::task::LocalSpawnExt;
use futures_intrusive::sync::{LocalManualResetEvent, LocalMutex, LocalSemaphore};
use futures_lite::future::yield_now;
use std::cell::Cell;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

/// futures' `LocalPool`.
#[derive(Clone)]
pub(super) struct LocalPool {
    spawner: LocalSpawner,
    /// Some on a runtime with timers.
    time: Option<Rc<Time>>,
}

const RUNS: &str = "the pool outlives what runs on it";

impl Tasks for LocalPool {
    type Handle<T: 'static> = RemoteHandle<T>;

    fn run<F>(main: impl FnOnce(Self) -> F) -> F::Output
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let mut pool = executor::LocalPool::new();
        let spawner = pool.spawner();
        pool.run_until(main(LocalPool { spawner, time: None }))
    }

    fn spawn<F>(&self, future: F) -> RemoteHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        self.spawner.spawn_local_with_handle(future).expect(RUNS)
    }

    fn detach(&self, future: impl Future<Output = ()> + 'static) {
        self.spawner.spawn_local(future).expect(RUNS);
    }

    fn cancel<T: 'static>(handle: RemoteHandle<T>) {
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

impl Events for LocalPool {
    type Event = LocalManualResetEvent;
}

impl Conditions for LocalPool {
    type Condition = MutexAndSemaphore;
}

impl Locks for LocalPool {
    type Lock = LocalMutex<()>;
    type Semaphore = LocalSemaphore;
}

impl Queues for LocalPool {
    type OfOne = OfOne;
    type Unbounded = Unbounded;
}

impl Timers for LocalPool {
    fn run_timed<F>(clock: Clock, main: impl FnOnce(Self) -> F) -> F::Output
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        assert_eq!(clock, Clock::Virtual, "nobody drives futures-intrusive's timers in real time");
        let mut pool = executor::LocalPool::new();
        let time = Rc::new(Time::new());
        let main = main(LocalPool { spawner: pool.spawner(), time: Some(time.clone()) });
        let output = Rc::new(Cell::new(None));
        let sink = output.clone();
        pool.spawner().spawn_local(async move { sink.set(Some(main.await)) }).expect(RUNS);
        loop {
            pool.run_until_stalled();
            if let Some(output) = output.take() {
                return output;
            }
            assert!(time.jump(), "main waits for a timer, or for who does");
        }
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> {
        self.time.as_ref().expect("only a run with timers sleeps").sleep(duration)
    }

    async fn timeout<F: Future<Output = ()>>(&self, duration: Duration, future: F) {
        select(pin!(future), pin!(self.sleep(duration))).await;
    }
}
