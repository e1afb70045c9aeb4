//! What looks like misuse and gets the right answer: nothing is lost, nobody is harmed, nothing
//! hangs.

use super::poll;
use greenlight::sync::Event;
use greenlight::{Runtime, interval, now, sleep, spawn, task, tasks, yield_now};
use stage::{Log, recorded, standing};
use std::cell::Cell;
use std::future::{Future, pending, poll_fn, ready};
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

#[test]
fn a_sleep_that_is_made_outside_and_polled_inside_sleeps() {
    let sleep = sleep(Duration::from_secs(1));
    standing().run(async {
        sleep.await;
        assert_eq!(now().as_micros(), 1_000_000);
    });
}

#[test]
fn inside_enter_what_needs_a_runtime_has_one() {
    let runtime = standing();
    let handle = runtime.enter(|| {
        assert_eq!(now(), runtime.now());
        spawn(async { 7 })
    });
    assert_eq!(runtime.run(handle).unwrap(), 7);
}

#[test]
fn waits_that_yield_nothing_may_be_polled_again() {
    standing().run(async {
        let handle = spawn(async {});
        let (mut ended, event) = (handle.task().ended(), Event::new());
        (&mut ended).await;
        assert!(poll(&mut ended).is_ready());

        event.set();
        let mut wait = event.wait();
        assert!(poll(&mut wait).is_ready());
        assert!(poll(&mut wait).is_ready());
        event.clear();
        assert!(poll(&mut wait).is_pending(), "it waits anew");
        event.set();
        assert!(poll(&mut wait).is_ready());
    });
}

#[test]
fn deadlines_beyond_the_end_of_time_end_there_and_hurt_nobody() {
    const END: u64 = u64::MAX;
    standing().run(async {
        let centuries = interval(Duration::MAX);
        let far = spawn(async {
            sleep(Duration::MAX).await;
            now().as_micros()
        });
        sleep(Duration::from_secs(1)).await;
        assert_eq!((now().as_micros(), far.is_finished()), (1_000_000, false));
        assert_eq!(far.await.unwrap(), END);
        // There is no later moment: who sleeps now, yields.
        sleep(Duration::from_secs(1)).await;
        let mut centuries = centuries;
        assert_eq!(centuries.tick().await.as_micros(), END);
        assert_eq!(centuries.tick().await.as_micros(), END);
    });
}

#[test]
fn on_the_real_clock_a_deadline_centuries_away_keeps_the_run_without_keeping_others() {
    Runtime::builder().on_report(|report| panic!("a false alarm: {report}")).build().run(async {
        let far = spawn(sleep(Duration::from_secs(1 << 40)));
        sleep(Duration::from_millis(5)).await;
        assert!(!far.is_finished());
        far.task().cancel();
        assert!(far.await.unwrap_err().is_cancelled());
    });
}

#[test]
fn an_event_needs_no_runtime() {
    let event = Event::new();
    pollster::block_on(async {
        let mut order = Vec::new();
        let sees = async { event.wait().await };
        futures::join!(sees, async {
            assert!(!event.is_set());
            event.set();
        });
        order.push(event.is_set());
        assert_eq!(order, [true]);
        event.clear();
        assert_eq!(event.pulse(), 0);
    });
}

#[test]
fn a_task_may_own_its_runtime_which_ends_when_nobody_steps_it() {
    let (runtime, log) = (Rc::new(standing()), Log::default());
    let (weak, own, guard) = (Rc::downgrade(&runtime), runtime.clone(), log.at_drop("neighbour dropped"));
    runtime.spawn_detached(async move {
        let _guard = guard;
        pending::<()>().await;
    });
    runtime.spawn_detached(async move {
        yield_now().await;
        drop(own);
        log.say("the task goes on");
        yield_now().await;
        log.say("never");
    });
    drop(runtime);
    while let Some(runtime) = weak.upgrade() {
        runtime.turn();
        log.say("turn");
    }
    assert_eq!(log.take(), ["turn", "the task goes on", "turn", "neighbour dropped"]);
}

#[test]
fn a_task_may_drop_another_runtime() {
    let (outer, inner, log) = (standing(), standing(), Log::default());
    let guard = log.at_drop("inner task dropped");
    inner.spawn_detached(async move {
        let _guard = guard;
        pending::<()>().await;
    });
    outer.run(async {
        drop(inner);
        log.say("outer goes on");
        spawn(ready(())).await.unwrap();
    });
    assert_eq!(log.take(), ["inner task dropped", "outer goes on"]);
}

/// Polls a future once inside a task, and forgets it.
async fn begin_and_forget(future: impl Future<Output = ()>) {
    let mut future = Box::pin(future);
    let polled = poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await;
    assert!(polled.is_pending(), "it begins to wait");
    std::mem::forget(future);
}

#[test]
fn a_wait_that_was_forgotten_stays_in_line_and_harms_nobody() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        let light: &Event = Box::leak(Box::new(Event::new().named("light")));
        let forgetful = task("forgetful").spawn(begin_and_forget(light.wait()));
        let waiter = task("waiter").spawn(light.wait());
        forgetful.await.unwrap();
        assert_eq!(light.pulse(), 2, "nobody took the forgotten one out of the line");
        waiter.await.unwrap();
        assert_eq!(light.pulse(), 0);
    });
    let lines = recorder.lines();
    assert!(lines.contains(&"waiter woken".to_string()), "{lines:?}");
    assert!(!lines.contains(&"forgetful woken".to_string()), "{lines:?}");
}

#[test]
fn an_event_that_is_dropped_with_forgotten_waiters_leaves_none_in_the_lines_of_others() {
    standing().run(async {
        for _ in 0..3 {
            let light = Event::new();
            begin_and_forget(light.wait()).await;
            assert_eq!(light.pulse(), 1);
            begin_and_forget(light.wait()).await;
            drop(light);

            // The next event gets the list that was freed.
            let bell = Event::new();
            assert_eq!(bell.pulse(), 0);
            let mut wait = bell.wait();
            assert!(poll(&mut wait).is_pending());
            assert_eq!(bell.pulse(), 1);
            assert!(poll(&mut wait).is_ready());
        }
    });
}

#[test]
fn nobody_is_said_to_wait_for_an_event_that_is_gone() {
    standing().run(async {
        let light = Event::new();
        begin_and_forget(light.wait()).await;
        assert_eq!(tasks()[0].waits.len(), 1);
        drop(light);
        assert_eq!(tasks()[0].waits.len(), 0);
    });
}

#[test]
fn a_runtime_ends_in_spite_of_a_forgotten_wait_and_the_event_outlives_it() {
    let light: &Event = Box::leak(Box::new(Event::new()));
    let stalled = standing().try_run(async {
        begin_and_forget(light.wait()).await;
        pending::<()>().await;
    });
    assert_eq!(stalled.unwrap_err().tasks()[0].waits.len(), 1, "the task did begin to wait");
    light.set();
    standing().run(light.wait());
}

#[test]
fn a_sleep_that_was_forgotten_fires_for_nobody() {
    standing().run(async {
        let forgetful = spawn(begin_and_forget(sleep(Duration::from_secs(1))));
        forgetful.await.unwrap();
        // This task may get the slot of the forgetful one.
        let heir = spawn(async {
            let polls = Cell::new(0);
            let mut nap = std::pin::pin!(sleep(Duration::from_secs(2)));
            poll_fn(|cx| {
                polls.set(polls.get() + 1);
                nap.as_mut().poll(cx)
            })
            .await;
            polls.get()
        });
        assert_eq!(heir.await.unwrap(), 2, "once to begin, and once when its own timer fires");
        assert_eq!(now().as_micros(), 2_000_000);
    });
}

#[test]
fn a_turn_limit_of_zero_gives_up_at_the_first_chance_and_no_earlier() {
    let runtime = Runtime::builder().virtual_clock().turn_limit(0).build();
    assert_eq!(runtime.run(async { 7 }), 7);
    assert!(runtime.try_run(yield_now()).is_err());
}
