//! Locks and semaphores: nobody else wants it, or somebody always does.

use super::{Works, driven, work};
use crate::contender::{Hold, Locks};
use crate::measure::{Countdown, Watch};
use std::rc::Rc;

/// The rows of those that have a lock and a semaphore.
pub(crate) fn works<C: Locks>() -> Works {
    vec![
        work("Lock, free", |operations| free::<C, C::Lock>(operations)),
        work("Lock, hand-off chain", |operations| chain::<C, C::Lock>(100, operations)),
        work("Semaphore, free", |operations| free::<C, C::Semaphore>(operations)),
        work("Semaphore, chain", |operations| chain::<C, C::Semaphore>(100, operations)),
        work("Lock at 1,000", |operations| chain::<C, C::Lock>(1000, operations)),
        work("Lock at 10,000", |operations| chain::<C, C::Lock>(10_000, operations)),
        work("Lock at 100,000", |operations| chain::<C, C::Lock>(100_000, operations)),
        work("Semaphore at 1,000", |operations| chain::<C, C::Semaphore>(1000, operations)),
        work("Semaphore at 10,000", |operations| chain::<C, C::Semaphore>(10_000, operations)),
        work("Semaphore at 100,000", |operations| chain::<C, C::Semaphore>(100_000, operations)),
    ]
}

/// One task takes it and lets go, time after time.
fn free<C: Locks, H: Hold>(operations: usize) -> f64 {
    driven::<C, _>(move |_| async move {
        let it = H::new();
        let watch = Watch::start();
        for _ in 0..operations {
            drop(it.hold().await);
        }
        watch.each(operations)
    })
}

/// So many tasks stand in line, each takes it, lets go, and goes to the back.
fn chain<C: Locks, H: Hold>(tasks: usize, operations: usize) -> f64 {
    driven::<C, _>(move |executor: C| async move {
        let it = Rc::new(H::new());
        let (waiting, running) = (Countdown::from(tasks), Countdown::from(tasks));
        let rounds = operations / tasks;
        let gate = it.hold().await;
        for _ in 0..tasks {
            let (it, waiting, running) = (it.clone(), waiting.clone(), running.clone());
            executor.detach(async move {
                waiting.one();
                for _ in 0..rounds {
                    drop(it.hold().await);
                }
                running.one();
            });
        }
        waiting.zero().await;
        let watch = Watch::start();
        drop(gate);
        running.zero().await;
        watch.each(operations)
    })
}
