//! Timers: armed and disarmed, or left to fire, and how late they do.

use super::{Works, driven_timed, work};
use crate::contender::{Clock, Timers};
use crate::measure::{Countdown, Watch};
use crate::statistics::median;
use std::future::{Future, poll_fn, ready};
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

/// The rows of those whose timers go by that clock.
pub(crate) fn works<C: Timers>(clock: Clock) -> Works {
    match clock {
        Clock::Virtual => vec![
            work("timer, virtual clock", |operations| arm_and_disarm::<C>(Clock::Virtual, operations)),
            work("100,000 sleeps", |operations| sleeps::<C>(100_000, operations)),
            work("sleeps at 1,000", |operations| sleepers::<C>(1000, operations)),
            work("sleeps at 10,000", |operations| sleepers::<C>(10_000, operations)),
            work("sleeps at 100,000", |operations| sleepers::<C>(100_000, operations)),
        ],
        Clock::Real => vec![
            work("timer, real clock", |operations| arm_and_disarm::<C>(Clock::Real, operations)),
            work("lateness of 100 µs", |sleeps| lateness::<C>(Duration::from_micros(100), sleeps)),
            work("lateness of 1 ms", |sleeps| lateness::<C>(Duration::from_millis(1), sleeps)),
            work("lateness of 5 ms", |sleeps| lateness::<C>(Duration::from_millis(5), sleeps)),
        ],
    }
}

/// The row of those that have a timeout, on either clock: its time never comes.
pub(crate) fn timeouts<C: Timers>(clock: Clock) -> Works {
    let row = |timeouts| vec![work("timeout around what is ready", timeouts)];
    match clock {
        Clock::Virtual => row(|operations| around_ready::<C>(Clock::Virtual, operations)),
        Clock::Real => row(|operations| around_ready::<C>(Clock::Real, operations)),
    }
}

/// How long the sleeps of many are: whole milliseconds up to a second, spread by a multiplicative hash, so that
/// neighbours in time are none in memory.
fn scattered(number: usize) -> Duration {
    let hash = (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    Duration::from_millis(1 + (hash >> 32) % 1000)
}

/// One task arms a timer and disarms it, time after time.
fn arm_and_disarm<C: Timers>(clock: Clock, operations: usize) -> f64 {
    // tokio has a task yield after 128 such polls, and arms no timer until it has.
    const BATCH: usize = 100;
    driven_timed::<C, _>(clock, move |executor: C| async move {
        let watch = Watch::start();
        for batch in 0..operations / BATCH {
            for number in 0..BATCH {
                let mut sleep = pin!(executor.sleep(Duration::from_secs(60) + scattered(batch + number)));
                poll_fn(|cx| {
                    assert!(sleep.as_mut().poll(cx).is_pending(), "a minute has not passed");
                    Poll::Ready(())
                })
                .await;
            }
            C::yield_now().await;
        }
        watch.each(operations)
    })
}

/// Spawns so many tasks that sleep once, and waits until all have ended.
fn sleeps<C: Timers>(tasks: usize, operations: usize) -> f64 {
    driven_timed::<C, _>(Clock::Virtual, move |executor: C| async move {
        let running = Countdown::default();
        let watch = Watch::start();
        for _ in 0..operations / tasks {
            running.restart(tasks);
            for task in 0..tasks {
                let (running, inner) = (running.clone(), executor.clone());
                executor.detach(async move {
                    inner.sleep(scattered(task)).await;
                    running.one();
                });
            }
            running.zero().await;
        }
        watch.each(operations)
    })
}

/// So many tasks sleep again and again.
fn sleepers<C: Timers>(tasks: usize, operations: usize) -> f64 {
    driven_timed::<C, _>(Clock::Virtual, move |executor: C| async move {
        let (started, running) = (Countdown::from(tasks), Countdown::from(tasks));
        let rounds = operations / tasks;
        for task in 0..tasks {
            let (started, running, inner) = (started.clone(), running.clone(), executor.clone());
            executor.detach(async move {
                started.one();
                for round in 0..rounds {
                    inner.sleep(scattered(task + round)).await;
                }
                running.one();
            });
        }
        started.zero().await;
        let watch = Watch::start();
        running.zero().await;
        watch.each(operations)
    })
}

/// A timeout around a future that is ready.
fn around_ready<C: Timers>(clock: Clock, operations: usize) -> f64 {
    driven_timed::<C, _>(clock, move |executor: C| async move {
        let watch = Watch::start();
        for _ in 0..operations {
            executor.timeout(Duration::from_secs(60), ready(())).await;
        }
        watch.each(operations)
    })
}

/// By how much sleeps of that length are late, in the middle.
fn lateness<C: Timers>(length: Duration, sleeps: usize) -> f64 {
    driven_timed::<C, _>(Clock::Real, move |executor: C| async move {
        let mut late = Vec::with_capacity(sleeps);
        for _ in 0..sleeps {
            let start = Instant::now();
            executor.sleep(length).await;
            late.push((start.elapsed() - length).as_nanos() as f64);
        }
        median(&late)
    })
}
