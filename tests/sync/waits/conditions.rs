//! `Condition`: who is notified, when it has the lock again, and in what order.

use futures::FutureExt;
use greenlight::sync::{Condition, Lock};
use greenlight::{JoinHandle, Task, gather, spawn, yield_now};
use stage::{Log, counted, standing};
use std::rc::Rc;

type Shared<T = ()> = Rc<Condition<T>>;

fn shared<T>(value: T) -> Shared<T> {
    Rc::new(Condition::new(value))
}

/// Waits once, and says its name with the lock held.
async fn guest(name: &'static str, condition: Shared, log: Log) {
    let guard = condition.lock().await;
    let _guard = condition.wait(guard).await;
    log.say(name);
}

/// Tasks that wait in line.
async fn guests<const N: usize>(names: [&'static str; N], condition: &Shared, log: Log) -> [JoinHandle<()>; N] {
    let guests = names.map(|name| spawn(guest(name, condition.clone(), log)));
    yield_now().await;
    guests
}

async fn notify(condition: &Shared, n: usize) -> usize {
    let guard = condition.lock().await;
    condition.notify(&guard, n)
}

#[test]
fn from_a_notify_and_release_to_the_waiter_is_one_hop() {
    let hops = counted(|hops| async move {
        let condition = shared(());
        let waiter = spawn({
            let (condition, hops) = (condition.clone(), hops);
            async move {
                let guard = condition.lock().await;
                let _guard = condition.wait(guard).await;
                hops.count()
            }
        });
        yield_now().await;
        let guard = condition.lock().await;
        hops.begin();
        condition.notify_one(&guard);
        drop(guard);
        waiter.await.unwrap()
    });
    assert_eq!(hops, 1);
}

/// After how many turns each of four has the lock that is notified at once, if each holds it for so
/// many.
fn hops_of_notify_all(turns_inside: usize) -> Vec<u64> {
    counted(|hops| async move {
        let condition = shared(());
        let waiters: Vec<_> = (0..4)
            .map(|_| {
                let (condition, hops) = (condition.clone(), hops);
                spawn(async move {
                    let guard = condition.lock().await;
                    let _guard = condition.wait(guard).await;
                    let count = hops.count();
                    for _ in 0..turns_inside {
                        yield_now().await;
                    }
                    count
                })
            })
            .collect();
        yield_now().await;
        let guard = condition.lock().await;
        hops.begin();
        assert_eq!(condition.notify_all(&guard), 4);
        drop(guard);
        let mut counts = Vec::new();
        for waiter in waiters {
            counts.push(waiter.await.unwrap());
        }
        counts
    })
}

#[test]
fn all_who_are_notified_pass_in_one_turn_if_none_awaits_inside() {
    assert_eq!(hops_of_notify_all(0), [1, 1, 1, 1]);
}

#[test]
fn those_who_stay_inside_for_a_turn_follow_each_other_every_other_turn() {
    assert_eq!(hops_of_notify_all(1), [1, 3, 5, 7]);
}

#[test]
fn a_notify_goes_to_so_many_first_in_first_out_and_tells_how_many_there_were() {
    let log = Log::default();
    standing().run(async {
        let condition = shared(());
        let guests = guests(["a", "b", "c", "d"], &condition, log).await;
        assert_eq!(notify(&condition, 0).await, 0);
        yield_now().await;
        assert_eq!(log.take(), [""; 0]);
        assert_eq!(notify(&condition, 1).await, 1);
        yield_now().await;
        assert_eq!(log.take(), ["a"]);
        assert_eq!(notify(&condition, 2).await, 2);
        yield_now().await;
        assert_eq!(log.take(), ["b", "c"]);
        assert_eq!(notify(&condition, 5).await, 1);
        yield_now().await;
        assert_eq!(log.take(), ["d"]);
        gather(guests).await;
    });
}

#[test]
fn notify_one_and_notify_all_are_notifies_of_one_and_of_all() {
    let log = Log::default();
    standing().run(async {
        let condition = shared(());
        let guests = guests(["a", "b", "c"], &condition, log).await;
        let guard = condition.lock().await;
        assert_eq!(condition.notify_one(&guard), 1);
        assert_eq!(condition.notify_all(&guard), 2);
        assert_eq!(condition.notify_all(&guard), 0);
        drop(guard);
        gather(guests).await;
    });
    assert_eq!(log.take(), ["a", "b", "c"]);
}

#[test]
fn a_notify_with_nobody_waiting_is_lost() {
    let stalled = standing().try_run(async {
        let condition = shared(());
        assert_eq!(notify(&condition, 1).await, 0);
        guest("late", condition, Log::default()).await;
    });
    let told = stalled.expect_err("nobody notifies again").tasks()[0].to_string();
    assert!(told.contains("last signalled at") && told.contains("when nobody waited"), "{told}");
}

#[test]
fn who_is_notified_goes_on_when_the_lock_is_released_and_not_before() {
    let log = Log::default();
    standing().run(async {
        let condition = shared(());
        let [guest] = guests(["guest"], &condition, log).await;
        let guard = condition.lock().await;
        condition.notify_one(&guard);
        for _ in 0..3 {
            yield_now().await;
        }
        log.say("released");
        drop(guard);
        guest.await.unwrap();
    });
    assert_eq!(log.take(), ["released", "guest"]);
}

#[test]
fn who_is_notified_queues_for_the_lock_at_the_back() {
    let log = Log::default();
    standing().run(async {
        let condition = shared(());
        let [guest] = guests(["guest"], &condition, log).await;
        let guard = condition.lock().await;
        let line = condition.clone();
        let early = spawn(async move {
            let _guard = line.lock().await;
            log.say("early");
        });
        yield_now().await;
        condition.notify_one(&guard);
        drop(guard);
        gather([guest, early]).await;
    });
    assert_eq!(log.take(), ["early", "guest"]);
}

#[test]
fn the_lock_is_free_while_one_waits() {
    standing().run(async {
        let condition = shared(());
        let mut waits = Vec::new();
        for waiting in 1..=3 {
            let guard = condition.lock().now_or_never().expect("those who wait do not hold it");
            let mut wait = condition.wait(guard);
            assert!((&mut wait).now_or_never().is_none());
            waits.push(wait);
            let lock = "Lock { name: None, locked: false, waiters: 0 }";
            assert_eq!(
                format!("{condition:?}"),
                format!("Condition {{ name: None, waiters: {waiting}, lock: {lock} }}")
            );
        }
    });
}

#[test]
fn the_lock_is_held_until_the_wait_is_polled() {
    standing().run(async {
        let condition = shared(());
        let guard = condition.lock().await;
        let mut wait = condition.wait(guard);
        assert!(condition.lock().now_or_never().is_none());
        assert!((&mut wait).now_or_never().is_none());
        assert!(condition.lock().now_or_never().is_some());
    });
}

#[test]
fn who_waits_again_is_last_in_line() {
    let log = Log::default();
    standing().run(async {
        let condition = shared(());
        let line = condition.clone();
        let again = spawn(async move {
            let mut guard = line.lock().await;
            for _ in 0..2 {
                guard = line.wait(guard).await;
                log.say("again");
            }
        });
        let [guest] = guests(["guest"], &condition, log).await;
        for _ in 0..3 {
            assert_eq!(notify(&condition, 1).await, 1);
            yield_now().await;
        }
        gather([again, guest]).await;
    });
    assert_eq!(log.take(), ["again", "guest", "again"]);
}

#[test]
fn who_waits_again_at_once_is_no_part_of_the_notify() {
    let log = Log::default();
    standing().run(async {
        let condition = shared(());
        let line = condition.clone();
        let keen = spawn(async move {
            let mut guard = line.lock().await;
            loop {
                guard = line.wait(guard).await;
                log.say("keen");
            }
        });
        yield_now().await;
        assert_eq!(notify(&condition, usize::MAX).await, 1);
        for _ in 0..4 {
            yield_now().await;
        }
        keen.task().cancel();
    });
    assert_eq!(log.take(), ["keen"]);
}

#[test]
fn a_notify_passes_over_those_who_are_dying() {
    let log = Log::default();
    standing().run(async {
        let condition = shared(());
        let [a, b, c] = guests(["a", "b", "c"], &condition, log).await;
        a.task().cancel();
        assert_eq!(notify(&condition, 1).await, 1);
        b.await.unwrap();
        assert_eq!(log.take(), ["b"]);
        c.task().cancel();
        assert_eq!(notify(&condition, usize::MAX).await, 0, "nobody who waits lives");
    });
    assert_eq!(log.take(), [""; 0]);
}

/// Cancels somebody who was notified already: the notify is not lost with it.
async fn kill_notified(condition: &Shared, victim: Task, turns_before: usize) {
    let guard = condition.lock().await;
    assert_eq!(condition.notify_one(&guard), 1);
    for _ in 0..turns_before {
        yield_now().await;
    }
    victim.cancel();
}

#[test]
fn one_who_dies_after_it_was_notified_passes_the_notify_on() {
    for turns_before in 0..=2 {
        let log = Log::default();
        standing().run(async {
            let condition = shared(());
            let [a, b, c] = guests(["a", "b", "c"], &condition, log).await;
            kill_notified(&condition, a.task(), turns_before).await;
            b.await.unwrap();
            yield_now().await;
            assert!(!c.is_finished());
        });
        assert_eq!(log.take(), ["b"]);
    }
}

#[test]
fn one_who_dies_after_everybody_was_told_wakes_no_newcomer() {
    for turns_before in 0..=2 {
        let log = Log::default();
        standing().run(async {
            let condition = shared(());
            let [told, dies] = guests(["told", "dies"], &condition, log).await;
            let guard = condition.lock().await;
            let newcomer = spawn(guest("newcomer", condition.clone(), log));
            yield_now().await;
            assert_eq!(condition.notify_all(&guard), 2);
            drop(guard);
            for _ in 0..turns_before {
                yield_now().await;
            }
            assert!(dies.task().cancel());
            told.await.unwrap();
            for _ in 0..4 {
                yield_now().await;
            }
            assert!(!newcomer.is_finished(), "nothing has changed since it began to wait");
        });
        assert_eq!(log.take(), ["told"]);
    }
}

#[test]
fn one_who_is_notified_after_everybody_was_told_passes_the_notify_on_like_any_other() {
    let log = Log::default();
    standing().run(async {
        let condition = shared(());
        let [a] = guests(["a"], &condition, log).await;
        assert_eq!(notify(&condition, usize::MAX).await, 1);
        a.await.unwrap();
        let [b, c] = guests(["b", "c"], &condition, log).await;
        kill_notified(&condition, b.task(), 0).await;
        c.await.unwrap();
    });
    assert_eq!(log.take(), ["a", "c"]);
}

#[test]
fn whether_the_lock_is_held_or_to_be_had_is_asked_of_its_own_lock_or_of_the_shared_one() {
    let lock = Rc::new(Lock::new(7));
    for condition in [Condition::new(7), Condition::sharing(&lock)] {
        assert!(!condition.is_locked());
        let guard = condition.try_lock().expect("nobody holds it");
        assert_eq!(*guard, 7);
        assert!(condition.is_locked() && condition.try_lock().is_none());
    }
    let _guard = lock.try_lock().expect("nobody holds it");
    assert!(Condition::sharing(&lock).is_locked());
}

#[test]
fn a_condition_and_its_wait_say_what_they_are() {
    let condition = Condition::new(0).named("stock");
    let lock = r#"lock: Lock { name: Some("stock"), locked: false, waiters: 0 }"#;
    let told = format!(r#"Condition {{ name: Some("stock"), waiters: 0, {lock} }}"#);
    assert_eq!(format!("{condition:?}"), told);
    let mut wait = condition.wait(condition.lock().now_or_never().expect("nobody holds it"));
    assert!((&mut wait).now_or_never().is_none());
    let told = told.replacen("waiters: 0", "waiters: 1", 1);
    assert_eq!(format!("{wait:?}"), format!("ConditionWait {{ condition: {told}, .. }}"));
    assert_eq!(*Condition::<u8>::default().lock().now_or_never().expect("nobody holds it"), 0);
}

#[test]
fn producers_and_consumers_share_what_is_behind_the_lock() {
    standing().run(async {
        let queue = shared(std::collections::VecDeque::new());
        let consumers = (0..3).map(|_| {
            let queue = queue.clone();
            spawn(async move {
                let guard = queue.lock().await;
                queue.wait_for(guard, |queue| !queue.is_empty()).await.pop_front()
            })
        });
        let consumers: Vec<_> = consumers.collect();
        for item in 0..3 {
            let mut guard = queue.lock().await;
            guard.push_back(item);
            queue.notify_one(&guard);
        }
        let mut taken = Vec::new();
        for consumer in consumers {
            taken.push(consumer.await.unwrap().expect("there is an item for each"));
        }
        assert_eq!(taken, [0, 1, 2]);
    });
}
