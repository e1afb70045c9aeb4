//! A program that waits for the outside again and again, as a server does: what is suspected of it is said once.

use crate::stage::Log;
use greenlight::{Runtime, task};
use std::future::{Future, pending, poll_fn};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

/// Longer than a runtime waits before it suspects a stall.
const LONG: Duration = Duration::from_millis(1500);

/// Shorter than that, but not twice.
const SHORT: Duration = Duration::from_millis(600);

/// Waits for a thread that wakes it after a long time.
pub(super) fn outside() -> impl Future<Output = ()> {
    outside_for(LONG)
}

fn outside_for(time: Duration) -> impl Future<Output = ()> {
    let done = Arc::new(AtomicBool::new(false));
    let mut thread = None;
    poll_fn(move |cx| {
        thread.get_or_insert_with(|| wake_later(time, done.clone(), cx.waker().clone()));
        if done.load(Ordering::Acquire) { Poll::Ready(()) } else { Poll::Pending }
    })
}

fn wake_later(time: Duration, done: Arc<AtomicBool>, waker: Waker) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        thread::sleep(time);
        done.store(true, Ordering::Release);
        waker.wake();
    })
}

/// The suspicions that a runtime reports of a program. The first says it all.
fn suspicions(program: impl Future<Output = ()>) -> Vec<String> {
    let log = Log::default();
    let heard = log.clone();
    Runtime::builder().on_report(move |report| heard.say(report)).build().run(program);
    let reports = log.take();
    let is_whole = |report: &String| report.starts_with("possible stall, 1 waker is held outside");
    assert!(reports.first().is_none_or(is_whole), "{reports:?}");
    reports
}

#[test]
fn one_who_is_idle_twice_in_the_same_place_is_suspected_once() {
    let serve = async {
        for _ in 0..2 {
            outside().await;
        }
    };
    assert_eq!(suspicions(serve).len(), 1);
}

#[test]
fn one_who_is_idle_in_other_places_is_suspected_again_in_a_line_and_more_and_more_seldom() {
    let serve = async {
        for _ in 0..3 {
            outside().await;
            task("more").spawn_detached(pending());
        }
    };
    let reports = suspicions(serve);
    // The third comes too soon after the second.
    assert_eq!(reports.len(), 2, "{reports:?}");
    let (before, rest) = reports[1].split_once(" at t=").expect("it tells the moment");
    let (_, after) = rest.split_once("s: ").expect("in seconds");
    assert_eq!(before, "possible stall again");
    assert_eq!(
        after,
        "of 2 waiting tasks, 1 can only be woken from outside; a Remote that is kept for as long as that may happen says \
        that all is well"
    );
}

#[test]
fn one_who_serves_many_is_suspected_with_twenty_of_them() {
    let serve = async {
        (0..30).for_each(|_| _ = task("connection").spawn_detached(pending()));
        outside().await;
    };
    let reports = suspicions(serve);
    assert_eq!(reports[0].matches("\n  connection (task ").count(), 19, "main comes first");
    assert!(reports[0].contains("\n  and 11 more tasks, which a dump tells\n  help: "), "{}", reports[0]);
}

#[test]
fn one_who_is_never_idle_for_long_is_not_suspected() {
    let serve = async {
        for _ in 0..2 {
            outside_for(SHORT).await;
        }
    };
    assert_eq!(suspicions(serve), [""; 0]);
}
