//! Memory: bytes that stay while many wait, and how often a spawn allocates. These programs count only in a process
//! whose allocator counts, which is `weigh`.

use super::{Works, driven, driven_timed, work};
use crate::contender::{Clock, Event, Events, Tasks, Timers};
use stats_alloc::INSTRUMENTED_SYSTEM;
use std::future::{Future, pending, poll_fn, ready};
use std::task::Poll;
use std::time::Duration;

/// The rows that every executor runs.
pub(crate) fn tasks<C: Tasks>() -> Works {
    vec![
        work("bytes of a parked task", |tasks| parked_tasks::<C>(tasks)),
        work("allocations of a detached spawn", |tasks| allocations::<C>(false, tasks)),
        work("allocations of a joined spawn", |tasks| allocations::<C>(true, tasks)),
    ]
}

/// The row of those that have an event.
pub(crate) fn events<C: Events>() -> Works {
    vec![work("bytes of a waiter", |waiters| waiters_of_an_event::<C>(waiters))]
}

/// The row of those that have timers.
pub(crate) fn timers<C: Timers>(clock: Clock) -> Works {
    match clock {
        Clock::Virtual => vec![work("bytes of a timer", |timers| armed::<C>(Clock::Virtual, timers))],
        Clock::Real => vec![work("bytes of a timer", |timers| armed::<C>(Clock::Real, timers))],
    }
}

/// Bytes that are allocated now. What a block grows by is in the first count, what it shrinks by in the second.
fn live() -> f64 {
    let stats = INSTRUMENTED_SYSTEM.stats();
    stats.bytes_allocated as f64 - stats.bytes_deallocated as f64
}

/// Blocks that have been allocated or grown so far.
fn blocks() -> f64 {
    let stats = INSTRUMENTED_SYSTEM.stats();
    (stats.allocations + stats.reallocations) as f64
}

/// Tasks with a future of no size that have been polled once. What arenas and queues hold in reserve is in it.
fn parked_tasks<C: Tasks>(tasks: usize) -> f64 {
    driven::<C, _>(move |executor: C| async move {
        let before = live();
        (0..tasks).for_each(|_| executor.detach(pending()));
        // The first yield may come back before the last task was polled.
        for _ in 0..3 {
            C::yield_now().await;
        }
        (live() - before) / tasks as f64
    })
}

/// Each future is boxed, so its own size is in it: an intrusive waiter is nothing else.
fn waiters_of_an_event<C: Events>(waiters: usize) -> f64 {
    driven::<C, _>(move |_| async move {
        let event = C::Event::new();
        let mut waits = Vec::with_capacity(waiters);
        let before = live();
        waits.extend((0..waiters).map(|_| Box::pin(event.wait())));
        for wait in &mut waits {
            poll_once(wait).await;
        }
        (live() - before) / waiters as f64
    })
}

/// As with the waiters.
fn armed<C: Timers>(clock: Clock, timers: usize) -> f64 {
    driven_timed::<C, _>(clock, move |executor: C| async move {
        let mut sleeps = Vec::with_capacity(timers);
        let before = live();
        sleeps.extend((0..timers).map(|timer| {
            let length = Duration::from_secs(60) + Duration::from_millis(timer as u64);
            Box::pin(executor.sleep(length))
        }));
        for (number, sleep) in sleeps.iter_mut().enumerate() {
            poll_once(sleep).await;
            // tokio arms no more than so many in one poll of a task.
            if number % 100 == 99 {
                C::yield_now().await;
            }
        }
        (live() - before) / timers as f64
    })
}

async fn poll_once(future: &mut (impl Future<Output = ()> + Unpin)) {
    poll_fn(|cx| {
        assert!(std::pin::Pin::new(&mut *future).poll(cx).is_pending(), "nothing has come yet");
        Poll::Ready(())
    })
    .await;
}

/// A spawn once everything has grown as far as it has to.
fn allocations<C: Tasks>(joined: bool, tasks: usize) -> f64 {
    driven::<C, _>(move |executor: C| async move {
        one_by_one(&executor, joined, tasks).await;
        let before = blocks();
        one_by_one(&executor, joined, tasks).await;
        (blocks() - before) / tasks as f64
    })
}

async fn one_by_one<C: Tasks>(executor: &C, joined: bool, tasks: usize) {
    for _ in 0..tasks {
        if joined {
            executor.spawn(ready(())).await;
        } else {
            executor.detach(ready(()));
            C::yield_now().await;
        }
    }
}
