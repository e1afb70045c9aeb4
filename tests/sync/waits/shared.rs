//! Several conditions on one lock: each has its own line, and one lock keeps all of them apart.

use futures::FutureExt;
use greenlight::sync::{Condition, Lock};
use greenlight::{JoinHandle, gather, spawn, yield_now};
use stage::{Log, standing};
use std::collections::VecDeque;
use std::rc::Rc;

fn waiter(name: &'static str, condition: &Rc<Condition>, log: Log) -> JoinHandle<()> {
    let condition = condition.clone();
    spawn(async move {
        let guard = condition.lock().await;
        let _guard = condition.wait(guard).await;
        log.say(name);
    })
}

#[test]
fn a_notify_reaches_those_of_its_own_condition_only() {
    let log = Log::default();
    standing().run(async {
        let lock = Rc::new(Lock::new(()));
        let [left, right] = [(); 2].map(|()| Rc::new(Condition::sharing(&lock)));
        let waiters = [("l1", &left), ("r1", &right), ("l2", &left), ("r2", &right)];
        let waiters = waiters.map(|(name, condition)| waiter(name, condition, log));
        yield_now().await;
        // A guard of the lock is one of either condition, whoever it was taken from.
        let guard = lock.lock().await;
        assert_eq!(right.notify_all(&guard), 2);
        drop(guard);
        yield_now().await;
        assert_eq!(log.take(), ["r1", "r2"]);
        let guard = right.lock().await;
        assert_eq!(left.notify_all(&guard), 2);
        drop(guard);
        gather(waiters).await;
    });
    assert_eq!(log.take(), ["l1", "l2"]);
}

#[test]
fn the_notified_of_both_take_the_lock_in_turn() {
    let log = Log::default();
    standing().run(async {
        let lock = Rc::new(Lock::new(()));
        let [left, right] = [(); 2].map(|()| Rc::new(Condition::sharing(&lock)));
        let waiters = [waiter("left", &left, log), waiter("right", &right, log)];
        yield_now().await;
        let guard = lock.lock().await;
        right.notify_one(&guard);
        left.notify_one(&guard);
        drop(guard);
        gather(waiters).await;
    });
    assert_eq!(log.take(), ["right", "left"], "in the order in which they were notified");
}

#[test]
fn a_guard_that_one_condition_yields_waits_on_the_other() {
    let log = Log::default();
    standing().run(async {
        let lock = Rc::new(Lock::new(0));
        let [left, right] = [(); 2].map(|()| Rc::new(Condition::sharing(&lock)));
        let (first, second) = (left.clone(), right.clone());
        let walker = spawn(async move {
            let guard = first.lock().await;
            let guard = first.wait(guard).await;
            log.say(format!("left {}", *guard));
            let guard = second.wait(guard).await;
            log.say(format!("right {}", *guard));
        });
        for condition in [left, right] {
            yield_now().await;
            let mut guard = lock.lock().await;
            *guard += 1;
            assert_eq!(condition.notify_one(&guard), 1);
        }
        walker.await.unwrap();
    });
    assert_eq!(log.take(), ["left 1", "right 2"]);
}

/// A bounded buffer: the textbook's reason for two conditions on one lock.
#[test]
fn a_bounded_buffer_loses_nothing_and_never_overflows() {
    standing().run(async {
        let buffer = Rc::new(Lock::new(VecDeque::new()));
        let [not_full, not_empty] = [(); 2].map(|()| Rc::new(Condition::sharing(&buffer)));
        let (vacant, filled) = (not_full.clone(), not_empty.clone());
        let producer = spawn(async move {
            for item in 0..20 {
                let guard = vacant.lock().await;
                let mut guard = vacant.wait_for(guard, |buffer| buffer.len() < 3).await;
                guard.push_back(item);
                assert!(guard.len() <= 3);
                filled.notify_one(&guard);
            }
        });
        let mut taken = Vec::new();
        while taken.len() < 20 {
            let guard = not_empty.lock().await;
            let mut guard = not_empty.wait_for(guard, |buffer| !buffer.is_empty()).await;
            taken.extend(guard.pop_front());
            not_full.notify_one(&guard);
        }
        producer.await.unwrap();
        assert!(taken.into_iter().eq(0..20));
        assert!(buffer.lock().now_or_never().expect("it is free").is_empty());
    });
}
