//! Conditions: a turn that is handed over, a notify for all, and many notifies for one each.

use super::{Works, driven, work};
use crate::contender::{Condition, Conditions};
use crate::measure::{Countdown, Watch};
use std::rc::Rc;

/// The rows of those that have a condition, or what makes one.
pub(crate) fn works<C: Conditions>() -> Works {
    vec![
        work("Condition, hand-off", |operations| hand_off::<C>(operations)),
        work("Condition, notify_all to 10,000", |operations| notify::<C>(10_000, true, operations)),
        work("Condition at 1,000", |operations| notify::<C>(1000, false, operations)),
        work("Condition at 10,000", |operations| notify::<C>(10_000, false, operations)),
        work("Condition at 100,000", |operations| notify::<C>(100_000, false, operations)),
    ]
}

/// Two tasks wait for their turn, and notify each other of it.
fn hand_off<C: Conditions>(operations: usize) -> f64 {
    driven::<C, _>(move |executor: C| async move {
        let condition = Rc::new(C::Condition::new());
        let rounds = operations / 2;
        let other = condition.clone();
        let watch = Watch::start();
        let handle = executor.spawn(async move { play(&*other, 1, rounds).await });
        play(&*condition, 0, rounds).await;
        handle.await;
        watch.each(operations)
    })
}

async fn play(condition: &impl Condition, me: usize, rounds: usize) {
    let mut turn = condition.lock().await;
    for _ in 0..rounds {
        while *turn != me {
            turn = condition.wait(turn).await;
        }
        *turn = 1 - me;
        condition.notify_one(&turn);
    }
}

/// So many tasks wait, one notifies them, all at once or each by a notify of its own, and all over again. An operation
/// is one task's way from one wait to the next.
fn notify<C: Conditions>(tasks: usize, at_once: bool, operations: usize) -> f64 {
    driven::<C, _>(move |executor: C| async move {
        let condition = Rc::new(C::Condition::new());
        let waiting = Countdown::from(tasks);
        let rounds = operations / tasks;
        for _ in 0..tasks {
            let (condition, waiting) = (condition.clone(), waiting.clone());
            executor.detach(async move {
                let mut guard = condition.lock().await;
                for _ in 0..rounds {
                    waiting.one();
                    guard = condition.wait(guard).await;
                }
                waiting.one();
            });
        }
        waiting.zero().await;
        let watch = Watch::start();
        for _ in 0..rounds {
            waiting.restart(tasks);
            let guard = condition.lock().await;
            if at_once {
                condition.notify_all(&guard);
            } else {
                (0..tasks).for_each(|_| condition.notify_one(&guard));
            }
            drop(guard);
            waiting.zero().await;
        }
        watch.each(operations)
    })
}
