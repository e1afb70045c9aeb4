//! CPython's tests of `asyncio.timeout`, each under its name there. A timeout is a future here, and
//! no block that is entered; whether it has expired is what it yields. These do not apply:
//!
//! | class | test | why not |
//! |-|-|-|
//! | Timeout | test_timeout_exception_context | an error has no chain of exceptions |
//! | Timeout | test_foreign_exception_on_timeout_2 | an error has no chain of exceptions |
//! | Timeout | test_repr_finished | nothing is left of it to be printed |
//! | Timeout | test_nested_timeout_in_finally | a future that is dropped does not await |
//! | Timeout | test_timeout_after_cancellation | a cancelled task does not run on |
//! | Timeout | test_cancel_in_timeout_after_cancellation | a cancelled task does not run on |
//! | Timeout | test_timeout_already_entered | awaiting a timeout takes it: there is no twice |
//! | Timeout | test_timeout_double_enter | awaiting a timeout takes it: there is no twice |

use super::{LONG, flagged, ms, sleep_and_crash};
use crate::ports::{Crashes, cancelled};
use futures::FutureExt;
use greenlight::{Deadline, Runtime, Task, TaskGroup, now, sleep, spawn, timeout, timeout_at, yield_now};
use stage::{Log, run, shared};
use std::cell::{Cell, RefCell};
use std::future::pending;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

#[test]
fn test_timeout_basic() {
    run(async {
        assert!(timeout(ms(10), sleep(LONG)).await.is_err());
        assert_eq!(now().since_start(), ms(10));
    });
}

#[test]
fn test_timeout_at_basic() {
    run(async {
        let when = now() + ms(10);
        let deadline = Deadline::at(when);
        assert!(timeout_at(&deadline, sleep(LONG)).await.is_err());
        assert_eq!((deadline.when(), now()), (Some(when), when));
    });
}

#[test]
fn test_nested_timeouts() {
    // Adapted: asyncio's outer timeout is up, and its inner one cancelled. Here the inner one yields its
    // error to a future that waits on, so that the outer one is up, too.
    // Row: two nested timeouts with one deadline.
    run(async {
        let deadline = Deadline::at(now() + ms(10));
        let dropped = Cell::new(false);
        let outer = timeout_at(&deadline, async {
            assert!(timeout_at(&deadline, flagged(&dropped, sleep(LONG))).await.is_err());
            assert!(dropped.get());
            pending::<()>().await;
        });
        assert!(outer.await.is_err());
        assert_eq!(now().since_start(), ms(10));
    });
}

#[test]
fn test_waiter_cancelled() {
    run(async {
        let dropped = Cell::new(false);
        assert!(timeout(ms(10), flagged(&dropped, sleep(LONG))).await.is_err());
        assert!(dropped.get());
    });
}

#[test]
fn test_timeout_not_called() {
    run(async {
        let deadline = Deadline::at(now() + LONG);
        assert_eq!(timeout_at(&deadline, sleep(ms(10))).await, Ok(()));
        assert_eq!(now().since_start(), ms(10));
        assert!(deadline.when() > Some(now()));
    });
}

#[test]
fn test_timeout_disabled() {
    run(async {
        let deadline = Deadline::default();
        assert_eq!(timeout_at(&deadline, sleep(ms(10))).await, Ok(()));
        assert_eq!(deadline.when(), None);
    });
}

#[test]
fn test_timeout_at_disabled() {
    run(async {
        let deadline = Deadline::new();
        assert_eq!(timeout_at(&deadline, sleep(ms(10))).await, Ok(()));
        assert_eq!(deadline.when(), None);
    });
}

#[test]
fn test_timeout_zero() {
    run(async {
        let start = now();
        assert!(timeout(ms(0), sleep(LONG)).await.is_err());
        assert_eq!(now(), start);
    });
}

#[test]
fn test_timeout_zero_sleep_zero() {
    // Adapted: asyncio times out. What is ready by the next turn is in time. Row: a timeout of no time at all, or whose deadline has passed.
    run(async {
        let start = now();
        assert_eq!(timeout(ms(0), yield_now()).await, Ok(()));
        assert_eq!(now(), start);
    });
}

#[test]
fn test_timeout_in_the_past_sleep_zero() {
    // Adapted: asyncio times out. Row: a timeout of no time at all, or whose deadline has passed.
    run(async {
        let deadline = Deadline::at(now());
        sleep(ms(11)).await;
        // No duration is negative, so it is a deadline that has passed.
        assert_eq!(timeout_at(&deadline, yield_now()).await, Ok(()));
        assert!(deadline.when() < Some(now()));
    });
}

#[test]
fn test_foreign_exception_passed() {
    run(async {
        let failing = async { Err::<(), _>("no such key") };
        assert_eq!(timeout(ms(10), failing).await, Ok(Err("no such key")));
    });
}

#[test]
fn test_foreign_exception_on_timeout() {
    run(async {
        // asyncio has the timeout's error in the context of the other one. A panic has no context.
        let task = spawn(async { timeout(ms(10), sleep_and_crash(LONG)).await });
        let error = task.await.unwrap_err();
        assert!(error.to_string().ends_with("panicked: crash in cleanup"), "{error}");
        assert_eq!(now().since_start(), ms(10));
    });
}

#[test]
fn test_foreign_cancel_doesnt_timeout_if_not_expired() {
    run(async {
        let current = shared(RefCell::new(None::<Task>));
        let expired = shared(Cell::new(false));
        let task = spawn(async {
            let cancel = async {
                assert!(current.borrow().as_ref().expect("the task is known").cancel());
                sleep(LONG).await;
            };
            expired.set(timeout(LONG, cancel).await.is_err());
        });
        *current.borrow_mut() = Some(task.task());
        task.task().ended().await;
        assert!(cancelled(task).await);
        assert!(!expired.get());
    });
}

#[test]
fn test_outer_task_is_not_cancelled() {
    run(async {
        let outer = spawn(async { timeout(ms(1), sleep(LONG)).await });
        assert!(outer.await.expect("the task is not cancelled").is_err());
    });
}

#[test]
fn test_nested_timeouts_concurrent() {
    // Real time, since virtual time does not pass while a task is busy.
    greenlight::run(async {
        let busy = timeout(LONG, async {
            thread::sleep(ms(10));
            sleep(LONG).await;
        });
        assert!(timeout(ms(2), busy).await.is_err());
        assert!(now().since_start() < LONG);
    });
}

#[test]
fn test_nested_timeouts_loop_busy() {
    // Real time, since virtual time does not pass while a task is busy.
    greenlight::run(async {
        let inner_expired = Cell::new(false);
        let outer = timeout(ms(20), async {
            let busy = async {
                thread::sleep(ms(20));
                sleep(LONG).await;
            };
            inner_expired.set(timeout(ms(2), busy).await.is_err());
            sleep(LONG).await;
        });
        assert!(outer.await.is_err());
        assert!(inner_expired.get());
        assert!(now().since_start() < LONG);
    });
}

#[test]
fn test_reschedule() {
    run(async {
        let first = now() + LONG;
        let second = first + 2 * LONG;
        let deadline = shared(Deadline::at(first));
        let expired = shared(Cell::new(false));
        let task = spawn(async { expired.set(timeout_at(deadline, sleep(5 * LONG)).await.is_err()) });
        yield_now().await;

        assert_eq!(deadline.when(), Some(first));
        deadline.move_to(second);
        assert_eq!(deadline.when(), Some(second));
        deadline.move_to(None);
        assert_eq!(deadline.when(), None);

        task.task().cancel();
        task.task().ended().await;
        assert!(cancelled(task).await);
        assert!(!expired.get());
    });
}

#[test]
fn test_repr_active() {
    run(async {
        let deadline = Deadline::at(now() + LONG);
        let text = timeout_at(&deadline, async {
            yield_now().await;
            format!("{deadline:?}")
        });
        assert!(text.await.expect("it is in time").contains("Some(Instant(t=10.000000s))"));
    });
}

#[test]
fn test_repr_expired() {
    run(async {
        // The timeout itself is gone; it is its error that says so.
        let error = timeout(ms(10), sleep(LONG)).await.unwrap_err().to_string();
        assert!(error.contains("was up at t=0.010000s"), "{error}");
    });
}

#[test]
fn test_repr_disabled() {
    run(async {
        let deadline = Deadline::new();
        let text = timeout_at(&deadline, async { format!("{deadline:?}") }).await.expect("it is in time");
        assert!(text.contains("None"), "{text}");
    });
}

#[test]
fn test_timeout_finished() {
    // Adapted: asyncio refuses. A deadline by which nobody goes can be moved, for the next one.
    // Row: a deadline that is moved before its timeout begins, or once that is over.
    run(async {
        let deadline = Deadline::at(now() + ms(10));
        assert_eq!(timeout_at(&deadline, async { 42 }).await, Ok(42));
        deadline.move_to(now() + ms(20));
        assert!(timeout_at(&deadline, sleep(LONG)).await.is_err());
        assert_eq!(now().since_start(), ms(20));
    });
}

#[test]
fn test_timeout_expired() {
    // Adapted: asyncio refuses. What has timed out stays so.
    // Row: a deadline that is moved before its timeout begins, or once that is over.
    run(async {
        let deadline = Deadline::at(now() + ms(10));
        let elapsed = timeout_at(&deadline, sleep(LONG)).await.unwrap_err();
        deadline.move_to(now() + ms(20));
        assert!(elapsed.to_string().contains("was up at t=0.010000s"));
    });
}

#[test]
fn test_timeout_expiring() {
    // Adapted: asyncio refuses. A future that is being dropped gets no more time.
    // Row: a deadline that is moved before its timeout begins, or once that is over.
    /// Gives more time when it is dropped.
    struct Extends<'a>(&'a Deadline);

    impl Drop for Extends<'_> {
        fn drop(&mut self) {
            self.0.move_to(now() + LONG);
        }
    }

    run(async {
        let deadline = Deadline::at(now() + ms(10));
        let work = async {
            let _extends = Extends(&deadline);
            sleep(LONG).await;
        };
        assert!(timeout_at(&deadline, work).await.is_err());
        assert_eq!((now().since_start(), deadline.when()), (ms(10), Some(now() + LONG)));
    });
}

#[test]
fn test_timeout_not_entered() {
    // Adapted: asyncio refuses. Who has not been polled yet goes by where the deadline is then.
    // Row: a deadline that is moved before its timeout begins, or once that is over.
    run(async {
        let deadline = Deadline::at(now() + ms(10));
        let waiting = timeout_at(&deadline, sleep(LONG));
        deadline.move_to(now() + ms(20));
        assert!(waiting.await.is_err());
        assert_eq!(now().since_start(), ms(20));
    });
}

#[test]
fn test_timeout_without_task() {
    // Adapted: asyncio refuses to start without a task, which is a runtime here, and to move a deadline by which
    // nobody goes. Row: a deadline that is moved before its timeout begins, or once that is over.
    let waiting = timeout(ms(10), pending::<()>());
    let payload = catch_unwind(AssertUnwindSafe(|| waiting.now_or_never())).expect_err("there is no runtime");
    let message = payload.downcast::<String>().expect("the panic says something");
    assert!(message.contains("the timeout() at "), "{message}");

    let deadline = Deadline::new();
    run(async {
        deadline.move_to(now() + ms(20));
        assert!(timeout_at(&deadline, sleep(LONG)).await.is_err());
    });
}

#[test]
fn test_timeout_taskgroup() {
    // Adapted: asyncio's group waits for its tasks, and raises their exceptions in place of the timeout's. Here
    // it is dropped, its task a hop later, and a panic that nobody can receive is reported.
    // Row: the owner of a `TaskGroup` is cancelled.
    let reports = Log::default();
    let runtime = reports.heard_by(Runtime::builder().virtual_clock()).build();
    runtime.run(async {
        let group = async {
            let mut group = TaskGroup::<()>::new();
            let _task = group.spawn(async {
                let _crashes = Crashes;
                sleep(ms(2000)).await;
                Ok(())
            });
            sleep(ms(1000)).await;
            group.join().await
        };
        assert!(timeout(ms(10), group).await.is_err());
        assert_eq!(reports.take(), [""; 0]);
        yield_now().await;
        assert_eq!(now().since_start(), ms(10));
    });
    let reports = reports.take();
    assert_eq!(reports.len(), 1, "{reports:?}");
    assert!(reports[0].contains("panicked, and nobody awaits it: crash in cleanup"), "{reports:?}");
}
