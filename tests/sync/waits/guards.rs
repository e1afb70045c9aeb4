//! A guard is held for as long as it lives: across awaits, and wherever it is moved.

use greenlight::sync::{Condition, Lock, LockGuard};
use greenlight::{gather, now, sleep, spawn, task, yield_now};
use stage::foreign::{Foreign, poll};
use stage::{Log, shared, standing};
use std::cell::RefCell;
use std::pin::Pin;
use std::task::{Poll, Waker};
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_guard_that_is_kept_across_awaits_keeps_the_others_in_line() {
    let (lock, log) = (shared(Lock::new(())), Log::default());
    let visits = [("a", 3), ("b", 2), ("c", 1)].map(|(name, naps)| async move {
        let _guard = lock.lock().await;
        for _ in 0..naps {
            sleep(SECOND).await;
            yield_now().await;
        }
        log.say(format!("{name} at {}", now()));
    });
    standing().run(async { gather(visits).await });
    assert_eq!(log.take(), ["a at t=3.000000s", "b at t=5.000000s", "c at t=6.000000s"]);
}

/// A lock that outlives every task, so that a guard can move from one to another.
fn lasting<T>(value: T) -> &'static Lock<T> {
    Box::leak(Box::new(Lock::new(value)))
}

#[test]
fn a_guard_that_moves_into_another_task_is_released_by_that_task() {
    let log = Log::default();
    standing().run(async {
        let lock = lasting(1);
        let guard = lock.lock().await;
        let keeper = spawn(async move {
            let mut guard = guard;
            sleep(SECOND).await;
            *guard += 1;
        });
        assert!(lock.try_lock().is_none(), "the keeper holds it before it runs");
        assert_eq!(*lock.lock().await, 2);
        log.say(format!("released at {}", now()));
        keeper.await.unwrap();
    });
    assert_eq!(log.take(), ["released at t=1.000000s"]);
}

#[test]
fn a_guard_that_was_moved_is_released_when_its_new_task_is_cancelled_before_it_starts() {
    standing().run(async {
        let lock = lasting(());
        let guard = lock.lock().await;
        let keeper = spawn(async move { drop(guard) });
        keeper.task().cancel();
        assert!(lock.try_lock().is_none());
        drop(lock.lock().await);
        assert!(keeper.await.unwrap_err().is_cancelled());
    });
}

#[test]
fn a_guard_that_a_task_returns_is_released_by_whoever_takes_it() {
    standing().run(async {
        let lock = lasting(5);
        let fetcher = spawn(async move { lock.lock().await });
        let guard = fetcher.await.unwrap();
        assert!(lock.is_locked(), "the task has ended and the guard has not");
        assert_eq!(*guard, 5);
        drop(guard);
        assert!(!lock.is_locked());
        // A detached task's output is dropped, and the guard with it.
        drop(spawn(async move { lock.lock().await }));
        yield_now().await;
        assert!(!lock.is_locked());
    });
}

#[test]
fn a_guard_that_was_moved_waits_and_notifies_like_any_other() {
    let log = Log::default();
    standing().run(async {
        let condition: &'static Condition<u32> = Box::leak(Box::new(Condition::new(0)));
        let guard = condition.lock().await;
        let waiter = task("waiter").spawn(async move {
            let guard: LockGuard<'static, u32> = condition.wait(guard).await;
            log.say(format!("waiter sees {}", *guard));
        });
        // The waiter was given the lock, and lets go of it when it waits.
        let mut guard = condition.lock().await;
        *guard = 7;
        let notifier = spawn(async move { condition.notify_one(&guard) });
        assert_eq!(notifier.await.unwrap(), 1);
        waiter.await.unwrap();
    });
    assert_eq!(log.take(), ["waiter sees 7"]);
}

#[test]
fn the_value_is_free_again_before_the_lock_is_handed_on() {
    let lock = lasting(0);
    let guard = lock.try_lock().expect("nobody holds it");
    let wait = shared(RefCell::new(lock.lock()));
    // The next in line takes the lock and the value while it is being woken.
    let waker = Foreign::default().on_wake(move || {
        let Poll::Ready(mut guard) = poll(Pin::new(&mut *wait.borrow_mut()), Waker::noop()) else {
            panic!("the lock is its own");
        };
        *guard += 1;
    });
    assert!(poll(Pin::new(&mut *wait.borrow_mut()), &waker.waker()).is_pending());
    drop(guard);
    assert_eq!(*lock.try_lock().expect("nobody holds it"), 1);
}
