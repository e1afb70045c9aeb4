//! CPython's tests of `asyncio.Semaphore`, each under its name there. Who acquires in one place and
//! releases in another forgets the permit.

use crate::ports::{assert_no_future, call_soon, waiters};
use greenlight::sync::Semaphore;
use greenlight::{JoinHandle, TaskGroup, gather_tasks, sleep, spawn, timeout, yield_now};
use stage::{run, shared};
use std::cell::{Cell, OnceCell, RefCell};
use std::convert::Infallible;
use std::time::Duration;

/// Takes a permit for good.
async fn acquire(semaphore: &Semaphore) {
    semaphore.acquire().await.forget();
}

/// Adds a permit.
#[track_caller]
fn release(semaphore: &Semaphore) {
    semaphore.release(1).expect("the semaphore may have any number of permits");
}

/// Asserts that all tasks end by themselves. In asyncio: `gather(*tasks)`.
async fn all_end<const N: usize>(tasks: [JoinHandle<()>; N]) {
    for outcome in gather_tasks(tasks).await {
        outcome.expect("the task ends by itself");
    }
}

#[test]
fn test_initial_value_zero() {
    let semaphore = Semaphore::new(0);
    assert!(semaphore.is_locked());
}

#[test]
fn test_repr() {
    let semaphore = shared(Semaphore::new(1).named("desk"));
    run(async {
        assert_eq!(format!("{semaphore:?}"), r#"Semaphore { name: Some("desk"), available: 1, waiters: 0 }"#);

        let _permit = semaphore.acquire().await;
        assert_eq!(format!("{semaphore:?}"), r#"Semaphore { name: Some("desk"), available: 0, waiters: 0 }"#);

        let _first = spawn(acquire(semaphore));
        yield_now().await;
        assert_eq!(format!("{semaphore:?}"), r#"Semaphore { name: Some("desk"), available: 0, waiters: 1 }"#);

        let _second = spawn(acquire(semaphore));
        yield_now().await;
        assert_eq!(format!("{semaphore:?}"), r#"Semaphore { name: Some("desk"), available: 0, waiters: 2 }"#);
    });
}

#[test]
fn test_semaphore() {
    let semaphore = Semaphore::new(1);
    assert_eq!(semaphore.available(), 1);
    assert_no_future!(Semaphore);
    assert_no_future!(&Semaphore);
    assert!(!semaphore.is_locked());
    assert_eq!(semaphore.available(), 1);
}

#[test]
fn test_acquire() {
    let semaphore = shared(Semaphore::new(3));
    let taken = shared(RefCell::new(Vec::new()));
    let take = async |number| {
        acquire(semaphore).await;
        taken.borrow_mut().push(number);
    };
    run(async {
        acquire(semaphore).await;
        acquire(semaphore).await;
        assert!(!semaphore.is_locked());

        let [t1, t2, t3] = [1, 2, 3].map(|number| spawn(take(number)));
        yield_now().await;
        assert_eq!(*taken.borrow(), [1]);
        assert!(semaphore.is_locked());
        assert_eq!(waiters(semaphore), 2);
        assert_eq!(semaphore.available(), 0);

        let t4 = spawn(take(4));
        release(semaphore);
        release(semaphore);
        assert_eq!(semaphore.available(), 0);

        yield_now().await;
        assert_eq!(semaphore.available(), 0);
        assert_eq!(taken.borrow().len(), 3);
        assert!(semaphore.is_locked());
        assert_eq!(waiters(semaphore), 1);

        assert!(t1.is_finished());
        assert_eq!([&t2, &t3, &t4].map(JoinHandle::is_finished), [true, true, false]);

        release(semaphore);
        all_end([t1, t2, t3, t4]).await;
    });
}

#[test]
fn test_acquire_cancel() {
    let semaphore = shared(Semaphore::new(1));
    run(async {
        acquire(semaphore).await;
        let waiter = spawn(semaphore.acquire());
        let task = waiter.task();
        call_soon(move || assert!(task.cancel()));
        assert!(waiter.await.unwrap_err().is_cancelled());
        assert_eq!(waiters(semaphore), 0);
    });
}

#[test]
fn test_acquire_cancel_before_awoken() {
    let semaphore = shared(Semaphore::new(0));
    run(async {
        let [t1, t2, t3, t4] = [(), (), (), ()].map(|()| spawn(acquire(semaphore)));
        yield_now().await;

        t1.task().cancel();
        t2.task().cancel();
        release(semaphore);

        yield_now().await;
        yield_now().await;
        assert!(t3.is_finished());
        assert!(!t4.is_finished());
    });
}

#[test]
fn test_acquire_hang() {
    let semaphore = shared(Semaphore::new(0));
    run(async {
        let [t1, t2] = [(), ()].map(|()| spawn(acquire(semaphore)));
        yield_now().await;

        t1.task().cancel();
        release(semaphore);
        yield_now().await;
        yield_now().await;
        assert!(semaphore.is_locked());
        assert!(t2.is_finished());
    });
}

#[test]
fn test_acquire_no_hang() {
    let semaphore = shared(Semaphore::new(1));
    let second = shared(OnceCell::new());
    run(async {
        let t1 = spawn(async {
            {
                let _permit = semaphore.acquire().await;
                yield_now().await;
            }
            assert!(second.get().is_some_and(greenlight::Task::cancel));
        });
        let t2 = spawn(async {
            let _permit = semaphore.acquire().await;
            panic!("a permit was granted to a task that was cancelled");
        });
        second.set(t2.task()).expect("t1 has not run");

        let ended = gather_tasks([t1, t2]).await;
        assert!(ended[0].is_ok());
        assert!(ended[1].as_ref().is_err_and(|error| error.is_cancelled()));

        let acquired = timeout(Duration::from_secs(1), semaphore.acquire()).await;
        assert!(acquired.is_ok());
    });
}

#[test]
fn test_release_not_acquired() {
    let semaphore = Semaphore::bounded(1);
    let message = semaphore.release(1).unwrap_err().to_string();
    assert!(message.contains(" would have more than its 1 permits: "), "{message}");
    assert_eq!(semaphore.available(), 1);
}

#[test]
fn test_release_no_waiters() {
    run(async {
        let semaphore = Semaphore::new(1);
        acquire(&semaphore).await;
        assert!(semaphore.is_locked());

        release(&semaphore);
        assert!(!semaphore.is_locked());
    });
}

#[test]
fn test_acquire_fifo_order() {
    let semaphore = shared(Semaphore::new(1));
    let steps = shared(RefCell::new(Vec::new()));
    let twice = async |tag| {
        for round in 1..=2 {
            acquire(semaphore).await;
            steps.borrow_mut().push(format!("{tag}_{round}"));
            sleep(Duration::from_millis(10)).await;
            release(semaphore);
        }
        Ok::<(), Infallible>(())
    };
    run(async {
        let mut group = TaskGroup::new();
        for tag in ["c1", "c2", "c3"] {
            group.spawn(twice(tag));
        }
        group.join().await.unwrap();
        assert_eq!(*steps.borrow(), ["c1_1", "c2_1", "c3_1", "c1_2", "c2_2", "c3_2"]);
    });
}

#[test]
fn test_acquire_fifo_order_2() {
    let semaphore = shared(Semaphore::new(1));
    let taken = shared(RefCell::new(Vec::new()));
    let take = async |number| {
        acquire(semaphore).await;
        taken.borrow_mut().push(number);
    };
    run(async {
        let t1 = spawn(take(1));
        let t2 = spawn(async move {
            take(2).await;
            release(semaphore);
            take(4).await;
        });
        let t3 = spawn(take(3));
        yield_now().await;

        release(semaphore);
        release(semaphore);
        all_end([t1, t2, t3]).await;
        assert_eq!(*taken.borrow(), [1, 2, 3, 4]);
    });
}

#[test]
fn test_acquire_fifo_order_3() {
    let semaphore = shared(Semaphore::new(0));
    let taken = shared(RefCell::new(Vec::new()));
    let take = async |number| {
        acquire(semaphore).await;
        taken.borrow_mut().push(number);
    };
    run(async {
        let [t1, t2, t3] = [1, 2, 3].map(|number| spawn(take(number)));
        yield_now().await;

        t1.task().cancel();
        yield_now().await;

        release(semaphore);
        release(semaphore);
        let ended = gather_tasks([t1, t2, t3]).await;
        assert!(ended[0].as_ref().is_err_and(|error| error.is_cancelled()));
        assert_eq!(*taken.borrow(), [2, 3]);
    });
}

#[test]
fn test_acquire_fifo_order_4() {
    // Adapted: asyncio counts t1, too, which was granted a permit and has not run since.
    // Row: a waiter that was woken and has not run.
    let semaphore = shared(Semaphore::new(0));
    let steps = shared(RefCell::new(Vec::new()));
    let fourth = shared(Cell::new(None));
    run(async {
        let t1 = spawn(async {
            assert_eq!(semaphore.available(), 0);
            acquire(semaphore).await;
            // By running, it has handed the free permits to those behind it.
            assert_eq!(semaphore.available(), 0);
            // t4 runs after t3, which is awake by now.
            fourth.set(Some(spawn(async { steps.borrow_mut().push(4) })));
            steps.borrow_mut().push(1);
        });
        let t2 = spawn(async {
            for _ in 0..3 {
                release(semaphore);
            }
            assert_eq!(semaphore.available(), 2);
            // Permits are free, but t1 is first in line until it runs.
            assert!(semaphore.is_locked());
            acquire(semaphore).await;
            steps.borrow_mut().push(2);
        });
        let t3 = spawn(async {
            acquire(semaphore).await;
            assert!(semaphore.is_locked());
            steps.borrow_mut().push(3);
        });

        yield_now().await;
        assert_eq!(semaphore.available(), 2);
        assert_eq!(waiters(semaphore), 2);
        yield_now().await;

        let t4 = fourth.take().expect("t1 has run");
        all_end([t1, t2, t3, t4]).await;
        assert_eq!(*steps.borrow(), [1, 2, 3, 4]);
    });
}
