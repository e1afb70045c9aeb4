//! What a `TaskGroup` gives to its tasks and keeps of them: spawning from inside, outputs, names of those that fail.

use greenlight::{
    Cause, GroupOver, GroupSpawner, Runtime, TaskGroup, sleep, spawn, spawn_detached, timeout, yield_now,
};
use stage::{failures, run, shared, turns};
use std::cell::{Cell, RefCell};
use std::future::pending;
use std::rc::Rc;
use std::time::Duration;

type Crew = TaskGroup<&'static str>;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_group_keeps_nothing_of_tasks_that_have_ended() {
    run(async {
        let mut crew = Crew::new();
        for _ in 0..100 {
            crew.spawn(async { Ok(()) });
        }
        turns(3).await;
        assert_eq!(format!("{crew:?}"), "TaskGroup { tasks: 0, failures: 0, aborting: false }");
        crew.join().await.expect("no task fails");
    });
}

#[test]
fn a_task_spawns_into_its_group_and_the_owner_waits_for_that_too() {
    run(async {
        let mut crew = Crew::new();
        let (spawner, done) = (crew.spawner(), shared(Cell::new(0)));
        crew.spawn(async move {
            spawner
                .spawn(async move {
                    sleep(SECOND).await;
                    done.set(done.get() + 1);
                    Ok(())
                })
                .map_err(|_| "the group waits")
                .map(drop)
        });
        crew.join().await.expect("no task fails");
        assert_eq!(done.get(), 1);
    });
}

#[test]
fn what_is_spawned_after_the_last_task_ended_and_before_its_owner_runs_is_waited_for() {
    run(async {
        let mut crew = Crew::new();
        let (spawner, done) = (crew.spawner(), shared(Cell::new(false)));
        let first = crew.spawn(async { Ok(()) });
        let late = spawner.clone();
        spawn_detached(async move {
            first.ended().await;
            let late = late.spawn(async move {
                sleep(SECOND).await;
                done.set(true);
                Ok(())
            });
            assert!(late.is_ok(), "the owner has not run");
        });
        crew.join().await.expect("no task fails");
        assert!(done.get());
        assert!(spawner.spawn(async { Ok(()) }).is_err(), "the group is over");
    });
}

#[test]
fn nothing_is_spawned_into_a_group_that_is_over_or_in_which_a_task_has_failed() {
    fn refused(spawner: &GroupSpawner<&'static str>) -> GroupOver {
        let dropped = Rc::new(());
        let kept = dropped.clone();
        let refused = spawner.spawn(async move {
            let _kept = kept;
            pending::<()>().await
        });
        assert_eq!(Rc::strong_count(&dropped), 1, "the future is dropped");
        refused.unwrap_err()
    }
    run(async {
        let mut failing = Crew::new();
        failing.spawn(async { Err("no tea left") });
        turns(3).await;
        let spawner = failing.spawner();
        refused(&spawner);
        assert!(failing.join().await.is_err());
        refused(&spawner);

        let dropped = Crew::new();
        let spawner = dropped.spawner();
        drop(dropped);
        let over = refused(&spawner).to_string();
        assert!(over.starts_with(concat!("the task group made at ", file!())), "{over}");
        assert!(over.ends_with("spawn the task before, or outside of it"), "{over}");
    });
}

#[test]
fn an_output_is_there_once_and_only_if_its_task_succeeded() {
    run(async {
        let mut crew = Crew::new();
        let answer = crew.spawn_with_output(async {
            sleep(SECOND).await;
            Ok(42)
        });
        assert_eq!(answer.take(), None);
        answer.task().ended().await;
        assert_eq!((answer.take(), answer.take()), (Some(42), None));
        let never = crew.spawn_with_output::<u32>(pending());
        let failed = crew.spawn_with_output::<u32>(async { Err("no tea left") });
        assert!(crew.join().await.is_err());
        assert_eq!((never.take(), failed.take()), (None, None));
    });
}

#[test]
fn a_failure_says_which_task_it_was() {
    run(async {
        let mut crew = Crew::new();
        crew.task("kettle").spawn(async { Err("no water left") });
        let line = line!() + 1;
        crew.spawn(async { panic!("hot") });
        let failed = crew.join().await.unwrap_err();
        assert_eq!(failures(&failed), "kettle: no water left; panicked: hot");
        let [kettle, other] = failed.failures() else { panic!("{failed}") };
        assert!(matches!(kettle.cause, Cause::Error("no water left")));
        assert_eq!((kettle.name.as_deref(), other.name.as_deref()), (Some("kettle"), None));
        assert_eq!((other.spawned_at.file(), other.spawned_at.line()), (file!(), line));
        let debug = format!("{other:?}");
        assert!(debug.ends_with("panic: PanicPayload(\"hot\") }"), "{debug}");
    });
}

/// What is said of a program, without the place where a group was made.
fn reports(debug: bool, program: impl Future<Output = ()>) -> Vec<String> {
    let reports = shared(RefCell::new(Vec::new()));
    let listen = move |report: &str| reports.borrow_mut().push(report.to_string());
    Runtime::builder().virtual_clock().debug(debug).on_report(listen).build().run(program);
    reports.take()
}

#[test]
fn the_error_of_a_task_whose_group_is_dropped_is_reported_with_the_task() {
    for (debug, joined) in [(false, false), (false, true), (true, false), (true, true)] {
        let heard = reports(debug, async move {
            let mut crew = Crew::new();
            crew.task("kettle").spawn(async { Err("no water left") });
            crew.task("stubborn").spawn(std::future::pending::<()>());
            let shift = spawn(async move {
                if joined {
                    _ = crew.join().await;
                } else {
                    turns(9).await;
                    drop(crew);
                }
            });
            turns(2).await;
            shift.task().cancel();
            turns(3).await;
        });
        let heard: Vec<_> = heard.iter().filter(|report| !report.contains("nobody joins")).collect();
        let [lost] = heard[..] else { panic!("{heard:?}") };
        assert!(lost.starts_with(&format!("lost: kettle, spawned at {}:", file!())), "{lost}");
        assert!(lost.contains(&format!("returned an error, and its task group, made at {}:", file!())), "{lost}");
        assert!(lost.ends_with("await join() to its end, or have the task say itself what went wrong"), "{lost}");
    }
}

#[test]
fn an_error_that_is_told_a_hop_after_its_group_was_dropped_is_reported_too() {
    let heard = reports(false, async {
        let mut crew = Crew::new();
        crew.spawn(async { Err("no water left") });
        yield_now().await;
        drop(crew);
        turns(2).await;
    });
    assert_eq!(heard.len(), 1, "{heard:?}");
}

#[test]
fn no_error_is_reported_that_the_owner_hears_of() {
    let heard = reports(false, async {
        let mut crew = Crew::new();
        crew.spawn(async { Err("no water left") });
        crew.spawn(async { Err("no tea left") });
        assert_eq!(crew.join().await.unwrap_err().failures().len(), 2);
    });
    assert_eq!(heard, [""; 0]);
}

#[test]
fn the_debug_mode_tells_of_a_group_that_nobody_joins() {
    let forgotten = reports(true, async {
        let mut crew = Crew::new();
        crew.spawn(pending::<()>());
        drop(crew);
        turns(2).await;
    });
    let [forgotten] = &forgotten[..] else { panic!("{forgotten:?}") };
    assert!(forgotten.ends_with("was dropped, with 1 task that nobody joins and 0 lost errors"), "{forgotten}");
    let in_time = reports(true, async {
        let mut crew = Crew::new();
        crew.spawn(pending::<()>());
        assert!(timeout(SECOND, crew.join()).await.is_err());
        turns(2).await;
    });
    assert_eq!(in_time, [""; 0], "its owner had joined it");
}
