//! CPython's tests of `asyncio.wait`, each under its name there. What is done is told by the places of
//! the handles, in the order of the ends; what is not in it is pending.

use super::{after, ms};
use crate::ports::{Count, cancelled};
use greenlight::sync::Event;
use greenlight::{JoinHandle, Until, now, sleep, spawn, timeout, wait, yield_now};
use stage::{run, shared};
use std::time::Duration;

/// Two tasks that sleep for 100 and for 150 milliseconds, of which the second is the first in the list.
fn two_sleepers() -> [JoinHandle<()>; 2] {
    let a = spawn(sleep(ms(100)));
    let b = spawn(sleep(ms(150)));
    [b, a]
}

/// Fails after so long.
async fn fail_after(duration: Duration) {
    sleep(duration).await;
    panic!("division by zero");
}

#[test]
fn test_wait() {
    run(async {
        let tasks = two_sleepers();
        assert_eq!(wait(&tasks, Until::All).await, [1, 0]);
        assert_eq!(now().since_start(), ms(150));

        // Again, which takes no time.
        assert_eq!(wait(&tasks, Until::All).await.len(), 2);
        assert_eq!(now().since_start(), ms(150));
    });
}

#[test]
fn test_wait_errors() {
    // Adapted: asyncio raises. There is nothing to wait for; and another return_when does not compile.
    // Row: `wait` for no tasks.
    run(async {
        let none: [JoinHandle<()>; 0] = [];
        for until in [Until::First, Until::FirstPanic, Until::All] {
            assert_eq!(wait(&none, until).await, [0; 0]);
        }
        assert_eq!(now().since_start(), ms(0));
    });
}

#[test]
fn test_wait_first_completed() {
    run(async {
        let a = spawn(sleep(ms(10_000)));
        let b = spawn(sleep(ms(100)));
        let tasks = [b, a];
        assert_eq!(wait(&tasks, Until::First).await, [0]);
        assert_eq!(tasks.each_ref().map(JoinHandle::is_finished), [true, false]);
        assert_eq!(now().since_start(), ms(100));
        let [b, _] = tasks;
        b.await.expect("it ended by itself");
    });
}

#[test]
fn test_wait_really_done() {
    run(async {
        let a = spawn(yield_now());
        let b = spawn(async {
            yield_now().await;
            yield_now().await;
        });
        let tasks = [b, a];
        assert_eq!(wait(&tasks, Until::First).await, [1, 0]);
        for task in tasks {
            assert!(task.is_finished());
            task.await.expect("it ended by itself");
        }
    });
}

/// Waits for a panic, and asserts that it is the one of the first task, after so long.
async fn the_first_fails(tasks: [JoinHandle<()>; 2], duration: Duration) {
    assert_eq!(wait(&tasks, Until::FirstPanic).await, [0]);
    assert_eq!(now().since_start(), duration);
    let [first, second] = tasks;
    assert!(first.await.is_err_and(|error| error.is_panic()));
    assert!(!second.is_finished());
}

#[test]
fn test_wait_first_exception() {
    run(async {
        let a = spawn(sleep(ms(10_000)));
        let b = spawn(async { panic!("division by zero") });
        the_first_fails([b, a], ms(0)).await;
    });
}

#[test]
fn test_wait_first_exception_in_wait() {
    run(async {
        let a = spawn(sleep(ms(10_000)));
        let b = spawn(fail_after(ms(10)));
        the_first_fails([b, a], ms(10)).await;
    });
}

#[test]
fn test_wait_with_exception() {
    run(async {
        let a = spawn(sleep(ms(100)));
        let b = spawn(fail_after(ms(150)));
        let tasks = [b, a];
        for _ in 0..2 {
            assert_eq!(wait(&tasks, Until::All).await.len(), 2);
            assert_eq!(now().since_start(), ms(150));
        }
        let mut failed = Vec::new();
        for task in tasks {
            failed.push(task.await.is_err_and(|error| error.is_panic()));
        }
        assert_eq!(failed, [true, false]);
    });
}

/// Waits so long for two sleepers, and asserts that it is the one of 100 milliseconds that is done.
async fn one_is_in_time(limit: Duration) {
    let tasks = two_sleepers();
    // asyncio's wait would run in a task that is younger than the sleepers.
    let waiter = spawn(async move {
        assert!(timeout(limit, wait(&tasks, Until::All)).await.is_err());
        tasks.map(|task| task.is_finished())
    });
    assert_eq!(waiter.await.expect("it ends by itself"), [false, true]);
    assert_eq!(now().since_start(), limit);
}

#[test]
fn test_wait_with_timeout() {
    run(one_is_in_time(ms(110)));
}

#[test]
fn test_wait_concurrent_complete() {
    run(one_is_in_time(ms(100)));
}

#[test]
fn test_wait_with_iterator_of_tasks() {
    run(async {
        let tasks: Vec<_> = two_sleepers().into_iter().collect();
        assert_eq!(wait(&tasks, Until::All).await, [1, 0]);
        assert_eq!(now().since_start(), ms(150));
    });
}

#[test]
fn test_wait_generator() {
    run(async {
        let tasks: Vec<_> = (0..10).map(|number| spawn(after(ms(0), number))).collect();
        assert_eq!(wait(&tasks, Until::All).await.len(), 10);
    });
}

#[test]
fn test_yield_wait_does_not_shield_cancel() {
    let proof = shared(Count::default());
    let waiter = shared(Event::new());
    let inner = async {
        waiter.wait().await;
        proof.add();
    };
    run(async {
        let outer = spawn(async {
            wait(&[spawn(inner)], Until::All).await;
            proof.add();
        });
        yield_now().await;
        outer.task().cancel();
        outer.task().ended().await;
        assert!(cancelled(outer).await);
        waiter.set();
        yield_now().await;
        assert_eq!(proof.get(), 1);
    });
}

#[test]
fn test_wait_invalid_args() {
    // Adapted: asyncio raises. A list without tasks is a list; and what is none does not compile.
    // Row: `wait` for no tasks.
    run(async {
        assert_eq!(wait(&Vec::<JoinHandle<()>>::new(), Until::All).await, [0; 0]);
    });
}
