//! `Condition::wait_until`: a notify or a deadline, whichever comes first, and the lock in either
//! case.

use greenlight::sync::{Condition, Woke};
use greenlight::trace::Kind;
use greenlight::{JoinHandle, now, sleep, spawn, yield_now};
use stage::{Log, counted, recorded, shared, standing};
use std::rc::Rc;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// Waits from now on until so many seconds from now, and says how and when that ended.
fn waiter(condition: &Rc<Condition>, seconds: u32, log: Log) -> JoinHandle<()> {
    let condition = condition.clone();
    spawn(async move {
        let guard = condition.lock().await;
        let (_guard, woke) = condition.wait_until(guard, now() + SECOND * seconds).await;
        log.say(format!("{woke:?} at {}", now()));
    })
}

/// Notifies one after a while; tells how many that reached.
fn notifier(condition: &Rc<Condition>, seconds: u32) -> JoinHandle<usize> {
    let condition = condition.clone();
    spawn(async move {
        sleep(SECOND * seconds).await;
        let guard = condition.lock().await;
        condition.notify_one(&guard)
    })
}

#[test]
fn a_notify_before_the_deadline_ends_it() {
    let log = Log::default();
    let runtime = standing();
    runtime.run(async {
        let condition = Rc::new(Condition::new(()));
        let waiter = waiter(&condition, 5, log);
        assert_eq!(notifier(&condition, 1).await.unwrap(), 1);
        waiter.await.unwrap();
    });
    assert_eq!(log.take(), ["Notified at t=1.000000s"]);
    assert_eq!(runtime.now().since_start(), SECOND);
}

#[test]
fn the_deadline_ends_it_and_the_waiter_leaves_the_line() {
    let log = Log::default();
    standing().run(async {
        let condition = Rc::new(Condition::new(()));
        let waiter = waiter(&condition, 1, log);
        assert_eq!(notifier(&condition, 2).await.unwrap(), 0);
        waiter.await.unwrap();
    });
    assert_eq!(log.take(), ["TimedOut at t=1.000000s"]);
}

#[test]
fn a_notify_at_the_very_deadline_counts_if_it_comes_before_the_waiter_runs() {
    let log = Log::default();
    standing().run(async {
        let condition = Rc::new(Condition::new(()));
        let notifier = notifier(&condition, 1);
        let waiter = waiter(&condition, 1, log);
        // Both timers fire together, and that of the notifier was armed first.
        assert_eq!(notifier.await.unwrap(), 1);
        waiter.await.unwrap();
    });
    assert_eq!(log.take(), ["Notified at t=1.000000s"]);
}

#[test]
fn a_notify_at_the_very_deadline_is_late_once_the_waiter_has_run() {
    let log = Log::default();
    standing().run(async {
        let condition = Rc::new(Condition::new(()));
        let waiter = waiter(&condition, 1, log);
        assert_eq!(notifier(&condition, 1).await.unwrap(), 0);
        waiter.await.unwrap();
    });
    assert_eq!(log.take(), ["TimedOut at t=1.000000s"]);
}

#[test]
fn with_the_lock_held_past_the_deadline_it_ends_when_it_has_the_lock_again() {
    let log = Log::default();
    standing().run(async {
        let condition = Rc::new(Condition::new(()));
        let waiter = waiter(&condition, 1, log);
        yield_now().await;
        let guard = condition.lock().await;
        sleep(SECOND * 10).await;
        assert_eq!(condition.notify_one(&guard), 0, "its time is up: it queues for the lock, and for nothing else");
        drop(guard);
        waiter.await.unwrap();
    });
    assert_eq!(log.take(), ["TimedOut at t=10.000000s"]);
}

#[test]
fn one_that_was_notified_in_time_gets_the_lock_when_it_may_and_was_notified() {
    let log = Log::default();
    standing().run(async {
        let condition = Rc::new(Condition::new(()));
        let waiter = waiter(&condition, 1, log);
        yield_now().await;
        let guard = condition.lock().await;
        assert_eq!(condition.notify_one(&guard), 1);
        sleep(SECOND * 10).await;
        drop(guard);
        waiter.await.unwrap();
    });
    assert_eq!(log.take(), ["Notified at t=10.000000s"]);
}

#[test]
fn a_deadline_that_has_passed_lets_others_have_the_lock_for_one_turn() {
    let hops = counted(|hops| async move {
        sleep(SECOND).await;
        let condition = shared(Condition::new(0));
        let guard = condition.lock().await;
        let other = spawn(async move { *condition.lock().await += 1 });
        hops.begin();
        let (guard, woke) = condition.wait_until(guard, now()).await;
        assert_eq!((*guard, woke), (1, Woke::TimedOut));
        assert!(other.is_finished());
        hops.count()
    });
    assert_eq!(hops, 1);
}

#[test]
fn a_deadline_that_has_passed_still_hears_a_notify_of_that_turn() {
    standing().run(async {
        let condition = Rc::new(Condition::new(()));
        let guard = condition.lock().await;
        let notifier = notifier(&condition, 0);
        // It yields once, and so does this: the notifier is first.
        yield_now().await;
        let (guard, woke) = condition.wait_until(guard, now()).await;
        assert_eq!(woke, Woke::Notified);
        drop(guard);
        assert_eq!(notifier.await.unwrap(), 1);
    });
}

#[test]
fn from_the_deadline_to_the_waiter_is_one_hop() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        let condition = Rc::new(Condition::new(()));
        waiter(&condition, 1, Log::default()).await.unwrap();
    });
    let events = recorder.events();
    let turn_of = |kind| events.iter().find(|event| event.kind == kind).expect("it happened").turn;
    let retaken = events.iter().rfind(|event| event.kind == Kind::LockTaken).expect("it happened").turn;
    assert_eq!(retaken - turn_of(Kind::TimerFired), 1);
}

#[test]
fn a_notify_goes_to_the_next_once_the_first_has_timed_out() {
    let log = Log::default();
    standing().run(async {
        let condition = Rc::new(Condition::new(()));
        let waiters = [waiter(&condition, 1, log), waiter(&condition, 5, log)];
        assert_eq!(notifier(&condition, 2).await.unwrap(), 1);
        for waiter in waiters {
            waiter.await.unwrap();
        }
    });
    assert_eq!(log.take(), ["TimedOut at t=1.000000s", "Notified at t=2.000000s"]);
}

#[test]
fn waits_with_equal_deadlines_end_in_the_order_of_waiting() {
    let log = Log::default();
    standing().run(async {
        let condition = shared(Condition::new(Vec::new()));
        let waiters = [0, 1, 2].map(|number| {
            spawn(async move {
                let guard = condition.lock().await;
                let (mut guard, woke) = condition.wait_until(guard, now() + SECOND).await;
                assert_eq!(woke, Woke::TimedOut);
                guard.push(number);
            })
        });
        for waiter in waiters {
            waiter.await.unwrap();
        }
        log.say(format!("{:?}", *condition.lock().await));
    });
    assert_eq!(log.take(), ["[0, 1, 2]"]);
}
