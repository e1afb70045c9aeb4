//! `cancel()`: the future of the task is dropped at the task's next turn, whatever else is to
//! happen to it.

use greenlight::sync::Event;
use greenlight::{current, sleep, spawn, spawn_detached, yield_now};
use stage::{Log, recorded, shared, standing};
use std::future::pending;
use std::time::Duration;

#[test]
fn the_future_is_dropped_at_the_next_turn_and_not_at_once() {
    let log = Log::default();
    standing().run(async {
        let victim = spawn(log.sleeper("victim"));
        yield_now().await;
        assert!(victim.task().cancel());
        log.say("cancelled");
        assert!(!victim.is_finished());
        victim.await.expect_err("the victim is cancelled");
        log.say("main goes on");
    });
    assert_eq!(log.take(), ["victim runs", "cancelled", "victim dropped", "main goes on"]);
}

#[test]
fn it_beats_a_wake_that_is_in_the_queue() {
    let log = Log::default();
    standing().run(async {
        let light = shared(Event::new());
        let waiter = spawn(async move {
            light.wait().await;
            log.say("waiter goes");
        });
        yield_now().await;
        light.set();
        waiter.task().cancel();
        let error = waiter.await.expect_err("the cancel wins");
        assert!(error.is_cancelled());
    });
    assert_eq!(log.take(), [""; 0]);
}

#[test]
fn a_wake_that_comes_after_it_changes_nothing() {
    let log = Log::default();
    standing().run(async {
        let light = shared(Event::new());
        let waiter = spawn(async move {
            light.wait().await;
            log.say("waiter goes");
        });
        yield_now().await;
        waiter.task().cancel();
        light.set();
        waiter.await.expect_err("the cancel wins");
    });
    assert_eq!(log.take(), [""; 0]);
}

#[test]
fn a_task_that_is_cancelled_while_queued_keeps_its_place() {
    let log = Log::default();
    standing().run(async {
        let [first, second] = ["first", "second"].map(|name| spawn(log.sleeper(name)));
        yield_now().await;
        log.take();
        second.task().cancel();
        first.task().cancel();
        spawn_detached(async move { log.say("third runs") });
        second.task().cancel();
        yield_now().await;
    });
    assert_eq!(log.take(), ["second dropped", "first dropped", "third runs"]);
}

#[test]
fn a_task_that_has_not_started_never_starts() {
    let log = Log::default();
    standing().run(async {
        let guard = log.at_drop("captured value dropped");
        let victim = spawn(async move {
            let _guard = guard;
            log.say("victim runs");
        });
        victim.task().cancel();
        assert!(victim.await.expect_err("it is cancelled").is_cancelled());
    });
    assert_eq!(log.take(), ["captured value dropped"]);
}

#[test]
fn a_task_that_ends_in_the_very_poll_in_which_it_is_cancelled_counts_as_cancelled() {
    let log = Log::default();
    standing().run(async {
        let output = log.at_drop("output dropped");
        let victim = spawn(async move {
            assert!(current().cancel());
            output
        });
        let Err(error) = victim.await else {
            panic!("the cancel wins over the return");
        };
        assert!(error.is_cancelled());
        log.say("main goes on");
    });
    assert_eq!(log.take(), ["output dropped", "main goes on"]);
}

#[test]
fn a_task_that_panics_in_the_very_poll_in_which_it_is_cancelled_has_panicked() {
    standing().run(async {
        let victim = spawn(async move {
            current().cancel();
            panic!("boom");
        });
        assert!(victim.await.expect_err("it panics").is_panic());
    });
}

#[test]
fn a_task_that_cancels_itself_runs_on_to_its_next_await() {
    let log = Log::default();
    standing().run(async {
        let victim = spawn(async move {
            let _guard = log.at_drop("dropped");
            current().cancel();
            log.say("runs on");
            yield_now().await;
            log.say("goes on");
        });
        victim.await.expect_err("it is cancelled");
    });
    assert_eq!(log.take(), ["runs on", "dropped"]);
}

#[test]
fn a_task_that_cancels_itself_is_dropped_after_those_whom_it_wakes_in_that_poll() {
    let log = Log::default();
    standing().run(async {
        let light = shared(Event::new());
        spawn_detached(async move {
            light.wait().await;
            log.say("waiter goes");
        });
        let victim = spawn(async move {
            let _guard = log.at_drop("dropped");
            current().cancel();
            light.set();
            pending::<()>().await;
        });
        victim.await.expect_err("it is cancelled");
    });
    assert_eq!(log.take(), ["waiter goes", "dropped"]);
}

#[test]
fn it_returns_whether_the_task_was_alive() {
    standing().run(async {
        let victim = spawn_detached(pending());
        assert!(victim.cancel());
        assert!(victim.cancel(), "cancelled before, and not dropped yet");
        victim.ended().await;
        assert!(!victim.cancel());
        let returned = spawn_detached(async {});
        returned.ended().await;
        assert!(!returned.cancel());
    });
}

#[test]
fn any_clone_of_the_task_cancels_it_also_when_the_handle_is_gone() {
    let log = Log::default();
    standing().run(async {
        let handle = spawn(log.sleeper("victim"));
        let task = handle.task();
        drop(handle);
        yield_now().await;
        task.clone().cancel();
        task.ended().await;
    });
    assert_eq!(log.take(), ["victim runs", "victim dropped"]);
}

#[test]
fn the_locals_of_a_cancelled_task_are_dropped_in_reverse_order() {
    let log = Log::default();
    standing().run(async {
        let victim = spawn(async move {
            let _first = log.at_drop("first");
            let _second = log.at_drop("second");
            pending::<()>().await;
        });
        yield_now().await;
        victim.task().cancel();
        victim.await.expect_err("it is cancelled");
    });
    assert_eq!(log.take(), ["second", "first"]);
}

#[test]
fn cancelling_one_who_awaits_a_task_leaves_that_task_alone() {
    standing().run(async {
        let inner = spawn(async {
            yield_now().await;
            yield_now().await;
            "inner"
        });
        let inner_task = inner.task();
        let outer = spawn(inner);
        yield_now().await;
        outer.task().cancel();
        assert!(outer.await.is_err_and(|error| error.is_cancelled()));
        inner_task.ended().await;
    });
}

#[test]
fn a_cancelled_sleeper_disarms_its_timer() {
    let runtime = standing();
    runtime.run(async {
        let sleeper = spawn(sleep(Duration::from_secs(3600)));
        yield_now().await;
        sleeper.task().cancel();
        sleeper.await.expect_err("it is cancelled");
        sleep(Duration::from_secs(1)).await;
    });
    assert_eq!(runtime.now().as_micros(), 1_000_000);
}

#[test]
fn a_cancelled_waiter_leaves_the_line_and_the_next_keeps_its_place() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        let light = shared(Event::new().named("light"));
        let waiters = ["a", "b", "c"].map(|name| greenlight::task(name).spawn(async move { light.wait().await }));
        yield_now().await;
        waiters[1].task().cancel();
        yield_now().await;
        assert_eq!(light.pulse(), 2);
        yield_now().await;
        yield_now().await;
    });
    let lines = recorder.lines();
    let said = |line: &str| lines.iter().position(|said| said == line);
    let order = [
        "b to be cancelled",
        "b dropped",
        "b leaves event `light`",
        "b cancelled",
        "main pulses event `light`, releasing 2",
        "a woken",
        "c woken",
        "a returned",
        "c returned",
    ]
    .map(|line| said(line).unwrap_or_else(|| panic!("nobody said `{line}`: {lines:#?}")));
    assert!(order.is_sorted(), "{lines:#?}");
}
