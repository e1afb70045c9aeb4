//! What a foreign waker may do when a wait that stands in line is polled with another waker, or
//! dropped: the new waker is cloned, and the old one is dropped. What is granted meanwhile counts
//! in that very poll.

use super::{Signed, ask, cloned, hold, is_ready_with, saying, signed, wait, waiting, woken};
use greenlight::sync::Condition;
use greenlight::{Turn, spawn_detached};
use stage::foreign::{Foreign, Shared, abandon, is_ready, parked, poll};
use stage::{Log, standing};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::task::Waker;

#[test]
fn a_new_waker_whose_clone_drops_one_who_was_granted_the_lock_makes_the_next_ready() {
    let lock = Signed::default();
    let holder = hold(&lock);
    let victim = parked(ask(&lock, "victim"), Waker::noop());
    let next = parked(ask(&lock, "next"), Waker::noop());
    abandon(&holder);
    assert!(!is_ready(&next));
    assert!(is_ready_with(&next, &cloned(move || abandon(&victim))));
    assert_eq!(signed(&lock), ["next"]);
}

#[test]
fn a_new_waker_whose_clone_panics_leaves_the_wait_in_its_place() {
    let (lock, log) = (Signed::default(), Log::default());
    let holder = hold(&lock);
    let mut first = pin!(lock.lock());
    assert!(poll(first.as_mut(), &saying(log, "first woken")).is_pending());
    let second = parked(ask(&lock, "second"), Waker::noop());
    let waker = cloned(|| panic!("cannot be cloned"));
    catch_unwind(AssertUnwindSafe(|| poll(first.as_mut(), &waker).is_ready())).expect_err("the poll panics");
    abandon(&holder);
    assert_eq!(log.take(), ["first woken"], "it still wakes the old one");
    assert!(poll(first.as_mut(), Waker::noop()).is_ready());
    assert!(is_ready(&second));
    assert_eq!(signed(&lock), ["second"]);
}

#[test]
fn a_new_waker_whose_clone_notifies_and_keeps_the_lock_has_the_wait_queue_for_it() {
    let (lock, log) = (Signed::default(), Log::default());
    let club = Rc::new(Condition::sharing(&lock));
    let (holder, guest) = (Shared::default(), parked(wait(&club, "guest"), Waker::noop()));
    let (theirs, taken, held, said) = (club.clone(), lock.clone(), holder.clone(), log);
    let waker = Foreign::default().on_wake(move || said.say("guest woken")).on_clone(move || {
        theirs.notify_one(&taken.try_lock().expect("nobody holds it"));
        *held.borrow_mut() = hold(&taken).take();
    });
    assert!(!is_ready_with(&guest, &waker.waker()));
    assert_eq!((waiting(&*club), waiting(&*lock)), (0, 1));
    assert_eq!(log.take(), [""; 0], "the notify woke the waker that it still had");
    abandon(&holder);
    assert_eq!(log.take(), ["guest woken"]);
    assert!(is_ready(&guest));
    assert_eq!(signed(&lock), ["guest"]);
}

#[test]
fn one_who_queues_for_the_lock_again_may_be_released_by_the_clone_of_a_new_waker() {
    let lock = Signed::default();
    let club = Rc::new(Condition::sharing(&lock));
    let guest = parked(wait(&club, "guest"), Waker::noop());
    assert_eq!(club.notify_one(&lock.try_lock().expect("nobody holds it")), 1);
    let holder = hold(&lock);
    assert!(!is_ready(&guest), "it queues for the lock");
    assert!(is_ready_with(&guest, &cloned(move || abandon(&holder))));
    assert_eq!(signed(&lock), ["guest"]);
}

#[test]
fn one_who_queues_for_the_lock_again_may_be_dropped_by_the_next_in_line_and_its_notify_goes_on() {
    let lock = Signed::default();
    let club = Rc::new(Condition::sharing(&lock));
    let holder = Shared::default();
    let guest = parked(wait(&club, "guest"), Waker::noop());
    let other = parked(wait(&club, "other"), Waker::noop());
    assert_eq!(club.notify_one(&lock.try_lock().expect("nobody holds it")), 1);
    *holder.borrow_mut() = hold(&lock).take();
    let dropping = guest.clone();
    let first = parked(ask(&lock, "first"), &woken(move || abandon(&dropping)).waker());
    assert!(!is_ready(&guest), "it queues for the lock, behind the first");
    abandon(&holder);
    assert_eq!(waiting(&*club), 0, "the other is notified now");
    assert!(is_ready(&first) && is_ready(&other));
    assert_eq!(signed(&lock), ["first", "other"]);
}

#[test]
fn in_a_task_a_clone_may_spawn_and_cancel_and_release() {
    let (runtime, lock, log) = (standing(), Signed::default(), Log::default());
    let victim = runtime.spawn_detached(log.sleeper("victim"));
    runtime.turn();
    log.take();
    let (holder, child) = (hold(&lock), log.sleeper("child"));
    let next = runtime.spawn_detached(ask(&lock, "next"));
    runtime.turn();
    let waker = cloned(move || {
        spawn_detached(child);
        assert!(victim.cancel());
        abandon(&holder);
    });
    let last = ask(&lock, "last");
    let task = runtime.spawn_detached(async move {
        let mut last: stage::foreign::Held = Box::pin(last);
        stage::foreign::park(&mut last, &waker);
        last.await;
    });
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(runtime.turn(), Turn::Ran(3));
    assert_eq!(log.take(), ["child runs", "victim dropped"]);
    assert!(next.is_finished());
    assert_eq!(runtime.turn(), Turn::Ran(1), "the wait moved on to the task's own waker");
    assert!(task.is_finished());
    assert_eq!(signed(&lock), ["next", "last"]);
}
