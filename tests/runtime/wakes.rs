//! Wakers that are kept: a wake queues a task once, reaches it from wherever it comes, and finds
//! nobody once the task is gone.

use futures::stream::{FuturesUnordered, StreamExt};
use greenlight::sync::Event;
use greenlight::{Runtime, Turn, sleep, yield_now};
use stage::{LeftWaker, Log, leave_waker, left, recorded, shared, standing, unlined};
use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::thread;
use std::time::Duration;

#[test]
fn a_wake_while_queued_keeps_its_place() {
    let (runtime, recorder) = recorded();
    let [a, b] = [0, 1].map(|_| LeftWaker::default());
    let log = Log::default();
    let leave = |name, waker: &LeftWaker| leave_waker(name, waker.clone(), log);
    runtime.task("a").spawn_detached(leave("a", &a));
    runtime.task("b").spawn_detached(leave("b", &b));
    runtime.turn();
    log.take();
    let before = recorder.events().len();
    runtime.enter(|| {
        left(&a).wake();
        left(&b).wake();
        left(&a).wake();
    });
    assert_eq!(runtime.turn(), Turn::Ran(2), "a was woken twice, and runs once");
    assert_eq!(log.take(), ["a runs", "b runs"]);
    assert_eq!(
        recorder.lines()[before..],
        [
            "a woken",
            "b woken",
            "a woken again",
            "turn 2, with 2 ready",
            "a polled",
            "a pending",
            "b polled",
            "b pending"
        ]
    );
}

#[test]
fn tasks_run_in_the_order_in_which_they_were_woken_and_not_in_that_of_spawning() {
    let (runtime, log) = (standing(), Log::default());
    let wakers = ["a", "b", "c"].map(|name| {
        let waker = LeftWaker::default();
        runtime.spawn_detached(leave_waker(name, waker.clone(), log));
        waker
    });
    runtime.turn();
    log.take();
    runtime.enter(|| [2, 0, 1].map(|index: usize| left(&wakers[index]).wake()));
    runtime.turn();
    assert_eq!(log.take(), ["c runs", "a runs", "b runs"]);
}

#[test]
fn a_wake_from_a_thread_during_the_batch_waits_for_the_next_turn() {
    let (runtime, log) = (standing(), Log::default());
    let waker = LeftWaker::default();
    runtime.spawn_detached(leave_waker("woken", waker.clone(), log));
    runtime.turn();
    log.take();
    runtime.spawn_detached(async move {
        let waker = left(&waker);
        thread::spawn(move || waker.wake()).join().expect("waking does not panic");
        log.say("thread has ended");
        yield_now().await;
        log.say("yielded");
    });
    runtime.turn();
    assert_eq!(log.take(), ["thread has ended"]);
    runtime.turn();
    assert_eq!(log.take(), ["yielded", "woken runs"], "the wake was taken in after the yield had queued");
}

#[test]
fn remote_wakes_and_spawns_come_in_the_order_in_which_they_were_sent() {
    let (runtime, recorder) = recorded();
    let waker = LeftWaker::default();
    runtime.task("woken").spawn_detached(leave_waker("woken", waker.clone(), Log::default()));
    runtime.turn();
    let before = recorder.events().len();
    let (remote, waker) = (runtime.remote(), left(&waker));
    thread::spawn(move || {
        remote.spawn(async {}).expect("the runtime is there");
        waker.wake();
        remote.spawn(async {}).expect("the runtime is there");
    })
    .join()
    .expect("sending does not panic");
    assert_eq!(runtime.turn(), Turn::Ran(3));
    let lines = recorder.lines();
    let polls = lines[before..].iter().filter(|line| line.ends_with("polled")).map(|line| unlined(line));
    assert_eq!(polls.collect::<Vec<_>>(), ["a task polled", "woken polled", "a task polled"]);
}

#[test]
fn a_wake_from_this_thread_but_outside_the_runtime_arrives_at_the_next_turn() {
    let (runtime, log) = (standing(), Log::default());
    let waker = LeftWaker::default();
    runtime.spawn_detached(leave_waker("woken", waker.clone(), log));
    runtime.turn();
    log.take();
    left(&waker).wake();
    runtime.turn();
    assert_eq!(log.take(), ["woken runs"]);
}

#[test]
fn a_stale_wake_finds_nobody_though_the_slot_has_a_new_tenant() {
    let (runtime, log) = (standing(), Log::default());
    let stale = LeftWaker::default();
    let first = runtime.spawn_detached(leave_waker("first", stale.clone(), log));
    runtime.turn();
    first.cancel();
    runtime.turn();
    runtime.spawn_detached(leave_waker("second", LeftWaker::default(), log));
    runtime.turn();
    assert_eq!(log.take(), ["first runs", "second runs"]);

    let stale = left(&stale);
    runtime.enter(|| stale.wake_by_ref());
    assert_eq!(runtime.turn(), Turn::Stalled, "a wake inside the runtime reaches nobody");
    thread::spawn(move || stale.wake()).join().expect("waking does not panic");
    assert_eq!(runtime.turn(), Turn::Stalled, "nor does one from another thread");
    assert_eq!(log.take(), [""; 0]);
}

#[test]
fn a_stale_cancel_finds_nobody_though_the_slot_has_a_new_tenant() {
    let runtime = standing();
    let first = runtime.spawn_detached(async {});
    runtime.turn();
    let second = runtime.spawn_detached(std::future::pending());
    assert!(!first.cancel());
    runtime.turn();
    runtime.turn();
    assert!(!second.is_finished());
}

#[test]
fn a_waker_that_outlives_its_runtime_wakes_nobody() {
    let runtime = standing();
    let waker = LeftWaker::default();
    runtime.spawn_detached(leave_waker("a", waker.clone(), Log::default()));
    runtime.turn();
    drop(runtime);
    let waker = left(&waker);
    waker.wake_by_ref();
    let elsewhere = thread::spawn(move || waker.wake());
    assert!(elsewhere.join().is_ok());
}

#[test]
fn an_event_that_two_runtimes_share_wakes_each_waiter_in_its_own() {
    let (here, there, log) = (standing(), standing(), Log::default());
    let light = shared(Event::new());
    for (name, runtime) in [("here", &here), ("there", &there)] {
        runtime.spawn_detached(async move {
            light.wait().await;
            log.say(name);
        });
    }
    here.turn();
    there.turn();
    here.spawn_detached(async move { light.set() });
    here.turn();
    there.turn();
    assert_eq!(log.take(), ["there"]);
    here.turn();
    assert_eq!(log.take(), ["here"]);
}

#[test]
fn a_waker_that_is_used_in_another_runtime_wakes_in_its_own() {
    let (here, there, log) = (standing(), standing(), Log::default());
    let waker = LeftWaker::default();
    here.spawn_detached(leave_waker("here", waker.clone(), log));
    here.turn();
    log.take();
    there.run(async { left(&waker).wake() });
    assert_eq!(here.turn(), Turn::Ran(1));
    assert_eq!(log.take(), ["here runs"]);
}

#[test]
fn a_wait_that_is_polled_with_the_waker_of_another_task_wakes_that_one() {
    let (runtime, log) = (standing(), Log::default());
    let (waker, light) = (LeftWaker::default(), shared(Event::new()));
    runtime.spawn_detached(leave_waker("other", waker.clone(), log));
    runtime.turn();
    runtime.spawn_detached(async move {
        let mut wait = pin!(light.wait());
        poll_fn(move |_| {
            log.say("polls");
            wait.as_mut().poll(&mut Context::from_waker(&left(&waker)))
        })
        .await
    });
    runtime.turn();
    light.set();
    runtime.turn();
    assert_eq!(log.take(), ["other runs", "polls", "other runs"]);
}

#[test]
fn a_task_may_step_another_runtime() {
    let (outer, log) = (standing(), Log::default());
    outer.run(async move {
        let inner = standing();
        let light = shared(Event::new());
        inner.spawn_detached(async move {
            light.wait().await;
            log.say("inner goes");
        });
        inner.turn();
        light.set();
        inner.turn();
        yield_now().await;
        log.say("outer goes");
    });
    assert_eq!(log.take(), ["inner goes", "outer goes"]);
}

/// The waker of a task is lent while that is polled, and nobody may take it for one of which no clone is left.
#[test]
fn a_task_that_asks_whether_its_runtime_is_stalled_keeps_its_waker() {
    let runtime = Rc::new(Runtime::builder().check_every_turn().build());
    let asked = runtime.clone();
    let kept = LeftWaker::default();
    let keeps = kept.clone();
    let mut polls = 0;
    runtime.spawn_detached(poll_fn(move |cx| {
        polls += 1;
        match polls {
            1 => *keeps.borrow_mut() = Some(cx.waker().clone()),
            2 => assert!(asked.stalled().to_string().starts_with("not stalled"), "a clone of its waker is held"),
            _ => return Poll::Ready(()),
        }
        Poll::Pending
    }));
    assert_eq!(runtime.turn(), Turn::Ran(1));
    for _ in 0..2 {
        left(&kept).wake();
        assert_eq!(runtime.turn(), Turn::Ran(1));
    }
    assert_eq!((runtime.turn(), runtime.task_count()), (Turn::Idle(None), 0));
}

#[test]
fn a_wait_that_its_task_has_left_elsewhere_and_outlived_queues_nobody() {
    let runtime = standing();
    let (light, kept) = (shared(Event::new()), shared(Cell::new(None)));
    runtime.spawn_detached(async {
        let mut wait = Box::pin(light.wait());
        assert!(futures::poll!(&mut wait).is_pending());
        kept.set(Some(wait));
    });
    assert_eq!(runtime.turn(), Turn::Ran(1));
    light.set();
    assert_eq!(runtime.turn(), Turn::Idle(None));
}

/// On the real clock a turn is [`Turn::Stalled`] only if no clone of any task's waker is left, which shows that the wait
/// holds none.
#[test]
fn a_task_that_has_stepped_another_runtime_waits_without_a_clone_of_its_waker() {
    let outer = Runtime::builder().real_clock().build();
    outer.spawn_detached(async {
        let inner = standing();
        inner.spawn_detached(async {});
        assert_eq!(inner.turn(), Turn::Ran(1));
        Event::new().wait().await;
    });
    assert_eq!(outer.turn(), Turn::Ran(1));
    assert_eq!(outer.turn(), Turn::Stalled);
}

#[test]
fn where_nobody_watches_too_one_that_yields_wakes_whoever_polls_it() {
    standing().run(async {
        let mut yields: FuturesUnordered<_> = [yield_now(), yield_now()].into_iter().collect();
        let mut pauses: FuturesUnordered<_> = [sleep(Duration::ZERO), sleep(Duration::ZERO)].into_iter().collect();
        while yields.next().await.is_some() || pauses.next().await.is_some() {}
    });
}
