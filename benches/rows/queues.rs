//! Queues: an item at a time, many at a time, and many who wait to put.

use super::{Works, driven, work};
use crate::contender::{Get, Put, Queue, Queues};
use crate::measure::{Countdown, Watch};
use std::hint::black_box;
use std::rc::Rc;

/// Items that lie in the unbounded queue before they are taken out.
const BATCH: usize = 1000;

/// The rows of those that have queues.
pub(crate) fn works<C: Queues>() -> Works {
    vec![
        work("Queue of one", |operations| of_one::<C>(operations)),
        work("Queue, unbounded", |operations| unbounded::<C>(operations)),
        work("Queue at 1,000", |operations| putters::<C>(1000, operations)),
        work("Queue at 10,000", |operations| putters::<C>(10_000, operations)),
        work("Queue at 100,000", |operations| putters::<C>(100_000, operations)),
    ]
}

/// One task puts, one gets, and there is room for one item.
fn of_one<C: Queues>(operations: usize) -> f64 {
    driven::<C, _>(move |executor: C| async move {
        let (putter, mut getter) = C::OfOne::open();
        let watch = Watch::start();
        let handle = executor.spawn(async move {
            for item in 0..operations {
                putter.put(item).await;
            }
            putter
        });
        for _ in 0..operations {
            black_box(getter.get().await);
        }
        let each = watch.each(operations);
        handle.await;
        each
    })
}

/// One task puts many, then gets them.
fn unbounded<C: Queues>(operations: usize) -> f64 {
    driven::<C, _>(move |_| async move {
        let (putter, mut getter) = C::Unbounded::open();
        let watch = Watch::start();
        for _ in 0..operations / BATCH {
            for item in 0..BATCH {
                putter.put(item).await;
            }
            for _ in 0..BATCH {
                black_box(getter.get().await);
            }
        }
        watch.each(operations)
    })
}

/// So many tasks wait for room in a queue of one, which another empties.
fn putters<C: Queues>(tasks: usize, operations: usize) -> f64 {
    driven::<C, _>(move |executor: C| async move {
        let (putter, mut getter) = C::OfOne::open();
        let putter = Rc::new(putter);
        let waiting = Countdown::from(tasks);
        let rounds = operations / tasks;
        for task in 0..tasks {
            let (putter, waiting) = (putter.clone(), waiting.clone());
            executor.detach(async move {
                waiting.one();
                for _ in 0..rounds {
                    putter.put(task).await;
                }
            });
        }
        waiting.zero().await;
        let watch = Watch::start();
        for _ in 0..operations / tasks * tasks {
            black_box(getter.get().await);
        }
        watch.each(operations)
    })
}
