//! A run that is ended from another thread: in which order things go, and that nobody waits for who might end it.

use greenlight::sync::Event;
use greenlight::{Runtime, Turn, WeakRemote, sleep, spawn_detached, task, yield_now};
use stage::{Log, standing};
use std::future::pending;
use std::thread;
use std::time::Duration;

/// What may stop a runtime.
fn weak(runtime: &Runtime) -> WeakRemote {
    runtime.remote().downgrade()
}

/// Stops a runtime from another thread, after so long.
fn stop_after(runtime: &Runtime, pause: Duration) {
    let stopper = weak(runtime);
    thread::spawn(move || {
        thread::sleep(pause);
        stopper.stop();
    });
}

#[test]
fn a_run_that_is_stopped_drops_main_first_and_then_its_tasks_in_the_order_of_spawning() {
    let (runtime, log) = (Runtime::builder().build(), Log::default());
    let _waits_for_more = runtime.remote();
    stop_after(&runtime, Duration::from_millis(20));
    let main = async {
        spawn_detached(log.sleeper("first"));
        spawn_detached(log.sleeper("second"));
        log.sleeper("main").await;
    };
    let stopped = runtime.try_run(main).unwrap_err();
    assert!(stopped.was_stopped());
    let expected = ["main runs", "first runs", "second runs", "main dropped", "first dropped", "second dropped"];
    assert_eq!(log.take(), expected);
}

#[test]
fn a_run_in_which_somebody_is_always_ready_is_stopped_too() {
    for runtime in [Runtime::builder().build(), Runtime::builder().virtual_clock().turn_limit(u64::MAX).build()] {
        stop_after(&runtime, Duration::from_millis(20));
        let spin = async {
            loop {
                yield_now().await;
            }
        };
        assert!(runtime.try_run(spin).map(|(): ()| ()).unwrap_err().was_stopped());
    }
}

#[test]
fn while_a_weak_remote_is_alive_a_stall_is_a_stall() {
    for runtime in [Runtime::builder().build(), standing()] {
        let _stopper = weak(&runtime);
        let stalled = runtime.try_run(async { Event::new().wait().await }).unwrap_err();
        assert!(!stalled.was_stopped());
    }
}

#[test]
fn main_that_ends_in_the_turn_in_which_it_is_stopped_has_ended() {
    let runtime = standing();
    weak(&runtime).stop();
    assert_eq!(runtime.try_run(async { 6 * 7 }).ok(), Some(42));
    assert!(runtime.try_run(yield_now()).is_ok(), "it was about one run");
}

#[test]
fn a_stop_between_two_runs_ends_the_next_one_after_a_turn() {
    let (runtime, log) = (standing(), Log::default());
    weak(&runtime).stop();
    assert!(runtime.try_run(log.sleeper("main")).unwrap_err().was_stopped());
    assert_eq!(log.take(), ["main runs", "main dropped"]);
    assert!(!runtime.try_run(pending::<()>()).unwrap_err().was_stopped(), "it was about one run");
}

#[test]
fn a_stop_after_the_runtime_is_gone_reaches_nobody() {
    let runtime = standing();
    let stopper = weak(&runtime);
    drop(runtime);
    stopper.stop();
}

#[test]
fn the_report_of_a_run_that_was_stopped_says_who_waited_for_what() {
    let runtime = standing();
    weak(&runtime).stop();
    let stopped = runtime.try_run(async {
        task("pedestrian").spawn_detached(async { Event::new().named("light").wait().await });
        pending::<()>().await;
    });
    let report = stopped.unwrap_err().to_string();
    assert!(report.starts_with("stopped from outside at t=0.000000s\n  main, spawned at "), "{report}");
    assert!(report.ends_with("  help: these tasks had not ended"), "{report}");
}

#[test]
fn time_does_not_go_on_for_a_run_that_was_stopped_and_does_for_one_that_is_stepped() {
    const HOUR: Duration = Duration::from_secs(3600);
    let runtime = standing();
    let stopper = weak(&runtime);
    let stops = async {
        stopper.stop();
        sleep(HOUR).await;
    };
    assert!(runtime.try_run(stops).unwrap_err().was_stopped());
    assert_eq!(runtime.now().as_micros(), 0);
    runtime.spawn_detached(sleep(HOUR));
    stopper.stop();
    assert_eq!([runtime.turn(), runtime.turn()], [Turn::Ran(1), Turn::Ran(0)]);
    assert_eq!(runtime.now().since_start(), HOUR, "nobody looks whether there is a run to be stopped");
}
