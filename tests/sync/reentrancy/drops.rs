//! What a future may do while it is dropped with a lock in its hands: when it is cancelled, after
//! it panicked, and while a run ends.

use super::{Names, Signed, ask, saying, signed, wait, waiting};
use futures::FutureExt;
use greenlight::sync::{Condition, Lock};
use greenlight::{Task, Turn, spawn, spawn_detached, yield_now};
use stage::foreign::{abandon, is_ready, parked};
use stage::{Log, on_drop, reporting, standing};
use std::cell::RefCell;
use std::future::{Future, pending};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::task::Waker;

type Club = Rc<Condition<Names>>;

fn club() -> (Club, Signed) {
    let lock = Signed::default();
    (Rc::new(Condition::sharing(&lock)), lock)
}

/// A future that holds the lock, and when it is dropped notifies everybody, spawns, cancels and
/// tries to lock, before it lets go of the lock and tries again.
fn busy_in_drop(club: &Club, lock: &Signed, log: Log, victim: Task) -> impl Future<Output = ()> + use<> {
    let (club, lock) = (club.clone(), lock.clone());
    async move {
        let _after = on_drop(|| log.say(format!("after: gets the lock {}", lock.try_lock().is_some())));
        let guard = lock.lock().await;
        let _before = on_drop(|| {
            log.say(format!("before: notifies {}", club.notify_all(&guard)));
            let child = spawn(log.sleeper("child"));
            log.say(format!("child finished {}", child.is_finished()));
            log.say(format!("cancelled {}", victim.cancel()));
            log.say(format!("gets the lock {}", lock.lock().now_or_never().is_some()));
        });
        pending::<()>().await;
    }
}

#[test]
fn the_drop_of_a_cancelled_holder_notifies_and_releases_and_the_notified_go_on() {
    let (runtime, (club, lock), log) = (standing(), club(), Log::default());
    let victim = runtime.spawn_detached(log.sleeper("victim"));
    let guest = runtime.spawn_detached(wait(&club, "guest"));
    let busy = runtime.spawn_detached(busy_in_drop(&club, &lock, log, victim));
    assert_eq!(runtime.turn(), Turn::Ran(3));
    let asks = runtime.spawn_detached(ask(&lock, "asks"));
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(log.take(), ["victim runs"]);
    busy.cancel();
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(
        log.take(),
        [
            "before: notifies 1",
            "child finished false",
            "cancelled true",
            "gets the lock false",
            "after: gets the lock false",
        ],
        "after the release it is promised to the one who asks"
    );
    assert_eq!(runtime.turn(), Turn::Ran(4));
    assert_eq!(log.take(), ["child runs", "victim dropped"]);
    assert!(asks.is_finished() && !guest.is_finished());
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert!(guest.is_finished());
    assert_eq!(signed(&lock), ["asks", "guest"]);
}

#[test]
fn during_shutdown_a_holder_notifies_those_who_are_still_there_and_all_are_dropped() {
    let (runtime, (club, lock), log) = (standing(), club(), Log::default());
    runtime.run({
        let (club, lock) = (club.clone(), lock.clone());
        async move {
            let victim = spawn(log.sleeper("victim")).task();
            spawn_detached(wait(&club, "gone before"));
            spawn_detached(busy_in_drop(&club, &lock, log, victim));
            yield_now().await;
            spawn_detached(ask(&lock, "gone after"));
            yield_now().await;
        }
    });
    assert_eq!(
        log.take(),
        [
            "victim runs",
            "victim dropped",
            "before: notifies 0",
            "child finished true",
            "cancelled false",
            "gets the lock false",
            "after: gets the lock false",
        ],
        "the lock is promised to one who is dropped next"
    );
    assert_eq!(waiting(&*club), 0);
    assert_eq!(signed(&lock), [""; 0]);
}

#[test]
fn during_shutdown_a_lock_wanders_down_the_line_of_those_who_are_dropped() {
    let (runtime, lock, log) = (standing(), Signed::default(), Log::default());
    runtime.run({
        let lock = lock.clone();
        async move {
            let _guard = lock.lock().await;
            for name in ["first", "second", "third"] {
                let (asked, tried) = (lock.clone(), lock.clone());
                spawn_detached(async move {
                    let _tries = on_drop(|| {
                        let got = tried.try_lock().map(|mut guard| guard.push(name)).is_some();
                        log.say(format!("{name} dropped, gets the lock {got}"));
                    });
                    asked.lock().await.push("nobody");
                });
            }
            yield_now().await;
        }
    });
    assert_eq!(
        log.take(),
        [
            "first dropped, gets the lock false",
            "second dropped, gets the lock false",
            "third dropped, gets the lock true",
        ]
    );
    assert_eq!(signed(&lock), ["third"]);
}

#[test]
fn during_shutdown_one_who_was_notified_passes_it_on_to_one_who_is_dropped_too() {
    let (runtime, (club, lock)) = (standing(), club());
    runtime.run({
        let (club, lock) = (club.clone(), lock.clone());
        async move {
            for name in ["first", "second"] {
                spawn_detached(wait(&club, name));
            }
            yield_now().await;
            assert_eq!(club.notify_one(&lock.lock().await), 1);
        }
    });
    assert_eq!(waiting(&*club), 0);
    assert_eq!(signed(&lock), [""; 0]);
}

#[test]
fn one_who_was_granted_the_lock_and_asks_for_it_again_in_its_drop_comes_after_the_next() {
    let (runtime, lock, log) = (standing(), Signed::default(), Log::default());
    let guard = lock.try_lock().expect("nobody holds it");
    let (asked, tried) = (lock.clone(), lock.clone());
    let dying = runtime.spawn_detached(async move {
        let _tries = on_drop(|| log.say(format!("gets the lock {}", tried.try_lock().is_some())));
        asked.lock().await.push("dying");
    });
    let next = runtime.spawn_detached(ask(&lock, "next"));
    runtime.turn();
    drop(guard);
    dying.cancel();
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(log.take(), ["gets the lock false"]);
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert!(next.is_finished());
    assert_eq!(signed(&lock), ["next"]);
}

/// A value that tries to take the lock in which it lies when it is dropped.
struct Tries {
    lock: Rc<Lock<Option<Tries>>>,
    log: Log,
}

impl Drop for Tries {
    fn drop(&mut self) {
        self.log.say(format!("gets the lock {}", self.lock.try_lock().is_some()));
    }
}

#[test]
fn a_value_that_is_replaced_finds_the_lock_held() {
    let (lock, log) = (Rc::new(Lock::new(None)), Log::default());
    let tries = Tries { lock: lock.clone(), log };
    *lock.try_lock().expect("nobody holds it") = Some(tries);
    *lock.try_lock().expect("nobody holds it") = None;
    assert_eq!(log.take(), ["gets the lock false"]);
    assert!(lock.try_lock().is_some_and(|value| value.is_none()));
}

#[test]
fn a_panic_in_poll_while_the_lock_is_held_in_the_middle_of_a_batch_hands_it_on() {
    let (runtime, reports) = reporting();
    let (lock, log) = (Signed::default(), Log::default());
    let step = |name: &'static str| {
        let lock = lock.clone();
        async move {
            log.say(format!("{name} asks"));
            lock.lock().await.push(name);
            log.say(format!("{name} signed"));
        }
    };
    let panics = lock.clone();
    runtime.spawn_detached(async move {
        let mut guard = panics.lock().await;
        guard.push("begun");
        yield_now().await;
        log.say("panics");
        guard.push("half done");
        panic!("boom");
    });
    runtime.spawn_detached(step("before"));
    assert_eq!(runtime.turn(), Turn::Ran(2));
    assert_eq!(log.take(), ["before asks"]);
    runtime.spawn_detached(step("after"));
    assert_eq!(runtime.turn(), Turn::Ran(2));
    assert_eq!(log.take(), ["panics", "after asks"]);
    assert_eq!(reports.take().len(), 1);
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(log.take(), ["before signed"]);
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(log.take(), ["after signed"]);
    assert_eq!(signed(&lock), ["begun", "half done", "before", "after"], "nothing is poisoned");
}

#[test]
fn a_holder_that_panics_notifies_and_releases_while_it_unwinds() {
    let (runtime, reports) = reporting();
    let ((club, lock), log) = (club(), Log::default());
    let victim = runtime.spawn_detached(log.sleeper("victim"));
    let guest = runtime.spawn_detached(wait(&club, "guest"));
    runtime.turn();
    let busy = busy_in_drop(&club, &lock, log, victim);
    log.take();
    runtime.spawn_detached(async move {
        let mut busy = Box::pin(busy);
        assert!(futures::poll!(&mut busy).is_pending());
        panic!("boom");
    });
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(
        log.take(),
        [
            "before: notifies 1",
            "child finished false",
            "cancelled true",
            "gets the lock false",
            "after: gets the lock true",
        ]
    );
    assert_eq!(reports.take().len(), 1);
    assert_eq!(runtime.turn(), Turn::Ran(3));
    assert_eq!(log.take(), ["child runs", "victim dropped"]);
    assert!(guest.is_finished());
    assert_eq!(signed(&lock), ["guest"]);
}

#[test]
fn a_panic_in_the_drop_of_a_holder_does_not_keep_the_lock() {
    let (runtime, reports) = reporting();
    let lock = Signed::default();
    let held = lock.clone();
    let holder = runtime.spawn_detached(async move {
        let _guard = held.lock().await;
        let _panics = on_drop(|| panic!("cannot be dropped"));
        pending::<()>().await;
    });
    let next = runtime.spawn_detached(ask(&lock, "next"));
    runtime.turn();
    holder.cancel();
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(reports.take().len(), 1);
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert!(next.is_finished());
    assert_eq!(signed(&lock), ["next"]);
}

#[test]
fn a_panic_of_main_lets_go_of_the_lock_before_the_others_are_dropped() {
    let (runtime, lock, log) = (standing(), Signed::default(), Log::default());
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        runtime.run(async {
            let _guard = lock.lock().await;
            let tried = lock.clone();
            spawn_detached(async move {
                let _tries = on_drop(|| log.say(format!("gets the lock {}", tried.try_lock().is_some())));
                pending::<()>().await;
            });
            yield_now().await;
            panic!("main panics");
        })
    }));
    panicked.expect_err("the panic of main goes on");
    assert_eq!(log.take(), ["gets the lock true"]);
    assert_eq!(signed(&lock), [""; 0]);
}

#[test]
fn a_task_may_end_the_holder_of_the_lock_that_it_waits_for() {
    let (runtime, lock) = (standing(), Signed::default());
    let holder: Rc<RefCell<Option<Task>>> = Rc::default();
    let held = lock.clone();
    *holder.borrow_mut() = Some(runtime.spawn_detached(async move {
        let _guard = held.lock().await;
        pending::<()>().await;
    }));
    let (asked, ends) = (lock.clone(), holder.clone());
    let asks = runtime.spawn_detached(async move {
        let wait = ask(&asked, "asks");
        assert!(ends.take().is_some_and(|holder| holder.cancel()));
        wait.await;
    });
    assert_eq!(runtime.turn(), Turn::Ran(2));
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert!(asks.is_finished());
    assert_eq!(signed(&lock), ["asks"]);
}

#[test]
fn a_wait_that_is_dropped_with_the_lock_and_a_notify_passes_on_first_the_one_and_then_the_other() {
    let ((club, lock), log) = (club(), Log::default());
    let leaves = parked(wait(&club, "leaves"), Waker::noop());
    let heir = parked(wait(&club, "heir"), &saying(log, "heir woken"));
    let guard = lock.try_lock().expect("nobody holds it");
    club.notify_one(&guard);
    assert!(!is_ready(&leaves), "it queues for the lock");
    let next = parked(ask(&lock, "next"), &saying(log, "next woken"));
    drop(guard);
    abandon(&leaves);
    assert_eq!(log.take(), ["next woken", "heir woken"]);
    assert!(is_ready(&next) && is_ready(&heir));
    assert_eq!(signed(&lock), ["next", "heir"]);
}
