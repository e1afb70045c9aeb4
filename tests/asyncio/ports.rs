//! What the ports stand on beside the stage: the verbs of asyncio's tests, and a look at what these read from private fields.

use greenlight::sync::{Barrier, Condition, Lock, LockGuard};
use greenlight::{JoinHandle, gather, spawn_detached};
use stage::{refusal, run};
use std::cell::Cell;
use std::fmt::Debug;
use std::future::Future;

/// Asserts that nothing of a type can be awaited: a type that could be would have two answers here,
/// and not compile.
macro_rules! assert_no_future {
    ($type:ty) => {{
        trait Awaited<Answer> {
            fn is_asked() {}
        }
        struct Yes;
        impl<T> Awaited<()> for T {}
        impl<T: IntoFuture> Awaited<Yes> for T {}
        <$type as Awaited<_>>::is_asked();
    }};
}

pub(crate) use assert_no_future;

/// Calls a function in the next turn, in its place in the queue. In asyncio: `loop.call_soon`.
pub(crate) fn call_soon(act: impl FnOnce() + 'static) {
    spawn_detached(async move { act() });
}

/// How many wait on a primitive, as its Debug output tells.
pub(crate) fn waiters(primitive: &impl Debug) -> usize {
    number_after("waiters: ", primitive)
}

fn number_after(label: &str, primitive: &impl Debug) -> usize {
    let text = format!("{primitive:?}");
    let (_, rest) = text.split_once(label).expect("the Debug output has this label");
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().expect("a number is after the label")
}

/// Whether a barrier is in this phase, as its Debug output tells.
pub(crate) fn is_in_phase(phase: &str, barrier: &Barrier) -> bool {
    format!("{barrier:?}").contains(&format!("phase: {phase} "))
}

/// How many parties of a barrier have arrived and not gone on, as its Debug output tells.
pub(crate) fn inside(barrier: &Barrier) -> usize {
    number_after("inside: ", barrier)
}

/// Runs a test as so many tasks, and yields their outputs in the order of spawning. In asyncio:
/// `BarrierTests.gather_tasks`.
pub(crate) fn run_tasks<F: Future + 'static>(tasks: usize, task: impl Fn() -> F) -> Vec<F::Output> {
    run(async { gather((0..tasks).map(|_| task())).await })
}

/// Whether somebody holds the lock of a condition, as its Debug output tells.
pub(crate) fn is_locked<T>(condition: &Condition<T>) -> bool {
    format!("{condition:?}").contains("locked: true")
}

/// Waits at a barrier that nobody breaks, and yields the index.
pub(crate) async fn pass(barrier: &Barrier) -> usize {
    barrier.wait().await.expect("nobody breaks the barrier").index()
}

/// Asserts that a barrier fills, and that nobody waits there yet.
#[track_caller]
pub(crate) fn assert_is_open(barrier: &Barrier) {
    assert_eq!(barrier.waiting(), 0);
    assert!(is_in_phase("Filling", barrier));
    assert!(!barrier.is_broken());
}

/// How often something came to pass.
#[derive(Default)]
pub(crate) struct Count(Cell<usize>);

impl Count {
    pub(crate) fn get(&self) -> usize {
        self.0.get()
    }

    /// Counts one more, and tells how many there are now.
    pub(crate) fn add(&self) -> usize {
        self.0.set(self.0.get() + 1);
        self.0.get()
    }
}

/// Sets a flag when it is dropped. In asyncio: `finally`.
pub(crate) struct Flags<'a>(pub(crate) &'a Cell<bool>);

impl Drop for Flags<'_> {
    fn drop(&mut self) {
        self.0.set(true);
    }
}

/// Panics when it is dropped. In asyncio: a `finally` that raises.
pub(crate) struct Crashes;

impl Drop for Crashes {
    fn drop(&mut self) {
        panic!("{}", "crash in cleanup");
    }
}

/// What a task yielded that has ended: awaiting it does not suspend. In asyncio: `task.result()`.
#[track_caller]
pub(crate) fn result<T>(task: JoinHandle<T>) -> impl Future<Output = T> {
    assert!(task.is_finished(), "the task has not ended");
    async { task.await.expect("the task ended by itself") }
}

/// Whether a task that has ended was cancelled. In asyncio: `task.cancelled()`.
#[track_caller]
pub(crate) fn cancelled<T>(task: JoinHandle<T>) -> impl Future<Output = bool> {
    assert!(task.is_finished(), "the task has not ended");
    async { task.await.is_err_and(|error| error.is_cancelled()) }
}

/// Asserts that a condition answers the guard of another lock with a panic that names itself, that
/// lock, and its own.
#[track_caller]
pub(crate) fn assert_is_refused(misuse: impl FnOnce(&Condition, LockGuard<'_, ()>)) {
    let message = run(async {
        let (condition, stranger) = (Condition::new(()).named("tea"), Lock::new(()).named("coffee"));
        let guard = stranger.lock().await;
        refusal(|| misuse(&condition, guard))
    });
    assert!(message.ends_with("; take the guard from Condition::lock"), "{message}");
    let named: Vec<_> = message.split('`').skip(1).step_by(2).collect();
    assert_eq!(named, ["tea", "coffee", "tea"], "{message}");
}
