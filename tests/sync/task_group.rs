//! `TaskGroup`: what its tasks end in, in which order they are cancelled, and what becomes of them
//! without their owner.

use greenlight::sync::Event;
use greenlight::{Cause, Failure, Runtime, Task, TaskGroup, sleep, spawn, spawn_detached, task, timeout};
use stage::{Log, failures, lines, message, run, shared, turns};
use std::future::pending;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// Adds a task that never ends, and says when it starts and when it is dropped.
fn sleeper(log: Log, group: &mut TaskGroup<&'static str>, name: &'static str) -> Task {
    group.task(name).spawn(async move {
        log.say(format!("{name} starts"));
        let _guard = log.at_drop(format!("{name} dropped"));
        pending::<()>().await
    })
}

/// Adds a task that fails after so many turns.
fn failing(log: Log, group: &mut TaskGroup<&'static str>, name: &'static str, after: usize) -> Task {
    group.task(name).spawn(async move {
        turns(after).await;
        log.say(format!("{name} fails"));
        Err(name)
    })
}

#[test]
fn a_group_succeeds_when_all_of_its_tasks_do() {
    let said = lines(async |log| {
        let mut group = TaskGroup::<&str>::new();
        for name in ["a", "b"] {
            group.spawn(async move {
                turns(1).await;
                log.begin();
                log.say(name);
                Ok(())
            });
        }
        assert!(group.join().await.is_ok());
        log.say_hops("joined");
    });
    assert_eq!(said, ["a", "b", "joined after 2"]);
}

#[test]
fn an_empty_group_ends_at_once() {
    let said = lines(async |log| {
        log.begin();
        assert!(TaskGroup::<&str>::default().join().await.is_ok());
        log.say_hops("joined");
    });
    assert_eq!(said, ["joined after 0"]);
}

#[test]
fn a_group_whose_tasks_have_all_ended_is_joined_at_once() {
    let said = lines(async |log| {
        let mut group = TaskGroup::new();
        group.spawn(async { Ok(()) });
        failing(log, &mut group, "a", 0);
        turns(4).await;
        log.begin();
        let error = group.join().await.unwrap_err();
        log.say_hops(&failures(&error));
    });
    assert_eq!(said, ["a fails", "a: a after 0"]);
}

#[test]
fn the_first_failure_cancels_the_rest_in_order() {
    let said = lines(async |log| {
        let mut group = TaskGroup::new();
        for name in ["a", "b"] {
            sleeper(log, &mut group, name);
        }
        failing(log, &mut group, "c", 1);
        sleeper(log, &mut group, "d");
        let error = group.join().await.unwrap_err();
        log.say(failures(&error));
    });
    assert_eq!(said, ["a starts", "b starts", "d starts", "c fails", "a dropped", "b dropped", "d dropped", "c: c"]);
}

#[test]
fn every_failure_is_reported_in_the_order_of_failing() {
    let said = lines(async |log| {
        let mut group = TaskGroup::new();
        for (name, after) in [("late", 2), ("first", 1), ("second", 1)] {
            failing(log, &mut group, name, after);
        }
        let error = group.join().await.unwrap_err();
        assert_eq!(error.failures().len(), 3);
        log.say(failures(&error));
    });
    let all = "first: first; second: second; late: late";
    assert_eq!(said, ["first fails", "second fails", "late fails", all], "late fails before the cancel reaches it");
}

#[test]
fn a_panic_is_a_failure() {
    let said = lines(async |log| {
        let mut group = TaskGroup::new();
        sleeper(log, &mut group, "a");
        group.spawn(async { panic!("out of tea") });
        let error = group.join().await.unwrap_err();
        log.say(failures(&error));
        let Ok([Failure { cause: Cause::Panic(payload), .. }]) = <[_; 1]>::try_from(error.into_failures()) else {
            panic!("one task panicked")
        };
        log.say(message(&*payload.into_inner()));
    });
    assert_eq!(said, ["a starts", "a dropped", "panicked: out of tea", "out of tea"]);
}

#[test]
fn one_failure_after_another_cancels_only_once_and_is_reported() {
    let said = lines(async |log| {
        let mut group = TaskGroup::new();
        failing(log, &mut group, "a", 0);
        failing(log, &mut group, "b", 0);
        sleeper(log, &mut group, "c");
        log.say(failures(&group.join().await.unwrap_err()));
    });
    assert_eq!(said, ["a fails", "b fails", "c starts", "c dropped", "a: a; b: b"]);
}

#[test]
fn a_cancelled_child_is_no_failure() {
    let said = lines(async |log| {
        let mut group = TaskGroup::new();
        let victim = sleeper(log, &mut group, "victim");
        group.spawn(async move {
            turns(4).await;
            log.say("other ends");
            Ok(())
        });
        turns(1).await;
        victim.cancel();
        assert!(group.join().await.is_ok());
    });
    assert_eq!(said, ["victim starts", "victim dropped", "other ends"]);
}

#[test]
fn a_failure_in_an_inner_group_ends_both() {
    let said = lines(async |log| {
        let mut outer = TaskGroup::new();
        sleeper(log, &mut outer, "outer");
        outer.spawn(async move {
            let mut inner = TaskGroup::new();
            sleeper(log, &mut inner, "inner");
            failing(log, &mut inner, "culprit", 1);
            let error = inner.join().await.unwrap_err();
            log.say(failures(&error));
            Err("the inner group")
        });
        let error = outer.join().await.unwrap_err();
        log.say(failures(&error));
    });
    assert_eq!(
        said,
        [
            "outer starts",
            "inner starts",
            "culprit fails",
            "inner dropped",
            "culprit: culprit",
            "outer dropped",
            "the inner group"
        ]
    );
}

#[test]
fn a_failure_in_an_outer_group_cancels_the_inner_one() {
    let said = lines(async |log| {
        let mut outer = TaskGroup::new();
        outer.spawn(async move {
            let _guard = log.at_drop("owner of the inner group dropped");
            let mut inner = TaskGroup::new();
            for name in ["a", "b"] {
                sleeper(log, &mut inner, name);
            }
            inner.join().await.map_err(|_| "not reached")
        });
        failing(log, &mut outer, "culprit", 2);
        log.say(failures(&outer.join().await.unwrap_err()));
        turns(2).await;
    });
    assert_eq!(
        said,
        [
            "a starts",
            "b starts",
            "culprit fails",
            "owner of the inner group dropped",
            "a dropped",
            "b dropped",
            "culprit: culprit"
        ]
    );
}

#[test]
fn a_timeout_around_a_group_cancels_its_tasks_in_order() {
    let said = lines(async |log| {
        let mut group = TaskGroup::new();
        for name in ["a", "b"] {
            sleeper(log, &mut group, name);
        }
        timeout(SECOND, group.join()).await.unwrap_err();
        log.say("the time is up");
        turns(1).await;
    });
    assert_eq!(said, ["a starts", "b starts", "the time is up", "a dropped", "b dropped"]);
}

#[test]
fn a_group_that_is_in_time_for_its_timeout_succeeds() {
    run(async {
        let mut group = TaskGroup::<&str>::new();
        group.spawn(async {
            sleep(SECOND / 2).await;
            Ok(())
        });
        assert!(timeout(SECOND, group.join()).await.unwrap().is_ok());
    });
}

#[test]
fn the_tasks_of_a_cancelled_owner_are_cancelled_in_order() {
    let said = lines(async |log| {
        let owner = task("owner").spawn(async move {
            let mut group = TaskGroup::new();
            for name in ["a", "b", "c"] {
                sleeper(log, &mut group, name);
            }
            group.join().await
        });
        turns(3).await;
        owner.task().cancel();
        assert!(owner.await.unwrap_err().is_cancelled());
        log.say("the owner is gone");
        turns(1).await;
    });
    let starts = ["a starts", "b starts", "c starts"];
    assert_eq!(said, [&starts[..], &["a dropped", "b dropped", "c dropped", "the owner is gone"]].concat());
}

#[test]
fn a_group_that_is_dropped_before_it_is_joined_cancels_its_tasks() {
    let said = lines(async |log| {
        let mut group = TaskGroup::new();
        for name in ["a", "b"] {
            sleeper(log, &mut group, name);
        }
        turns(1).await;
        drop(group.join());
        turns(1).await;
    });
    assert_eq!(said, ["a starts", "b starts", "a dropped", "b dropped"]);
}

#[test]
fn what_is_spawned_after_a_failure_never_starts() {
    let said = lines(async |log| {
        let mut group = TaskGroup::new();
        failing(log, &mut group, "a", 0);
        turns(3).await;
        let guard = log.at_drop("late dropped");
        group.spawn(async move {
            let _guard = guard;
            log.say("late starts");
            Ok(())
        });
        log.say(failures(&group.join().await.unwrap_err()));
    });
    assert_eq!(said, ["a fails", "late dropped", "a: a"]);
}

#[test]
fn the_cancel_of_the_group_beats_a_wake_that_is_in_the_queue() {
    let said = lines(async |log| {
        let mut group = TaskGroup::new();
        let ending = |name: &'static str| async move {
            let _guard = log.at_drop(format!("{name} dropped"));
            turns(2).await;
            log.say(format!("{name} ends"));
            Ok(())
        };
        group.spawn(ending("before"));
        failing(log, &mut group, "culprit", 1);
        group.spawn(ending("behind"));
        log.say(failures(&group.join().await.unwrap_err()));
    });
    let error = "culprit: culprit";
    assert_eq!(said, ["culprit fails", "before ends", "before dropped", "behind dropped", error]);
}

#[test]
fn a_task_that_panics_as_it_is_cancelled_is_reported_too() {
    struct Spiteful;
    impl Drop for Spiteful {
        fn drop(&mut self) {
            panic!("not like this");
        }
    }
    let said = lines(async |log| {
        let mut group = TaskGroup::new();
        group.spawn(async {
            let _spiteful = Spiteful;
            pending::<()>().await
        });
        failing(log, &mut group, "a", 1);
        log.say(failures(&group.join().await.unwrap_err()));
    });
    assert_eq!(said, ["a fails", "a: a; panicked: not like this"]);
}

#[test]
fn a_failure_takes_two_hops_to_the_owner() {
    let said = lines(async |log| {
        let mut group = TaskGroup::<&str>::new();
        group.spawn(async move {
            turns(1).await;
            log.begin();
            Err("tea")
        });
        group.join().await.unwrap_err();
        log.say_hops("failed");
    });
    assert_eq!(said, ["failed after 2"]);
}

/// The lines are what CPython prints for the same program.
#[test]
fn the_owner_goes_on_in_the_place_of_the_first_failure_if_all_have_ended_by_then() {
    let said = lines(async |log| {
        let light = shared(Event::new());
        spawn_detached(async move {
            let mut group = TaskGroup::new();
            group.spawn(async { Err("no tea left") });
            group.spawn(async {
                light.set();
                Ok(())
            });
            group.join().await.unwrap_err();
            log.say("owner");
        });
        spawn_detached(async move {
            light.wait().await;
            turns(1).await;
            log.say("other");
        });
        turns(5).await;
    });
    assert_eq!(said, ["owner", "other"]);
}

#[test]
fn a_group_keeps_nothing_that_its_tasks_held() {
    let said = lines(async |log| {
        let held = log.at_drop("value dropped");
        let mut group = TaskGroup::<&str>::new();
        group.spawn(async move {
            let _held = held;
            Ok(())
        });
        spawn(group.join()).await.unwrap().unwrap();
        log.say("joined");
    });
    assert_eq!(said, ["value dropped", "joined"]);
}

#[test]
fn a_panic_that_the_group_does_not_live_to_report_is_reported_by_the_runtime() {
    let log = Log::default();
    let runtime = Runtime::builder().virtual_clock().on_report(move |report| log.say(report)).build();
    runtime.run(async {
        let mut group = TaskGroup::<&str>::new();
        group.task("culprit").spawn(async { panic!("out of tea") });
        turns(4).await;
        drop(group);
    });
    let reports = log.take();
    assert!(
        matches!(&reports[..], [report] if report.contains("culprit") && report.contains("out of tea")),
        "{reports:?}"
    );
}
