//! Virtual time that cannot move because some task is always ready, and what only looks like it.

use greenlight::{Builder, Runtime, sleep, spawn, task, yield_now};
use insta::assert_snapshot;
use stage::quoted;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::Poll;
use std::thread;
use std::time::Duration;

/// A runtime that gives up after so many turns at one moment.
fn impatient(turns: u64) -> Builder {
    Runtime::builder().virtual_clock().turn_limit(turns)
}

#[test]
fn time_that_stands_still_names_who_spins() {
    let stalled = impatient(1000).build().try_run(async {
        sleep(Duration::from_millis(20)).await;
        task("patient").spawn_detached(sleep(Duration::from_secs(1)));
        task("busy").spawn_detached(async {
            loop {
                yield_now().await;
            }
        });
        spawn(poll_fn(|cx| {
            cx.waker().wake_by_ref();
            Poll::<()>::Pending
        }))
        .await
    });
    assert_snapshot!(quoted(stalled.unwrap_err()), @r#"
    time stands still at t=0.020000s: some task was ready in each of 1000 turns
      busy, spawned at [task("busy").»spawn_detached(async {]
        is ready
      a task, spawned at [»spawn(poll_fn(|cx| {]
        is ready
      help: virtual time moves when no task is ready: have these tasks wait for a sleep or an event instead of yielding, or raise Builder::turn_limit
    "#);
}

#[test]
fn a_program_that_ends_at_the_limit_has_not_stood_still() {
    let yields = |count| async move {
        for _ in 0..count {
            yield_now().await;
        }
    };
    assert!(impatient(10).build().try_run(yields(9)).is_ok());
    assert!(impatient(10).build().try_run(yields(10)).is_err());
}

#[test]
fn the_count_begins_anew_at_every_moment() {
    impatient(10).build().run(async {
        for _ in 0..100 {
            for _ in 0..5 {
                yield_now().await;
            }
            sleep(Duration::from_micros(1)).await;
        }
    });
}

#[test]
fn the_real_clock_moves_on_its_own_so_nobody_counts() {
    Runtime::builder().turn_limit(1).build().run(async {
        for _ in 0..100 {
            yield_now().await;
        }
    });
}

#[test]
fn waiting_for_threads_is_not_standing_still() {
    impatient(10).build().run(async {
        // The Remote has the runtime wait; time does not move meanwhile, and nobody is ready
        // either.
        let _remote = greenlight::remote();
        let raised = Arc::new(AtomicUsize::new(0));
        let theirs = raised.clone();
        let waker = poll_fn(|cx| Poll::Ready(cx.waker().clone())).await;
        let thread = thread::spawn(move || {
            for _ in 0..100 {
                thread::sleep(Duration::from_millis(1));
                theirs.fetch_add(1, Ordering::Release);
                waker.wake_by_ref();
            }
        });
        poll_fn(|_| if raised.load(Ordering::Acquire) < 100 { Poll::Pending } else { Poll::Ready(()) }).await;
        thread.join().unwrap();
    });
}
