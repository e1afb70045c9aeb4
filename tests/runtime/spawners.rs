//! The spawners of the futures crates: `LocalSpawnExt` and `SpawnExt` work on a runtime, and learn
//! when it shuts down.

use futures::task::{LocalSpawn, LocalSpawnExt, Spawn, SpawnExt};
use greenlight::{Turn, spawn_detached, spawner, yield_now};
use stage::{Log, on_drop, reporting, shared, standing};
use std::cell::RefCell;
use std::future::pending;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

#[test]
fn spawn_local_runs_a_future_as_a_task() {
    let log = Log::default();
    standing().run(async {
        let spawned = spawner().spawn_local(async move {
            log.say("task runs");
            yield_now().await;
            log.say("task runs on");
        });
        spawned.expect("the runtime is there");
        log.say("main");
        yield_now().await;
        yield_now().await;
    });
    assert_eq!(log.take(), ["main", "task runs", "task runs on"]);
}

#[test]
fn spawn_local_with_handle_yields_the_output() {
    let output = standing().run(async {
        let not_send = Rc::new(41);
        let handle = spawner().spawn_local_with_handle(async move {
            yield_now().await;
            *not_send + 1
        });
        handle.expect("the runtime is there").await
    });
    assert_eq!(output, 42);
}

#[test]
fn dropping_the_remote_handle_of_the_futures_crate_cancels_the_task() {
    let log = Log::default();
    let runtime = standing();
    runtime.run(async {
        let handle = spawner().spawn_local_with_handle(log.sleeper("task")).expect("the runtime is there");
        yield_now().await;
        drop(handle);
        yield_now().await;
        log.say("main goes on");
    });
    assert_eq!(log.take(), ["task runs", "task dropped", "main goes on"]);
}

#[test]
fn spawn_runs_a_future_that_could_run_anywhere_else() {
    let count = Arc::new(AtomicU32::new(0));
    standing().run(async {
        let (counting, output) = (count.clone(), 7);
        spawner()
            .spawn(async move {
                counting.fetch_add(1, Ordering::Relaxed);
            })
            .expect("the runtime is there");
        let handle = spawner().spawn_with_handle(async move { output }).expect("the runtime is there");
        assert_eq!(handle.await, 7);
    });
    assert_eq!(count.load(Ordering::Relaxed), 1);
}

#[test]
fn a_runtime_hands_out_its_spawner_before_it_runs() {
    let (runtime, log) = (standing(), Log::default());
    let spawner = runtime.spawner();
    spawner.clone().spawn_local(async move { log.say("task runs") }).expect("the runtime is there");
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(log.take(), ["task runs"]);
}

#[test]
fn a_panic_of_a_spawned_task_is_reported() {
    let (runtime, reports) = reporting();
    runtime.run(async {
        spawner().spawn_local(async { panic!("boom") }).expect("the runtime is there");
        yield_now().await;
    });
    let reports = reports.take();
    assert_eq!(reports.len(), 1);
    assert!(reports[0].contains("panicked, and nobody awaits it: boom"));
}

#[test]
fn while_a_run_ends_it_is_shut_down_and_drops_what_it_is_given() {
    let (runtime, log) = (standing(), Log::default());
    let spawner = runtime.spawner();
    assert!(spawner.status_local().is_ok() && spawner.status().is_ok());
    runtime.run(async move {
        spawn_detached(async move {
            let _guard = on_drop(|| {
                let spawner = spawner.clone();
                assert!(spawner.status_local().is_err_and(|error| error.is_shutdown()));
                assert!(spawner.status().is_err_and(|error| error.is_shutdown()));
                let guard = log.at_drop("refused future dropped");
                let refused = spawner.spawn_local(async move { drop(guard) });
                assert!(refused.is_err_and(|error| error.is_shutdown()));
                log.say("refused");
            });
            pending::<()>().await;
        });
        yield_now().await;
    });
    assert_eq!(log.take(), ["refused future dropped", "refused"]);
}

#[test]
fn between_two_runs_it_spawns_for_the_next_one() {
    let (runtime, log) = (standing(), Log::default());
    let spawner = runtime.run(async { spawner() });
    assert!(spawner.status_local().is_ok());
    spawner.spawn_local(async move { log.say("task runs") }).expect("the runtime is there");
    runtime.run(async { log.say("main") });
    assert_eq!(log.take(), ["task runs", "main"]);
}

#[test]
fn after_the_runtime_it_stays_shut_down() {
    let runtime = standing();
    let spawner = runtime.spawner();
    drop(runtime);
    assert!(spawner.status_local().is_err_and(|error| error.is_shutdown()));
    assert!(spawner.spawn_local(async {}).is_err_and(|error| error.is_shutdown()));
    assert!(spawner.spawn(async {}).is_err_and(|error| error.is_shutdown()));
}

#[test]
fn a_task_may_hold_the_spawner_of_its_own_runtime() {
    let (runtime, log) = (standing(), Log::default());
    let kept = shared(RefCell::new(None));
    let guard = log.at_drop("task dropped");
    runtime.spawn_detached(async move {
        let _guard = guard;
        let spawner = spawner();
        *kept.borrow_mut() = Some(spawner.clone());
        pending::<()>().await;
        drop(spawner);
    });
    runtime.turn();
    drop(runtime);
    assert_eq!(log.take(), ["task dropped"], "the spawner does not keep the tasks alive");
    assert!(kept.take().is_some_and(|spawner| spawner.status().is_err()));
}
