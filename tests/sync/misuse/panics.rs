//! Panics while a lock is held or awaited: they release it, and poison nothing.

use super::ready_now;
use greenlight::sync::{Condition, Lock};
use greenlight::{JoinHandle, sleep, spawn, task, timeout, yield_now};
use stage::{Log, refusal, reporting, shared, standing};
use std::rc::Rc;
use std::time::Duration;

const FREE_LOCK: &str = "Lock { name: None, locked: false, waiters: 0 }";

#[test]
fn a_task_that_panics_with_the_lock_hands_it_on_with_what_it_changed() {
    standing().run(async {
        let lock = shared(Lock::new(vec!["whole"]));
        let clumsy: JoinHandle<()> = spawn(async move {
            let mut guard = lock.lock().await;
            guard.push("half");
            yield_now().await;
            panic!("it slips");
        });
        yield_now().await;
        assert_eq!(*lock.lock().await, ["whole", "half"], "there is no poisoning");
        assert!(clumsy.await.unwrap_err().is_panic());
        assert_eq!(format!("{lock:?}"), FREE_LOCK);
    });
}

#[test]
fn a_panic_of_main_releases_the_lock_too() {
    let lock = shared(Lock::new(()));
    let message = refusal(|| {
        standing().run(async {
            let _guard = lock.lock().await;
            panic!("main slips");
        })
    });
    assert_eq!((message.as_str(), format!("{lock:?}").as_str()), ("main slips", FREE_LOCK));
}

#[test]
fn a_value_that_panics_when_it_is_replaced_releases_the_lock() {
    struct Fragile(bool);
    impl Drop for Fragile {
        fn drop(&mut self) {
            assert!(!self.0, "it breaks");
        }
    }
    let lock = Lock::new(Fragile(true));
    let message = refusal(|| *ready_now(lock.lock()) = Fragile(false));
    assert_eq!(message, "it breaks");
    assert!(!lock.is_locked());
    assert!(!lock.into_inner().0, "the new value is there");
}

/// Waits with a predicate that panics once the value is 13.
fn superstitious(condition: &Rc<Condition<i32>>) -> JoinHandle<()> {
    let condition = condition.clone();
    task("superstitious").spawn(async move {
        let guard = condition.lock().await;
        let predicate = |value: &mut i32| {
            assert_ne!(*value, 13, "bad luck");
            false
        };
        drop(condition.wait_for(guard, predicate).await);
    })
}

#[test]
fn a_predicate_that_panics_at_once_releases_the_lock() {
    standing().run(async {
        let condition = Rc::new(Condition::new(13));
        let failed = superstitious(&condition).await.unwrap_err();
        assert!(failed.to_string().contains("superstitious") && failed.to_string().contains("bad luck"), "{failed}");
        assert_eq!(*ready_now(condition.lock()), 13);
        assert!(format!("{condition:?}").contains("waiters: 0, lock"));
    });
}

#[test]
fn a_predicate_that_panics_after_a_notify_releases_the_lock_and_has_used_the_notify() {
    standing().run(async {
        let condition = Rc::new(Condition::new(0));
        let first = superstitious(&condition);
        let second = superstitious(&condition);
        yield_now().await;
        let mut guard = condition.lock().await;
        *guard = 13;
        assert_eq!(condition.notify_one(&guard), 1);
        drop(guard);
        assert!(first.await.unwrap_err().is_panic());
        yield_now().await;
        assert!(!second.is_finished(), "what was notified was heard");
        let mut guard = ready_now(condition.lock());
        *guard = 0;
        assert_eq!(condition.notify_all(&guard), 1);
        second.task().cancel();
    });
}

#[test]
fn a_predicate_that_panics_in_main_is_the_panic_of_the_run() {
    let condition = Condition::new(());
    let message = refusal(|| {
        standing().run(async {
            let guard = condition.lock().await;
            drop(condition.wait_for(guard, |()| panic!("it slips")).await);
        })
    });
    assert_eq!(message, "it slips");
    drop(ready_now(condition.lock()));
}

#[test]
fn a_future_that_panics_under_a_timeout_leaves_no_timer_and_no_lock() {
    let (runtime, reports) = reporting();
    let lock = Rc::new(Lock::new(()));
    let held = lock.clone();
    runtime.task("clumsy").spawn_detached(async move {
        let clumsy = async {
            let _guard = held.lock().await;
            sleep(Duration::from_secs(1)).await;
            panic!("it slips");
        };
        timeout(Duration::from_secs(60), clumsy).await.expect("it does not return")
    });
    runtime.run(async {
        yield_now().await;
        drop(lock.lock().await);
    });
    runtime.turn();
    assert_eq!(runtime.now().since_start(), Duration::from_secs(1));
    assert!(reports.take().concat().contains("it slips"));
}

#[test]
fn one_in_line_who_panics_while_it_is_dropped_leaves_the_line_and_passes_the_lock_on() {
    let (runtime, reports) = reporting();
    let (lock, log) = (shared(Lock::new(())), Log::default());
    runtime.run(async {
        let guard = lock.lock().await;
        let (wanted, bomb) = (lock, stage::on_drop(|| panic!("last words")));
        let victim = task("victim").spawn(async move {
            let wait = wanted.lock();
            let _bomb = bomb;
            drop(wait.await);
        });
        yield_now().await;
        let next = spawn(async move {
            let _guard = lock.lock().await;
            log.say("next has the lock");
        });
        yield_now().await;
        drop(guard);
        victim.task().cancel();
        next.await.unwrap();
        assert!(victim.await.unwrap_err().is_panic());
    });
    assert_eq!(log.take(), ["next has the lock"]);
    assert_eq!(reports.take(), [""; 0]);
}
