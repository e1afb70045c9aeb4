//! The life of a run: what happens when main ends, panics or stalls, and when a runtime is dropped.

use greenlight::sync::Event;
use greenlight::{gather_tasks, sleep, spawn, spawn_detached, task, yield_now};
use stage::{Log, on_drop, recorded, reporting, shared, standing};
use std::cell::{Cell, RefCell};
use std::future::{Future, pending};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Waker};
use std::time::Duration;

/// The message of the panic that a closure ends with.
fn panic_of<T>(run: impl FnOnce() -> T) -> String {
    let Err(payload) = catch_unwind(AssertUnwindSafe(run)) else {
        panic!("the run returns");
    };
    match payload.downcast::<&str>() {
        Ok(message) => message.to_string(),
        Err(payload) => *payload.downcast::<String>().expect("a panic says something"),
    }
}

#[test]
fn main_may_borrow_from_the_stack() {
    let mut words = vec!["borrowed"];
    let length = standing().run(async {
        words.push("mutably");
        yield_now().await;
        words.len()
    });
    assert_eq!((length, words), (2, vec!["borrowed", "mutably"]));
}

#[test]
fn main_is_a_task_like_any_other_in_the_order() {
    let (runtime, log) = (standing(), Log::default());
    runtime.spawn_detached(async move {
        log.say("spawned before the run");
        yield_now().await;
        log.say("spawned before the run, again");
    });
    runtime.run(async {
        log.say("main");
        spawn_detached(async move { log.say("spawned by main") });
        yield_now().await;
        log.say("main again");
    });
    assert_eq!(
        log.take(),
        ["spawned before the run", "main", "spawned before the run, again", "spawned by main", "main again",]
    );
}

#[test]
fn when_main_ends_the_rest_of_the_batch_does_not_run() {
    let log = Log::default();
    standing().run(async {
        spawn_detached(log.sleeper("a"));
        let light = shared(Event::new());
        spawn_detached(async move {
            light.wait().await;
            log.say("released, and runs");
        });
        yield_now().await;
        light.set();
        spawn_detached(log.sleeper("b"));
        log.say("main ends");
    });
    assert_eq!(log.take(), ["a runs", "main ends", "a dropped"]);
}

#[test]
fn a_timer_that_is_due_in_the_turn_in_which_main_ends_runs_nobody() {
    let log = Log::default();
    standing().run(async {
        spawn_detached(async move {
            let _guard = log.at_drop("sleeper dropped");
            sleep(Duration::from_millis(1)).await;
            log.say("sleeper runs");
        });
        sleep(Duration::from_millis(1)).await;
        log.say("main ends");
    });
    assert_eq!(log.take(), ["main ends", "sleeper dropped"]);
}

#[test]
fn mains_future_is_dropped_first_and_then_the_tasks_in_the_order_of_spawning() {
    /// Ready at once, and keeps a guard until it is dropped.
    struct KeepsGuard<G>(G);
    impl<G> Future for KeepsGuard<G> {
        type Output = ();
        fn poll(self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<()> {
            std::task::Poll::Ready(())
        }
    }
    let (runtime, log) = (standing(), Log::default());
    for name in ["a", "b", "c"] {
        runtime.spawn_detached(log.sleeper(name));
    }
    runtime.turn();
    log.take();
    runtime.run(KeepsGuard(log.at_drop("main dropped")));
    assert_eq!(log.take(), ["a runs", "main dropped", "a dropped", "b dropped", "c dropped"][1..]);
}

#[test]
fn the_order_of_spawning_is_not_that_of_the_slots() {
    let log = Log::default();
    standing().run(async {
        let tasks = ["a", "b", "c"].map(|name| spawn(log.sleeper(name)));
        yield_now().await;
        for index in [1, 0] {
            tasks[index].task().cancel();
            yield_now().await;
        }
        log.take();
        for name in ["d", "e", "f"] {
            spawn_detached(log.sleeper(name));
        }
        yield_now().await;
        assert_eq!(log.take(), ["d runs", "e runs", "f runs"]);
    });
    assert_eq!(
        log.take(),
        ["c dropped", "d dropped", "e dropped", "f dropped"],
        "d and e live in the slots that a and b left"
    );
}

#[test]
fn wakes_are_accepted_meanwhile_and_nobody_is_polled() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        let light = Rc::new(Event::new().named("light"));
        let setting = light.clone();
        task("setter").spawn_detached(async move {
            let _guard = on_drop(|| setting.set());
            pending::<()>().await;
        });
        task("waiter").spawn_detached(async move { light.wait().await });
        yield_now().await;
    });
    let lines = recorder.lines();
    let end = lines.iter().position(|line| line == "main returned").expect("main returns");
    assert_eq!(
        lines[end + 1..],
        [
            "setter dropped",
            "outside sets event `light`, releasing 1",
            "waiter is granted event `light`",
            "waiter woken",
            "setter cancelled",
            "waiter dropped",
            "waiter is done waiting on event `light`",
            "event `light` is gone",
            "waiter cancelled",
        ]
    );
}

#[test]
fn a_spawn_meanwhile_drops_its_future_and_returns_a_handle_that_is_cancelled() {
    let (runtime, log) = (standing(), Log::default());
    let left = shared(RefCell::new(None));
    runtime.run(async move {
        spawn_detached(async move {
            let _guard = on_drop(|| {
                let handle = task("late").spawn(log.sleeper("late"));
                log.say(format!("finished {}", handle.is_finished()));
                log.say(format!("cancelled {}", handle.task().cancel()));
                let detached = spawn_detached({
                    let guard = log.at_drop("detached dropped");
                    async move { drop(guard) }
                });
                log.say(format!("finished {}", detached.is_finished()));
                *left.borrow_mut() = Some(handle);
            });
            pending::<()>().await;
        });
        yield_now().await;
    });
    assert_eq!(log.take(), ["finished true", "cancelled false", "detached dropped", "finished true"]);
    let handle = left.take().expect("the drop left a handle");
    let error = runtime.run(handle).expect_err("its task never came to be");
    assert!(error.is_cancelled());
    assert!(error.to_string().starts_with("task `late` (spawned at "));
}

#[test]
fn a_spawn_while_mains_future_is_dropped_is_refused_as_well() {
    let (runtime, log) = (standing(), Log::default());
    let handle = shared(Cell::new(None));
    let stalled = runtime.try_run(async move {
        let _guard = on_drop(|| {
            let child = spawn(log.sleeper("child"));
            log.say(format!("child finished {}", child.is_finished()));
            handle.set(Some(child));
        });
        pending::<()>().await;
    });
    assert!(stalled.is_err());
    assert_eq!(log.take(), ["child finished true"]);
    assert!(handle.take().is_some_and(|child| !child.task().cancel()));
}

#[test]
fn a_future_that_is_refused_and_panics_in_its_drop_is_reported() {
    let (runtime, reports) = reporting();
    runtime.run(async {
        spawn_detached(async {
            let _guard = on_drop(|| {
                let guard = on_drop(|| panic!("refused"));
                spawn_detached(async move { drop(guard) });
            });
            pending::<()>().await;
        });
        yield_now().await;
    });
    let [report] = &reports.take()[..] else {
        panic!("there is one report");
    };
    assert!(report.starts_with("lost: a task, spawned at "));
    assert!(report.contains(", panicked, and nobody awaits it: refused; await the JoinHandle"));
}

#[test]
fn a_panic_of_main_resumes_after_the_shutdown() {
    let (runtime, log) = (standing(), Log::default());
    let message = panic_of(|| {
        runtime.run(async {
            spawn_detached(log.sleeper("task"));
            let _guard = log.at_drop("main dropped");
            yield_now().await;
            panic!("main panics");
        })
    });
    assert_eq!(message, "main panics");
    assert_eq!(log.take(), ["task runs", "main dropped", "task dropped"]);
    assert_eq!(runtime.run(async { 1 }), 1, "the runtime can run again");
}

#[test]
fn a_panic_in_the_drop_of_main_resumes_after_the_shutdown() {
    /// Ready at once, and panics when it is dropped.
    struct PanicsInDrop;
    impl Future for PanicsInDrop {
        type Output = ();
        fn poll(self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<()> {
            std::task::Poll::Ready(())
        }
    }
    impl Drop for PanicsInDrop {
        fn drop(&mut self) {
            panic!("main's drop");
        }
    }
    let (runtime, log) = (standing(), Log::default());
    let handle = runtime.spawn(log.sleeper("task"));
    assert_eq!(panic_of(|| runtime.run(PanicsInDrop)), "main's drop");
    assert_eq!(log.take(), ["task runs", "task dropped"]);
    assert!(handle.is_finished());
}

#[test]
fn of_a_panic_of_main_and_one_in_its_drop_the_first_resumes() {
    /// Panics when it is polled, and again when it is dropped.
    struct PanicsTwice;
    impl Future for PanicsTwice {
        type Output = ();
        fn poll(self: std::pin::Pin<&mut Self>, _: &mut std::task::Context<'_>) -> std::task::Poll<()> {
            panic!("main panics")
        }
    }
    impl Drop for PanicsTwice {
        fn drop(&mut self) {
            panic!("main's drop");
        }
    }
    assert_eq!(panic_of(|| standing().run(PanicsTwice)), "main panics");
}

#[test]
fn a_task_that_panics_when_it_is_dropped_costs_nobody_the_shutdown() {
    let (runtime, reports) = reporting();
    let log = Log::default();
    runtime.run(async {
        spawn_detached(log.sleeper("a"));
        task("b").spawn_detached(async {
            let _guard = on_drop(|| panic!("b's drop"));
            pending::<()>().await;
        });
        spawn_detached(log.sleeper("c"));
        yield_now().await;
        log.take();
    });
    assert_eq!(log.take(), ["a dropped", "c dropped"]);
    let [report] = &reports.take()[..] else {
        panic!("there is one report");
    };
    assert!(report.starts_with("lost: b, spawned at "));
    assert!(report.contains("b's drop"));
}

#[test]
fn a_gather_outside_of_the_run_is_over_although_its_child_ended_in_the_last_turn() {
    let (runtime, mut cx) = (standing(), Context::from_waker(Waker::noop()));
    let mut gathered = pin!(gather_tasks([runtime.spawn(async { 7 })]));
    assert!(gathered.as_mut().poll(&mut cx).is_pending());
    runtime.run(async {});
    assert!(gathered.poll(&mut cx).is_ready(), "what was to be done a hop later was done");
}
