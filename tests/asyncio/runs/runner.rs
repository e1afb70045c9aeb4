//! CPython's tests of `asyncio.Runner`, each under its name there: a `Runtime`. What interrupts a run is a
//! `WeakRemote`, which a handler of Ctrl-C has.

use super::is_in_debug_mode;
use crate::ports::Flags;
use greenlight::{Stalled, sleep, spawn_detached, yield_now};
use stage::{message, shared, standing};
use std::cell::Cell;
use std::future::{Future, pending};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// Runs a main that is interrupted after two turns.
fn interrupted(main: impl Future<Output = ()>) {
    let runtime = standing();
    let interrupt = runtime.remote().downgrade();
    let stopped = runtime.try_run(async {
        spawn_detached(async move {
            yield_now().await;
            interrupt.stop();
        });
        main.await;
    });
    assert!(stopped.is_err_and(|stopped: Stalled| stopped.was_stopped()));
}

#[test]
fn test_non_debug() {
    assert!(!is_in_debug_mode(false));
}

#[test]
fn test_debug() {
    assert!(is_in_debug_mode(true));
}

#[test]
fn test_run() {
    let runtime = standing();
    for _ in 0..2 {
        let f = async {
            yield_now().await;
            "done"
        };
        assert_eq!(runtime.run(f), "done");
    }
    // One that is dropped cannot be named, and leaves nothing to a task.
    let task = runtime.spawn(pending::<()>()).task();
    drop(runtime);
    assert!(task.is_finished());
}

#[test]
fn test_recursive_run() {
    let runtime = standing();
    let recursive = AssertUnwindSafe(|| runtime.run(async { runtime.run(async {}) }));
    let payload = catch_unwind(recursive).expect_err("it is refused");
    let text = message(&*payload);
    assert!(text.contains("run was called inside a runtime"), "{text}");
}

#[test]
fn test_interrupt_call_soon() {
    interrupted(async {
        loop {
            yield_now().await;
        }
    });
}

#[test]
fn test_interrupt_wait() {
    let dropped = shared(Cell::new(false));
    interrupted(async {
        let _flags = Flags(dropped);
        sleep(Duration::MAX).await;
    });
    assert!(dropped.get());
}

#[test]
fn test_no_repr_is_call_on_the_task_result() {
    /// It has no text.
    struct Result;

    let Result = standing().run(async { Result });
}
