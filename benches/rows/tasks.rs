//! Tasks: what it costs to have them, to let others run, to gather.

use super::{Works, driven, work};
use crate::contender::Tasks;
use crate::measure::{Countdown, Watch};
use std::future::ready;
use std::hint::black_box;

/// The rows that every executor runs.
pub(crate) fn works<C: Tasks>() -> Works {
    vec![
        work("yield, 1 task", |operations| yield_alone::<C>(operations)),
        work("yield, 1,000 tasks", |operations| yield_among::<C>(1000, operations)),
        work("spawn and join 1,000", |operations| spawn_and_join::<C>(1000, operations)),
        work("spawn and join 100,000", |operations| spawn_and_join::<C>(100_000, operations)),
        work("spawn and join one by one", |operations| spawn_and_join::<C>(1, operations)),
        work("spawn detached 1,000", |operations| spawn_detached::<C>(1000, operations)),
        work("spawn detached 100,000", |operations| spawn_detached::<C>(100_000, operations)),
        work("gather 100,000", |operations| gather::<C>(100_000, operations)),
        work("spawn at 1,000", |operations| spawn_and_join::<C>(1000, operations)),
        work("spawn at 10,000", |operations| spawn_and_join::<C>(10_000, operations)),
        work("spawn at 100,000", |operations| spawn_and_join::<C>(100_000, operations)),
    ]
}

/// One task yields while nobody else is ready.
fn yield_alone<C: Tasks>(operations: usize) -> f64 {
    driven::<C, _>(move |_| async move {
        let watch = Watch::start();
        for _ in 0..operations {
            C::yield_now().await;
        }
        watch.each(operations)
    })
}

/// So many tasks yield in turn. The time of a yield holds its share of spawning them.
fn yield_among<C: Tasks>(tasks: usize, operations: usize) -> f64 {
    driven::<C, _>(move |executor: C| async move {
        let running = Countdown::from(tasks);
        let watch = Watch::start();
        for _ in 0..tasks {
            let running = running.clone();
            executor.detach(async move {
                for _ in 0..operations / tasks {
                    C::yield_now().await;
                }
                running.one();
            });
        }
        running.zero().await;
        watch.each(operations)
    })
}

/// Spawns so many, then awaits each, and all over again.
fn spawn_and_join<C: Tasks>(tasks: usize, operations: usize) -> f64 {
    driven::<C, _>(move |executor: C| async move {
        let mut handles = Vec::with_capacity(tasks);
        let watch = Watch::start();
        for _ in 0..operations / tasks {
            handles.extend((0..tasks).map(|task| executor.spawn(ready(black_box(task)))));
            for handle in handles.drain(..) {
                black_box(handle.await);
            }
        }
        watch.each(operations)
    })
}

/// Spawns so many that nobody awaits, then waits until all have run, and all over again.
fn spawn_detached<C: Tasks>(tasks: usize, operations: usize) -> f64 {
    driven::<C, _>(move |executor: C| async move {
        let running = Countdown::default();
        let watch = Watch::start();
        for _ in 0..operations / tasks {
            running.restart(tasks);
            for _ in 0..tasks {
                let running = running.clone();
                executor.detach(async move { running.one() });
            }
            running.zero().await;
        }
        watch.each(operations)
    })
}

/// Gathers so many.
fn gather<C: Tasks>(tasks: usize, operations: usize) -> f64 {
    driven::<C, _>(move |executor: C| async move {
        let watch = Watch::start();
        for _ in 0..operations / tasks {
            executor.clone().gather((0..tasks).map(|_| ready(()))).await;
        }
        watch.each(operations)
    })
}
