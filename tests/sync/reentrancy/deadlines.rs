//! What a foreign waker may do around a deadline: of a wait on a condition, and of a timeout whose
//! deadline can be moved. A notify or a move that comes before the wait looks again counts.

use super::{Names, Signed, ask, forgotten, hold, saying, signed, waiting, woken};
use greenlight::sync::{Condition, Woke};
use greenlight::{Deadline, Instant, Runtime, Turn, timeout, timeout_at};
use stage::foreign::{Foreign, Shared, abandon, is_ready, parked, poll};
use stage::{Log, standing};
use std::cell::Cell;
use std::future::{Future, pending};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::task::Waker;
use std::time::Duration;

const MS: Duration = Duration::from_millis(1);

/// So long after the start, which is the same moment in every runtime.
fn millis(millis: u64) -> Instant {
    standing().now() + Duration::from_millis(millis)
}

/// What a timed wait came to.
type Ended<T> = Rc<Cell<Option<T>>>;

/// A wait on a condition until one millisecond has passed, which signs.
fn guest(club: &Rc<Condition<Names>>, woke: &Ended<Woke>) -> impl Future<Output = ()> + use<> {
    let (club, woke) = (club.clone(), woke.clone());
    async move {
        let guard = club.lock().await;
        let (mut guard, how) = club.wait_until(guard, millis(1)).await;
        guard.push("guest");
        woke.set(Some(how));
    }
}

/// The stage of these tests: a runtime, a condition, its lock, and how the wait on it ends.
fn club() -> (Rc<Runtime>, Rc<Condition<Names>>, Signed, Ended<Woke>) {
    let lock = Signed::default();
    (Rc::new(standing()), Rc::new(Condition::sharing(&lock)), lock, Ended::default())
}

fn notify(club: &Condition<Names>, lock: &Signed) -> usize {
    club.notify_one(&lock.try_lock().expect("nobody holds it"))
}

#[test]
fn who_is_woken_by_the_deadline_may_take_the_lock_and_the_wait_queues_for_it() {
    let (runtime, club, lock, woke) = club();
    let holder = Shared::default();
    let (taken, held) = (lock.clone(), holder.clone());
    let waker = woken(move || *held.borrow_mut() = hold(&taken).take()).waker();
    let waits = runtime.enter(|| parked(guest(&club, &woke), &waker));
    assert_eq!(runtime.turn(), Turn::Ran(0));
    assert!(!is_ready(&waits));
    assert_eq!((waiting(&*club), waiting(&*lock)), (0, 1));
    abandon(&holder);
    assert!(is_ready(&waits));
    assert_eq!(woke.get(), Some(Woke::TimedOut));
    assert_eq!(signed(&lock), ["guest"]);
}

#[test]
fn who_is_woken_by_the_deadline_may_notify_and_the_wait_was_in_time() {
    let (runtime, club, lock, woke) = club();
    let (theirs, taken) = (club.clone(), lock.clone());
    let waker = woken(move || assert_eq!(notify(&theirs, &taken), 1)).waker();
    let waits = runtime.enter(|| parked(guest(&club, &woke), &waker));
    assert_eq!(runtime.turn(), Turn::Ran(0));
    assert!(is_ready(&waits));
    assert_eq!(woke.get(), Some(Woke::Notified));
    assert_eq!(signed(&lock), ["guest"]);
}

#[test]
fn who_is_woken_by_the_deadline_may_drop_the_wait() {
    let (runtime, club, lock, woke) = club();
    let own = Shared::default();
    let dropping = own.clone();
    let waker = woken(move || abandon(&dropping)).waker();
    *own.borrow_mut() = runtime.enter(|| parked(guest(&club, &woke), &waker)).take();
    assert_eq!(runtime.turn(), Turn::Ran(0));
    assert_eq!(notify(&club, &lock), 0);
    assert_eq!(runtime.turn(), Turn::Idle(None), "no timer is left");
    assert_eq!(woke.get(), None);
    assert_eq!(signed(&lock), [""; 0]);
}

#[test]
fn a_clone_that_lets_the_deadline_pass_has_the_wait_time_out_in_that_poll() {
    let (runtime, club, lock, woke) = club();
    let waits = runtime.enter(|| parked(guest(&club, &woke), Waker::noop()));
    let stepped = runtime.clone();
    let waker = Foreign::default().on_clone(move || assert_eq!(stepped.turn(), Turn::Ran(0))).waker();
    assert!(poll(waits.borrow_mut().as_mut().expect("it waits").as_mut(), &waker).is_ready());
    assert_eq!(woke.get(), Some(Woke::TimedOut));
    assert_eq!(signed(&lock), ["guest"]);
}

#[test]
fn a_notify_that_comes_while_the_wait_finds_out_that_the_time_is_up_was_in_time() {
    let (runtime, club, lock, woke) = club();
    let (theirs, taken, stepped) = (club.clone(), lock.clone(), runtime.clone());
    // The line lets go of the old waker first, and the timer last.
    let notifies = move || {
        assert_eq!(stepped.turn(), Turn::Ran(0));
        assert_eq!(notify(&theirs, &taken), 1);
    };
    let waits = runtime.enter(|| parked(guest(&club, &woke), &forgotten(notifies)));
    assert!(is_ready(&waits));
    assert_eq!(woke.get(), Some(Woke::Notified));
    assert_eq!(signed(&lock), ["guest"]);
}

/// A timeout of something that never ends, and the moment at which it gave up.
fn limited(deadline: &Rc<Deadline>, ended: &Ended<Instant>) -> impl Future<Output = ()> + use<> {
    let (deadline, ended) = (deadline.clone(), ended.clone());
    async move {
        timeout_at(&deadline, pending::<()>()).await.expect_err("it never ends");
        ended.set(Some(greenlight::now()));
    }
}

/// Steps a runtime until no timer is left, and polls a future whenever time has moved.
fn play(runtime: &Runtime, future: &Shared) {
    while runtime.turn() != Turn::Idle(None) {
        if runtime.enter(|| is_ready(future)) {
            return;
        }
    }
}

#[test]
fn a_clone_may_move_the_deadline_before_the_timeout_has_looked_at_it() {
    let (runtime, ended) = (standing(), Ended::default());
    let deadline = Rc::new(Deadline::at(millis(1)));
    let moved = deadline.clone();
    let waker = Foreign::default().on_clone(move || moved.move_to(millis(5))).waker();
    let limited = runtime.enter(|| parked(limited(&deadline, &ended), &waker));
    play(&runtime, &limited);
    assert_eq!(ended.get(), Some(millis(5)));
}

#[test]
fn a_clone_of_a_new_waker_may_move_the_deadline() {
    let (runtime, ended) = (standing(), Ended::default());
    let deadline = Rc::new(Deadline::at(millis(1)));
    let limited = runtime.enter(|| parked(limited(&deadline, &ended), Waker::noop()));
    let moved = deadline.clone();
    let waker = Foreign::default().on_clone(move || moved.move_to(millis(5))).waker();
    runtime.enter(|| assert!(poll(limited.borrow_mut().as_mut().expect("it waits").as_mut(), &waker).is_pending()));
    play(&runtime, &limited);
    assert_eq!(ended.get(), Some(millis(5)));
}

#[test]
fn the_drop_of_the_waker_of_a_sleep_that_is_replaced_may_move_the_deadline_again() {
    let (runtime, ended, log) = (standing(), Ended::default(), Log::default());
    let deadline = Rc::new(Deadline::at(millis(1)));
    let moved = deadline.clone();
    let limited = runtime.enter(|| parked(limited(&deadline, &ended), &forgotten(move || moved.move_to(millis(5)))));
    deadline.move_to(millis(3));
    let waker = saying(log, "woken");
    runtime.enter(|| assert!(poll(limited.borrow_mut().as_mut().expect("it waits").as_mut(), &waker).is_pending()));
    assert_eq!(log.take(), [""; 0], "a later deadline is looked at when the sooner one has come");
    play(&runtime, &limited);
    assert_eq!(ended.get(), Some(millis(5)));
}

#[test]
fn who_is_woken_by_a_move_may_move_again() {
    let (runtime, ended) = (standing(), Ended::default());
    let deadline = Rc::new(Deadline::new());
    let moved = deadline.clone();
    let waker = woken(move || moved.move_to(millis(5))).waker();
    let limited = runtime.enter(|| parked(limited(&deadline, &ended), &waker));
    deadline.move_to(millis(1));
    assert_eq!(deadline.when(), Some(millis(5)));
    assert!(!runtime.enter(|| is_ready(&limited)));
    play(&runtime, &limited);
    assert_eq!(ended.get(), Some(millis(5)));
}

#[test]
fn who_is_woken_by_the_deadline_may_move_it_and_has_more_time() {
    let (runtime, ended) = (standing(), Ended::default());
    let deadline = Rc::new(Deadline::at(millis(1)));
    let moved = deadline.clone();
    let waker = woken(move || moved.move_to(millis(5))).waker();
    let limited = runtime.enter(|| parked(limited(&deadline, &ended), &waker));
    play(&runtime, &limited);
    assert_eq!(ended.get(), Some(millis(5)));
}

#[test]
fn who_is_woken_by_a_move_may_drop_others_that_go_by_that_deadline() {
    let (runtime, log, ended) = (standing(), Log::default(), Ended::default());
    let deadline = Rc::new(Deadline::new());
    let victim = Shared::default();
    let dropping = victim.clone();
    let waker = woken(move || abandon(&dropping)).waker();
    let _killer = runtime.enter(|| parked(limited(&deadline, &ended), &waker));
    *victim.borrow_mut() = runtime.enter(|| parked(limited(&deadline, &ended), Waker::noop())).take();
    let _last = runtime.enter(|| parked(limited(&deadline, &ended), &saying(log, "last woken")));
    deadline.move_to(millis(1));
    assert!(victim.borrow().is_none());
    assert_eq!(log.take(), ["last woken"]);
}

#[test]
fn its_panic_costs_nobody_the_news_of_a_move_and_reaches_the_mover() {
    let (runtime, log, ended) = (standing(), Log::default(), Ended::default());
    let deadline = Rc::new(Deadline::new());
    let panics = woken(|| panic!("cannot be woken")).waker();
    let first = runtime.enter(|| parked(limited(&deadline, &ended), &panics));
    let _last = runtime.enter(|| parked(limited(&deadline, &ended), &saying(log, "last woken")));
    catch_unwind(AssertUnwindSafe(|| deadline.move_to(millis(1)))).expect_err("the panic goes on");
    assert_eq!(log.take(), ["last woken"]);
    assert!(!runtime.enter(|| is_ready(&first)));
    play(&runtime, &first);
    assert_eq!(ended.get(), Some(millis(1)));
}

#[test]
fn what_a_timeout_drops_lets_go_of_the_lock_at_the_deadline() {
    let (runtime, lock) = (standing(), Signed::default());
    let held = lock.clone();
    runtime.run(async move {
        let holds = async {
            held.lock().await.push("slow");
            let _guard = held.lock().await;
            pending::<()>().await;
        };
        let next = greenlight::spawn({
            let held = held.clone();
            async move {
                greenlight::yield_now().await;
                ask(&held, "next").await;
                greenlight::now()
            }
        });
        timeout(MS, holds).await.expect_err("it never ends");
        assert_eq!(next.await.expect("nobody cancels it"), millis(1));
    });
    assert_eq!(signed(&lock), ["slow", "next"]);
}
