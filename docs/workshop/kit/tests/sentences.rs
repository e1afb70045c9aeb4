//! What the watchdog says: each of its sentences, provoked.

mod failing;

use failing::message;
use kit::{check, note, on_wake, park, watched};
use std::cell::RefCell;
use std::future::{pending, poll_fn, ready};
use std::mem;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::thread;
use std::time::Duration;

/// Polls with a waker that does nothing.
fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// What the watchdog says of a check that hangs.
fn hangs<F: FnOnce() + Send + 'static>(check: F) -> String {
    let told = message(|| kit::within(Duration::from_millis(100), check));
    assert!(told.starts_with("this check hangs (ended after 100ms):\n  - "), "{told}");
    told
}

fn sleep_for_ever() -> ! {
    loop {
        thread::park();
    }
}

/// Polls so often, and then sleeps for ever.
fn poll_and_sleep(future: impl Future<Output = ()>, times: usize) -> ! {
    let mut future = pin!(future);
    for _ in 0..times {
        assert!(poll_once(future.as_mut()).is_pending());
    }
    sleep_for_ever()
}

/// Keeps the waker of its poll of that number, counted from 1.
fn keeps(poll: usize, kept: Arc<Mutex<Option<Waker>>>) -> impl Future<Output = ()> {
    let mut polls = 0;
    poll_fn(move |cx| {
        polls += 1;
        if polls == poll {
            *kept.lock().expect("nobody panicked") = Some(cx.waker().clone());
        }
        Poll::Pending
    })
}

#[test]
fn no_waker_was_kept() {
    let told = hangs(|| poll_and_sleep(watched("a", pending()), 1));
    assert!(told.contains("  - `a` returned Pending and kept no waker: nothing can wake it\n"), "{told}");
    assert!(told.contains("    a: poll no. 1 returns Pending, keeping no waker\n"), "{told}");
}

#[test]
fn its_waker_is_kept_and_nobody_wakes_it() {
    let told = hangs(|| poll_and_sleep(watched("a", keeps(1, Arc::default())), 1));
    assert!(told.contains("`a` returned Pending, its waker is kept, but nobody called wake() on it"), "{told}");
    assert!(told.contains("    a: poll no. 1 returns Pending, keeping 1 waker\n"), "{told}");
}

#[test]
fn an_old_waker_was_kept() {
    let told = hangs(|| poll_and_sleep(watched("a", keeps(1, Arc::default())), 3));
    let sentence = "`a` kept the waker of its poll no. 1, not that of no. 3: only the newest waker counts, so keep it \
                    anew on each poll";
    assert!(told.contains(sentence), "{told}");
}

#[test]
fn an_old_waker_was_woken() {
    let told = hangs(|| {
        let kept = Arc::default();
        let mut future = pin!(watched("a", keeps(1, Arc::clone(&kept))));
        assert!(poll_once(future.as_mut()).is_pending() && poll_once(future.as_mut()).is_pending());
        kept.lock().expect("nobody panicked").take().expect("it is kept").wake();
        poll_and_sleep(watched("b", pending()), 1);
    });
    let sentence = "`a`: wake() was called on the waker of an older poll, not of its poll no. 2: keep the waker anew on \
                    each poll";
    assert!(told.contains(sentence), "{told}");
    assert!(told.contains("    the check wakes a by the waker of its poll no. 1\n"), "{told}");
}

#[test]
fn a_kept_waker_was_dropped() {
    let told = hangs(|| {
        let kept = Arc::default();
        let mut future = pin!(watched("a", keeps(1, Arc::clone(&kept))));
        assert!(poll_once(future.as_mut()).is_pending());
        kept.lock().expect("nobody panicked").take();
        sleep_for_ever()
    });
    let sentence = "`a` returned Pending and its waker was kept, and later dropped without a wake: nothing can wake it \
                    any more";
    assert!(told.contains(sentence), "{told}");
}

#[test]
fn a_wake_was_lost_on_the_way() {
    let told = hangs(|| {
        let wakes_itself = poll_fn(|cx| {
            cx.waker().wake_by_ref();
            Poll::Pending
        });
        poll_and_sleep(watched("a", wakes_itself), 1);
    });
    let sentence = "`a` was woken once since its poll no. 1 and never polled again: the wake was lost on the way \
                    to your executor";
    assert!(told.contains(sentence), "{told}");
    assert!(told.contains("    a wakes a\n"), "{told}");
}

#[test]
fn it_was_never_polled() {
    let told = hangs(|| poll_and_sleep(watched("a", pending()), 0));
    assert!(told.contains("`a` was never polled: a future does nothing by itself"), "{told}");
}

#[test]
fn something_blocks_in_its_poll() {
    let told = hangs(|| {
        let blocks = poll_fn(|_| sleep_for_ever());
        poll_and_sleep(watched("a", blocks), 1);
    });
    assert!(told.contains("`a` has been inside its poll no. 1 for"), "{told}");
    assert!(told.contains(": something in poll blocks or loops"), "{told}");
}

#[test]
fn it_is_polled_without_being_woken() {
    let told = message(|| {
        check(|| {
            let mut future = pin!(watched("a", pending::<()>()));
            while poll_once(future.as_mut()).is_pending() {}
        });
    });
    assert!(told.contains("`a` was polled "), "{told}");
    let sentence = " times and woken 0 times: your executor polls without being woken (a busy loop)";
    assert!(told.contains(sentence), "{told}");
    assert_eq!(told.matches(": poll no. ").count(), 6, "the last six steps are told: {told}");
}

#[test]
fn it_is_woken_in_each_poll() {
    let told = message(|| {
        check(|| {
            let wakes_itself = poll_fn(|cx| {
                cx.waker().wake_by_ref();
                Poll::<()>::Pending
            });
            let mut future = pin!(watched("a", wakes_itself));
            while poll_once(future.as_mut()).is_pending() {}
        });
    });
    assert!(told.contains("times: it is woken again in each poll, or after it (a busy loop)"), "{told}");
}

/// A waker that waits for a lock.
struct Locks(Mutex<()>);

impl Wake for Locks {
    fn wake(self: Arc<Self>) {
        drop(self.0.lock());
    }
}

#[test]
fn a_wake_does_not_return() {
    let told = hangs(|| {
        let locks = Arc::new(Locks(Mutex::default()));
        let held = locks.0.lock().expect("nobody panicked");
        let wakes_itself = poll_fn(|cx| {
            cx.waker().wake_by_ref();
            Poll::<()>::Pending
        });
        let mut future = pin!(watched("a", wakes_itself));
        _ = future.as_mut().poll(&mut Context::from_waker(&Waker::from(locks.clone())));
        drop(held);
    });
    assert!(told.contains("somebody called wake() for `a` "), "{told}");
    let sentence = " ago and it has not returned: your wake() waits for a lock that is held by who calls it, or loops";
    assert!(told.contains(sentence), "{told}");
}

#[test]
fn no_watched_future_was_made() {
    let told = hangs(|| sleep_for_ever());
    assert!(told.contains("  - no watched future was made: your code does not return\n"), "{told}");
}

#[test]
fn it_was_not_kept() {
    let told = hangs(|| {
        let mut future = watched("a", pending());
        let _: Poll<()> = poll_once(future.as_mut());
        drop(future);
        drop(watched("b", ready(())));
        sleep_for_ever()
    });
    let sentence = "  - `a` was dropped after its poll no. 1, which had returned Pending: who polls a future keeps it until \
        it is ready\n  - `b` was dropped before it was ever polled\n";
    assert!(told.contains(sentence), "{told}");
}

#[test]
fn all_watched_futures_are_over() {
    let told = hangs(|| {
        assert!(poll_once(pin!(watched("a", ready(())))).is_ready());
        sleep_for_ever()
    });
    assert!(told.contains("  - all watched futures are over: your code does not return\n"), "{told}");
    assert!(told.contains("    a: poll no. 1 returns Ready\n"), "{told}");
}

#[test]
fn four_are_told_of_and_the_rest_is_counted_and_the_note_is_said() {
    let told = hangs(|| {
        let names = ["a", "b", "c", "d", "e", "f"];
        let _futures = names.map(|name| watched(name, pending::<()>()));
        note("nobody was let in".to_string());
        park();
        sleep_for_ever();
    });
    assert_eq!(told.matches(" was never polled: ").count(), 4, "{told}");
    assert!(told.contains("  - nobody was let in\n  and 2 more\n"), "{told}");
    assert!(told.contains("    the thread parks\n"), "{told}");
}

#[test]
fn another_thread_and_another_future_are_told_as_who_wakes() {
    let told = hangs(|| {
        let kept = Arc::default();
        let mut a = pin!(watched("a", keeps(1, Arc::clone(&kept))));
        assert!(poll_once(a.as_mut()).is_pending());
        let waker = kept.lock().expect("nobody panicked").take().expect("it is kept");
        let theirs = waker.clone();
        thread::spawn(move || theirs.wake()).join().expect("it does not panic");
        let wakes = watched("b", async move { waker.wake() });
        assert!(poll_once(pin!(wakes)).is_ready());
        sleep_for_ever()
    });
    assert!(told.contains("    another thread wakes a\n    b wakes a\n    b: poll no. 1 returns Ready\n"), "{told}");
}

#[test]
fn what_is_over_is_not_to_be_polled() {
    let told = message(|| {
        check(|| {
            let mut future = pin!(watched("a", ready(())));
            _ = (poll_once(future.as_mut()), poll_once(future.as_mut()));
        });
    });
    assert_eq!(told, "`a` was polled again after it had returned Ready: a late wake must not poll what is over");
}

#[test]
fn many_kept_wakers_are_counted_and_those_of_nobody_forgotten() {
    check(|| {
        let kept = Rc::new(RefCell::new(Vec::new()));
        let keeps = kept.clone();
        let future = poll_fn(move |cx| {
            keeps.borrow_mut().push(cx.waker().clone());
            Poll::<()>::Pending
        });
        let mut hand = kit::Hand::new("a", future);
        for polls in 1..=200 {
            assert!(hand.poll().is_pending());
            assert_eq!(hand.kept(), polls);
        }
        kept.take();
        assert_eq!(hand.kept(), 0);
        for polls in 1..=200 {
            assert!(hand.poll().is_pending());
            assert_eq!(hand.kept(), polls);
        }
    });
}

#[test]
fn what_runs_in_a_wake_may_wake_and_does_not_run_in_itself() {
    check(|| {
        let kept = Arc::default();
        let mut hand = kit::Hand::new("a", keeps(1, Arc::clone(&kept)));
        hand.pending();
        let waker = kept.lock().expect("nobody panicked").clone().expect("it is kept");
        let calls = Rc::new(RefCell::new(0));
        let (counts, again) = (calls.clone(), waker.clone());
        on_wake(move || {
            *counts.borrow_mut() += 1;
            again.wake_by_ref();
        });
        waker.wake_by_ref();
        waker.wake_by_ref();
        assert_eq!((*calls.borrow(), hand.wakes()), (2, 4));
        mem::drop(waker);
    });
}
