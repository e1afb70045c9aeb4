//! Futures that are driven by hand: first the waker, then the loop.

use by_hand::{Counter, Outcome, drive};
use kit::{check, watched};
use std::cell::RefCell;
use std::future::{pending, poll_fn, ready};
use std::sync::Arc;
use std::task::{Poll, Waker};

#[test]
fn wake_and_wake_by_ref_both_count() {
    check(|| {
        let counter = Arc::new(Counter::default());
        let waker = Waker::from(counter.clone());
        waker.wake_by_ref();
        waker.wake();
        let wakes = counter.wakes();
        assert_eq!(wakes, 2, "a waker was woken twice, once by wake_by_ref and once by wake; you counted {wakes}");
    });
}

#[test]
fn a_clone_is_no_wake() {
    check(|| {
        let counter = Arc::new(Counter::default());
        let waker = Waker::from(counter.clone());
        drop(waker.clone());
        assert_eq!(counter.wakes(), 0, "a waker was cloned and dropped, and never woken");
    });
}

#[test]
fn a_ready_future_is_polled_once() {
    check(|| {
        let outcome = drive(watched("seven", ready(7)));
        assert_eq!(outcome, Outcome::Ready { value: 7, polls: 1 }, "a ready future needs one poll");
    });
}

#[test]
fn each_wake_is_one_poll() {
    check(|| {
        let mut left = 3;
        let countdown = poll_fn(move |cx| {
            if left == 0 {
                return Poll::Ready("lift-off");
            }
            left -= 1;
            cx.waker().wake_by_ref();
            Poll::Pending
        });
        let outcome = drive(watched("countdown", countdown));
        assert_eq!(
            outcome,
            Outcome::Ready { value: "lift-off", polls: 4 },
            "the countdown wakes itself in three polls, and is ready in the fourth"
        );
    });
}

#[test]
fn two_wakes_before_a_poll_are_one_poll() {
    check(|| {
        let mut is_first = true;
        let eager = poll_fn(move |cx| {
            if !is_first {
                return Poll::Ready(());
            }
            is_first = false;
            cx.waker().wake_by_ref();
            cx.waker().wake_by_ref();
            Poll::Pending
        });
        let outcome = drive(watched("eager", eager));
        assert_eq!(outcome, Outcome::Ready { value: (), polls: 2 }, "two wakes before a poll ask for one poll");
    });
}

#[test]
fn nobody_wakes_and_it_is_not_polled_again() {
    check(|| {
        let outcome = drive(watched("never", pending::<()>()));
        assert_eq!(
            outcome,
            Outcome::Stuck { polls: 1, wakers_kept: 0 },
            "`never` returned Pending, and nobody has a waker of it but yourself"
        );
    });
}

#[test]
fn it_tells_a_kept_waker_from_none() {
    check(|| {
        let kept = RefCell::new(None);
        let patient = poll_fn(|cx| {
            kept.replace(Some(cx.waker().clone()));
            Poll::<()>::Pending
        });
        let outcome = drive(patient);
        assert_eq!(
            outcome,
            Outcome::Stuck { polls: 1, wakers_kept: 1 },
            "somebody keeps a clone of the waker, and may call it yet"
        );
    });
}

#[test]
fn a_wake_is_good_for_one_poll_only() {
    check(|| {
        let mut is_first = true;
        let once = poll_fn(move |cx| {
            if is_first {
                cx.waker().wake_by_ref();
            }
            is_first = false;
            Poll::<()>::Pending
        });
        let outcome = drive(watched("once", once));
        assert_eq!(
            outcome,
            Outcome::Stuck { polls: 2, wakers_kept: 0 },
            "`once` woke itself in its first poll, and nobody woke it in its second"
        );
    });
}
