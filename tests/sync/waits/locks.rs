//! `Lock`: in the order of asking, handed over within one turn.

use futures::FutureExt;
use futures::future::LocalBoxFuture;
use greenlight::sync::{Condition, Event, Lock};
use greenlight::{gather, race, spawn, yield_now};
use stage::{LeftWaker, Log, counted, leave_waker, left, shared, standing};
use std::cell::Cell;
use std::rc::Rc;

#[test]
fn an_uncontended_acquire_takes_no_hop() {
    let hops = counted(|hops| async move {
        let lock = Lock::new(());
        hops.begin();
        drop(lock.lock().await);
        drop(lock.lock().await);
        hops.count()
    });
    assert_eq!(hops, 0);
}

#[test]
fn from_a_release_to_the_waiter_is_one_hop() {
    let hops = counted(|hops| async move {
        let lock = shared(Lock::new(()));
        let guard = lock.lock().await;
        let waiter = spawn(async move {
            let _guard = lock.lock().await;
            hops.count()
        });
        yield_now().await;
        hops.begin();
        drop(guard);
        waiter.await.unwrap()
    });
    assert_eq!(hops, 1);
}

/// Takes the lock so often, a turn each, and says so.
async fn visit(name: &'static str, visits: usize, lock: Rc<Lock>, log: Log) {
    for _ in 0..visits {
        let _guard = lock.lock().await;
        log.say(name);
        yield_now().await;
    }
}

#[test]
fn it_goes_from_one_to_the_next_in_the_order_of_asking() {
    let (lock, log) = (Rc::new(Lock::new(())), Log::default());
    let visits = ["a", "b", "c", "d"].map(|name| visit(name, 1, lock.clone(), log));
    standing().run(async { gather(visits).await });
    assert_eq!(log.take(), ["a", "b", "c", "d"]);
}

#[test]
fn who_lets_go_and_asks_again_at_once_overtakes_nobody() {
    let (lock, log) = (Rc::new(Lock::new(())), Log::default());
    let visits = ["a", "b", "c"].map(|name| visit(name, 2, lock.clone(), log));
    standing().run(async { gather(visits).await });
    assert_eq!(log.take(), ["a", "b", "c", "a", "b", "c"]);
}

#[test]
fn who_asks_between_the_release_and_the_waiter_overtakes_nobody() {
    let log = Log::default();
    standing().run(async {
        let lock = Rc::new(Lock::new(()));
        let guard = lock.lock().await;
        let waiter = spawn(visit("waiter", 1, lock.clone(), log));
        yield_now().await;
        drop(guard);
        log.say(format!("locked {}", lock.is_locked()));
        assert!(lock.try_lock().is_none(), "it is the waiter's");
        visit("newcomer", 1, lock.clone(), log).await;
        waiter.await.unwrap();
    });
    assert_eq!(log.take(), ["locked false", "waiter", "newcomer"]);
}

#[test]
fn who_waits_in_vain_leaves_the_order_of_the_others_alone() {
    let log = Log::default();
    standing().run(async {
        let lock = Rc::new(Lock::new(()));
        let guard = lock.lock().await;
        let [_, b, c, _] = ["a", "b", "c", "d"].map(|name| spawn(visit(name, 1, lock.clone(), log)));
        yield_now().await;
        c.task().cancel();
        b.task().cancel();
        yield_now().await;
        drop(guard);
        visit("e", 1, lock.clone(), log).await;
    });
    assert_eq!(log.take(), ["a", "d", "e"]);
}

#[test]
fn a_wait_that_was_made_first_and_polled_last_is_last_in_line() {
    standing().run(async {
        let lock = Lock::new(());
        let guard = lock.lock().await;
        let (mut made_first, mut polled_first) = (lock.lock(), lock.lock());
        assert!((&mut polled_first).now_or_never().is_none());
        assert!((&mut made_first).now_or_never().is_none());
        drop(guard);
        assert!((&mut made_first).now_or_never().is_none());
        drop((&mut polled_first).now_or_never().expect("it was first in line"));
        assert!((&mut made_first).now_or_never().is_some());
    });
}

#[test]
fn a_wake_that_is_not_the_locks_wins_nothing_and_loses_no_place() {
    let (log, waker) = (Log::default(), LeftWaker::default());
    standing().run(async {
        let lock = Rc::new(Lock::new(()));
        let guard = lock.lock().await;
        let (wanted, woken) = (lock.clone(), leave_waker("first", waker.clone(), log));
        let first = spawn(async move {
            let wait: LocalBoxFuture<'_, _> = Box::pin(async { Some(wanted.lock().await) });
            let woken: LocalBoxFuture<'_, _> = Box::pin(async {
                woken.await;
                None
            });
            assert!(race([woken, wait]).await.1.is_some());
            log.say("first has the lock");
        });
        yield_now().await;
        let second = spawn(visit("second", 1, lock.clone(), log));
        for _ in 0..2 {
            yield_now().await;
            left(&waker).wake();
        }
        yield_now().await;
        log.say("released");
        drop(guard);
        gather([first, second]).await;
    });
    let lines = ["first runs", "first runs", "first runs", "released", "first runs", "first has the lock", "second"];
    assert_eq!(log.take(), lines);
}

#[test]
fn a_set_a_release_and_a_notify_of_one_turn_take_effect_in_the_next_in_their_order() {
    let lines = counted(|hops| async move {
        let (log, event) = (Log::default(), shared(Event::new()));
        let (lock, condition) = (shared(Lock::new(())), shared(Condition::new(())));
        let guard = lock.lock().await;
        let cause = shared(Cell::new(0));
        let say = move |line: &str| log.say(format!("{line} {}", hops.turn() - cause.get()));
        let tasks = [
            spawn(async move {
                let guard = condition.lock().await;
                let _guard = condition.wait(guard).await;
                say("notify");
            }),
            spawn(async move {
                event.wait().await;
                say("set");
            }),
            spawn(async move {
                let _guard = lock.lock().await;
                say("release");
            }),
        ];
        yield_now().await;
        cause.set(hops.turn());
        event.set();
        drop(guard);
        condition.notify_one(&condition.lock().await);
        gather(tasks).await;
        log.take()
    });
    assert_eq!(lines, ["set 1", "release 1", "notify 1"]);
}

#[test]
fn is_locked_says_whether_somebody_holds_it() {
    let lock = Lock::new(());
    assert!(!lock.is_locked());
    let guard = lock.try_lock().expect("nobody holds it");
    assert!(lock.is_locked());
    drop(guard);
    assert!(!lock.is_locked());
}

#[test]
fn the_value_is_behind_the_guard_and_comes_out_in_the_end() {
    standing().run(async {
        let words = Rc::new(Lock::new(Vec::new()));
        gather(["a", "b"].map(|word| {
            let words = words.clone();
            async move {
                let mut guard = words.lock().await;
                guard.push(word);
                yield_now().await;
                guard.push(word);
            }
        }))
        .await;
        assert_eq!(words.try_lock().expect("all have ended").len(), 4);
        let words = Rc::into_inner(words).expect("nobody shares it any more");
        assert_eq!(words.into_inner(), ["a", "a", "b", "b"]);
    });
}

#[test]
fn a_lock_and_its_guard_say_what_they_are() {
    let lock = Lock::new(7).named("seven");
    assert_eq!(format!("{lock:?}"), r#"Lock { name: Some("seven"), locked: false, waiters: 0 }"#);
    let line = line!() + 1;
    let guard = lock.try_lock().expect("nobody holds it");
    let mut wait = lock.lock();
    assert!((&mut wait).now_or_never().is_none());
    assert_eq!(format!("{lock:?}"), r#"Lock { name: Some("seven"), locked: true, waiters: 1 }"#);
    assert_eq!(format!("{wait:?}"), r#"LockWait { lock: Lock { name: Some("seven"), locked: true, waiters: 1 }, .. }"#);
    let guard = format!("{guard:?}");
    assert!(guard.starts_with("LockGuard { value: 7, taken_at: "), "{guard}");
    assert!(guard.contains(file!()) && guard.contains(&format!("line: {line}")), "{guard}");
    assert_eq!(*Lock::<u8>::default().try_lock().expect("nobody holds it"), 0);
}
