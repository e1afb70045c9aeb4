//! CPython's tests of `asyncio.Condition`, each under its name there. A wait consumes its guard, so
//! one that is cancelled does not hold the lock any more, where asyncio's takes it again first.

use crate::ports::{assert_is_refused, call_soon, cancelled, is_locked, result, waiters};
use futures::poll;
use greenlight::sync::{Condition, Lock, Woke};
use greenlight::{JoinHandle, Turn, now, spawn, timeout, yield_now};
use stage::{run, shared, standing};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

#[test]
fn test_wait() {
    let condition = shared(Condition::new(()));
    let woken = shared(RefCell::new(Vec::new()));
    let wait = async |number| {
        let guard = condition.wait(condition.lock().await).await;
        woken.borrow_mut().push(number);
        guard
    };
    run(async {
        let [t1, t2, t3] = [1, 2, 3].map(|number| spawn(wait(number)));
        yield_now().await;
        assert_eq!(*woken.borrow(), []);
        assert!(!is_locked(condition));

        let guard = condition.lock().await;
        condition.notify_one(&guard);
        yield_now().await;
        assert_eq!(*woken.borrow(), []);
        assert!(is_locked(condition));

        drop(guard);
        yield_now().await;
        assert_eq!(*woken.borrow(), [1]);
        assert!(is_locked(condition));

        let guard = result(t1).await;
        condition.notify(&guard, 2);
        yield_now().await;
        assert_eq!(*woken.borrow(), [1]);
        assert!(is_locked(condition));

        drop(guard);
        yield_now().await;
        assert_eq!(*woken.borrow(), [1, 2]);
        assert!(is_locked(condition));

        drop(result(t2).await);
        yield_now().await;
        assert_eq!(*woken.borrow(), [1, 2, 3]);
        assert!(is_locked(condition));
        drop(result(t3).await);
    });
}

#[test]
fn test_wait_cancel() {
    // Adapted: asyncio has the lock held in the end. Row: `Condition.wait`, cancelled.
    let condition = shared(Condition::new(()));
    run(async {
        let guard = condition.lock().await;
        let waiter = spawn(condition.wait(guard));
        let task = waiter.task();
        call_soon(move || assert!(task.cancel()));
        assert!(waiter.await.unwrap_err().is_cancelled());
        assert_eq!(waiters(condition), 0);
        assert!(!is_locked(condition));
    });
}

#[test]
fn test_wait_cancel_contested() {
    // Adapted: asyncio has the lock held in the end. Here the waiter, which was granted it while it
    // was dying, leaves it to whoever comes. Row: `Condition.wait`, cancelled.
    let condition = shared(Condition::new(()));
    run(async {
        let guard = condition.lock().await;
        assert!(is_locked(condition));

        let waiter = spawn(condition.wait(guard));
        yield_now().await;
        assert!(!is_locked(condition));
        let guard = condition.lock().await;
        assert!(is_locked(condition));
        condition.notify_one(&guard);
        let task = waiter.task();
        call_soon(move || assert!(task.cancel()));
        call_soon(move || drop(guard));

        assert!(waiter.await.unwrap_err().is_cancelled());
        assert!(!is_locked(condition));
        assert!(poll!(condition.lock()).is_ready());
    });
}

#[test]
fn test_wait_cancel_after_notify() {
    // Adapted: asyncio's waiter stays until it has had the lock, however long that takes. Here it
    // is over a hop after its cancel. Row: `Condition.wait`, cancelled.
    let condition = shared(Condition::new(()));
    let waited = shared(Cell::new(false));
    run(async {
        let waiter = spawn(async {
            let guard = condition.lock().await;
            waited.set(true);
            drop(condition.wait(guard).await);
        });
        yield_now().await;

        let guard = condition.lock().await;
        condition.notify_one(&guard);
        yield_now().await;
        waiter.task().cancel();
        yield_now().await;
        assert!(waiter.is_finished());
        drop(guard);
        yield_now().await;

        assert!(cancelled(waiter).await);
        assert!(waited.get());
        assert!(!is_locked(condition));
    });
}

#[test]
fn test_wait_unacquired() {
    // Adapted: asyncio raises. Without a guard there is no wait, and the guard of another lock is
    // refused. Row: `Lock.release`, `notify` without the lock.
    assert_is_refused(|condition, guard| drop(condition.wait(guard)));
}

#[test]
fn test_wait_for() {
    let condition = shared(Condition::new(()));
    let ready = shared(Cell::new(false));
    let passed = shared(RefCell::new(Vec::new()));
    let notify = async || {
        let guard = condition.lock().await;
        condition.notify_one(&guard);
    };
    run(async {
        let waiter = spawn(async {
            let guard = condition.lock().await;
            let _guard = condition.wait_for(guard, |()| ready.get()).await;
            passed.borrow_mut().push(1);
        });
        yield_now().await;
        assert_eq!(*passed.borrow(), []);

        notify().await;
        yield_now().await;
        assert_eq!(*passed.borrow(), []);

        ready.set(true);
        notify().await;
        yield_now().await;
        assert_eq!(*passed.borrow(), [1]);
        result(waiter).await;
    });
}

#[test]
fn test_wait_for_unacquired() {
    // Adapted: asyncio asks for the lock only once the predicate is false. Here the guard goes in
    // whatever the predicate says; one that is true at once does not suspend and keeps the lock.
    // Row: `Lock.release`, `notify` without the lock.
    run(async {
        let condition = Condition::new(vec![1, 2, 3]);
        let guard = condition.lock().await;
        let mut wait = Box::pin(condition.wait_for(guard, |value| !value.is_empty()));
        let Poll::Ready(guard) = poll!(&mut wait) else { panic!("the predicate was true at once") };
        assert_eq!(*guard, [1, 2, 3]);
        assert!(is_locked(&condition));
    });
    assert_is_refused(|condition, guard| drop(condition.wait_for(guard, |()| false)));
    assert_is_refused(|condition, guard| drop(condition.wait_for(guard, |()| true)));
}

#[test]
fn test_notify() {
    let condition = shared(Condition::new(()));
    let woken = shared(RefCell::new(Vec::new()));
    run(async {
        let tasks = spawn_waiters(condition, woken, [1, 2, 3]);
        yield_now().await;
        assert_eq!(*woken.borrow(), []);

        let guard = condition.lock().await;
        assert_eq!(condition.notify(&guard, 1), 1);
        drop(guard);
        yield_now().await;
        assert_eq!(*woken.borrow(), [1]);

        let guard = condition.lock().await;
        assert_eq!(condition.notify(&guard, 1), 1);
        assert_eq!(condition.notify(&guard, 2048), 1);
        drop(guard);
        yield_now().await;
        assert_eq!(*woken.borrow(), [1, 2, 3]);
        assert!(tasks.iter().all(JoinHandle::is_finished));
    });
}

#[test]
fn test_notify_all() {
    let condition = shared(Condition::new(()));
    let woken = shared(RefCell::new(Vec::new()));
    run(async {
        let tasks = spawn_waiters(condition, woken, [1, 2]);
        yield_now().await;
        assert_eq!(*woken.borrow(), []);

        let guard = condition.lock().await;
        assert_eq!(condition.notify_all(&guard), 2);
        drop(guard);
        yield_now().await;
        assert_eq!(*woken.borrow(), [1, 2]);
        assert!(tasks.iter().all(JoinHandle::is_finished));
    });
}

/// Tasks that wait, say their numbers, and release the lock.
fn spawn_waiters<const N: usize>(
    condition: &'static Condition,
    woken: &'static RefCell<Vec<u32>>,
    numbers: [u32; N],
) -> [JoinHandle<()>; N] {
    numbers.map(|number| {
        spawn(async move {
            let _guard = condition.wait(condition.lock().await).await;
            woken.borrow_mut().push(number);
        })
    })
}

#[test]
fn test_notify_unacquired() {
    // Adapted: asyncio raises. Without a guard there is no notify, and the guard of another lock is
    // refused. Row: `Lock.release`, `notify` without the lock.
    assert_is_refused(|condition, guard| _ = condition.notify_one(&guard));
}

#[test]
fn test_notify_all_unacquired() {
    // Adapted: as for one. Row: `Lock.release`, `notify` without the lock.
    assert_is_refused(|condition, guard| _ = condition.notify_all(&guard));
}

#[test]
fn test_repr() {
    let text = |waiters: u32, locked: bool| {
        let lock = format!(r#"Lock {{ name: Some("stock"), locked: {locked}, waiters: 0 }}"#);
        format!(r#"Condition {{ name: Some("stock"), waiters: {waiters}, lock: {lock} }}"#)
    };
    run(async {
        let condition = Condition::new(()).named("stock");
        assert_eq!(format!("{condition:?}"), text(0, false));

        let guard = condition.lock().await;
        assert_eq!(format!("{condition:?}"), text(0, true));

        let mut first = condition.wait(guard);
        assert!(poll!(&mut first).is_pending());
        assert_eq!(format!("{condition:?}"), text(1, false));

        let mut second = condition.wait(condition.lock().await);
        assert!(poll!(&mut second).is_pending());
        let _guard = condition.lock().await;
        assert_eq!(format!("{condition:?}"), text(2, true));
    });
}

#[test]
fn test_context_manager() {
    run(async {
        let condition = Condition::new(());
        assert!(!is_locked(&condition));
        {
            let _guard = condition.lock().await;
            assert!(is_locked(&condition));
        }
        assert!(!is_locked(&condition));
    });
}

#[test]
fn test_explicit_lock() {
    run(async {
        let lock = Rc::new(Lock::new(()));
        let condition = Condition::sharing(&lock);
        let both = || (lock.is_locked(), is_locked(&condition));
        assert_eq!(both(), (false, false));
        {
            let _guard = condition.lock().await;
            assert_eq!(both(), (true, true));
        }
        assert_eq!(both(), (false, false));
        {
            let guard = lock.lock().await;
            assert_eq!(both(), (true, true));
            // It is the very lock of the condition: any other guard would be refused.
            assert_eq!(condition.notify_one(&guard), 0);
        }
        assert_eq!(both(), (false, false));
    });
}

#[test]
fn test_ambiguous_loops() {
    // Adapted: asyncio raises. A primitive belongs to its thread and not to a runtime: whoever waits
    // is woken in the runtime in which it waits. Row: what is awaited in a second event loop.
    let lock = shared(Rc::new(Lock::new(())));
    let condition = shared(Condition::sharing(lock));
    let other = standing();
    run(async {
        let guard = lock.lock().await;
        let waiter = other.spawn(condition.lock());
        other.turn();
        assert_eq!(waiters(lock), 1);
        drop(guard);
        assert_eq!(other.turn(), Turn::Ran(1));

        let guard = result(waiter).await;
        let waiter = other.spawn(condition.wait(guard));
        other.turn();
        assert_eq!(waiters(condition), 1);
        assert_eq!(condition.notify_one(&condition.lock().await), 1);
        assert_eq!(other.turn(), Turn::Ran(1));
        drop(result(waiter).await);
    });
}

#[test]
fn test_timeout_in_block() {
    // Adapted: asyncio's block ends with the lock. Here the guard goes with the wait, and it is
    // wait_until that gives it back. Row: `Condition.wait`, cancelled.
    run(async {
        let condition = Condition::new(());
        let guard = condition.lock().await;
        let (start, half_a_second) = (now(), Duration::from_millis(500));
        assert!(timeout(half_a_second, condition.wait(guard)).await.is_err());
        assert_eq!(now() - start, half_a_second);
        assert!(!is_locked(&condition));
        let guard = condition.lock().await;
        let (_guard, woke) = condition.wait_until(guard, now() + half_a_second).await;
        assert_eq!((woke, now() - start), (Woke::TimedOut, 2 * half_a_second));
        assert!(is_locked(&condition));
        assert_eq!(waiters(&condition), 0);
    });
}

/// Takes from a stock whenever there is some, until it is negative.
async fn consume(stock: &Condition<i32>) {
    let mut guard = stock.lock().await;
    loop {
        guard = stock.wait_for(guard, |count| *count != 0).await;
        if *guard < 0 {
            return;
        }
        *guard -= 1;
    }
}

/// One item and one notify for two consumers, of whom the first is cancelled as the test wills: the
/// other one consumes the item.
async fn the_notify_is_not_lost(relock: bool) {
    let stock = shared(Condition::new(0));
    let [first, second] = [(), ()].map(|()| spawn(consume(stock)));
    yield_now().await;
    let mut guard = stock.lock().await;
    *guard += 1;
    assert_eq!(stock.notify(&guard, 1), 1);
    if relock {
        yield_now().await;
    }
    first.task().cancel();

    let consumed = stock.wait_for(guard, |count| *count == 0);
    assert!(timeout(Duration::from_millis(10), consumed).await.is_err(), "a consumer notifies nobody");
    let mut guard = stock.lock().await;
    assert_eq!(*guard, 0);
    assert!(cancelled(first).await);

    *guard = -1;
    assert_eq!(stock.notify_all(&guard), 1);
    drop(guard);
    second.await.unwrap();
}

#[test]
fn test_cancelled_wakeup() {
    // Adapted: asyncio's producer has the lock when its time is up. This one takes it again.
    // Row: `Condition.wait`, cancelled.
    run(the_notify_is_not_lost(false));
}

#[test]
fn test_cancelled_wakeup_relock() {
    // Adapted: as above. Row: `Condition.wait`, cancelled.
    run(the_notify_is_not_lost(true));
}
