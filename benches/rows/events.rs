//! Events: one who wakes many, two who wake each other, and waits under a combinator with wakers of its own.

use super::{Works, driven, work};
use crate::contender::{Event, Events};
use crate::measure::{Countdown, Watch};
use futures::stream::{FuturesUnordered, StreamExt};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

/// The rows of those that have an event.
pub(crate) fn works<C: Events>() -> Works {
    vec![
        work("Event, broadcast to 1,000", |operations| broadcast::<C>(1000, operations)),
        work("Event, ping-pong", |operations| ping_pong::<C>(operations)),
        work("Event in FuturesUnordered", |operations| unordered::<C>(1000, operations)),
        work("cancel 40,000", |operations| cancel::<C>(40_000, operations)),
        work("Event at 1,000", |operations| broadcast::<C>(1000, operations)),
        work("Event at 10,000", |operations| broadcast::<C>(10_000, operations)),
        work("Event at 100,000", |operations| broadcast::<C>(100_000, operations)),
    ]
}

/// So many tasks wait, one wakes them all, and all over again.
fn broadcast<C: Events>(tasks: usize, operations: usize) -> f64 {
    driven::<C, _>(move |executor: C| async move {
        let event = Rc::new(C::Event::new());
        let waiting = Countdown::from(tasks);
        let rounds = operations / tasks;
        for _ in 0..tasks {
            let (event, waiting) = (event.clone(), waiting.clone());
            executor.detach(async move {
                for _ in 0..rounds {
                    // Nobody else runs between this and the first poll of the wait.
                    waiting.one();
                    event.wait().await;
                }
                waiting.one();
            });
        }
        waiting.zero().await;
        let watch = Watch::start();
        for _ in 0..rounds {
            waiting.restart(tasks);
            event.wake_all();
            waiting.zero().await;
        }
        watch.each(operations)
    })
}

/// Two tasks wake each other in turn; an operation is one wake.
fn ping_pong<C: Events>(operations: usize) -> f64 {
    driven::<C, _>(move |executor: C| async move {
        let (ping, pong) = (Rc::new(C::Event::new()), Rc::new(C::Event::new()));
        let (own, other) = (ping.clone(), pong.clone());
        let waiting = Countdown::from(1);
        let here = waiting.clone();
        let rounds = operations / 2;
        executor.detach(async move {
            here.one();
            for _ in 0..rounds {
                own.wait().await;
                own.taken();
                other.hand_over();
            }
        });
        // The other one has to wait first: an event-listener's notify reaches those who wait.
        waiting.zero().await;
        let watch = Watch::start();
        for _ in 0..rounds {
            ping.hand_over();
            pong.wait().await;
            pong.taken();
        }
        watch.each(operations)
    })
}

/// One task holds so many waits in a `FuturesUnordered`, wakes them, and takes them out.
fn unordered<C: Events>(waits: usize, operations: usize) -> f64 {
    driven::<C, _>(move |_| async move {
        let event = C::Event::new();
        let watch = Watch::start();
        for _ in 0..operations / waits {
            let mut set: FuturesUnordered<_> = (0..waits).map(|_| event.wait()).collect();
            poll_fn(|cx| {
                assert!(set.poll_next_unpin(cx).is_pending(), "nobody has set the event");
                Poll::Ready(())
            })
            .await;
            event.wake_all();
            while set.next().await.is_some() {}
        }
        watch.each(operations)
    })
}

/// Cancels so many tasks that wait, until the last future is gone. Spawning them is not in it.
fn cancel<C: Events>(tasks: usize, operations: usize) -> f64 {
    driven::<C, _>(move |executor: C| async move {
        let mut spent = 0.0;
        for _ in 0..operations / tasks {
            let event = Rc::new(C::Event::new());
            let waiting = Countdown::from(tasks);
            let wait = |_| {
                let (event, waiting) = (event.clone(), waiting.clone());
                executor.spawn(async move {
                    waiting.one();
                    event.wait().await;
                })
            };
            let handles: Vec<_> = (0..tasks).map(wait).collect();
            waiting.zero().await;
            let watch = Watch::start();
            handles.into_iter().for_each(C::cancel);
            while Rc::strong_count(&event) > 1 {
                C::yield_now().await;
            }
            spent += watch.each(operations);
        }
        spent
    })
}
