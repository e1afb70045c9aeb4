//! A program that waits for the outside again and again, as a server does: what is suspected of it is said once.

use greenlight::{Runtime, task};
use stage::Log;
use std::future::{Future, pending, poll_fn};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Poll, Waker};
use std::thread;
use std::time::Duration;

/// Longer than a runtime waits before it suspects a stall, and shorter than it waits before it tells one whole.
const LONG: Duration = Duration::from_millis(1500);

/// Longer than it waits before it tells a possible stall whole.
const LONGEST: Duration = Duration::from_millis(3500);

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

/// The suspicions that a runtime reports of a program. The first is a line.
fn suspicions(program: impl Future<Output = ()>) -> Vec<String> {
    let log = Log::default();
    Runtime::builder().on_report(move |report| log.say(report)).build().run(program);
    let reports = log.take();
    let is_line = |report: &String| report.starts_with("no task has run for 1 s, at t=") && !report.contains('\n');
    assert!(reports.first().is_none_or(is_line), "{reports:?}");
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
    let waits = reports.iter().map(|report| report.split_once("s: ").expect("it tells the moment").1);
    let told = |wait: &str| {
        format!(
            "{wait}, and 1 waker is held outside; if a thread is going to use one, a Remote that it keeps until then says so"
        )
    };
    assert_eq!(waits.collect::<Vec<_>>(), [told("1 waits"), told("2 wait")]);
}

#[test]
fn one_whose_thread_takes_long_is_told_in_a_line_and_then_whole_once() {
    let serve = async {
        outside_for(LONGEST).await;
        task("more").spawn_detached(pending());
        outside_for(LONGEST).await;
    };
    let reports = suspicions(serve);
    assert_eq!(reports.len(), 3, "{reports:?}");
    assert!(reports[1].starts_with("possible stall, 1 waker is held outside: no task is ready at"), "{reports:?}");
    let first = format!("greenlight: {}", reports[1].lines().next().expect("a report has lines"));
    assert!(first.len() <= 80, "{first}");
    assert!(reports[2].starts_with("no task has run for 1 s, at t="), "{reports:?}");
}

#[test]
fn one_who_serves_many_is_suspected_with_twenty_of_them() {
    let serve = async {
        (0..30).for_each(|_| _ = task("connection").spawn_detached(pending()));
        outside_for(LONGEST).await;
    };
    let reports = suspicions(serve);
    assert_eq!(reports[1].matches("\n  connection (task ").count(), 20, "main comes last");
    assert!(reports[1].contains("\n  and 11 more tasks, which a dump tells\n  help: "), "{}", reports[1]);
}

#[test]
fn one_task_that_is_too_many_to_be_named_is_counted_in_the_singular() {
    let serve = async {
        (0..20).for_each(|_| _ = task("connection").spawn_detached(pending()));
        outside_for(LONGEST).await;
    };
    let reports = suspicions(serve);
    assert!(reports[1].contains("\n  and 1 more task, which a dump tells\n  help: "), "{}", reports[1]);
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
