//! Tasks from the outside: names and sites, handles and errors, waiting for the end, identity.

use greenlight::{JoinError, JoinHandle, TaskId, spawn, spawn_detached, task, yield_now};
use stage::{Log, counted, shared, standing};
use std::cell::Cell;
use std::collections::HashSet;
use std::future::pending;

#[test]
fn a_task_knows_its_name_and_the_line_that_spawned_it() {
    standing().run(async {
        let named = task("alice").spawn(async {}).task();
        let (unnamed, line) = (spawn(async {}).task(), line!());
        assert_eq!(named.name(), Some("alice"));
        assert_eq!(unnamed.name(), None);
        assert_eq!(unnamed.spawned_at().file(), file!());
        assert_eq!(unnamed.spawned_at().line(), line);
        assert_eq!(named.to_string(), format!("task `alice` (spawned at {})", named.spawned_at()));
        assert_eq!(unnamed.to_string(), format!("the task spawned at {}", unnamed.spawned_at()));
    });
}

#[test]
fn every_way_to_spawn_keeps_name_and_line() {
    let runtime = standing();
    let spawned = [
        (runtime.spawn(async {}).task(), None, line!()),
        (runtime.spawn_detached(async {}), None, line!()),
        (runtime.task("b").spawn(async {}).task(), Some("b"), line!()),
        (runtime.task("c").spawn_detached(async {}), Some("c"), line!()),
    ];
    for (task, name, line) in spawned {
        assert_eq!((task.name(), task.spawned_at().line()), (name, line));
    }
}

#[test]
fn a_name_survives_its_task() {
    standing().run(async {
        let alice = task("alice").spawn_detached(async {});
        alice.ended().await;
        assert_eq!(alice.name(), Some("alice"));
    });
}

#[test]
fn a_handle_yields_the_output() {
    let output = standing().run(async {
        let handle = spawn(async {
            yield_now().await;
            vec![1, 2, 3]
        });
        assert!(!handle.is_finished());
        handle.await
    });
    assert_eq!(output.expect("the task returns"), [1, 2, 3]);
}

#[test]
fn a_handle_keeps_the_output_until_it_is_awaited() {
    standing().run(async {
        let handle = spawn(async { "kept" });
        for _ in 0..3 {
            yield_now().await;
        }
        assert!(handle.is_finished());
        assert_eq!(handle.await.expect("the task returns"), "kept");
    });
}

#[test]
fn an_output_that_nobody_fetches_is_dropped_with_the_handle() {
    let log = Log::default();
    standing().run(async {
        let output = log.at_drop("output dropped");
        let handle = spawn(async move { output });
        yield_now().await;
        log.say("handle dropped");
        drop(handle);
        log.say("main goes on");
    });
    assert_eq!(log.take(), ["handle dropped", "output dropped", "main goes on"]);
}

#[test]
fn dropping_the_handle_detaches_the_task() {
    let log = Log::default();
    standing().run(async {
        let output = log.at_drop("output dropped");
        drop(spawn(async move {
            log.say("runs");
            yield_now().await;
            log.say("runs on");
            output
        }));
        yield_now().await;
        yield_now().await;
        log.say("main goes on");
    });
    assert_eq!(log.take(), ["runs", "runs on", "output dropped", "main goes on"]);
}

#[test]
fn a_handle_that_was_polled_and_dropped_detaches_too() {
    let done = shared(Cell::new(false));
    standing().run(async {
        let mut handle = spawn(async move {
            yield_now().await;
            yield_now().await;
            done.set(true);
        });
        let polled = stage::foreign::poll(std::pin::Pin::new(&mut handle), std::task::Waker::noop());
        assert!(polled.is_pending());
        let task = handle.task();
        drop(handle);
        task.ended().await;
    });
    assert!(done.get());
}

#[test]
fn the_error_of_a_cancelled_task_says_which() {
    let error = standing().run(async {
        let handle = task("alice").spawn(pending::<()>());
        handle.task().cancel();
        handle.await.expect_err("alice is cancelled")
    });
    assert!(error.is_cancelled() && !error.is_panic());
    assert!(error.to_string().starts_with("task `alice` (spawned at "));
    assert!(error.to_string().ends_with(" was cancelled"));
    let error = error.into_panic().expect_err("there was no panic");
    assert!(error.is_cancelled(), "the error is handed back");
}

#[test]
fn the_error_of_a_panicked_task_holds_the_payload() {
    /// What a task panics with.
    #[derive(Debug, PartialEq)]
    struct Payload(u32);
    let error = standing()
        .run(async { spawn(async { std::panic::panic_any(Payload(7)) }).await.expect_err("the task panics") });
    assert!(error.is_panic() && !error.is_cancelled());
    assert!(error.to_string().ends_with("panicked: (a payload that is not a string)"));
    let payload = error.into_panic().expect("there was a panic");
    assert_eq!(payload.downcast_ref(), Some(&Payload(7)));
}

#[test]
fn the_error_of_a_panicked_task_says_what_the_panic_said() {
    async fn error_of(future: impl Future<Output = ()> + 'static) -> JoinError {
        task("bob").spawn(future).await.expect_err("bob panics")
    }
    let (number, errors) = (7, Cell::new(0));
    standing().run(async {
        let literal = error_of(async { panic!("a literal") }).await;
        let formatted = error_of(async move { panic!("number {number}") }).await;
        for (error, said) in [(literal, "a literal"), (formatted, "number 7")] {
            assert!(error.to_string().ends_with(&format!(" panicked: {said}")));
            assert_eq!(format!("{error:?}"), format!("JoinError({error})"));
            errors.set(errors.get() + 1);
        }
    });
    assert_eq!(errors.get(), 2);
}

#[test]
fn any_number_may_await_the_end_and_the_first_to_wait_runs_first() {
    let log = Log::default();
    standing().run(async {
        let task = spawn_detached(async {
            for _ in 0..5 {
                yield_now().await;
            }
        });
        for name in ["a", "b", "c"] {
            let task = task.clone();
            spawn_detached(async move {
                task.ended().await;
                log.say(name);
            });
            yield_now().await;
        }
        task.ended().await;
        log.say("main");
    });
    assert_eq!(log.take(), ["a", "b", "c", "main"]);
}

#[test]
fn handles_and_ended_waiters_stand_in_one_line() {
    let log = Log::default();
    standing().run(async {
        let handle = spawn(async {
            for _ in 0..5 {
                yield_now().await;
            }
        });
        let task = handle.task();
        let waiter = |name: &'static str| {
            let task = task.clone();
            spawn_detached(async move {
                task.ended().await;
                log.say(name);
            })
        };
        waiter("first");
        yield_now().await;
        spawn_detached(async move {
            handle.await.expect("the task returns");
            log.say("handle");
        });
        yield_now().await;
        waiter("last").ended().await;
    });
    assert_eq!(log.take(), ["first", "handle", "last"]);
}

#[test]
fn a_wait_for_the_end_that_is_dropped_leaves_the_others_alone() {
    standing().run(async {
        let task = spawn_detached(async { yield_now().await });
        let ended = task.clone();
        let abandoned = spawn_detached(async move { ended.ended().await });
        let ended = task.clone();
        let other = spawn(async move { ended.ended().await });
        yield_now().await;
        abandoned.cancel();
        other.await.expect("the other waiter returns");
        assert!(task.is_finished() && abandoned.is_finished());
    });
}

#[test]
fn the_end_can_be_awaited_whichever_way_the_task_ends() {
    standing().run(async {
        let cancelled = spawn(pending::<()>());
        cancelled.task().cancel();
        let panicked = spawn(async { panic!("boom") });
        let returned = spawn(async {});
        for task in [cancelled.task(), panicked.task(), returned.task()] {
            task.ended().await;
            assert!(task.is_finished());
        }
        panicked.await.expect_err("the task panics");
    });
}

#[test]
fn a_task_is_finished_from_the_moment_at_which_its_joiners_are_woken() {
    counted(async |hops| {
        let task = spawn_detached(async {});
        let (seen, watched) = (hops, task.clone());
        spawn_detached(async move {
            assert!(watched.is_finished(), "later in the very turn");
            seen.begin();
        });
        task.ended().await;
        assert_eq!(hops.count(), 1);
    });
}

#[test]
fn an_id_is_never_used_again_by_task_or_runtime() {
    let mut seen = HashSet::new();
    for _ in 0..3 {
        let runtime = standing();
        runtime.run(async {
            for _ in 0..100 {
                let task = spawn_detached(async {});
                assert!(seen.insert(task.id()), "slots change tenants, ids do not");
                task.ended().await;
            }
        });
    }
    assert_eq!(seen.len(), 300);
}

#[test]
fn an_id_stands_for_the_task_in_every_handle() {
    let runtime = standing();
    let handle: JoinHandle<()> = runtime.spawn(async {});
    let ids: [TaskId; 3] = [handle.task().id(), handle.task().clone().id(), handle.task().id()];
    assert!(ids.iter().all(|id| *id == ids[0]));
    assert_ne!(ids[0].get(), runtime.spawn(async {}).task().id().get(), "and for no other task");
    assert_eq!(ids[0].to_string(), ids[0].get().to_string());
    assert_eq!(format!("{:?}", ids[0]), format!("TaskId({})", ids[0]));
}

#[test]
fn handles_of_two_runtimes_can_be_awaited_in_one_task() {
    let (here, there) = (standing(), standing());
    let elsewhere = there.spawn(async { 5 });
    let sum = here.spawn(async move { elsewhere.await.expect("the task returns") + 1 });
    here.turn();
    assert!(!sum.is_finished());
    there.turn();
    here.turn();
    assert!(sum.is_finished(), "the end of a task wakes across runtimes");
    assert_eq!(here.run(sum).expect("the task returns"), 6);
}
