//! What a foreign waker may do when a release wakes it: its wait is out of the line by then, and
//! the lock is promised to it.

use super::{Signed, ask, hold, saying, signed, waiting, woken};
use greenlight::sync::Event;
use greenlight::{Turn, spawn, spawn_detached, yield_now};
use stage::foreign::{Held, Shared, abandon, is_ready, park, parked};
use stage::{Log, shared, standing};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

#[test]
fn it_sets_an_event() {
    let (runtime, lock, light) = (standing(), Signed::default(), shared(Event::new()));
    let walker = runtime.spawn_detached(async move { light.wait().await });
    runtime.turn();
    let holder = hold(&lock);
    let first = parked(ask(&lock, "first"), &woken(move || light.set()).waker());
    abandon(&holder);
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert!(walker.is_finished());
    assert!(is_ready(&first));
    assert_eq!(signed(&lock), ["first"]);
}

#[test]
fn it_cannot_take_the_lock_that_is_promised_to_its_wait() {
    let lock = Signed::default();
    let holder = hold(&lock);
    let (tried, seen) = (lock.clone(), shared(Cell::new(None)));
    let waker = woken(move || seen.set(Some((tried.is_locked(), tried.try_lock().is_some())))).waker();
    let first = parked(ask(&lock, "first"), &waker);
    abandon(&holder);
    assert_eq!(seen.get(), Some((false, false)), "nobody holds it, and nobody else gets it");
    assert!(is_ready(&first));
    assert_eq!(signed(&lock), ["first"]);
}

#[test]
fn it_drops_the_next_in_line_and_the_one_behind_moves_up() {
    let (lock, log) = (Signed::default(), Log::default());
    let holder = hold(&lock);
    let victim = Shared::default();
    let dropping = victim.clone();
    let first = parked(ask(&lock, "first"), &woken(move || abandon(&dropping)).waker());
    *victim.borrow_mut() = parked(ask(&lock, "victim"), &saying(log, "victim woken")).take();
    let last = parked(ask(&lock, "last"), &saying(log, "last woken"));
    abandon(&holder);
    assert_eq!(log.take(), [""; 0]);
    assert!(is_ready(&first));
    assert_eq!(log.take(), ["last woken"]);
    assert!(is_ready(&last));
    assert_eq!(signed(&lock), ["first", "last"]);
}

#[test]
fn it_drops_its_own_wait_and_the_lock_goes_on_at_once() {
    let (lock, log) = (Signed::default(), Log::default());
    let holder = hold(&lock);
    let own = Shared::default();
    let dropping = own.clone();
    let waker = woken(move || {
        log.say("first woken");
        abandon(&dropping);
        log.say("first gone");
    });
    *own.borrow_mut() = parked(ask(&lock, "first"), &waker.waker()).take();
    let second = parked(ask(&lock, "second"), &saying(log, "second woken"));
    abandon(&holder);
    assert_eq!(log.take(), ["first woken", "second woken", "first gone"]);
    assert!(is_ready(&second));
    assert_eq!(signed(&lock), ["second"]);
}

#[test]
fn a_whole_line_that_gives_up_one_inside_the_other_leaves_the_lock_free() {
    let lock = Signed::default();
    let holder = hold(&lock);
    let dropped = shared(Cell::new(0));
    let line: Vec<Shared> = (0..100).map(|_| Shared::default()).collect();
    for wait in &line {
        let own = wait.clone();
        let waker = woken(move || {
            abandon(&own);
            dropped.set(dropped.get() + 1);
        });
        *wait.borrow_mut() = parked(ask(&lock, "nobody"), &waker.waker()).take();
    }
    abandon(&holder);
    assert_eq!(dropped.get(), 100);
    assert_eq!(signed(&lock), [""; 0]);
}

#[test]
fn it_polls_its_own_wait_and_takes_the_lock_inside_the_release() {
    let (lock, seen) = (Signed::default(), shared(Cell::new(false)));
    let own = Shared::default();
    let polling = own.clone();
    let waker = woken(move || seen.set(is_ready(&polling)));
    let mut guard = lock.try_lock().expect("nobody holds it");
    *own.borrow_mut() = parked(ask(&lock, "inside"), &waker.waker()).take();
    guard.push("outside");
    drop(guard);
    assert!(seen.get(), "the value was let go of before the lock");
    assert_eq!(signed(&lock), ["outside", "inside"]);
}

#[test]
fn its_panic_reaches_the_one_who_releases_and_the_grant_stands() {
    let lock = Signed::default();
    let guard = lock.try_lock().expect("nobody holds it");
    let first = parked(ask(&lock, "first"), &woken(|| panic!("cannot be woken")).waker());
    let second = parked(ask(&lock, "second"), std::task::Waker::noop());
    let payload = catch_unwind(AssertUnwindSafe(|| drop(guard))).expect_err("the panic goes on");
    assert_eq!(payload.downcast_ref(), Some(&"cannot be woken"));
    assert!(lock.try_lock().is_none(), "it is promised");
    assert!(is_ready(&first));
    assert!(is_ready(&second));
    assert_eq!(signed(&lock), ["first", "second"]);
}

#[test]
fn its_panic_ends_the_task_that_releases_and_no_other() {
    let (runtime, lock) = (standing(), Signed::default());
    let panics = woken(|| panic!("cannot be woken")).waker();
    let asked = lock.clone();
    runtime.run(async move {
        let theirs = asked.clone();
        let releaser = spawn(async move {
            let _guard = theirs.lock().await;
            yield_now().await;
        });
        yield_now().await;
        let mut foreign: Held = Box::pin(ask(&asked, "foreign"));
        park(&mut foreign, &panics);
        let task = spawn(ask(&asked, "task"));
        assert!(releaser.await.expect_err("the waker panics").is_panic());
        foreign.await;
        task.await.expect("the task gets the lock");
    });
    assert_eq!(signed(&lock), ["foreign", "task"]);
}

#[test]
fn the_panic_of_a_wait_that_is_dropped_in_line_does_not_stop_the_lock() {
    let lock = Signed::default();
    let holder = hold(&lock);
    let first = parked(ask(&lock, "first"), std::task::Waker::noop());
    let second = parked(ask(&lock, "second"), &woken(|| panic!("cannot be woken")).waker());
    let third = parked(ask(&lock, "third"), std::task::Waker::noop());
    abandon(&holder);
    // It passes the lock on to one whose waker panics.
    catch_unwind(AssertUnwindSafe(|| abandon(&first))).expect_err("the panic goes on");
    assert!(is_ready(&second));
    assert!(is_ready(&third));
    assert_eq!(signed(&lock), ["second", "third"]);
}

#[test]
fn it_spawns_and_cancels_and_both_happen_in_the_next_turn() {
    let (runtime, lock, log) = (standing(), Signed::default(), Log::default());
    let victim = runtime.spawn_detached(log.sleeper("victim"));
    runtime.turn();
    log.take();
    let child = log.sleeper("child");
    let waker = woken(move || {
        spawn_detached(child);
        assert!(victim.cancel());
    });
    let holder = hold(&lock);
    let first = parked(ask(&lock, "first"), &waker.waker());
    runtime.spawn_detached(async move { abandon(&holder) });
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(runtime.turn(), Turn::Ran(2));
    assert_eq!(log.take(), ["child runs", "victim dropped"]);
    assert!(is_ready(&first));
    assert_eq!(signed(&lock), ["first"]);
}

#[test]
fn it_cancels_the_task_behind_it_which_then_is_passed_over() {
    let (runtime, lock) = (standing(), Signed::default());
    let holder = hold(&lock);
    let victim = shared(RefCell::new(None::<greenlight::Task>));
    let cancelled = victim;
    let waker = woken(move || assert!(cancelled.take().is_some_and(|victim| victim.cancel())));
    let first = parked(ask(&lock, "first"), &waker.waker());
    *victim.borrow_mut() = Some(runtime.spawn_detached(ask(&lock, "victim")));
    let last = runtime.spawn_detached(ask(&lock, "last"));
    runtime.turn();
    abandon(&holder);
    assert!(is_ready(&first));
    assert_eq!(runtime.turn(), Turn::Ran(1), "the victim is dropped, and passes the lock on");
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert!(last.is_finished());
    assert_eq!(signed(&lock), ["first", "last"]);
}

#[test]
fn it_steps_the_runtime_in_which_a_task_comes_too_late() {
    let (runtime, lock, log) = (Rc::new(standing()), Signed::default(), Log::default());
    let holder = hold(&lock);
    let stepped = runtime.clone();
    let waker = woken(move || log.say(format!("{:?}", stepped.turn())));
    let first = parked(ask(&lock, "first"), &waker.waker());
    runtime.spawn_detached(ask(&lock, "task"));
    abandon(&holder);
    assert_eq!(log.take(), ["Ran(1)"]);
    assert_eq!(waiting(&*lock), 1, "the task queues behind the promise");
    assert!(is_ready(&first));
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(signed(&lock), ["first", "task"]);
}

#[test]
fn it_drops_another_lock_with_a_line_of_its_own() {
    let [lock, other] = [0, 1].map(|_| Signed::default());
    let holder = hold(&lock);
    let (held, victim) = (hold(&other), Shared::default());
    *victim.borrow_mut() = parked(ask(&other, "victim"), std::task::Waker::noop()).take();
    let first = parked(
        ask(&lock, "first"),
        &woken(move || {
            abandon(&victim);
            abandon(&held);
            drop(other);
        })
        .waker(),
    );
    abandon(&holder);
    assert!(is_ready(&first));
    assert_eq!(signed(&lock), ["first"]);
}
