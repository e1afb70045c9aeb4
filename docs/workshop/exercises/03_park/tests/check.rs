//! One future, one thread that sleeps, and others that wake it, too early, too late and for nothing.

use kit::{check, naps, watched};
use park::block_on;
use std::cell::Cell;
use std::future::{poll_fn, ready};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

/// Calls the waker from another thread, after so many milliseconds.
fn wake_later(millis: u64, cx: &Context<'_>) {
    let waker = cx.waker().clone();
    thread::spawn(move || {
        thread::sleep(Duration::from_millis(millis));
        waker.wake();
    });
}

/// Is pending at its first poll, in which it does that, and ready at its second.
fn once(mut first: impl FnMut(&Context<'_>)) -> impl Future<Output = ()> {
    let mut is_first = true;
    poll_fn(move |cx| {
        if !is_first {
            return Poll::Ready(());
        }
        is_first = false;
        first(cx);
        Poll::Pending
    })
}

#[test]
fn a_ready_future_returns_its_output() {
    check(|| assert_eq!(block_on(watched("seven", ready(7))), 7));
}

#[test]
fn a_wake_from_another_thread_ends_the_sleep() {
    check(|| block_on(watched("letter", once(|cx| wake_later(50, cx)))));
}

#[test]
fn it_sleeps_while_it_waits() {
    check(|| {
        let before = naps();
        block_on(watched("letter", once(|cx| wake_later(50, cx))));
        let parked = naps() - before;
        assert!(
            parked > 0,
            "`letter` was 50 ms on its way, and the thread never parked: it was busy with nothing, or did not sleep by \
             `kit::park()`"
        );
    });
}

#[test]
fn a_wake_during_the_poll_is_not_lost() {
    check(|| block_on(watched("eager", once(|cx| cx.waker().wake_by_ref()))));
}

#[test]
fn a_token_that_somebody_else_took_is_no_lost_wake() {
    check(|| {
        let thief = once(|cx| {
            cx.waker().wake_by_ref();
            // The future takes the token of that wake, as a lock or a channel inside it would.
            thread::park_timeout(Duration::from_millis(20));
        });
        block_on(watched("thief", thief));
    });
}

#[test]
fn it_polls_only_when_woken() {
    check(|| {
        let (polls, place) = (Cell::new(0), Arc::new(Mutex::new(None::<Waker>)));
        let is_ready = Arc::new(AtomicBool::new(false));
        let (theirs, sets) = (place.clone(), is_ready.clone());
        let sleeper = poll_fn(|cx| {
            polls.set(polls.get() + 1);
            if is_ready.load(Ordering::SeqCst) {
                return Poll::Ready(());
            }
            *place.lock().expect("nobody panicked") = Some(cx.waker().clone());
            Poll::Pending
        });
        let this = thread::current();
        thread::spawn(move || {
            for _ in 0..5 {
                thread::sleep(Duration::from_millis(5));
                this.unpark();
            }
            thread::sleep(Duration::from_millis(20));
            sets.store(true, Ordering::SeqCst);
            let take = || theirs.lock().expect("nobody panicked").take();
            while take().map(Waker::wake).is_none() {
                thread::sleep(Duration::from_millis(1));
            }
        });
        block_on(watched("sleeper", sleeper));
        let polls = polls.get();
        assert_eq!(
            polls, 2,
            "it was woken once, and unparked five times by somebody else, so 2 polls; you polled {polls} times"
        );
    });
}

#[test]
fn it_sleeps_again_after_a_wake() {
    check(|| {
        let (mut polls, mut last) = (0, None::<Instant>);
        let letters = poll_fn(|cx| {
            let is_too_early = last.is_some_and(|last| last.elapsed() < Duration::from_millis(25));
            assert!(
                !is_too_early,
                "each wake comes 25 ms after its poll, and you polled sooner: the flag of an old wake is still up"
            );
            polls += 1;
            last = Some(Instant::now());
            if polls == 3 {
                return Poll::Ready(());
            }
            wake_later(25, cx);
            Poll::Pending
        });
        block_on(watched("letters", letters));
    });
}
