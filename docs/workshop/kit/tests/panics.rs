//! A panic ends a check with its own message, wherever it comes from: the process is not aborted, and the kit goes on.

mod failing;

use failing::message;
use kit::{Hand, called_from, check, on_wake, watched};
use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::task::Poll;

/// Panics when it is dropped.
struct Fragile;

impl Drop for Fragile {
    fn drop(&mut self) {
        panic!("it breaks when it is dropped");
    }
}

/// A future that breaks when it is dropped.
async fn fragile() {
    let _fragile = Fragile;
    pending::<()>().await;
}

#[test]
fn a_poll_that_panics_fails_the_check_and_is_not_polled_again() {
    assert_eq!(message(|| check(|| Hand::new("a", async { panic!("no tea left") }).ready())), "no tea left");
    let told = message(|| {
        check(|| {
            let mut hand = Hand::new("a", poll_fn(|_| -> Poll<()> { panic!("no tea left") }));
            assert!(catch_unwind(AssertUnwindSafe(|| _ = hand.poll())).is_err());
            _ = hand.poll();
        });
    });
    assert_eq!(told, "`a` was polled again after it had panicked: a late wake must not poll what is over");
}

#[test]
fn who_polls_behind_a_panic_is_told_as_who_runs() {
    check(|| {
        let mut broken = Hand::new("broken", async { panic!("no tea left") });
        assert!(catch_unwind(AssertUnwindSafe(|| broken.poll())).is_err());
        let mut eager = Hand::new("eager", kit::yield_now());
        assert!(eager.poll().is_pending());
        assert!(message(|| eager.asleep()).starts_with("`eager` woke itself in its poll no. 1"));
    });
}

#[test]
fn a_drop_that_panics_fails_the_check() {
    let told = message(|| {
        check(|| {
            let mut hand = Hand::new("a", fragile());
            assert!(hand.poll().is_pending());
            hand.drop_it();
        });
    });
    assert_eq!(told, "it breaks when it is dropped");
}

#[test]
fn of_a_panic_and_a_drop_that_panics_meanwhile_the_first_is_told() {
    let told = message(|| {
        check(|| {
            let mut hand = Hand::new("a", fragile());
            assert!(hand.poll().is_pending());
            panic!("the first");
        });
    });
    assert_eq!(told, "the first");
}

#[test]
fn what_runs_in_a_wake_may_panic_and_nothing_stays_locked() {
    check(|| {
        on_wake(|| panic!("called in a wake"));
        let mut hand = Hand::new("a", kit::yield_now());
        assert_eq!(message(|| _ = hand.poll()), "called in a wake");
        let mut other = Hand::new("b", kit::yield_now());
        assert!(other.poll().is_pending());
        other.woken();
    });
}

#[test]
fn what_finds_a_borrow_says_who_was_to_let_go_of_it() {
    let told = |what| {
        format!(
            "{what} ran while your code held a borrow of a RefCell, and came back to it: take out what you need, let go \
             of the borrow, then call {what}"
        )
    };
    let line = RefCell::new(0);
    let borrowed = line.borrow();
    assert_eq!(message(|| called_from("poll()", || _ = line.borrow_mut())), told("poll()"));
    drop(borrowed);
    let borrowed = line.borrow_mut();
    assert_eq!(message(|| called_from("drop()", || _ = line.borrow())), told("drop()"));
    drop(borrowed);
    assert_eq!(message(|| called_from("drop()", || panic!("another one"))), "another one");
    assert_eq!(called_from("drop()", || *line.borrow()), 0);
}

#[test]
fn what_runs_in_a_wake_may_break_when_the_check_ends() {
    let told = message(|| {
        check(|| {
            let fragile = Fragile;
            on_wake(move || _ = &fragile);
        });
    });
    assert_eq!(told, "it breaks when it is dropped");
}

#[test]
fn a_future_may_outlive_its_check_in_a_local_of_the_thread() {
    thread_local! {
        static KEPT: RefCell<Option<Box<dyn Future<Output = ()>>>> = const { RefCell::new(None) };
    }
    check(|| _ = KEPT.replace(Some(Box::new(watched("a", pending())))));
}

#[test]
fn what_a_hand_finds_is_told_with_the_name_of_the_future() {
    let told = |future: Hand<_>, look: fn(&mut Hand<_>)| {
        let mut hand = future;
        message(|| look(&mut hand))
    };
    let sleeps = || Hand::new("a", Box::pin(pending()) as std::pin::Pin<Box<dyn Future<Output = ()>>>);
    let ready = || Hand::new("a", Box::pin(async {}) as _);
    let eager = || Hand::new("a", Box::pin(kit::yield_now()) as _);
    assert_eq!(told(ready(), Hand::pending), "`a` was ready at its poll no. 1: too early");
    assert_eq!(told(sleeps(), Hand::pending), "`a` returned Pending and kept no waker: nothing can wake it");
    let busy = "`a` woke itself in its poll no. 1: it would be polled over and over (a busy loop)";
    assert_eq!(told(eager(), Hand::pending), busy);
    assert_eq!(told(sleeps(), Hand::ready), "`a` is still pending: it should be ready now");
    assert_eq!(told(sleeps(), |hand| hand.woken()), "`a` was never polled: a future does nothing by itself");
    let over = |hand: &mut Hand<_>| {
        hand.ready();
        hand.woken();
    };
    assert_eq!(told(ready(), over), "`a` is over, and nobody woke it");
    let dropped = |hand: &mut Hand<_>| {
        hand.drop_it();
        hand.ready();
    };
    assert_eq!(told(ready(), dropped), "`a` was dropped, and is polled again");
}

#[test]
fn a_hand_tells_who_keeps_two_wakers_and_who_is_woken_out_of_turn() {
    check(|| {
        let kept = std::rc::Rc::new(RefCell::new(Vec::new()));
        let keeps = kept.clone();
        let future = poll_fn(move |cx| {
            keeps.borrow_mut().push(cx.waker().clone());
            Poll::<()>::Pending
        });
        let mut hand = Hand::new("a", future);
        hand.pending();
        let told = message(|| hand.pending());
        assert_eq!(told, "`a` still keeps the waker of its poll no. 1 beside that of no. 2: replace it");
        kept.borrow()[1].wake_by_ref();
        assert_eq!(message(|| hand.asleep()), "`a` was woken, and it is not its turn");
    });
}
