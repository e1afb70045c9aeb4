//! futures' `LocalPool`, with futures-intrusive's local types and local-sync's channels.

use super::intrusive::{Bare, Time, With};
use futures::executor::{self, LocalSpawner};
use futures::future::RemoteHandle;
use futures::task::LocalSpawnExt;
use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;

/// What spawns on futures' `LocalPool`.
#[derive(Clone)]
pub(super) struct Spawner(LocalSpawner);

/// futures' `LocalPool`.
pub(super) type LocalPool = With<Spawner>;

const RUNS: &str = "the pool outlives what runs on it";

/// Runs a future as a task among others, and lets time jump when nobody is ready.
fn run_timed<F: Future + 'static>(mut pool: executor::LocalPool, time: &Time, main: F) -> F::Output
where
    F::Output: 'static,
{
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

impl Bare for Spawner {
    type Handle<T: 'static> = RemoteHandle<T>;

    fn run<F>(time: Option<Rc<Time>>, main: impl FnOnce(Self) -> F) -> F::Output
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        let mut pool = executor::LocalPool::new();
        let main = main(Spawner(pool.spawner()));
        match time {
            None => pool.run_until(main),
            Some(time) => run_timed(pool, &time, main),
        }
    }

    fn spawn<F>(&self, future: F) -> RemoteHandle<F::Output>
    where
        F: Future + 'static,
        F::Output: 'static,
    {
        self.0.spawn_local_with_handle(future).expect(RUNS)
    }

    fn detach(&self, future: impl Future<Output = ()> + 'static) {
        self.0.spawn_local(future).expect(RUNS);
    }
}
