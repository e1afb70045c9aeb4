//! What a foreign waker may do while a new wait clones it, before the wait stands in line. A wait
//! for the lock looks again after that whether it has to wait; a wait on a condition holds the lock
//! meanwhile, so that no notify comes between.

use super::{Signed, ask, cloned, hold, saying, signed, wait, waiting, woken};
use greenlight::Turn;
use greenlight::sync::Condition;
use stage::foreign::{Foreign, Held, Shared, abandon, is_ready, parked, poll};
use stage::{Log, standing};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::task::Waker;

fn held(future: impl Future<Output = ()> + 'static) -> Held {
    Box::pin(future)
}

#[test]
fn a_clone_that_releases_the_lock_and_takes_it_again_has_the_wait_stand_in_line() {
    let lock = Signed::default();
    let (holder, again) = (hold(&lock), Shared::default());
    let (taken, held) = (lock.clone(), again.clone());
    let waker = cloned(move || {
        abandon(&holder);
        *held.borrow_mut() = hold(&taken).take();
    });
    let first = parked(ask(&lock, "first"), &waker);
    assert_eq!(waiting(&*lock), 1);
    abandon(&again);
    assert!(is_ready(&first));
    assert_eq!(signed(&lock), ["first"]);
}

#[test]
fn a_clone_that_releases_the_lock_and_whose_drop_takes_it_has_the_wait_stand_in_line() {
    let lock = Signed::default();
    let (holder, again) = (hold(&lock), Shared::default());
    let (taken, held) = (lock.clone(), again.clone());
    let takes = move || *held.borrow_mut() = hold(&taken).take();
    let waker = Foreign::default().on_clone(move || abandon(&holder)).on_drop(takes).waker();
    let first = parked(ask(&lock, "first"), &waker);
    assert_eq!(waiting(&*lock), 1);
    abandon(&again);
    assert!(is_ready(&first));
    assert_eq!(signed(&lock), ["first"]);
}

#[test]
fn a_clone_may_drop_the_one_that_stands_in_front() {
    let (lock, log) = (Signed::default(), Log::default());
    let holder = hold(&lock);
    let victim = parked(ask(&lock, "victim"), &saying(log, "victim woken"));
    let first = parked(ask(&lock, "first"), &cloned(move || abandon(&victim)));
    abandon(&holder);
    assert_eq!(log.take(), [""; 0]);
    assert!(is_ready(&first));
    assert_eq!(signed(&lock), ["first"]);
}

#[test]
fn a_clone_may_step_the_runtime_in_which_the_holder_lets_go() {
    let (runtime, lock) = (Rc::new(standing()), Signed::default());
    let holder = hold(&lock);
    runtime.spawn_detached(async move { abandon(&holder) });
    let stepped = runtime.clone();
    let mut first = held(ask(&lock, "first"));
    assert!(poll(first.as_mut(), &cloned(move || assert_eq!(stepped.turn(), Turn::Ran(1)))).is_ready());
    assert_eq!(signed(&lock), ["first"]);
}

#[test]
fn while_a_wait_on_a_condition_clones_the_lock_is_not_to_be_had() {
    let lock = Signed::default();
    let club = Rc::new(Condition::sharing(&lock));
    let (tried, seen, late) = (lock.clone(), Rc::new(Cell::new(None)), Shared::default());
    let (saw, kept) = (seen.clone(), late.clone());
    let waker = cloned(move || {
        saw.set(Some(tried.try_lock().is_some()));
        *kept.borrow_mut() = parked(ask(&tried, "late"), Waker::noop()).take();
    });
    let guest = parked(wait(&club, "guest"), &waker);
    assert_eq!(seen.get(), Some(false), "so nobody can notify too early");
    assert!(is_ready(&late), "the wait let go of the lock once it stood in line");
    assert_eq!(club.notify_one(&lock.try_lock().expect("nobody holds it")), 1);
    assert!(is_ready(&guest));
    assert_eq!(signed(&lock), ["late", "guest"]);
}

#[test]
fn a_wait_whose_release_cannot_wake_the_next_holder_stands_in_line_all_the_same() {
    let lock = Signed::default();
    let club = Condition::sharing(&lock);
    let mut guest = pin!(club.wait(lock.try_lock().expect("nobody holds it")));
    let next = parked(ask(&lock, "next"), &woken(|| panic!("cannot be woken")).waker());
    catch_unwind(AssertUnwindSafe(|| poll(guest.as_mut(), Waker::noop()).is_ready())).expect_err("the wake panics");
    assert!(is_ready(&next));
    assert_eq!(club.notify_one(&lock.try_lock().expect("nobody holds it")), 1);
    assert!(poll(guest.as_mut(), Waker::noop()).is_ready());
    assert_eq!(signed(&lock), ["next"]);
}

#[test]
fn a_wait_that_was_notified_and_whose_clone_releases_the_lock_goes_on_in_that_poll() {
    let lock = Signed::default();
    let club = Rc::new(Condition::sharing(&lock));
    let mut guest = held(wait(&club, "guest"));
    assert!(poll(guest.as_mut(), Waker::noop()).is_pending());
    assert_eq!(club.notify_one(&lock.try_lock().expect("nobody holds it")), 1);
    let holder = hold(&lock);
    assert!(poll(guest.as_mut(), &cloned(move || abandon(&holder))).is_ready());
    assert_eq!(signed(&lock), ["guest"]);
}

#[test]
fn a_wait_that_was_notified_and_whose_clone_drops_the_lock_to_another_queues_behind_that_one() {
    let lock = Signed::default();
    let club = Rc::new(Condition::sharing(&lock));
    let guest = parked(wait(&club, "guest"), Waker::noop());
    assert_eq!(club.notify_one(&lock.try_lock().expect("nobody holds it")), 1);
    let holder = hold(&lock);
    let other = parked(ask(&lock, "other"), Waker::noop());
    let waker = cloned(move || abandon(&holder));
    assert!(poll(guest.borrow_mut().as_mut().expect("it waits").as_mut(), &waker).is_pending());
    assert!(is_ready(&other));
    assert!(is_ready(&guest));
    assert_eq!(signed(&lock), ["other", "guest"]);
}
