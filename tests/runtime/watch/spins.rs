//! The debug mode on tasks that do not get on: who wakes itself, or is woken, for nothing.

use super::debug::watched;
use futures::future::{Either, select};
use greenlight::sync::{Condition, Event, Lock, Queue};
use greenlight::{sleep, spawn, spawn_detached, task, yield_now};
use insta::assert_snapshot;
use stage::{LeftWaker, Log, leave_waker, left, quoted, shared};
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// What the debug mode reports of a program.
fn reports<F: Future<Output = ()>>(program: F) -> String {
    timeless(&watched(Duration::from_secs(3600), program))
}

/// Quotes the lines, and leaves out how long it took.
fn timeless(report: &str) -> String {
    let report = quoted(report);
    let Some((before, after)) = report.split_once(" took ") else { return report };
    let (took, after) = after.split_once(" s").expect("in seconds");
    assert!(took.parse::<f64>().is_ok(), "{report}");
    format!("{before} took so long{}", timeless(after))
}

#[test]
fn one_who_is_woken_in_vain_again_and_again_is_told_once() {
    let report = reports(async {
        let stock = Rc::new(Condition::new(0));
        let theirs = stock.clone();
        let buyer = task("buyer").spawn(async move {
            let guard = theirs.lock().await;
            drop(theirs.wait_for(guard, |stock| *stock == 250).await);
        });
        yield_now().await;
        for _ in 0..250 {
            let mut guard = stock.lock().await;
            *guard += 1;
            stock.notify_all(&guard);
            drop(guard);
            yield_now().await;
            yield_now().await;
        }
        buyer.await.unwrap();
    });
    assert_snapshot!(report, @"in vain: buyer was notified 100 times by condition 2 (made at [let stock = Rc::new(»Condition::new(0));]) within one wait, and its predicate was false each time, at [drop(theirs.»wait_for(guard, |stock| *stock == 250).await);]");
}

#[test]
fn one_who_does_nothing_but_wake_itself_is_told_once() {
    let report = reports(async {
        let done = task("spinner").spawn(async {
            for _ in 0..25_000 {
                yield_now().await;
            }
        });
        done.await.unwrap();
    });
    assert_snapshot!(report, @r#"spinning: spinner, spawned at [let done = task("spinner").»spawn(async {], has done nothing that greenlight can see but wake itself for 10000 polls in a row, which took so long; have it wait for an event or a sleep"#);
}

#[test]
fn one_who_is_woken_again_and_again_only_to_wait_in_the_same_place_is_told_once() {
    let report = reports(async {
        let light = Rc::new(Event::new().named("light"));
        let theirs = light.clone();
        let walker = task("walker").spawn(async move {
            for _ in 0..12_000 {
                theirs.wait().await;
            }
        });
        while !walker.is_finished() {
            yield_now().await;
            light.pulse();
        }
    });
    let in_vain: Vec<_> = report.lines().filter(|line| line.starts_with("in vain")).collect();
    let [told] = in_vain[..] else { panic!("{report}") };
    assert_snapshot!(told, @r#"in vain: walker, spawned at [let walker = task("walker").»spawn(async move {], was woken 10000 times in a row, and did nothing that greenlight can see but wait again, at [theirs.»wait().await;]; those polls took so long"#);
}

#[test]
fn one_who_yields_between_steps_that_can_be_seen_does_not_spin() {
    let report = reports(async {
        let steps = Queue::unbounded();
        let lock = Lock::new(0);
        for n in 0..12_000 {
            *lock.lock().await += n;
            steps.put(n).await.expect("the queue is open");
            yield_now().await;
        }
    });
    assert_eq!(report, "");
}

#[test]
fn one_who_wakes_others_between_its_yields_does_not_spin() {
    let report = reports(async {
        let other = LeftWaker::default();
        spawn_detached(leave_waker("other", other.clone(), Log::default()));
        yield_now().await;
        for _ in 0..12_000 {
            left(&other).wake();
            yield_now().await;
        }
        drop(other);
    });
    assert!(!report.contains("spinning"), "{report}");
}

#[test]
fn one_who_asks_for_an_event_again_and_again_spins() {
    let report = reports(async {
        let (light, stop) = (Event::new(), Event::new());
        light.set();
        for _ in 0..12_000 {
            assert!(light.is_set());
            let Either::Right(_) = select(pin!(stop.wait()), pin!(yield_now())).await else {
                panic!("nobody stops it")
            };
        }
    });
    assert!(report.starts_with("spinning: main, "), "{report}");
}

#[test]
fn one_who_computes_between_its_yields_does_not_spin() {
    let report = watched(Duration::from_millis(8), async {
        for _ in 0..12_000 {
            let begun = Instant::now();
            while begun.elapsed() < Duration::from_micros(5) {}
            yield_now().await;
        }
    });
    assert!(!report.contains("spinning"), "{report}");
}

#[test]
fn one_who_is_woken_by_a_channel_of_another_s_does_not_spin() {
    let report = reports(async {
        let (sender, receiver) = async_channel::bounded(1);
        let stop = shared(Event::new());
        let actor = spawn(async move {
            let mut stop = pin!(stop.wait());
            while let Either::Left(_) = select(pin!(receiver.recv()), stop.as_mut()).await {}
        });
        for message in 0..12_000 {
            sender.send(message).await.expect("the channel is open");
        }
        stop.set();
        actor.await.unwrap();
    });
    assert_eq!(report, "");
}

#[test]
fn one_who_sleeps_again_and_again_gets_on() {
    let report = reports(async {
        for _ in 0..12_000 {
            sleep(Duration::from_micros(1)).await;
        }
    });
    assert_eq!(report, "");
}
