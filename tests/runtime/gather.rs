//! `gather`, `gather!` and `gather_tasks`: children start in order, their outputs come in order,
//! and no child outlives a gather that was dropped or that panicked.

use greenlight::{JoinHandle, gather, gather_tasks, sleep, spawn, spawn_detached, yield_now};
use stage::{Log, on_drop, recorded, reporting, standing, unlined};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

const MS: Duration = Duration::from_millis(1);

/// A child that sleeps so long, and says when it begins, when it ends, and when it is dropped
/// before.
async fn child(log: Log, name: &'static str, millis: u32) -> &'static str {
    let ended = Cell::new(false);
    let _guard = on_drop(|| {
        if !ended.get() {
            log.say(format!("{name} dropped"));
        }
    });
    log.say(format!("{name} begins"));
    sleep(MS * millis).await;
    log.say(format!("{name} ends"));
    ended.set(true);
    name
}

#[test]
fn outputs_come_in_the_order_of_the_arguments_whoever_ends_first() {
    let log = Log::default();
    let outputs = standing()
        .run(async { gather([("a", 3), ("b", 1), ("c", 2)].map(|(name, millis)| child(log, name, millis))).await });
    assert_eq!(outputs, ["a", "b", "c"]);
    assert_eq!(log.take(), ["a begins", "b begins", "c begins", "b ends", "c ends", "a ends"]);
}

#[test]
fn children_start_though_the_gather_is_not_awaited_yet() {
    let log = Log::default();
    standing().run(async {
        let gathered = gather([child(log, "a", 1), child(log, "b", 1)]);
        yield_now().await;
        log.say("main awaits");
        gathered.await;
        log.say("main goes on");
    });
    assert_eq!(log.take(), ["a begins", "b begins", "main awaits", "a ends", "b ends", "main goes on"]);
}

#[test]
fn an_empty_gather_is_ready_at_once() {
    standing().run(async {
        let nobody: [std::future::Ready<u8>; 0] = [];
        assert_eq!(gather(nobody).await, [0; 0]);
        let nobody: [JoinHandle<u8>; 0] = [];
        assert!(gather_tasks(nobody).await.is_empty());
    });
}

#[test]
fn the_macro_gathers_futures_of_up_to_twelve_types() {
    standing().run(async {
        assert_eq!(gather!(async { 1 }).await, (1,));
        assert_eq!(gather!(async { 1 }, async { "two" }, async { 3.0 },).await, (1, "two", 3.0));
        let twelve = gather!(
            async { 1 },
            async { '2' },
            async { 3 },
            async { '4' },
            async { 5 },
            async { '6' },
            async { 7 },
            async { '8' },
            async { 9 },
            async { 'a' },
            async { 'b' },
            async { 'c' }
        );
        assert_eq!(twelve.await, (1, '2', 3, '4', 5, '6', 7, '8', 9, 'a', 'b', 'c'));
    });
}

#[test]
fn a_panic_of_a_child_resumes_at_once_and_cancels_the_others_in_order() {
    let (runtime, reports) = reporting();
    let log = Log::default();
    let payload = catch_unwind(AssertUnwindSafe(|| {
        runtime.run(async {
            let gatherer = spawn(gather!(child(log, "a", 9), child(log, "b", 1), child(log, "c", 9), async {
                sleep(2 * MS).await;
                panic!("d panics");
            }));
            let error = gatherer.await.expect_err("the gatherer panics");
            log.say(format!("gatherer panicked at {}", greenlight::now()));
            std::panic::resume_unwind(error.into_panic().expect("there was a panic"))
        })
    }));
    let payload: Result<(), _> = payload;
    assert_eq!(payload.expect_err("it resumes").downcast_ref(), Some(&"d panics"));
    assert_eq!(
        log.take(),
        ["a begins", "b begins", "c begins", "b ends", "a dropped", "c dropped", "gatherer panicked at t=0.002000s",]
    );
    assert_eq!(reports.take(), [""; 0]);
}

#[test]
fn a_panic_of_one_of_many_of_a_kind_resumes_at_once_too() {
    let log = Log::default();
    standing().run(async {
        let gatherer = spawn(gather([("a", 9), ("b", 1)].map(|(name, millis)| {
            let child = child(log, name, millis);
            async move {
                assert_ne!(child.await, "b", "b panics");
            }
        })));
        let error = gatherer.await.expect_err("the gatherer panics");
        log.say(format!("gatherer panicked at {}", greenlight::now()));
        assert!(error.is_panic());
    });
    let at = "gatherer panicked at t=0.001000s";
    assert_eq!(log.take(), ["a begins", "b begins", "b ends", "a dropped", at]);
}

#[test]
fn a_gather_spawns_its_children_and_is_told_of_the_last_end() {
    let (runtime, recorder) = recorded();
    runtime.run(async { gather([1, 2].map(|millis| sleep(MS * millis))).await });
    let told = |line: &String| line.ends_with(" spawned") || line.ends_with(" is told of an end");
    let told: Vec<_> = recorder.lines().into_iter().filter(told).map(|line| unlined(&line)).collect();
    assert_eq!(told, ["main spawned", "a task spawned", "a task (2) spawned", "gather 1 is told of an end"]);
}

#[test]
fn of_two_panics_the_first_in_order_resumes_and_the_other_is_reported() {
    let (runtime, reports) = reporting();
    runtime.run(async {
        let gatherer = spawn(gather(["first", "second"].map(async |name| -> () {
            panic!("{name}");
        })));
        let error = gatherer.await.expect_err("the gatherer panics");
        assert!(error.to_string().ends_with("panicked: first"));
    });
    let reports = reports.take();
    assert_eq!(reports.len(), 1);
    assert!(reports[0].starts_with("lost: "));
    assert!(reports[0].contains("panicked, and nobody awaits it: second; await the JoinHandle"));
    assert!(reports[0].contains("gather_tasks()"), "who gathered has no handle: {reports:?}");
}

#[test]
fn dropping_a_gather_cancels_its_children_in_order() {
    let log = Log::default();
    standing().run(async {
        let gathered = gather([("a", 9), ("b", 1), ("c", 9)].map(|(name, millis)| child(log, name, millis)));
        let gatherer = spawn(gathered);
        sleep(2 * MS).await;
        gatherer.task().cancel();
        yield_now().await;
        log.say("gather dropped");
        yield_now().await;
        log.say("main goes on");
    });
    assert_eq!(
        log.take(),
        ["a begins", "b begins", "c begins", "b ends", "gather dropped", "a dropped", "c dropped", "main goes on",]
    );
}

#[test]
fn dropping_a_gather_that_was_never_polled_cancels_its_children_before_they_start() {
    let log = Log::default();
    standing().run(async {
        drop(gather([child(log, "a", 1)]));
        drop(gather!(child(log, "b", 1)));
        sleep(2 * MS).await;
    });
    assert_eq!(log.take(), [""; 0]);
}

#[test]
fn a_gather_that_is_done_cancels_nobody() {
    let log = Log::default();
    standing().run(async {
        gather([async move {
            let grandchild = child(log, "grandchild", 1);
            spawn_detached(async { _ = grandchild.await });
        }])
        .await;
        sleep(2 * MS).await;
    });
    assert_eq!(log.take(), ["grandchild begins", "grandchild ends"]);
}

#[test]
fn gather_tasks_yields_what_became_of_each_and_no_failure_ends_it_early() {
    let log = Log::default();
    standing().run(async {
        let cancelled = spawn(child(log, "cancelled", 9));
        let tasks = [
            spawn(async {
                sleep(MS).await;
                panic!("panicked")
            }),
            spawn(child(log, "late", 3)),
            cancelled,
        ];
        tasks[2].task().cancel();
        let [panicked, late, cancelled] = &gather_tasks(tasks).await[..] else {
            panic!("three tasks have three outcomes");
        };
        assert!(panicked.as_ref().is_err_and(|error| error.is_panic()));
        assert_eq!(late.as_ref().ok(), Some(&"late"));
        assert!(cancelled.as_ref().is_err_and(|error| error.is_cancelled()));
        assert_eq!(greenlight::now().as_micros(), 3000);
    });
    assert_eq!(log.take(), ["late begins", "late ends"]);
}

#[test]
fn gather_tasks_takes_tasks_that_have_ended_along_with_others() {
    standing().run(async {
        let ended = spawn(async { 1 });
        yield_now().await;
        let alive = spawn(async {
            sleep(MS).await;
            2
        });
        let outputs: Vec<_> = gather_tasks([ended, alive]).await.into_iter().map(Result::ok).collect();
        assert_eq!(outputs, [Some(1), Some(2)]);
    });
}

#[test]
fn dropping_a_gather_of_tasks_cancels_them_in_order() {
    let log = Log::default();
    standing().run(async {
        let tasks = ["a", "b"].map(|name| spawn(child(log, name, 9)));
        let gathered = gather_tasks(tasks);
        yield_now().await;
        drop(gathered);
        yield_now().await;
        log.say("main goes on");
    });
    assert_eq!(log.take(), ["a begins", "b begins", "a dropped", "b dropped", "main goes on"]);
}

#[test]
fn a_child_that_was_cancelled_makes_gather_panic_with_what_to_do() {
    let runtime = standing();
    let gathered = runtime.enter(|| gather([std::future::pending::<()>()]));
    runtime.run(async {});
    let panicked = catch_unwind(AssertUnwindSafe(|| runtime.run(gathered)));
    let payload = panicked.expect_err("the run in which the child lived is over");
    let message = payload.downcast_ref::<String>().expect("the panic says something");
    assert!(message.starts_with("the task spawned at "));
    assert!(
        message.ends_with(" was cancelled while it was gathered; use gather_tasks() where children may be cancelled")
    );
}

#[test]
fn a_gather_inside_a_child_of_a_gather_takes_as_many_turns_as_in_asyncio() {
    let log = Log::default();
    let outputs = standing().run(async {
        let ticker = spawn_detached(async move {
            for turn in 0..6 {
                log.say(format!("o{turn}"));
                yield_now().await;
            }
        });
        let outputs = gather([1, 3].map(async |n| gather([n, n + 1].map(async |n| n)).await)).await;
        log.say("main");
        ticker.ended().await;
        outputs
    });
    assert_eq!(outputs, [[1, 2], [3, 4]]);
    assert_eq!(log.take(), ["o0", "o1", "o2", "o3", "o4", "o5", "main"]);
}

#[test]
fn an_argument_of_gather_that_returns_early_has_spawned_none() {
    let (log, runtime) = (Log::default(), standing());
    let early: Result<(), &str> = runtime.run(async move {
        let first = async move { log.say("ran on unseen") };
        let second: Result<std::future::Ready<()>, _> = Err("early");
        let gathered = async { Ok(greenlight::gather!(first, second?).await) }.await;
        yield_now().await;
        gathered.map(drop)
    });
    assert_eq!((early, log.take().len()), (Err("early"), 0));
}
