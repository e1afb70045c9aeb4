//! `Condition::wait_for`: the predicate is asked at once and after every notify, always with the
//! lock held.

use futures::FutureExt;
use greenlight::sync::{Condition, Lock};
use greenlight::trace::Kind;
use greenlight::{gather, spawn, yield_now};
use stage::{Log, counted, recorded, shared, standing};
use std::rc::Rc;

#[test]
fn a_predicate_that_is_true_already_takes_no_hop() {
    let hops = counted(|hops| async move {
        let condition = Condition::new(5);
        let guard = condition.lock().await;
        hops.begin();
        let guard = condition.wait_for(guard, |value| *value == 5).await;
        assert_eq!(*guard, 5);
        hops.count()
    });
    assert_eq!(hops, 0);
}

#[test]
fn it_is_asked_at_the_first_poll_and_not_before() {
    let condition = Condition::new(());
    let guard = condition.lock().now_or_never().expect("nobody holds it");
    let log = Log::default();
    let mut wait = Box::pin(condition.wait_for(guard, |()| {
        log.say("asked");
        false
    }));
    assert_eq!(log.take(), [""; 0]);
    assert!((&mut wait).now_or_never().is_none());
    assert_eq!(log.take(), ["asked"]);
    assert!((&mut wait).now_or_never().is_none());
    assert_eq!(log.take(), [""; 0], "a poll is no notify");
}

#[test]
fn it_is_asked_after_every_notify_and_with_the_lock_held() {
    let log = Log::default();
    standing().run(async {
        let lock = Rc::new(Lock::new(0));
        let condition = Rc::new(Condition::sharing(&lock));
        let (asked, line) = (lock.clone(), condition.clone());
        let waiter = spawn(async move {
            let guard = line.lock().await;
            let predicate = |value: &mut i32| {
                log.say(format!("asked at {value}, locked {}", asked.is_locked()));
                *value >= 3
            };
            let guard = line.wait_for(guard, predicate).await;
            log.say(format!("goes on at {}", *guard));
        });
        yield_now().await;
        for _ in 0..2 {
            *lock.lock().await += 1;
            yield_now().await;
            let mut guard = lock.lock().await;
            *guard += 1;
            condition.notify_one(&guard);
            drop(guard);
            yield_now().await;
        }
        waiter.await.unwrap();
    });
    assert_eq!(
        log.take(),
        ["asked at 0, locked true", "asked at 2, locked true", "asked at 4, locked true", "goes on at 4"],
        "and not after a change that nobody tells of"
    );
}

#[test]
fn a_predicate_may_take_what_it_finds() {
    standing().run(async {
        let stock = Rc::new(Condition::new(vec!["last", "first"]));
        let mut taken = Vec::new();
        for _ in 0..2 {
            let guard = stock.lock().await;
            let take = |items: &mut Vec<_>| {
                taken.extend(items.pop());
                true
            };
            drop(stock.wait_for(guard, take).await);
        }
        assert_eq!(taken, ["first", "last"]);
    });
}

#[test]
fn who_finds_it_false_again_waits_behind_the_others() {
    let log = Log::default();
    standing().run(async {
        let condition = shared(Condition::new(0));
        let waiters = [("wants 2", 2), ("wants 1", 1)].map(|(name, least)| {
            spawn(async move {
                let guard = condition.lock().await;
                let _guard = condition.wait_for(guard, |value| *value >= least).await;
                log.say(name);
            })
        });
        for value in [1, 1, 2] {
            yield_now().await;
            let mut guard = condition.lock().await;
            *guard = value;
            log.say(format!("value {value}"));
            assert_eq!(condition.notify_one(&guard), 1);
        }
        gather(waiters).await;
    });
    assert_eq!(log.take(), ["value 1", "value 1", "wants 1", "value 2", "wants 2"]);
}

#[test]
fn a_trace_tells_each_look_at_a_predicate_and_how_many_notifies_came_before() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        let stock = shared(Condition::new(0));
        let buyer = spawn(async move {
            let guard = stock.lock().await;
            drop(stock.wait_for(guard, |stock| *stock == 3).await);
        });
        for _ in 0..3 {
            yield_now().await;
            let mut guard = stock.lock().await;
            *guard += 1;
            stock.notify_one(&guard);
            drop(guard);
            yield_now().await;
        }
        buyer.await.unwrap();
    });
    let asked = recorder.events().into_iter().filter_map(|event| match event.kind {
        Kind::PredicateAsked { holds, notified } => Some((holds, notified)),
        _ => None,
    });
    assert_eq!(asked.collect::<Vec<_>>(), [(false, 0), (false, 1), (false, 2), (true, 3)]);
}
