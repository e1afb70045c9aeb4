//! The groups that the tests of `asyncio.TaskGroup` share: tasks that write their outputs, fail, or
//! tell that they were dropped.

use super::{LONG, flagged, ms, sleep_and_crash};
use crate::ports::{Count, cancelled};
use greenlight::{Cause, Failure, GroupError, JoinHandle, Runtime, Task, TaskGroup, now, sleep};
use stage::{Log, shared};
use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::time::Duration;

pub(super) const ZERO_DIVISION: &str = "division by zero";

pub(super) type Group = TaskGroup<&'static str>;
pub(super) type Failed = GroupError<&'static str>;

/// Sleeps so long, and fails.
pub(super) async fn crash_after(duration: Duration) -> Result<(), &'static str> {
    sleep(duration).await;
    Err(ZERO_DIVISION)
}

/// Spawns a task that sleeps so long and writes its output where the test reads it.
pub(super) fn spawn_output(group: &mut Group, duration: Duration, output: u32) -> (Task, &'static Cell<u32>) {
    let written = shared(Cell::new(0));
    let task = group.spawn(async move {
        sleep(duration).await;
        written.set(output);
        Ok(())
    });
    (task, written)
}

/// Spawns a task that sleeps long, and sets the flag when it is dropped.
pub(super) fn spawn_flagged(group: &mut Group) -> &'static Cell<bool> {
    let dropped = shared(Cell::new(false));
    group.spawn(async {
        flagged(dropped, sleep(LONG)).await;
        Ok(())
    });
    dropped
}

/// Why each task of a group failed.
pub(super) fn reasons<E: fmt::Display>(failed: &GroupError<E>) -> Vec<String> {
    failed.failures().iter().map(|failure| failure.cause.to_string()).collect()
}

/// The errors of a group in which nothing has panicked.
pub(super) fn errors(failed: Failed) -> Vec<&'static str> {
    let failures = failed.into_failures().into_iter();
    let error = |failure: Failure<&'static str>| match failure.cause {
        Cause::Error(error) => error,
        Cause::Panic(_) => panic!("a task panicked"),
    };
    failures.map(error).collect()
}

/// Lets the others go on for a tenth of a second, cancels the task, and asserts that it ends then.
pub(super) async fn cancel_later<T>(task: JoinHandle<T>) {
    sleep(ms(100)).await;
    assert!(!task.is_finished());
    assert!(task.task().cancel());
    task.task().ended().await;
    assert!(cancelled(task).await);
    assert_eq!(now().since_start(), ms(100));
}

/// A group of five tasks, each of which counts its end.
pub(super) fn five(ends: &'static Count) -> Group {
    struct Counts(&'static Count);

    impl Drop for Counts {
        fn drop(&mut self) {
            self.0.add();
        }
    }

    let mut group = Group::new();
    for _ in 0..5 {
        group.spawn(async move {
            let _counts = Counts(ends);
            sleep(ms(5000)).await;
            Ok(())
        });
    }
    group
}

/// A group of five tasks that panic when they are dropped, and an owner who sleeps before joining it.
pub(super) async fn crashing_five() -> Result<(), Failed> {
    let mut group = Group::new();
    for _ in 0..5 {
        group.spawn(async {
            sleep_and_crash(LONG).await;
            Ok(())
        });
    }
    sleep(LONG).await;
    group.join().await
}

/// Runs a test to its end in virtual time, and yields what was reported meanwhile.
pub(super) fn reported(test: impl Future<Output = ()>) -> Vec<String> {
    let reports = Log::default();
    reports.heard_by(Runtime::builder().virtual_clock().check_every_turn()).build().run(test);
    reports.take()
}

/// A group in which one task fails after so long, and another is a group of its own with one that
/// fails after so long.
pub(super) async fn nested(outer: Duration, inner: Duration) -> GroupError<String> {
    let mut group = TaskGroup::new();
    group.spawn(async move { crash_after(outer).await.map_err(str::to_string) });
    group.spawn(async move {
        let mut group = Group::new();
        group.spawn(crash_after(inner));
        group.join().await.map_err(|failed| format!("inner group: {:?}", errors(failed)))
    });
    group.join().await.unwrap_err()
}
