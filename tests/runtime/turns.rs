//! A turn is a snapshot: remote wakes first, then one batch of ready tasks, then the timers that
//! are due; what any of them wakes runs in the next turn. Stepped by hand, so that every assertion
//! stands between two turns.

use greenlight::sync::Event;
use greenlight::trace::Recorder;
use greenlight::{Runtime, Turn, gather_tasks, sleep, sleep_until, spawn_detached, yield_now};
use stage::{LeftWaker, Log, leave_waker, left, recorded, shared, standing};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;
use std::thread;
use std::time::{Duration, Instant};

const MS: Duration = Duration::from_millis(1);

#[test]
fn what_a_batch_wakes_runs_in_the_next_turn() {
    let (runtime, log) = (standing(), Log::default());
    let light = shared(Event::new());
    for name in ["a", "b"] {
        runtime.spawn_detached(async move {
            log.say(format!("{name} waits"));
            light.wait().await;
            log.say(format!("{name} goes"));
        });
    }
    runtime.spawn_detached(async move {
        light.set();
        log.say("c sets");
    });
    assert_eq!(runtime.turn(), Turn::Ran(3));
    assert_eq!(log.take(), ["a waits", "b waits", "c sets"]);
    assert_eq!(runtime.turn(), Turn::Ran(2));
    assert_eq!(log.take(), ["a goes", "b goes"]);
    assert_eq!(runtime.turn(), Turn::Idle(None));
}

#[test]
fn what_a_batch_spawns_runs_in_the_next_turn() {
    let (runtime, log) = (standing(), Log::default());
    runtime.spawn_detached(async move {
        log.say("parent");
        spawn_detached(async move {
            log.say("child");
            spawn_detached(async move { log.say("grandchild") });
        });
    });
    for line in ["parent", "child", "grandchild"] {
        assert_eq!(runtime.turn(), Turn::Ran(1));
        assert_eq!(log.take(), [line]);
    }
}

#[test]
fn a_task_that_wakes_itself_runs_once_a_turn() {
    let (runtime, log) = (standing(), Log::default());
    for name in ["a", "b"] {
        runtime.spawn_detached(async move {
            for lap in 1..=3 {
                log.say(format!("{name}{lap}"));
                yield_now().await;
            }
        });
    }
    for lap in [["a1", "b1"], ["a2", "b2"], ["a3", "b3"]] {
        assert_eq!(runtime.turn(), Turn::Ran(2));
        assert_eq!(log.take(), lap);
    }
}

#[test]
fn a_turn_takes_in_remote_wakes_then_runs_the_ready_then_fires_timers() {
    let (runtime, recorder) = recorded();
    let light = shared(Event::new().named("light"));
    let waker = LeftWaker::default();
    runtime.task("sleeper").spawn_detached(sleep(MS));
    runtime.task("remote").spawn_detached(leave_waker("remote", waker.clone(), Log::default()));
    runtime.task("waiter").spawn_detached(async move { light.wait().await });
    runtime.turn();

    // The waiter is queued first. The wake from the thread comes second, and the jump of time needs
    // an idle turn.
    let before = recorder.events().len();
    runtime.enter(|| light.set());
    let waker = left(&waker);
    thread::spawn(move || waker.wake()).join().expect("waking does not panic");
    assert_eq!(runtime.turn(), Turn::Ran(2));
    assert_eq!(runtime.turn(), Turn::Ran(0));
    assert_eq!(runtime.turn(), Turn::Ran(1));
    let events = recorder.events();
    let lines: Vec<_> = events[before..].iter().map(|event| format!("{}: {event}", event.turn)).collect();
    assert_eq!(
        lines,
        [
            "1: outside sets event `light`, releasing 1",
            "1: waiter is granted event `light`",
            "1: waiter woken",
            "2: turn 2, with 1 ready",
            "2: a thread arrives",
            "2: remote woken",
            "2: waiter polled",
            "2: waiter is done waiting on event `light`",
            "2: waiter ready",
            "2: waiter returned",
            "2: remote polled",
            "2: remote pending",
            "3: turn 3, with 0 ready",
            "3: time jumps to t=0.001000s",
            "3: timer of sleeper fires",
            "3: sleeper woken",
            "4: turn 4, with 1 ready",
            "4: sleeper polled",
            "4: sleeper ready",
            "4: sleeper returned",
        ]
    );
}

#[test]
fn a_timer_that_is_due_fires_after_the_batch_and_its_sleeper_runs_in_the_next_turn() {
    let (runtime, log) = (Runtime::builder().build(), Log::default());
    runtime.spawn_detached(async move {
        sleep(MS).await;
        log.say("sleeper");
    });
    runtime.turn();
    runtime.spawn_detached(async move {
        log.say("ready");
        yield_now().await;
        log.say("ready again");
    });
    thread::sleep(2 * MS);
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(log.take(), ["ready"]);
    runtime.turn();
    assert_eq!(log.take(), ["ready again", "sleeper"], "the yield came first, the timer after the batch");
}

#[test]
fn the_clock_is_read_once_so_what_falls_due_during_a_batch_fires_in_the_next_turn() {
    let (runtime, log) = (Runtime::builder().build(), Log::default());
    runtime.spawn_detached(async move {
        sleep(MS).await;
        log.say("sleeper");
    });
    runtime.spawn_detached(async {
        let began = Instant::now();
        while began.elapsed() < 3 * MS {
            std::hint::spin_loop();
        }
    });
    assert_eq!(runtime.turn(), Turn::Ran(2));
    assert_eq!(runtime.turn(), Turn::Ran(0), "the timer fires only now, and nobody else was woken");
    assert_eq!(log.take(), [""; 0]);
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(log.take(), ["sleeper"]);
}

#[test]
fn a_timer_that_the_batch_disarms_does_not_fire_though_it_was_due() {
    let runtime = Runtime::builder().build();
    let sleeper = runtime.spawn(sleep(MS)).task();
    runtime.turn();
    thread::sleep(2 * MS);
    sleeper.cancel();
    assert_eq!(runtime.turn(), Turn::Ran(1), "the sleep is dropped");
    assert!(sleeper.is_finished());
    assert_eq!(runtime.turn(), Turn::Idle(None), "no timer fired in that turn");
}

#[test]
fn a_turn_counts_whom_it_polled_or_dropped() {
    let runtime = standing();
    let cancelled = runtime.spawn_detached(std::future::pending());
    runtime.spawn_detached(async {});
    cancelled.cancel();
    assert_eq!(runtime.turn(), Turn::Ran(2));
}

#[test]
fn a_turn_does_not_count_what_an_object_does_a_hop_later() {
    let runtime = standing();
    let child = runtime.spawn(yield_now());
    let gathers = runtime.spawn_detached(async { _ = gather_tasks([child]).await });
    assert_eq!(runtime.turn(), Turn::Ran(2));
    assert_eq!(runtime.turn(), Turn::Ran(1), "the child has ended");
    assert_eq!(runtime.turn(), Turn::Ran(0), "the gather is over, and its task is woken");
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert!(gathers.is_finished());
}

#[test]
fn a_task_that_wakes_itself_in_its_last_poll_is_not_counted_again() {
    let runtime = standing();
    runtime.spawn_detached(poll_fn(|cx| {
        cx.waker().wake_by_ref();
        Poll::Ready(())
    }));
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(runtime.turn(), Turn::Ran(0), "the queue named a task that has ended");
    assert_eq!(runtime.turn(), Turn::Idle(None));
}

#[test]
fn a_turn_without_tasks_is_idle_for_good() {
    assert_eq!(standing().turn(), Turn::Idle(None));
    assert_eq!(Runtime::builder().build().turn(), Turn::Idle(None));
}

#[test]
fn on_the_real_clock_an_idle_turn_names_a_moment_before_which_no_timer_is_due() {
    let runtime = Runtime::builder().build();
    runtime.spawn_detached(sleep(Duration::from_secs(3600)));
    runtime.turn();
    let Turn::Idle(Some(moment)) = runtime.turn() else {
        panic!("an hour is longer than a turn");
    };
    assert!(moment > runtime.now());
    assert!(moment.since_start() <= Duration::from_secs(3601));
}

#[test]
fn on_the_real_clock_an_idle_turn_names_the_deadline_of_the_next_timer() {
    let runtime = Runtime::builder().build();
    let deadline = runtime.now() + Duration::from_secs(3600);
    runtime.spawn_detached(sleep_until(deadline + MS));
    runtime.spawn_detached(sleep_until(deadline));
    runtime.turn();
    assert_eq!(runtime.turn(), Turn::Idle(Some(deadline)), "a thread parks once for it");
}

#[test]
fn a_run_that_waits_for_real_time_parks_instead_of_taking_turns() {
    let recorder = Rc::new(Recorder::default());
    Runtime::builder().observer(recorder.clone()).build().run(sleep(100 * MS));
    let turns = recorder.events().last().expect("main has returned").turn;
    assert!(turns < 100, "{turns} turns in 100 ms");
}

#[test]
fn on_the_virtual_clock_a_turn_that_finds_nobody_ready_moves_time_to_the_next_deadline() {
    let runtime = standing();
    let sleeper = runtime.spawn_detached(sleep(Duration::from_secs(3600)));
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(runtime.now().as_micros(), 0);
    assert_eq!(runtime.turn(), Turn::Ran(0));
    assert_eq!(runtime.now().as_micros(), 3_600_000_000);
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert!(sleeper.is_finished());
}

#[test]
fn a_turn_is_stalled_when_somebody_waits_and_nobody_can_act() {
    let runtime = standing();
    let light = Rc::new(Event::new());
    let waiting = light.clone();
    runtime.spawn_detached(async move { waiting.wait().await });
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(runtime.turn(), Turn::Stalled);
    let remote = runtime.remote();
    assert_eq!(runtime.turn(), Turn::Idle(None), "a thread may act through the Remote");
    drop(remote);
    assert_eq!(runtime.turn(), Turn::Stalled, "the last Remote is gone");
    light.set();
    assert_eq!(runtime.turn(), Turn::Ran(1), "whoever steps a runtime by hand may act from outside");
}
