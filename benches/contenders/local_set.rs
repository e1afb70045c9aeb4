//! tokio's `LocalSet`, within a current-thread runtime; its primitives are [`tokio`](super::tokio)'s.

use super::tokio::{self as plain, MutexAndNotify};
use crate::contender::{Barriers, Clock, Conditions, Events, Locks, Queues, Tasks, Timers};
use std::future::Future;
use std::time::Duration;
use tokio::runtime::Builder;
use tokio::sync;
use tokio::task::{self, JoinHandle, JoinSet, spawn_local, yield_now};
use tokio::time;

/// tokio's `LocalSet`.
#[derive(Clone, Debug)]
pub(super) struct LocalSet;

fn run<F: Future>(builder: &mut Builder, main: impl FnOnce(LocalSet) -> F) -> F::Output {
    let runtime = builder.build().expect("a runtime without I/O needs nothing");
    let set = task::LocalSet::new();
    runtime.block_on(set.run_until(async { main(LocalSet).await }))
}

impl Tasks for LocalSet {
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

impl Events for LocalSet {
    type Event = sync::Notify;
}

impl Conditions for LocalSet {
    type Condition = MutexAndNotify;
}

impl Locks for LocalSet {
    type Lock = sync::Mutex<()>;
    type Semaphore = sync::Semaphore;
}

impl Queues for LocalSet {
    type OfOne = plain::OfOne;
    type Unbounded = plain::Unbounded;
}

impl Barriers for LocalSet {
    type Barrier = sync::Barrier;
}

impl Timers for LocalSet {
    fn run_timed<F>(clock: Clock, main: impl FnOnce(Self) -> F) -> F::Output
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        run(&mut plain::timed(clock), main)
    }

    fn sleep(&self, duration: Duration) -> impl Future<Output = ()> {
        time::sleep(duration)
    }

    async fn timeout<F: Future<Output = ()>>(&self, duration: Duration, future: F) {
        time::timeout(duration, future).await.expect("the future is ready");
    }
}
