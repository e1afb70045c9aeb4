//! Barriers, which have rows of growth only.

use super::{Works, driven, work};
use crate::contender::{Barrier, Barriers};
use crate::measure::{Countdown, Watch};
use std::rc::Rc;

/// The rows of those that have a barrier.
pub(crate) fn works<C: Barriers>() -> Works {
    vec![
        work("Barrier at 1,000", |operations| meet::<C>(1000, operations)),
        work("Barrier at 10,000", |operations| meet::<C>(10_000, operations)),
        work("Barrier at 100,000", |operations| meet::<C>(100_000, operations)),
    ]
}

/// So many tasks meet, and meet again.
fn meet<C: Barriers>(parties: usize, operations: usize) -> f64 {
    driven::<C, _>(move |executor: C| async move {
        let barrier = Rc::new(C::Barrier::new(parties));
        let (started, running) = (Countdown::from(parties), Countdown::from(parties));
        for _ in 0..parties {
            let (barrier, started, running) = (barrier.clone(), started.clone(), running.clone());
            executor.detach(async move {
                started.one();
                for _ in 0..operations / parties {
                    barrier.wait().await;
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
