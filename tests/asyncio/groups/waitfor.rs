//! CPython's tests of `asyncio.wait_for`, each under its name there: all apply. It is `timeout`
//! here, which drops its future at once, but leaves alone a task whose handle it awaits: awaiting
//! is not owning. So where it matters that something is cancelled, that is a future, and no task.

use super::{LONG, flagged, ms, sleep_and_crash};
use crate::ports::{call_soon, cancelled, result};
use futures::poll;
use greenlight::sync::Event;
use greenlight::{Deadline, now, sleep, spawn, timeout, timeout_at, yield_now};
use stage::{run, shared};
use std::cell::Cell;
use std::future::pending;
use std::time::Duration;

/// Hardly any time at all.
const EPSILON: Duration = Duration::from_micros(100);

#[test]
fn test_asyncio_wait_for_cancelled() {
    // Adapted: asyncio's slow task refuses to be cancelled, and the wait lasts until its end. Here none can
    // refuse. Row: a cancelled task.
    run(async {
        let [dropped, exited] = [(); 2].map(|()| shared(Cell::new(false)));
        let waiter = spawn(timeout(
            ms(400),
            flagged(dropped, async {
                sleep(ms(200)).await;
                exited.set(true);
            }),
        ));
        yield_now().await;
        waiter.task().cancel();
        waiter.task().ended().await;
        assert!(cancelled(waiter).await);
        assert_eq!((dropped.get(), exited.get(), now().since_start()), (true, false, ms(0)));
    });
}

#[test]
fn test_asyncio_wait_for_timeout() {
    // Adapted: as above. Row: a cancelled task.
    run(async {
        let [dropped, exited] = [(); 2].map(|()| Cell::new(false));
        let slow = flagged(&dropped, async {
            sleep(ms(200)).await;
            exited.set(true);
        });
        assert!(timeout(ms(100), slow).await.is_err());
        assert_eq!((dropped.get(), exited.get(), now().since_start()), (true, false, ms(100)));
    });
}

#[test]
fn test_wait_for_timeout_less_then_0_or_0_future_done() {
    run(async {
        let start = now();
        let task = spawn(async { "done" });
        task.task().ended().await;
        assert_eq!(timeout(ms(0), result(task)).await, Ok("done"));
        assert_eq!(now(), start);
    });
}

#[test]
fn test_wait_for_timeout_less_then_0_or_0_coroutine_do_not_started() {
    // Adapted: asyncio times out, and does not start it. Here it is ready at once, in time.
    // Row: a timeout of no time at all, or whose deadline has passed.
    run(async {
        let started = Cell::new(false);
        assert_eq!(timeout(ms(0), async { started.set(true) }).await, Ok(()));
        assert!(started.get());
    });
}

#[test]
fn test_wait_for_timeout_less_then_0_or_0() {
    // Adapted: asyncio cancels a task that is awaited. Here it is a future that is dropped.
    // Row: cancelling who awaits a task.
    run(async {
        sleep(ms(1)).await;
        let (past, start) = (now(), now() + ms(1));
        sleep(ms(1)).await;
        // No duration is negative, so one of these is a deadline that has passed.
        for when in [start, past] {
            let dropped = Cell::new(false);
            let mut work = Box::pin(flagged(&dropped, sleep(LONG)));
            assert!(poll!(&mut work).is_pending());
            assert!(timeout_at(&Deadline::at(when), work).await.is_err());
            assert!(dropped.get());

            let mut task = spawn(sleep(LONG));
            yield_now().await;
            assert!(timeout_at(&Deadline::at(when), &mut task).await.is_err());
            assert!(!task.is_finished());
            assert_eq!(now(), start);
        }
    });
}

#[test]
fn test_wait_for() {
    // Adapted: asyncio cancels the task. Here that is up to whoever has the handle. Row: cancelling who awaits a task.
    run(async {
        let dropped = shared(Cell::new(false));
        let mut task = spawn(flagged(dropped, sleep(LONG)));
        assert!(timeout(ms(100), &mut task).await.is_err());
        assert_eq!(now().since_start(), ms(100));
        assert_eq!((task.is_finished(), dropped.get()), (false, false));
        task.task().cancel();
        yield_now().await;
        assert!(dropped.get());
        assert!(cancelled(task).await);
        assert_eq!(now().since_start(), ms(100));
    });
}

#[test]
fn test_wait_for_blocking() {
    run(async {
        assert_eq!(timeout_at(&Deadline::new(), async { "done" }).await, Ok("done"));
    });
}

#[test]
fn test_wait_for_race_condition() {
    run(async {
        let event = shared(Event::new());
        let waiting = timeout(ms(200), event.wait());
        call_soon(|| event.set());
        assert!(waiting.await.is_ok());
        assert_eq!(now().since_start(), ms(0));
    });
}

#[test]
fn test_wait_for_cancellation_race_condition() {
    // Adapted: asyncio's future goes on, and its output is what the wait yields. Row: a cancelled task.
    run(async {
        let resumed = Cell::new(false);
        let inner = async {
            sleep(ms(1000)).await;
            resumed.set(true);
            1
        };
        assert!(timeout(ms(10), inner).await.is_err());
        assert!(!resumed.get());
    });
}

#[test]
fn test_wait_for_waits_for_task_cancellation() {
    // Adapted: asyncio's task awaits while it is cancelled. Here its end takes no time. Row: a cancelled task.
    run(async {
        let dropped = Cell::new(false);
        assert!(timeout(EPSILON, flagged(&dropped, sleep(LONG))).await.is_err());
        assert!(dropped.get());
        assert_eq!(now().since_start(), EPSILON);
    });
}

#[test]
fn test_wait_for_waits_for_task_cancellation_w_timeout_0() {
    // Adapted: as above. Row: a cancelled task.
    run(async {
        let dropped = Cell::new(false);
        let mut inner = Box::pin(flagged(&dropped, sleep(LONG)));
        assert!(poll!(&mut inner).is_pending());
        sleep(EPSILON).await;
        assert!(timeout(ms(0), inner).await.is_err());
        assert!(dropped.get());
        assert_eq!(now().since_start(), EPSILON);
    });
}

#[test]
fn test_wait_for_reraises_exception_during_cancellation() {
    run(async {
        let foo = spawn(async { timeout(EPSILON, sleep_and_crash(ms(200))).await });
        let error = foo.await.unwrap_err();
        assert!(error.to_string().ends_with("panicked: crash in cleanup"), "{error}");
        assert_eq!(now().since_start(), EPSILON);
    });
}

/// A wait that is cancelled: a future that it waits for is dropped with it, and a task is not.
fn cancel_wait_for(deadline: impl Fn() -> Deadline) {
    run(async {
        let dropped = shared(Cell::new(false));
        let deadline = shared(deadline());
        let blocking = spawn(pending::<()>());
        let task = blocking.task();
        let both = async { flagged(dropped, blocking).await };
        let wait = spawn(timeout_at(deadline, both));
        let waiting = wait.task();
        call_soon(move || assert!(waiting.cancel()));
        assert!(wait.await.unwrap_err().is_cancelled());
        assert!(dropped.get());
        yield_now().await;
        assert!(!task.is_finished());
        assert_eq!(now().since_start(), ms(0));
    });
}

#[test]
fn test_cancel_blocking_wait_for() {
    // Adapted: asyncio cancels the task that is awaited. Here only the future that awaits it is dropped.
    // Row: cancelling who awaits a task.
    cancel_wait_for(Deadline::new);
}

#[test]
fn test_cancel_wait_for() {
    // Adapted: as above. Row: cancelling who awaits a task.
    cancel_wait_for(|| Deadline::at(now() + 6 * LONG));
}

#[test]
fn test_wait_for_cancel_suppressed() {
    // Adapted: asyncio's task refuses to be cancelled, and its output is what the wait yields.
    // Row: a cancelled task.
    run(async {
        let mut task = spawn(async {
            sleep(LONG).await;
            42
        });
        assert!(timeout(ms(100), &mut task).await.is_err());
        task.task().cancel();
        assert!(task.await.unwrap_err().is_cancelled());
        assert_eq!(now().since_start(), ms(100));
    });
}

#[test]
fn test_wait_for_issue86296() {
    run(async {
        let inner = spawn(async { "done" });
        let ended = inner.task().ended();
        let reached_end = shared(Cell::new(false));
        let task = spawn(async {
            assert!(timeout(10 * LONG, ended).await.is_ok());
            sleep(ms(1000)).await;
            reached_end.set(true);
        });
        assert!(!task.is_finished());
        yield_now().await;
        task.task().cancel();
        task.task().ended().await;
        assert!(cancelled(task).await);
        assert_eq!(result(inner).await, "done");
        assert!(!reached_end.get());
    });
}
