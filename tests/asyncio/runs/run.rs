//! CPython's tests of `asyncio.run`, each under its name there.

use super::is_in_debug_mode;
use crate::ports::{Crashes, Flags};
use greenlight::{Runtime, Task, sleep, spawn_detached, yield_now};
use stage::{Log, message, shared};
use std::cell::{Cell, OnceCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

const LONG: Duration = Duration::from_millis(100);

/// Runs a main that leaves behind a task whose cleanup panics, which is reported, and yields whether the run panicked.
fn leaves_behind(main: impl FnOnce() -> u32) -> Result<u32, String> {
    let reports = Log::default();
    let runtime = reports.heard_by(Runtime::builder().virtual_clock().check_every_turn()).build();
    let left = shared(OnceCell::<Task>::new());
    let dropped = shared(Cell::new(false));
    let running = AssertUnwindSafe(|| {
        runtime.run(async {
            let leftover = async {
                let _flags = Flags(dropped);
                let _crashes = Crashes;
                sleep(LONG).await;
            };
            left.set(spawn_detached(leftover)).expect("main runs once");
            yield_now().await;
            main()
        })
    });
    let ended = catch_unwind(running).map_err(|payload| message(&*payload).to_owned());
    assert!(left.get().expect("main has run").is_finished());
    assert!(dropped.get());
    let reports = reports.take();
    assert_eq!(reports.len(), 1, "{reports:?}");
    assert!(reports[0].contains("crash in cleanup"), "{reports:?}");
    ended
}

#[test]
fn test_asyncio_run_return() {
    let main = async {
        yield_now().await;
        42
    };
    assert_eq!(greenlight::run(main), 42);
}

#[test]
fn test_asyncio_run_raises() {
    let main = async {
        yield_now().await;
        panic!("{}", "spam")
    };
    let payload = catch_unwind(|| greenlight::run(main)).map(|(): ()| ()).expect_err("main panics");
    assert_eq!(message(&*payload), "spam");
}

#[test]
fn test_asyncio_run_debug() {
    assert_eq!([false, true].map(is_in_debug_mode), [false, true]);
}

#[test]
fn test_asyncio_run_from_running_loop() {
    let payload = catch_unwind(|| greenlight::run(async { greenlight::run(async {}) })).expect_err("it is refused");
    let text = message(&*payload);
    assert!(text.contains("run was called inside a runtime"), "{text}");
}

#[test]
fn test_asyncio_run_cancels_hanging_tasks() {
    let left = shared(OnceCell::<Task>::new());
    let main = async {
        left.set(spawn_detached(sleep(LONG))).expect("main runs once");
        123
    };
    assert_eq!(greenlight::run(main), 123);
    assert!(left.get().expect("main has run").is_finished());
}

#[test]
fn test_asyncio_run_reports_hanging_tasks_errors() {
    assert_eq!(leaves_behind(|| 123), Ok(123));
}

#[test]
fn test_asyncio_run_closes_gens_after_hanging_tasks_errors() {
    assert_eq!(leaves_behind(|| panic!("{}", "fancy exit")), Err("fancy exit".to_owned()));
}
