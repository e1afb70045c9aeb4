//! CPython's tests of `asyncio.Lock`, each under its name there. A release by another task is the
//! drop of the guard that the acquiring task returned.

use crate::ports::{assert_no_future, call_soon, cancelled, result, waiters};
use futures::poll;
use greenlight::sync::{Condition, Event, Lock, Semaphore};
use greenlight::{sleep, spawn, yield_now};
use stage::{run, shared};
use std::cell::{Cell, RefCell};
use std::time::Duration;

#[test]
fn test_repr() {
    run(async {
        let lock = Lock::new(()).named("till");
        assert_eq!(format!("{lock:?}"), r#"Lock { name: Some("till"), locked: false, waiters: 0 }"#);

        let _guard = lock.lock().await;
        assert_eq!(format!("{lock:?}"), r#"Lock { name: Some("till"), locked: true, waiters: 0 }"#);
    });
}

#[test]
fn test_lock() {
    assert_no_future!(Lock);
    assert_no_future!(&Lock);
    assert!(!Lock::new(()).is_locked());
}

#[test]
fn test_lock_by_with_statement() {
    assert_no_future!(&Condition);
    run(async {
        let (lock, condition) = (Lock::new(()), Condition::new(()));
        let semaphores = [Semaphore::new(1), Semaphore::bounded(1)];
        let locked = || {
            let permits = semaphores.each_ref().map(|semaphore| semaphore.try_acquire().is_none());
            [lock.is_locked(), condition.is_locked(), permits[0], permits[1]]
        };
        sleep(Duration::from_millis(10)).await;
        assert_eq!(locked(), [false; 4]);
        {
            // Who forgets to await has a wait, which holds nothing.
            let _waits = (lock.lock(), condition.lock(), semaphores.each_ref().map(Semaphore::acquire));
            assert_eq!(locked(), [false; 4]);
        }
        assert_eq!(locked(), [false; 4]);
    });
}

#[test]
fn test_acquire() {
    let lock = shared(Lock::new(()));
    let taken = shared(RefCell::new(Vec::new()));
    let acquire = async |number| {
        let guard = lock.lock().await;
        taken.borrow_mut().push(number);
        guard
    };
    run(async {
        let guard = lock.lock().await;
        let t1 = spawn(acquire(1));
        let t2 = spawn(acquire(2));

        yield_now().await;
        assert_eq!(*taken.borrow(), []);

        drop(guard);
        yield_now().await;
        assert_eq!(*taken.borrow(), [1]);

        yield_now().await;
        assert_eq!(*taken.borrow(), [1]);

        let t3 = spawn(acquire(3));
        drop(result(t1).await);
        yield_now().await;
        assert_eq!(*taken.borrow(), [1, 2]);

        drop(result(t2).await);
        yield_now().await;
        assert_eq!(*taken.borrow(), [1, 2, 3]);
        drop(result(t3).await);
    });
}

#[test]
fn test_acquire_cancel() {
    let lock = shared(Lock::new(()));
    run(async {
        let _guard = lock.lock().await;
        let waiter = spawn(lock.lock());
        let task = waiter.task();
        call_soon(move || assert!(task.cancel()));
        assert!(waiter.await.unwrap_err().is_cancelled());
        assert_eq!(waiters(lock), 0);
    });
}

#[test]
fn test_cancel_race() {
    let lock = shared(Lock::new(()));
    let blocker = shared(Event::new());
    run(async {
        let ta = spawn(async {
            let _guard = lock.lock().await;
            blocker.wait().await;
        });
        yield_now().await;
        assert!(lock.is_locked());
        let tb = spawn(async { drop(lock.lock().await) });
        yield_now().await;
        assert_eq!(waiters(lock), 1);
        let tc = spawn(async { drop(lock.lock().await) });
        yield_now().await;
        assert_eq!(waiters(lock), 2);

        // B is first in line when A releases, and is cancelled but not dropped.
        blocker.set();
        tb.task().cancel();
        assert_eq!(waiters(lock), 2);
        yield_now().await;
        assert!(!lock.is_locked());
        assert!(ta.is_finished());
        assert!(cancelled(tb).await);
        tc.await.unwrap();
    });
}

#[test]
fn test_cancel_release_race() {
    let lock = shared(Lock::new(()));
    let [calls, taken] = [0, 0].map(|count| shared(Cell::new(count)));
    let acquire = async || {
        calls.set(calls.get() + 1);
        let guard = lock.lock().await;
        taken.set(taken.get() + 1);
        guard
    };
    run(async {
        let guard = lock.lock().await;
        let [t1, t2, t3] = [(), (), ()].map(|()| spawn(acquire()));
        yield_now().await;

        let first = t1.task();
        call_soon(move || {
            first.cancel();
            drop(guard);
        });
        assert!(t1.await.unwrap_err().is_cancelled());

        assert_eq!(taken.get(), 1);
        assert_eq!(calls.get(), 3);
        assert!(t2.is_finished());

        t3.task().cancel();
        yield_now().await;
        assert!(cancelled(t3).await);
    });
}

#[test]
fn test_finished_waiter_cancelled() {
    let lock = shared(Lock::new(()));
    run(async {
        let guard = lock.lock().await;
        assert!(lock.is_locked());

        let tb = spawn(lock.lock());
        yield_now().await;
        assert_eq!(waiters(lock), 1);

        // C comes when the only one in line is B, who was cancelled before the release.
        let tc = spawn(lock.lock());
        tb.task().cancel();
        drop(guard);
        yield_now().await;

        assert!(lock.is_locked());
        assert!(cancelled(tb).await);
        let _guard = tc.await.unwrap();
        assert!(lock.is_locked());
    });
}

#[test]
fn test_release_not_acquired() {
    // Adapted: asyncio raises. Only a guard releases, so those who hold none have nothing to release. What they can give
    // up is their wait, and that lets go of nothing. Row: `Lock.release`, `notify` without the lock.
    run(async {
        let lock = Lock::new(());
        drop(lock.lock());
        assert!(!lock.is_locked());

        let _guard = lock.lock().await;
        drop(lock.lock());
        assert!(lock.is_locked());

        let mut wait = lock.lock();
        assert!(poll!(&mut wait).is_pending());
        drop(wait);
        assert!(lock.is_locked());
        assert!(lock.try_lock().is_none());
    });
}

#[test]
fn test_release_no_waiters() {
    run(async {
        let lock = Lock::new(());
        let guard = lock.lock().await;
        assert!(lock.is_locked());

        drop(guard);
        assert!(!lock.is_locked());
    });
}

#[test]
fn test_context_manager() {
    run(async {
        let lock = Lock::new(());
        assert!(!lock.is_locked());

        {
            let _guard = lock.lock().await;
            assert!(lock.is_locked());
        }
        assert!(!lock.is_locked());
    });
}
