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
const LONG: Duration = Duration::from_millis(1300);

/// Waits for a thread that wakes it after so long.
fn outside() -> impl Future<Output = ()> {
    let done = Arc::new(AtomicBool::new(false));
    let mut thread = None;
    poll_fn(move |cx| {
        thread.get_or_insert_with(|| wake_later(done.clone(), cx.waker().clone()));
        if done.load(Ordering::Acquire) { Poll::Ready(()) } else { Poll::Pending }
    })
}

fn wake_later(done: Arc<AtomicBool>, waker: Waker) -> thread::JoinHandle<()> {
    thread::spawn(move || {
        thread::sleep(LONG);
        done.store(true, Ordering::Release);
        waker.wake();
    })
}

/// How often a stall was suspected in a program.
fn suspicions(program: impl Future<Output = ()>) -> usize {
    let log = Log::default();
    let heard = log.clone();
    Runtime::builder().on_report(move |report| heard.say(report)).build().run(program);
    let reports = log.take();
    assert!(reports.iter().all(|report| report.starts_with("possible stall, 1 waker is held outside")), "{reports:?}");
    reports.len()
}

#[test]
fn one_who_is_idle_twice_in_the_same_place_is_suspected_once() {
    let serve = async {
        for _ in 0..2 {
            outside().await;
        }
    };
    assert_eq!(suspicions(serve), 1);
}

#[test]
fn one_who_is_idle_in_another_place_is_suspected_again() {
    let serve = async {
        outside().await;
        task("more").spawn_detached(pending());
        outside().await;
    };
    assert_eq!(suspicions(serve), 2);
}
