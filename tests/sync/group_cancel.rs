//! A group that is cancelled, tasks that cannot fail, and names: what a group takes, and how it ends without an error.

use greenlight::{GroupSpawner, TaskGroup, sleep, spawn, timeout, yield_now};
use stage::{Log, failures, lines, recorded, run, turns};
use std::convert::Infallible;
use std::future::pending;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// Says when it starts and when it is dropped, and waits for ever.
async fn endless(log: Log, name: &'static str) {
    log.say(format!("{name} starts"));
    let _guard = log.at_drop(format!("{name} dropped"));
    pending().await
}

#[test]
fn a_cancel_ends_the_tasks_in_the_order_of_spawning_and_the_join_is_fine() {
    let said = lines(async |log| {
        let mut group = TaskGroup::infallible();
        for name in ["a", "b", "c"] {
            group.task(name).spawn(endless(log, name));
        }
        turns(1).await;
        group.cancel();
        log.say("cancelled");
        group.join().await.expect("nobody has failed");
        log.say("joined");
    });
    let ends = ["cancelled", "a dropped", "b dropped", "c dropped", "joined"];
    assert_eq!(said, [&["a starts", "b starts", "c starts"][..], &ends].concat());
}

/// In CPython 3.13 two hops lead from the end of the last task of a group to its owner; the cancels take one before.
#[test]
fn the_owner_goes_on_three_hops_after_the_cancel() {
    let hops = stage::counted(|hops| async move {
        let mut group = TaskGroup::infallible();
        group.spawn(pending::<()>());
        turns(1).await;
        group.cancel();
        hops.begin();
        group.join().await.expect("nobody has failed");
        hops.count()
    });
    assert_eq!(hops, 3);
}

#[test]
fn what_is_spawned_after_the_cancel_never_starts_or_is_refused() {
    let said = lines(async |log| {
        let mut group = TaskGroup::<&str>::new();
        let spawner = group.spawner();
        let builder = spawner.task("named too soon").expect("the group is open");
        group.cancel();
        let task = group.spawn(endless(log, "late"));
        assert!(builder.spawn(endless(log, "named too soon")).cancel(), "it is cancelled, and not over yet");
        let over = spawner.spawn(async {}).expect_err("the group is cancelled").to_string();
        assert!(
            over.contains("takes no more tasks: it is over, was cancelled, or one of its tasks has failed"),
            "{over}"
        );
        assert!(spawner.spawn_with_output(async { Ok(1) }).is_err() && spawner.task("x").is_err());
        group.join().await.expect("nobody has failed");
        assert!(task.is_finished());
    });
    assert_eq!(said, [""; 0]);
}

#[test]
fn a_task_may_cancel_its_group_and_goes_on_to_its_next_await() {
    let said = lines(async |log| {
        let mut group = TaskGroup::<&str>::new();
        let cancels = group.spawner();
        group.spawn(endless(log, "other"));
        group.spawn(async move {
            let _guard = log.at_drop("finder dropped");
            turns(1).await;
            cancels.cancel();
            cancels.cancel();
            log.say("found");
            yield_now().await;
            unreachable!("it is cancelled, too");
        });
        group.join().await.expect("nobody has failed");
        log.say("joined");
    });
    assert_eq!(said, ["other starts", "found", "other dropped", "finder dropped", "joined"]);
}

#[test]
fn a_failure_before_the_cancel_stands_and_a_panic_of_what_is_dropped_is_one() {
    struct Spiteful;
    impl Drop for Spiteful {
        fn drop(&mut self) {
            panic!("not like this");
        }
    }
    run(async {
        let mut group = TaskGroup::new();
        group.task("a").spawn(async { Err("no tea left") });
        group.spawn(pending::<()>());
        turns(1).await;
        group.cancel();
        assert_eq!(failures(&group.join().await.expect_err("a has failed")), "a: no tea left");

        let mut group = TaskGroup::infallible();
        group.task("b").spawn(async {
            let _spiteful = Spiteful;
            pending::<()>().await
        });
        turns(1).await;
        group.cancel();
        assert_eq!(failures(&group.join().await.expect_err("b has panicked")), "b: panicked: not like this");
    });
}

#[test]
fn a_cancel_of_a_group_that_is_empty_over_or_dropped_changes_nothing() {
    run(async {
        let group = TaskGroup::<Infallible>::default();
        group.cancel();
        assert!(group.join().await.is_ok());

        let mut group = TaskGroup::infallible();
        let late = group.spawner();
        group.spawn(async {});
        assert!(group.join().await.is_ok());
        late.cancel();
        assert!(late.spawn(async {}).is_err());

        let mut group = TaskGroup::infallible();
        let late = group.spawner();
        let task = group.spawn(pending::<()>());
        drop(group);
        late.cancel();
        turns(2).await;
        assert!(task.is_finished());
    });
}

/// The owner's wait is dropped before its first poll, while it waits, and once the last task has ended.
#[test]
fn an_owner_that_goes_at_any_moment_after_the_cancel_leaves_nobody_behind() {
    for moment in 0..4 {
        run(async {
            let mut group = TaskGroup::infallible();
            let tasks = [(); 3].map(|()| group.spawn(pending::<()>()));
            turns(1).await;
            let owner = spawn(async move {
                group.cancel();
                group.join().await
            });
            turns(moment).await;
            owner.cancel();
            turns(4).await;
            assert!(tasks.iter().all(|task| task.is_finished()), "at {moment}");
        });
    }
    run(async {
        let mut group = TaskGroup::infallible();
        let (task, spawner) = (group.spawn(pending::<()>()), group.spawner());
        assert!(timeout(SECOND, group.join()).await.is_err());
        spawner.cancel();
        turns(2).await;
        assert!(task.is_finished());
    });
}

#[test]
fn tasks_of_nothing_of_results_and_without_an_end_go_into_one_group() {
    run(async {
        let mut group = TaskGroup::<String>::new();
        group.spawn(async {});
        group.spawn(async { Ok(()) });
        let ticking = group.spawn(async {
            loop {
                sleep(SECOND).await;
            }
        });
        group.spawn(async {
            sleep(SECOND * 3).await;
            let number: u8 = "x".parse().map_err(|error| format!("{error}"))?;
            assert_eq!(number, 0);
            Ok(())
        });
        let failed = group.join().await.expect_err("one is no number").to_string();
        assert!(failed.contains("invalid digit") && ticking.is_finished(), "{failed}");

        let mut group = TaskGroup::infallible();
        group.spawn(sleep(SECOND));
        let answer = group.spawn_with_output(async { Ok(42) });
        group.join().await.expect("nobody panics");
        assert_eq!(answer.take(), Some(42));
        let mut group = TaskGroup::infallible();
        group.spawn(async { panic!("not even here") });
        assert!(group.join().await.expect_err("it panics").to_string().contains("not even here"));
    });
}

#[test]
fn a_spawner_names_tasks_and_fetches_outputs_as_its_group_does() {
    async fn dish(cooks: GroupSpawner<&'static str>) -> Result<(), &'static str> {
        let baker = cooks.task("baker").map_err(|_| "over")?.spawn_with_output(async { Ok("bread") });
        let cook = cooks.spawn_with_output(async { Ok("soup") }).map_err(|_| "over")?;
        cooks.task("helper").map_err(|_| "over")?.spawn(async { yield_now().await });
        turns(2).await;
        assert_eq!((baker.task().name(), baker.take(), cook.take()), (Some("baker"), Some("bread"), Some("soup")));
        Ok(())
    }
    run(async {
        let mut group = TaskGroup::new();
        group.spawn(dish(group.spawner()));
        group.join().await.expect("nobody fails");
    });
}

#[test]
fn the_trace_tells_of_the_cancel_once_and_before_the_ends() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        let mut group = TaskGroup::infallible();
        group.task("endless").spawn(pending::<()>());
        turns(1).await;
        group.cancel();
        group.cancel();
        group.join().await.expect("nobody has failed");
    });
    let lines = recorder.lines();
    let told: Vec<_> = lines.iter().map(String::as_str).filter(|line| line.contains("cancel")).collect();
    assert_eq!(told, ["main cancels task group 1", "endless to be cancelled", "endless cancelled"], "{lines:#?}");
}
