//! A runtime over several runs: each leaves nothing behind, a stalled one too, and the drop of the
//! runtime ends what is left.

use greenlight::sync::Event;
use greenlight::{Runtime, Turn, sleep, spawn, spawn_detached, yield_now};
use stage::{Log, on_drop, reporting, shared, standing};
use std::cell::Cell;
use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

#[test]
fn a_run_keeps_no_task_past_its_end() {
    let (runtime, log) = (standing(), Log::default());
    let mut left = None;
    runtime.run(async {
        left = Some(spawn(log.sleeper("task")));
        yield_now().await;
    });
    let handle = left.expect("main has spawned");
    assert_eq!(runtime.task_count(), 0);
    assert!(handle.is_finished());
    assert_eq!(log.take(), ["task runs", "task dropped"]);
    assert_eq!(runtime.turn(), Turn::Idle(None));
    let error = runtime.run(handle).expect_err("the run has cancelled it");
    assert!(error.is_cancelled());
}

#[test]
fn a_run_leaves_nobody_in_the_ready_queue() {
    let runtime = standing();
    runtime.run(async {
        spawn_detached(async {});
        spawn_detached(sleep(Duration::ZERO));
    });
    assert_eq!(runtime.turn(), Turn::Idle(None));
}

#[test]
fn a_runtime_can_run_again_and_its_time_goes_on() {
    let (runtime, log) = (standing(), Log::default());
    for run in 1..=3 {
        runtime.spawn_detached(async move { log.say(format!("task of run {run}")) });
        runtime.run(sleep(Duration::from_secs(1)));
        assert_eq!(runtime.now().as_micros(), run * 1_000_000);
    }
    assert_eq!(log.take(), ["task of run 1", "task of run 2", "task of run 3"]);
}

#[test]
fn a_run_that_stalls_ends_like_any_other() {
    let (runtime, log) = (standing(), Log::default());
    let stalled = runtime.try_run(async {
        spawn_detached(log.sleeper("task"));
        let _guard = log.at_drop("main dropped");
        pending::<()>().await;
    });
    assert_eq!(stalled.expect_err("nobody can go on").tasks().len(), 2);
    assert_eq!(log.take(), ["task runs", "main dropped", "task dropped"]);
    assert_eq!(runtime.task_count(), 0);
    assert_eq!(runtime.run(async { 1 }), 1);
}

#[test]
fn the_turn_limit_ends_a_run_like_a_stall() {
    let (runtime, log) = (Runtime::builder().virtual_clock().turn_limit(10).build(), Log::default());
    let stalled = runtime.try_run(async {
        spawn_detached(log.sleeper("task"));
        loop {
            yield_now().await;
        }
    });
    let stalled: Result<(), _> = stalled;
    assert!(stalled.is_err());
    assert_eq!(log.take(), ["task runs", "task dropped"]);
}

#[test]
fn a_panic_inside_enter_leaves_no_runtime_behind() {
    let runtime = standing();
    let panicked = catch_unwind(AssertUnwindSafe(|| runtime.enter(|| panic!("inside"))));
    let panicked: Result<(), _> = panicked;
    assert!(panicked.is_err());
    assert_eq!(greenlight::run(async { 1 }), 1, "nobody is inside a runtime");
}

#[test]
fn dropping_a_runtime_drops_its_tasks_in_the_order_of_spawning() {
    let (runtime, log) = (standing(), Log::default());
    let handles = ["a", "b", "c"].map(|name| runtime.spawn(log.sleeper(name)));
    runtime.turn();
    log.take();
    drop(runtime);
    assert_eq!(log.take(), ["a dropped", "b dropped", "c dropped"]);
    assert!(handles.iter().all(|handle| handle.is_finished()));
    assert!(!handles[0].task().cancel());
}

#[test]
fn a_future_that_is_dropped_with_its_runtime_still_runs_inside_it() {
    let (runtime, log) = (standing(), Log::default());
    runtime.spawn_detached(async move {
        let _guard = on_drop(|| {
            let late = spawn(async {});
            log.say(format!("at {}: finished {}", greenlight::now(), late.is_finished()));
        });
        pending::<()>().await;
    });
    runtime.turn();
    drop(runtime);
    assert_eq!(log.take(), ["at t=0.000000s: finished true"]);
}

#[test]
fn a_future_that_was_sent_to_a_run_that_ends_is_dropped_and_its_panic_reported() {
    let (runtime, reports) = reporting();
    runtime.run(async {
        let remote = greenlight::remote();
        thread::spawn(move || {
            let guard = on_drop(|| panic!("too late"));
            remote.spawn(async move { drop(guard) }).expect("the runtime is there");
        })
        .join()
        .expect("sending does not panic");
    });
    let reports = reports.take();
    assert_eq!(reports.len(), 1);
    assert!(reports[0].contains("too late"));
    assert_eq!(runtime.run(async { 1 }), 1);
}

/// A runtime in debug mode, and what it reports.
fn debugged() -> (Runtime, Log) {
    let log = Log::default();
    let builder = Runtime::builder().virtual_clock().debug(true).on_report(move |report| log.say(report));
    (builder.build(), log)
}

#[test]
fn a_runtime_that_is_stepped_and_dropped_tells_in_the_debug_mode_what_was_pending() {
    let (runtime, reports) = debugged();
    let light = shared(Event::new().named("light"));
    runtime.task("walker").spawn_detached(async move { light.wait().await });
    runtime.spawn_detached(pending()).cancel();
    runtime.turn();
    drop(runtime);
    let reports = reports.take();
    assert_eq!(reports.len(), 1, "{reports:?}");
    assert!(reports[0].starts_with("pending: walker, spawned at "), "{reports:?}");
    assert!(reports[0].contains(", when its runtime was dropped: waits on event `light`, at "), "{reports:?}");
}

#[test]
fn a_runtime_that_is_dropped_tells_nothing_twice() {
    let (runtime, reports) = debugged();
    runtime.run(async {
        spawn_detached(pending());
        yield_now().await;
    });
    let told = reports.take();
    assert_eq!(told.len(), 1);
    assert!(told[0].contains("when main had ended"), "{told:?}");
    drop(runtime);
    assert_eq!(reports.take(), [""; 0]);
}

#[test]
fn a_runtime_that_its_thread_keeps_is_dropped_when_the_thread_ends() {
    keep_until_the_thread_ends(standing);
}

#[test]
fn a_runtime_in_debug_mode_that_its_thread_keeps_is_dropped_when_the_thread_ends() {
    keep_until_the_thread_ends(|| debugged().0);
}

fn keep_until_the_thread_ends(build: fn() -> Runtime) {
    thread_local! {
        static KEPT: Cell<Option<Runtime>> = const { Cell::new(None) };
    }
    let (sent, dropped) = std::sync::mpsc::channel();
    let ended = thread::spawn(move || {
        let runtime = build();
        let light = shared(Event::new());
        let waited = runtime.spawn_detached(async move { light.wait().await });
        runtime.spawn_detached(async move { waited.ended().await });
        runtime.spawn_detached(async move {
            let _guard = on_drop(move || sent.send("dropped").expect("the test waits"));
            sleep(Duration::from_secs(1)).await;
        });
        KEPT.set(Some(runtime));
        KEPT.with(|kept| {
            let runtime = kept.take().expect("it was just put there");
            runtime.turn();
            kept.set(Some(runtime));
        });
    })
    .join();
    assert!(ended.is_ok());
    assert_eq!(dropped.recv(), Ok("dropped"));
}
