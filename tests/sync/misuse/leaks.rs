//! Guards and waits that are leaked: nobody can release what is gone, and the report says what it
//! was.

use super::ready_now;
use greenlight::sync::{Condition, Lock};
use greenlight::{spawn, task, yield_now};
use stage::{standing, unwrapped};
use std::mem::forget;
use std::rc::Rc;

#[test]
fn a_guard_that_a_task_leaks_is_named_by_the_report_with_the_line_that_took_it() {
    let lock = Rc::new(Lock::new(()).named("door"));
    let (leaked, taken, waits) = (lock.clone(), line!() + 3, line!() + 6);
    let stalled = standing().try_run(async {
        let leaker = task("leaker").spawn(async move {
            forget(leaked.lock().await);
        });
        leaker.await.unwrap();
        drop(lock.lock().await);
    });
    let report = unwrapped(&stalled.expect_err("the lock is never released"));
    let file = file!();
    let who =
        format!("taken at {file}:{taken}:27 by a task that has ended: its guard or permit was leaked or given away");
    for told in [format!("waits on lock `door`, at {file}:{waits}:19"), who] {
        assert!(report.contains(&told), "{report}");
    }
}

#[test]
fn a_guard_that_its_own_task_leaks_is_still_held_by_that_task() {
    let stalled = standing().try_run(async {
        let lock = Rc::new(Lock::new(()));
        let leaked = lock.clone();
        task("leaker").spawn_detached(async move {
            forget(leaked.lock().await);
            std::future::pending::<()>().await;
        });
        yield_now().await;
        drop(lock.lock().await);
    });
    let report = unwrapped(&stalled.expect_err("the lock is never released"));
    assert!(report.contains("taken by leaker"), "{report}");
}

#[test]
fn a_lock_whose_guard_is_leaked_never_hands_out_a_second_one_and_gives_its_value_back() {
    let lock = Lock::new(7);
    forget(ready_now(lock.lock()));
    assert!(lock.try_lock().is_none());
    assert!(lock.is_locked());
    assert_eq!(lock.into_inner(), 7);
}

#[test]
fn a_wait_that_is_leaked_in_line_keeps_what_it_is_granted_and_is_named_by_the_report() {
    let stalled = standing().try_run(async {
        let lock = Rc::new(Lock::new(()).named("door"));
        let guard = lock.lock().await;
        let wanted = lock.clone();
        task("leaker").spawn_detached(async move {
            let wait = Box::leak(Box::new(wanted)).lock();
            let mut wait = Box::new(wait);
            assert!(futures::poll!(&mut *wait).is_pending());
            forget(wait);
            std::future::pending::<()>().await;
        });
        yield_now().await;
        drop(guard);
        drop(lock.lock().await);
    });
    let report = stalled.expect_err("the lock is never handed on").to_string();
    assert!(report.contains("was granted lock `door`"), "{report}");
    assert!(report.contains("granted to leaker"), "{report}");
}

#[test]
fn a_wait_for_a_condition_that_is_leaked_does_not_hold_the_lock() {
    standing().run(async {
        let condition: &'static Condition = Box::leak(Box::new(Condition::new(())));
        let guard = condition.lock().await;
        let mut wait = Box::new(condition.wait(guard));
        assert!(futures::poll!(&mut *wait).is_pending());
        forget(wait);
        let other = spawn(async move {
            let guard = condition.lock().await;
            drop(condition.wait(guard).await);
        });
        yield_now().await;
        // The leaked one is first in line, and takes a notify with it.
        assert_eq!(condition.notify_one(&condition.lock().await), 1);
        yield_now().await;
        assert!(!other.is_finished());
        assert_eq!(condition.notify_one(&condition.lock().await), 1);
        other.await.unwrap();
    });
}

#[test]
fn a_wait_for_a_condition_that_is_leaked_before_its_first_poll_holds_the_lock() {
    let condition = Condition::new(());
    forget(condition.wait(ready_now(condition.lock())));
    let stalled = standing().try_run(async { drop(condition.lock().await) });
    let report = unwrapped(&stalled.expect_err("the lock is never released"));
    assert!(report.contains("taken at") && report.contains("in no task's name"), "{report}");
}
