//! CPython's tests of `asyncio.TaskGroup`, each under its name there. A group is no block that is
//! entered: its owner spawns, and joins in the end. A failure cancels the tasks of the group, but
//! not its owner; so where asyncio's body is cancelled, it is a task of the group here.
//! These do not apply:
//!
//! | class | test | why not |
//! |-|-|-|
//! | TaskGroup | test_taskgroup_20 | no failure goes past a group: there is no KeyboardInterrupt |
//! | TaskGroup | test_taskgroup_20a | there is one kind of panic, that of test_taskgroup_19 |
//! | TaskGroup | test_taskgroup_task_context | there are no context variables |
//! | TaskGroup | test_taskgroup_already_entered | join takes the group: nobody joins it twice |
//! | TaskGroup | test_taskgroup_double_enter | join takes the group: nobody joins it twice |

use super::crews::{
    Group, ZERO_DIVISION, cancel_later, crash_after, crashing_five, errors, five, nested, reasons, reported,
    spawn_flagged, spawn_output,
};
use super::{LONG, flagged, ms, sleep_and_crash};
use crate::ports::{Count, Crashes, Flags, cancelled};
use greenlight::sync::Event;
use greenlight::{GroupSpawner, now, sleep, spawn, yield_now};
use stage::{run, shared, standing};
use std::cell::Cell;
use std::future::{Future, pending};
use std::panic::{AssertUnwindSafe, catch_unwind};

#[test]
fn test_taskgroup_01() {
    run(async {
        let mut group = Group::new();
        let (_, first) = spawn_output(&mut group, ms(100), 42);
        let (_, second) = spawn_output(&mut group, ms(200), 11);
        group.join().await.expect("no task fails");
        assert_eq!((first.get(), second.get(), now().since_start()), (42, 11, ms(200)));
    });
}

#[test]
fn test_taskgroup_02() {
    run(async {
        let mut group = Group::new();
        let (_, first) = spawn_output(&mut group, ms(100), 42);
        sleep(ms(150)).await;
        let (_, second) = spawn_output(&mut group, ms(200), 11);
        group.join().await.expect("no task fails");
        assert_eq!((first.get(), second.get(), now().since_start()), (42, 11, ms(350)));
    });
}

#[test]
fn test_taskgroup_03() {
    run(async {
        let mut group = Group::new();
        let (task, first) = spawn_output(&mut group, ms(1000), 42);
        sleep(ms(150)).await;
        assert!(task.cancel());
        let (_, second) = spawn_output(&mut group, ms(200), 11);
        group.join().await.expect("a task that was cancelled has not failed");
        assert!(task.is_finished());
        assert_eq!((first.get(), second.get(), now().since_start()), (0, 11, ms(350)));
    });
}

#[test]
fn test_taskgroup_04() {
    run(async {
        let runner = spawn(async {
            let mut group = Group::new();
            group.spawn(crash_after(ms(100)));
            let (task, output) = spawn_output(&mut group, ms(1000), 1);
            let failed = group.join().await.unwrap_err();
            assert!(task.is_finished());
            (errors(failed), output.get())
        });
        assert_eq!(runner.await.expect("the runner ends by itself"), (vec![ZERO_DIVISION], 0));
        assert_eq!(now().since_start(), ms(100));
    });
}

#[test]
fn test_cancel_children_on_child_error() {
    // Adapted: asyncio cancels the body, too. Here it is cancelled if it is a task of the group. Row: a task of a group fails.
    run(async {
        let mut group = Group::new();
        for _ in 0..3 {
            group.spawn(crash_after(ms(100)));
        }
        let child = spawn_flagged(&mut group);
        let body = spawn_flagged(&mut group);
        let failed = group.join().await.unwrap_err();
        assert_eq!(errors(failed), [ZERO_DIVISION; 3]);
        assert!(child.get() && body.get());
        assert_eq!(now().since_start(), ms(100));
    });
}

#[test]
fn test_cancellation() {
    // Adapted: asyncio's owner waits for the ends of the tasks. Here they are a hop after its own at most.
    // Row: the owner of a `TaskGroup` is cancelled.
    run(async {
        let ends = shared(Count::default());
        cancel_later(spawn(async { five(ends).join().await })).await;
        yield_now().await;
        assert_eq!(ends.get(), 5);
    });
}

#[test]
fn test_taskgroup_07() {
    // Adapted: as above. Row: the owner of a `TaskGroup` is cancelled.
    run(async {
        let ends = shared(Count::default());
        let body = shared(Cell::new(false));
        let runner = async {
            let group = five(ends);
            flagged(body, sleep(LONG)).await;
            group.join().await
        };
        cancel_later(spawn(runner)).await;
        assert!(body.get());
        yield_now().await;
        assert_eq!(ends.get(), 5);
    });
}

#[test]
fn test_taskgroup_08() {
    // Adapted: asyncio's runner yields the errors of the tasks, in a group, and does not count as cancelled.
    // Here it does, and what the tasks' cleanups raise is reported. Row: the owner of a `TaskGroup` is cancelled.
    let reports = reported(async {
        cancel_later(spawn(crashing_five())).await;
        yield_now().await;
    });
    assert_eq!(reports.len(), 5, "{reports:?}");
    assert!(reports.iter().all(|report| report.contains("crash in cleanup")), "{reports:?}");
}

/// A body that fails after a while, and what it leaves behind.
fn body_fails(fail: impl AsyncFn() -> Result<(), &'static str>) {
    run(async {
        let mut tasks = Vec::new();
        let runner = async {
            let mut group = Group::new();
            tasks.extend([ms(1000), ms(2000)].map(|duration| spawn_output(&mut group, duration, 42)));
            fail().await?;
            group.join().await.map_err(|_| "a task failed")
        };
        assert_eq!(runner.await, Err(ZERO_DIVISION));
        let start = now();
        yield_now().await;
        assert!(tasks.iter().all(|(task, output)| task.is_finished() && output.get() == 0));
        assert_eq!(now(), start);
    });
}

#[test]
fn test_taskgroup_09() {
    // Adapted: asyncio's error is in a group of errors, and comes after the ends of the tasks.
    // Row: the body of a group fails.
    body_fails(async || crash_after(ms(100)).await);
}

#[test]
fn test_taskgroup_10() {
    // Adapted: as above. Row: the body of a group fails.
    body_fails(async || Err(ZERO_DIVISION));
}

#[test]
fn test_taskgroup_11() {
    // Adapted: asyncio's runner yields a group of errors in a group. Here it is cancelled, and what the tasks'
    // cleanups raise is reported. Row: the owner of a `TaskGroup` is cancelled.
    let reports = reported(async {
        let runner = async {
            let outer = Group::new();
            crashing_five().await.expect("it does not get there");
            outer.join().await
        };
        cancel_later(spawn(runner)).await;
        yield_now().await;
    });
    assert_eq!(reports.len(), 5, "{reports:?}");
}

#[test]
fn test_taskgroup_12() {
    // Adapted: as above. Row: the owner of a `TaskGroup` is cancelled.
    let sleeper = shared(Cell::new(None));
    let reports = reported(async {
        let runner = async {
            let mut outer = Group::new();
            sleeper.set(Some(spawn_flagged(&mut outer)));
            crashing_five().await.expect("it does not get there");
            outer.join().await
        };
        cancel_later(spawn(runner)).await;
        yield_now().await;
    });
    assert!(sleeper.get().expect("the runner has run").get());
    assert_eq!(reports.len(), 5, "{reports:?}");
}

#[test]
fn test_taskgroup_13() {
    // Adapted: asyncio cancels the body, in which the inner group is. Here that is a task of the outer group.
    // Row: a task of a group fails.
    run(async {
        let failed = nested(ms(100), LONG).await;
        assert_eq!(reasons(&failed), ["division by zero"]);
        assert_eq!(now().since_start(), ms(100));
    });
}

#[test]
fn test_taskgroup_14() {
    // Adapted: as above. Row: a task of a group fails.
    run(async {
        let failed = nested(LONG, ms(100)).await;
        assert_eq!(reasons(&failed), [r#"inner group: ["division by zero"]"#]);
        assert_eq!(now().since_start(), ms(100));
    });
}

/// A runner that is cancelled while its group has a task that would fail later, and cleans up.
async fn cancelled_before_the_crash(cleaned: &'static Cell<bool>) {
    let mut group = Group::new();
    group.spawn(crash_after(ms(300)));
    flagged(cleaned, sleep(LONG)).await;
    group.join().await.expect("it does not get there");
}

#[test]
fn test_taskgroup_15() {
    // Adapted: asyncio's runner awaits while it is cancelled, long enough for the task to fail, and yields that
    // error. Here it ends at once, and so does the task, before it could fail. Row: a cancelled task.
    let cleaned = shared(Cell::new(false));
    let reports = reported(async {
        cancel_later(spawn(cancelled_before_the_crash(cleaned))).await;
        assert!(cleaned.get());
        sleep(ms(500)).await;
    });
    assert_eq!(reports, [""; 0]);
}

#[test]
fn test_taskgroup_16() {
    // Adapted: as above; and whoever awaits the runner is cancelled without it. Row: a cancelled task.
    let cleaned = shared(Cell::new(false));
    let reports = reported(async {
        let nested = spawn(cancelled_before_the_crash(cleaned));
        let task = nested.task();
        cancel_later(spawn(async { nested.await.expect("it does not get there") })).await;
        assert!(!cleaned.get());
        task.cancel();
        yield_now().await;
        assert!(cleaned.get());
        sleep(ms(500)).await;
    });
    assert_eq!(reports, [""; 0]);
}

#[test]
fn test_taskgroup_17() {
    run(async {
        let body = shared(Cell::new(false));
        let runner = async {
            let group = Group::new();
            flagged(body, sleep(LONG)).await;
            group.join().await
        };
        cancel_later(spawn(runner)).await;
        assert!(body.get());
    });
}

#[test]
fn test_taskgroup_18() {
    // Adapted: asyncio's error is in a group of errors. Row: the body of a group fails.
    run(async {
        let cleaned = shared(Cell::new(false));
        let runner = spawn(async {
            let group = Group::new();
            flagged(cleaned, sleep_and_crash(LONG)).await;
            group.join().await
        });
        sleep(ms(100)).await;
        assert!(!runner.is_finished());
        assert!(runner.task().cancel());
        let error = runner.await.unwrap_err();
        assert!(error.is_panic() && !error.is_cancelled());
        assert!(error.to_string().ends_with("panicked: crash in cleanup"), "{error}");
        assert!(cleaned.get());
        assert_eq!(now().since_start(), ms(100));
    });
}

#[test]
fn test_taskgroup_19() {
    // Adapted: asyncio cancels the body, whose cleanup raises. Here that is a task of the group.
    // Row: a task of a group fails.
    run(async {
        let mut group = Group::new();
        group.spawn(crash_after(ms(100)));
        spawn_crashing(&mut group);
        let failed = group.join().await.unwrap_err();
        assert_eq!(reasons(&failed), ["division by zero", "panicked: crash in cleanup"]);
        assert_eq!(now().since_start(), ms(100));
    });
}

/// Spawns a task whose cleanup panics.
fn spawn_crashing(group: &mut Group) {
    group.spawn(async {
        let _crashes = Crashes;
        pending::<()>().await
    });
}

#[test]
fn test_taskgroup_21a() {
    // Adapted: as above. Row: a task of a group fails.
    run(async {
        let mut group = Group::new();
        group.spawn(async {
            sleep(ms(100)).await;
            panic!("no such base");
        });
        spawn_crashing(&mut group);
        let failed = group.join().await.unwrap_err();
        assert_eq!(reasons(&failed), ["panicked: no such base", "panicked: crash in cleanup"]);
        assert_eq!(now().since_start(), ms(100));
    });
}

#[test]
fn test_taskgroup_22() {
    run(async {
        let tasks = shared(Cell::new(None));
        let runner = spawn(async {
            let mut group = Group::new();
            tasks.set(Some([ms(1000), ms(2000)].map(|duration| spawn_output(&mut group, duration, 42))));
            group.join().await
        });
        cancel_later(runner).await;
        yield_now().await;
        let tasks = tasks.take().expect("the runner has run");
        assert!(tasks.iter().all(|(task, output)| task.is_finished() && output.get() == 0));
    });
}

#[test]
fn test_taskgroup_23() {
    run(async {
        let mut group = Group::new();
        let remain = |group: &Group, count| format!("{group:?}").contains(&format!("tasks: {count},"));
        for count in 0..10 {
            sleep(ms(100)).await;
            spawn_output(&mut group, ms(300), 42);
            if count == 5 {
                assert!((1..5).any(|few| remain(&group, few)), "{group:?}");
            }
        }
        sleep(ms(1350)).await;
        assert!(remain(&group, 0), "{group:?}");
        group.join().await.expect("no task fails");
    });
}

#[test]
fn test_taskgroup_24() {
    run(async {
        let mut group = Group::new();
        let spawner = group.spawner();
        group.spawn(async move {
            sleep(ms(100)).await;
            for duration in [ms(100), ms(200)] {
                let sleeping = async move {
                    sleep(duration).await;
                    Ok(())
                };
                spawner.spawn(sleeping).expect("the group waits");
            }
            Ok(())
        });
        group.join().await.expect("no task fails");
        assert_eq!(now().since_start(), ms(300));
    });
}

#[test]
fn test_taskgroup_25() {
    /// Two heads grow where one was.
    async fn hydra(heads: &'static Cell<u32>, spawner: GroupSpawner<&'static str>) -> Result<(), &'static str> {
        heads.set(heads.get() + 1);
        sleep(ms(10)).await;
        for _ in 0..2 {
            spawner.spawn(Box::pin(hydra(heads, spawner.clone()))).expect("hercules is not done");
        }
        Ok(())
    }
    run(async {
        let (mut group, heads) = (Group::new(), shared(Cell::new(0)));
        group.spawn(hydra(heads, group.spawner()));
        group.spawn(async {
            while heads.get() < 10 {
                sleep(ms(15)).await;
            }
            Err(ZERO_DIVISION)
        });
        assert_eq!(errors(group.join().await.unwrap_err()), [ZERO_DIVISION]);
        assert!(heads.get() >= 10);
    });
}

#[test]
fn test_taskgroup_task_name() {
    run(async {
        let mut group = Group::new();
        let task = group.task("yolo").spawn(async {
            yield_now().await;
            Ok(())
        });
        assert_eq!(task.name(), Some("yolo"));
        group.join().await.expect("no task fails");
    });
}

/// Spawns into a group when it is dropped, and tells whether that was refused.
struct SpawnsWhenDropped {
    spawner: GroupSpawner<&'static str>,
    refused: &'static Cell<Option<bool>>,
}

impl Drop for SpawnsWhenDropped {
    fn drop(&mut self) {
        self.refused.set(Some(self.spawner.spawn(crash_after(ms(1))).is_err()));
    }
}

#[test]
fn test_taskgroup_no_create_task_after_failure() {
    run(async {
        let mut group = Group::new();
        group.spawn(crash_after(ms(1)));
        let refused = shared(Cell::new(None));
        let spawns = SpawnsWhenDropped { spawner: group.spawner(), refused };
        group.spawn(async move {
            let _spawns = spawns;
            sleep(ms(1000)).await;
            Ok(())
        });
        assert_eq!(errors(group.join().await.unwrap_err()), [ZERO_DIVISION]);
        assert_eq!(refused.get(), Some(true));
    });
}

#[test]
fn test_taskgroup_context_manager_exit_raises() {
    // Adapted: asyncio cancels the body, and with it a context manager that raises as it exits. Here that is a
    // task of the group. Row: a task of a group fails.
    run(async {
        let main = spawn(async {
            let mut group = Group::new();
            group.spawn(async { Err("custom") });
            spawn_crashing(&mut group);
            let failed = group.join().await.unwrap_err();
            assert_eq!(failed.failures().len(), 2);
            // The owner is not cancelled.
            yield_now().await;
        });
        main.await.expect("it ends by itself");
    });
}

/// Closes over a flag that tells when it is dropped.
fn closing(closed: &'static Cell<bool>) -> impl Future<Output = Result<(), &'static str>> {
    let flags = Flags(closed);
    async move {
        let _flags = flags;
        sleep(ms(0)).await;
        Err("it starts")
    }
}

/// A group that is over refuses a task, and drops its future.
fn assert_is_finished(spawner: &GroupSpawner<&'static str>) {
    let closed = shared(Cell::new(false));
    let refused = spawner.spawn(closing(closed)).unwrap_err().to_string();
    assert!(refused.contains("is over"), "{refused}");
    assert!(closed.get());
}

#[test]
fn test_taskgroup_finished() {
    run(async {
        let group = Group::new();
        let spawner = group.spawner();
        group.join().await.expect("no task fails");
        assert_is_finished(&spawner);
    });
}

#[test]
fn test_taskgroup_not_entered() {
    // Adapted: asyncio refuses. Here the task runs before the group is joined. Row: a group that was not entered.
    run(async {
        let mut group = Group::new();
        let (task, output) = spawn_output(&mut group, ms(0), 42);
        task.ended().await;
        assert_eq!(output.get(), 42);
        group.join().await.expect("no task fails");
    });
}

#[test]
fn test_taskgroup_without_parent_task() {
    // It is a runtime that a group cannot do without.
    let mut group = Group::new();
    let spawned = catch_unwind(AssertUnwindSafe(|| group.spawn(async { Ok(()) })));
    let message = spawned.expect_err("there is no runtime").downcast::<String>().expect("the panic says something");
    assert!(message.contains("TaskGroup::spawn() was called"), "{message}");
}

#[test]
fn test_coro_closed_when_tg_closed() {
    let runtime = standing();
    let spawner = runtime.run(async {
        let group = Group::new();
        let spawner = group.spawner();
        group.join().await.expect("no task fails");
        spawner
    });
    runtime.enter(|| assert_is_finished(&spawner));
}

#[test]
fn test_cancelling_level_preserved() {
    run(async {
        let owner = spawn(async {
            let mut group = Group::new();
            group.spawn(crash_after(ms(0)));
            assert_eq!(errors(group.join().await.unwrap_err()), [ZERO_DIVISION]);
            // Had the failure cancelled the owner, it would end here.
            yield_now().await;
            "goes on"
        });
        assert_eq!(owner.await.expect("it is not cancelled"), "goes on");
    });
}

#[test]
fn test_nested_groups_both_cancelled() {
    // Adapted: asyncio cancels the body of the outer group while the inner one ends. Here it goes on.
    // Row: a task of a group fails.
    run(async {
        let (mut outer, mut inner) = (Group::new(), Group::new());
        inner.spawn(async { Err("runtime error") });
        outer.spawn(async { Err("value error") });
        assert_eq!(errors(inner.join().await.unwrap_err()), ["runtime error"]);
        yield_now().await;
        assert_eq!(errors(outer.join().await.unwrap_err()), ["value error"]);
    });
}

#[test]
fn test_error_and_cancel() {
    // Adapted: asyncio's owner catches the error first, and is cancelled at its next await. Here it ends at once.
    // Row: the owner of a `TaskGroup` is cancelled.
    run(async {
        let event = shared(Event::new());
        let after = shared(Cell::new(false));
        let inner = spawn(async {
            let mut group = Group::new();
            group.spawn(async {
                event.set();
                yield_now().await;
                Err("runtime error")
            });
            let joined = group.join().await;
            after.set(true);
            sleep(ms(1000)).await;
            joined
        });
        event.wait().await;
        assert!(inner.task().cancel());
        inner.task().ended().await;
        assert!(cancelled(inner).await);
        assert!(!after.get());
    });
}
