//! What a foreign waker may do when a notify wakes it: the notifier still holds the lock, and
//! everybody whom the notify reaches is out of the line.

use super::{Names, Signed, saying, signed, wait, waiting, woken};
use greenlight::sync::{Condition, Event, LockGuard};
use greenlight::{Turn, spawn, spawn_detached, yield_now};
use stage::foreign::{Shared, abandon, is_ready, parked};
use stage::{Log, standing};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::task::Waker;

type Club = Rc<Condition<Names>>;

fn club() -> (Club, Signed) {
    let lock = Rc::default();
    (Rc::new(Condition::sharing(&lock)), lock)
}

/// The guard of somebody who takes the lock, which is free.
fn guard(club: &Condition<Names>) -> LockGuard<'_, Names> {
    futures::FutureExt::now_or_never(club.lock()).expect("nobody holds the lock")
}

fn notify(club: &Condition<Names>, n: usize) -> usize {
    club.notify(&guard(club), n)
}

#[test]
fn it_sets_an_event() {
    let ((club, lock), light) = (club(), Rc::new(Event::new()));
    let setting = light.clone();
    let first = parked(wait(&club, "first"), &woken(move || setting.set()).waker());
    assert_eq!(notify(&club, 1), 1);
    assert!(light.is_set());
    assert!(is_ready(&first));
    assert_eq!(signed(&lock), ["first"]);
}

#[test]
fn the_lock_is_the_notifiers_and_who_asks_for_it_stands_before_the_notified() {
    let ((club, lock), late) = (club(), Shared::default());
    let (asked, kept) = (lock.clone(), late.clone());
    let waker = woken(move || {
        assert!(asked.try_lock().is_none(), "the notifier holds it");
        *kept.borrow_mut() = parked(super::ask(&asked, "late"), Waker::noop()).take();
    });
    let first = parked(wait(&club, "first"), &waker.waker());
    assert_eq!(notify(&club, 1), 1);
    assert!(!is_ready(&first), "it queues for the lock now");
    assert!(is_ready(&late));
    assert!(is_ready(&first));
    assert_eq!(signed(&lock), ["late", "first"]);
}

#[test]
fn it_drops_one_who_was_notified_with_it_and_the_notify_goes_to_the_next() {
    let ((club, lock), log) = (club(), Log::default());
    let victim = Shared::default();
    let dropping = victim.clone();
    let first = parked(wait(&club, "first"), &woken(move || abandon(&dropping)).waker());
    *victim.borrow_mut() = parked(wait(&club, "victim"), &saying(log, "victim woken")).take();
    let third = parked(wait(&club, "third"), &saying(log, "third woken"));
    let fourth = parked(wait(&club, "fourth"), &saying(log, "fourth woken"));
    assert_eq!(notify(&club, 2), 2);
    assert_eq!(log.take(), ["third woken", "victim woken"], "the waker of the victim was collected before");
    assert!(is_ready(&first) && is_ready(&third));
    assert!(!is_ready(&fourth));
    assert_eq!(notify(&club, 1), 1);
    assert!(is_ready(&fourth));
    assert_eq!(signed(&lock), ["first", "third", "fourth"]);
}

#[test]
fn it_drops_one_who_was_woken_before_it() {
    let (club, lock) = club();
    let victim = parked(wait(&club, "victim"), Waker::noop());
    let dropping = victim.clone();
    let second = parked(wait(&club, "second"), &woken(move || abandon(&dropping)).waker());
    let third = parked(wait(&club, "third"), Waker::noop());
    assert_eq!(notify(&club, 2), 2);
    assert!(is_ready(&second));
    assert!(is_ready(&third), "the notify of the victim was passed on");
    assert_eq!(signed(&lock), ["second", "third"]);
}

#[test]
fn it_drops_one_who_was_not_notified_and_nobody_is_woken_for_that() {
    let ((club, lock), log) = (club(), Log::default());
    let victim = Shared::default();
    let dropping = victim.clone();
    let first = parked(wait(&club, "first"), &woken(move || abandon(&dropping)).waker());
    *victim.borrow_mut() = parked(wait(&club, "victim"), Waker::noop()).take();
    let last = parked(wait(&club, "last"), &saying(log, "last woken"));
    assert_eq!(notify(&club, 1), 1);
    assert_eq!(log.take(), [""; 0]);
    assert_eq!(waiting(&*club), 1);
    assert!(is_ready(&first));
    assert!(!is_ready(&last));
    assert_eq!(notify(&club, 1), 1);
    assert!(is_ready(&last));
    assert_eq!(signed(&lock), ["first", "last"]);
}

#[test]
fn it_notifies_again_and_reaches_those_whom_the_first_notify_left() {
    // Only what lives for ever lends a guard to a waker.
    let club: &'static Condition<Names> = Box::leak(Box::default());
    let wait = |name, waker: &Waker| {
        let waiting = async move { club.wait(club.lock().await).await.push(name) };
        parked(waiting, waker)
    };
    let log = Log::default();
    let lent: Rc<RefCell<Option<LockGuard<'static, _>>>> = Rc::default();
    let again = lent.clone();
    let first = wait(
        "first",
        &woken(move || {
            let guard = again.borrow();
            assert_eq!(club.notify_one(guard.as_ref().expect("the notifier lends its guard")), 1);
        })
        .waker(),
    );
    let second = wait("second", &saying(log, "second woken"));
    let third = wait("third", &saying(log, "third woken"));
    *lent.borrow_mut() = Some(self::guard(club));
    assert_eq!(club.notify_one(lent.borrow().as_ref().expect("the notifier has it")), 1);
    assert_eq!(log.take(), ["second woken"]);
    drop(lent.take());
    assert!(is_ready(&first) && is_ready(&second));
    assert!(!is_ready(&third));
    assert_eq!(notify(club, usize::MAX), 1);
    assert!(is_ready(&third));
    assert_eq!(*self::guard(club), ["first", "second", "third"]);
}

#[test]
fn its_panic_costs_nobody_the_notify_and_reaches_the_notifier() {
    let ((club, lock), log, runtime) = (club(), Log::default(), standing());
    let first = parked(wait(&club, "first"), &saying(log, "first woken"));
    let second = parked(wait(&club, "second"), &woken(|| panic!("second")).waker());
    let third = parked(wait(&club, "third"), &woken(|| panic!("third")).waker());
    let last = parked(wait(&club, "last"), &saying(log, "last woken"));
    let task = runtime.spawn_detached(wait(&club, "task"));
    runtime.turn();
    let payload = catch_unwind(AssertUnwindSafe(|| notify(&club, usize::MAX))).expect_err("the panic goes on");
    assert_eq!(payload.downcast_ref(), Some(&"second"), "the first panic is the one that goes on");
    assert_eq!(log.take(), ["first woken", "last woken"]);
    assert_eq!(waiting(&*club), 0);
    runtime.turn();
    assert!(task.is_finished());
    for waiter in [first, second, third, last] {
        assert!(is_ready(&waiter));
    }
    assert_eq!(signed(&lock), ["task", "first", "second", "third", "last"]);
}

#[test]
fn its_panic_ends_the_task_that_notifies_and_no_other() {
    let (runtime, (club, lock)) = (standing(), club());
    let foreign = parked(wait(&club, "foreign"), &woken(|| panic!("cannot be woken")).waker());
    let theirs = club.clone();
    runtime.run(async move {
        let waiter = spawn(wait(&theirs, "task"));
        yield_now().await;
        let notifier = spawn(async move { theirs.notify_all(&theirs.lock().await) });
        waiter.await.expect("the waiter is notified");
        assert!(notifier.await.expect_err("the notifier panics").is_panic());
    });
    assert!(is_ready(&foreign));
    assert_eq!(signed(&lock), ["task", "foreign"]);
}

#[test]
fn it_cancels_a_task_that_was_notified_with_it_which_passes_the_notify_on() {
    let (runtime, (club, lock)) = (standing(), club());
    let victim: Rc<Cell<Option<greenlight::Task>>> = Rc::default();
    let cancelled = victim.clone();
    let killer = woken(move || assert!(cancelled.take().is_some_and(|victim| victim.cancel())));
    let first = parked(wait(&club, "first"), &killer.waker());
    victim.set(Some(runtime.spawn_detached(wait(&club, "victim"))));
    runtime.turn();
    let last = parked(wait(&club, "last"), Waker::noop());
    assert_eq!(notify(&club, 2), 2);
    assert_eq!(waiting(&*club), 1);
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(waiting(&*club), 0, "the cancel beats the wake, and the notify goes on");
    assert!(is_ready(&first) && is_ready(&last));
    assert_eq!(signed(&lock), ["first", "last"]);
}

#[test]
fn it_polls_its_own_wait_which_queues_for_the_lock() {
    let ((club, lock), seen) = (club(), Rc::new(Cell::new(None)));
    let own = Shared::default();
    let (polling, saw) = (own.clone(), seen.clone());
    *own.borrow_mut() = parked(wait(&club, "first"), &woken(move || saw.set(Some(is_ready(&polling)))).waker()).take();
    let guard = guard(&club);
    assert_eq!(club.notify_one(&guard), 1);
    assert_eq!((seen.get(), waiting(&*lock)), (Some(false), 1));
    drop(guard);
    assert!(is_ready(&own));
    assert_eq!(signed(&lock), ["first"]);
}

#[test]
fn it_spawns_and_its_child_runs_in_the_next_turn() {
    let (runtime, (club, lock), log) = (standing(), club(), Log::default());
    let child = log.sleeper("child");
    let foreign = parked(wait(&club, "foreign"), &woken(move || _ = spawn_detached(child)).waker());
    let theirs = club.clone();
    runtime.spawn_detached(async move { _ = theirs.notify_all(&theirs.lock().await) });
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(log.take(), [""; 0]);
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(log.take(), ["child runs"]);
    assert!(is_ready(&foreign));
    assert_eq!(signed(&lock), ["foreign"]);
}

#[test]
fn one_who_is_dropped_with_a_notify_passes_it_on_even_if_the_next_holder_of_the_lock_cannot_be_woken() {
    let ((club, lock), log) = (club(), Log::default());
    let first = parked(wait(&club, "first"), Waker::noop());
    let second = parked(wait(&club, "second"), &saying(log, "second woken"));
    let guard = guard(&club);
    assert_eq!(club.notify_one(&guard), 1);
    assert!(!is_ready(&first), "it queues for the lock");
    let third = parked(super::ask(&lock, "third"), &woken(|| panic!("cannot be woken")).waker());
    drop(guard);
    // It was granted the lock, and passes that on first.
    catch_unwind(AssertUnwindSafe(|| abandon(&first))).expect_err("the panic goes on");
    assert_eq!(log.take(), ["second woken"]);
    assert!(is_ready(&third) && is_ready(&second));
    assert_eq!(signed(&lock), ["third", "second"]);
}

#[test]
fn a_predicate_may_drop_a_sibling_and_set_an_event_and_panic() {
    let ((club, lock), light) = (club(), Rc::new(Event::new()));
    let victim = parked(wait(&club, "victim"), Waker::noop());
    let (theirs, setting) = (club.clone(), light.clone());
    let asks = async move {
        let guard = theirs.lock().await;
        let ready = |signed: &mut Vec<_>| {
            if signed.is_empty() {
                return false;
            }
            abandon(&victim);
            setting.set();
            panic!("no answer")
        };
        drop(theirs.wait_for(guard, ready).await);
    };
    let asks = parked(asks, Waker::noop());
    let next = parked(wait(&club, "next"), Waker::noop());
    let mut guard = guard(&club);
    guard.push("notifier");
    assert_eq!(club.notify_all(&guard), 3);
    drop(guard);
    catch_unwind(AssertUnwindSafe(|| is_ready(&asks))).expect_err("the predicate panics");
    abandon(&asks);
    assert!(light.is_set());
    assert!(is_ready(&next));
    assert_eq!(signed(&lock), ["notifier", "next"]);
}
