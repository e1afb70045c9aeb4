//! Two runtimes of one thread, whose tasks share objects: a report of one names the tasks of the other as such.

use futures::executor::LocalPool;
use futures::task::LocalSpawnExt;
use greenlight::dump::{WaitInfo, Who};
use greenlight::sync::Lock;
use greenlight::{Runtime, Turn, task, yield_now};
use insta::assert_snapshot;
use stage::{quoted, shared, standing, unwrapped};
use std::cell::{OnceCell, RefCell};
use std::future::pending;
use std::rc::Rc;

/// Two runtimes, and a lock that a task of the second holds.
fn with_a_lock_held_elsewhere() -> (Runtime, Runtime, Rc<Lock>) {
    let (here, there, till) = (standing(), standing(), Rc::new(Lock::new(()).named("till")));
    let theirs = till.clone();
    there.task("cashier").spawn_detached(async move {
        let _guard = theirs.lock().await;
        pending().await
    });
    assert_eq!(there.turn(), Turn::Ran(1));
    (here, there, till)
}

#[test]
fn a_holder_in_another_runtime_of_the_thread_is_named_as_one() {
    let (here, _there, till) = with_a_lock_held_elsewhere();
    let stalled = here.try_run(async move { drop(till.lock().await) }).unwrap_err();
    assert_snapshot!(quoted(&stalled), @r#"
    stalled at t=0.000000s: no task is ready, no timer is armed, and nothing outside can wake one
      main, spawned at [let stalled = here.»try_run(async move { drop(till.lock().await) }).unwrap_err();]
        waits on lock `till`, at [let stalled = here.try_run(async move { drop(till.»lock().await) }).unwrap_err();]
          made at [let (here, there, till) = (standing(), standing(), Rc::new(»Lock::new(()).named("till")));]
          taken by cashier of another runtime of this thread, at [let _guard = theirs.»lock().await;]
      help: a task of another runtime of this thread has it, and goes on only when that runtime does: step both by Runtime::turn, or use one
    "#);
    let [WaitInfo::Object { holders, .. }] = &stalled.tasks()[0].waits[..] else { panic!("{stalled}") };
    assert!(matches!(&holders[0].who, Who::OtherRuntime(cashier) if cashier.name.as_deref() == Some("cashier")));
}

#[test]
fn a_holder_that_has_ended_in_the_other_runtime_has_ended() {
    let (here, there, till) = with_a_lock_held_elsewhere();
    let theirs = till.clone();
    there.task("careless").spawn_detached(async move {
        drop(theirs.try_lock());
    });
    there.run(yield_now());
    // The cashier is gone, and has dropped its guard: somebody else leaks one.
    let theirs = till.clone();
    there.run(async move { std::mem::forget(Box::leak(Box::new(theirs)).try_lock().expect("it is free")) });
    let stalled = here.try_run(async move { drop(till.lock().await) }).unwrap_err();
    assert!(unwrapped(&stalled).contains("by a task that has ended: its guard or permit was leaked"), "{stalled}");
}

#[test]
fn a_holder_in_a_runtime_that_was_dropped_has_ended() {
    let (here, there, till) = with_a_lock_held_elsewhere();
    let theirs = till.clone();
    let other = standing();
    other.spawn_detached(async move {
        let guard = Box::leak(Box::new(theirs)).lock().await;
        std::mem::forget(guard);
        pending().await
    });
    drop(there);
    other.turn();
    drop(other);
    let stalled = here.try_run(async move { drop(till.lock().await) }).unwrap_err();
    assert!(unwrapped(&stalled).contains("by a task that has ended"), "{stalled}");
}

#[test]
fn a_task_of_another_runtime_whose_end_is_awaited_is_named_as_one() {
    let (here, there) = (standing(), standing());
    let clerk = there.task("clerk").spawn(pending::<()>());
    let stalled = here.try_run(clerk).unwrap_err();
    let told = "awaits the end of clerk of another runtime of this thread";
    assert!(unwrapped(&stalled).contains(told), "{stalled}");
}

#[test]
fn a_task_that_drives_another_executor_may_be_awaited_in_there() {
    let ended = shared(RefCell::new(Vec::new()));
    let pool = shared(RefCell::new(LocalPool::new()));
    standing().run(async move {
        let own: Rc<OnceCell<_>> = Rc::default();
        let known = own.clone();
        let driver = task("driver").spawn_detached(async move {
            let driver = known.get().cloned();
            let mut pool = pool.borrow_mut();
            let waits = async move {
                let driver: greenlight::Task = driver.expect("the driver is known");
                driver.ended().await;
                ended.borrow_mut().push("the driver has ended");
            };
            pool.spawner().spawn_local(waits).expect("the pool is there");
            pool.run_until_stalled();
        });
        own.set(driver.clone()).expect("it is set once");
        driver.ended().await;
        pool.borrow_mut().run_until_stalled();
    });
    assert_eq!(*ended.borrow(), ["the driver has ended"]);
}
