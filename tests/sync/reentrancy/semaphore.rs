//! What a foreign waker may do around a semaphore. All whom a release is for are granted their
//! permits before the first of them is woken, and no panic costs a permit.

use super::{acting, cloned, forgotten, is_ready_with, panics};
use greenlight::sync::{Permit, Semaphore};
use stage::foreign::{Foreign, Shared, abandon, is_ready, parked};
use stage::shared;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::task::Waker;

type Desks = Rc<Semaphore>;

/// Where a waker keeps permits.
type Kept = Rc<RefCell<Vec<Permit<'static>>>>;

async fn acquire_many(desks: Desks, permits: usize) {
    drop(desks.acquire_many(permits).await);
}

async fn acquire(desks: Desks) {
    acquire_many(desks, 1).await;
}

fn desks(permits: usize) -> Desks {
    Rc::new(Semaphore::new(permits))
}

fn release(desks: &Desks, permits: usize) {
    desks.release(permits).expect("it is unbounded");
}

#[test]
fn one_that_drops_the_next_in_line_on_a_release_gives_its_permit_back() {
    let (desks, second) = (desks(0), Shared::default());
    let next = second.clone();
    let first = parked(acquire(desks.clone()), &acting(move || abandon(&next)));
    *second.borrow_mut() = parked(acquire(desks.clone()), Waker::noop()).take();
    let third = parked(acquire(desks.clone()), Waker::noop());
    release(&desks, 2);
    assert!(is_ready(&first));
    assert!(is_ready(&third), "the permit of the second went to it");
    assert_eq!(desks.available(), 2);
}

#[test]
fn one_that_tries_for_a_permit_on_a_release_finds_it_granted() {
    let desks = desks(0);
    let (tried, seen) = (desks.clone(), shared(Cell::new(None)));
    let first = parked(acquire(desks.clone()), &acting(move || seen.set(Some(tried.try_acquire().is_some()))));
    release(&desks, 1);
    assert_eq!(seen.get(), Some(false));
    assert!(is_ready(&first));
}

#[test]
fn a_clone_that_releases_what_its_drop_takes_again_leaves_the_wait_in_line() {
    let desks: &'static Semaphore = shared(Semaphore::new(0));
    let kept = Kept::default();
    let keeps = kept.clone();
    let waker = Foreign::default()
        .on_clone(|| desks.release(1).expect("it is unbounded"))
        .on_drop(move || keeps.borrow_mut().extend(desks.try_acquire()))
        .waker();
    let waits = parked(async { drop(desks.acquire().await) }, &waker);
    assert_eq!((desks.available(), kept.borrow().len()), (0, 1));
    drop(kept.take());
    assert!(is_ready(&waits));
    assert_eq!(desks.available(), 1);
}

#[test]
fn the_drop_of_the_clone_that_was_not_needed_may_panic_and_no_permit_is_gone() {
    let desks = desks(0);
    let released = desks.clone();
    let waker =
        Foreign::default().on_clone(move || release(&released, 1)).on_drop(|| panic!("cannot be dropped")).waker();
    assert!(panics(|| parked(acquire(desks.clone()), &waker)));
    assert_eq!(desks.available(), 1);
    assert!(desks.try_acquire().is_some(), "nobody is in line");
}

#[test]
fn one_that_runs_and_cannot_wake_the_next_gives_its_permit_back() {
    let desks = desks(0);
    let first = parked(acquire(desks.clone()), Waker::noop());
    release(&desks, 2);
    let second = parked(acquire(desks.clone()), &acting(|| panic!("cannot be woken")));
    assert!(panics(|| is_ready(&first)), "the panic reaches the one who runs");
    abandon(&first);
    assert!(is_ready(&second));
    assert_eq!(desks.available(), 2);
}

#[test]
fn one_that_runs_and_can_wake_neither_the_next_nor_the_one_behind_gives_its_permit_back() {
    let desks = desks(0);
    let first = parked(acquire_many(desks.clone(), 2), Waker::noop());
    release(&desks, 3);
    let second = parked(acquire(desks.clone()), &acting(|| panic!("cannot be woken")));
    let third = parked(acquire(desks.clone()), &acting(|| panic!("cannot be woken either")));
    assert!(panics(|| is_ready(&first)));
    abandon(&first);
    assert!(is_ready(&second) && is_ready(&third));
    assert_eq!(desks.available(), 3);
}

#[test]
fn the_drop_of_an_abandoned_waker_may_panic_and_the_wait_holds_up_nobody() {
    let desks = desks(1);
    let many = parked(acquire_many(desks.clone(), 3), &forgotten(|| panic!("cannot be dropped")));
    let next = parked(acquire(desks.clone()), Waker::noop());
    assert!(panics(|| abandon(&many)));
    assert!(is_ready(&next), "one permit was enough for it all along");
    assert_eq!(desks.available(), 1);
}

#[test]
fn the_drop_of_an_abandoned_waker_may_release_and_the_next_get_all_that_suffices_for_them() {
    let desks = desks(1);
    let released = desks.clone();
    let many = parked(acquire_many(desks.clone(), 3), &forgotten(move || release(&released, 1)));
    let next = parked(acquire(desks.clone()), Waker::noop());
    let last = parked(acquire(desks.clone()), Waker::noop());
    abandon(&many);
    assert!(is_ready(&next) && is_ready(&last), "the last is granted what is left when the next runs");
    assert_eq!(desks.available(), 2);
}

#[test]
fn a_new_waker_whose_clone_drops_one_that_asks_for_many_makes_the_next_ready() {
    let desks = desks(1);
    let many = parked(acquire_many(desks.clone(), 3), Waker::noop());
    let next = parked(acquire(desks.clone()), Waker::noop());
    assert!(is_ready_with(&next, &cloned(move || abandon(&many))));
    assert_eq!(desks.available(), 1);
}

#[test]
fn a_clone_that_drops_one_that_asks_for_many_has_the_wait_go_on_at_once() {
    let desks = desks(1);
    let many = parked(acquire_many(desks.clone(), 3), Waker::noop());
    let mut next: stage::foreign::Held = Box::pin(acquire(desks.clone()));
    assert!(stage::foreign::poll(next.as_mut(), &cloned(move || abandon(&many))).is_ready());
    assert_eq!(desks.available(), 1);
}

#[test]
fn one_that_drops_the_last_handle_of_the_semaphore_when_it_is_woken_leaves_it_to_the_waits() {
    let desks = desks(0);
    let last = Rc::new(Cell::new(Some(desks.clone())));
    let drops = last.clone();
    let first = parked(acquire(desks.clone()), &acting(move || drop(drops.take())));
    release(&desks, 1);
    let gone = Rc::downgrade(&desks);
    drop(desks);
    assert!(last.take().is_none());
    assert!(is_ready(&first));
    abandon(&first);
    assert!(gone.upgrade().is_none());
}

#[test]
fn a_permit_that_is_dropped_with_a_panic_under_way_aborts_nothing_when_the_next_cannot_be_woken() {
    let desks = desks(1);
    let held = desks.try_acquire().expect("one is free");
    let next = parked(acquire(desks.clone()), &acting(|| panic!("cannot be woken")));
    let scope = panics(move || {
        let _held = held;
        panic!("the first");
    });
    assert!(scope && is_ready(&next));
}
