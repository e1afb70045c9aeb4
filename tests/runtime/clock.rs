//! Time: virtual time stands still while anybody is ready and lands on the next deadline when
//! nobody is; a sleep is never early on either clock; equal deadlines go in the order of arming.

use crate::properties::holds_for_all;
use greenlight::{Missed, Runtime, Turn, interval, now, sleep, sleep_until, spawn, spawn_detached, yield_now};
use proptest::prelude::*;
use stage::foreign::{Held, poll};
use stage::{Log, again, counted, standing};
use std::task::Waker;
use std::time::{Duration, Instant};

const US: Duration = Duration::from_micros(1);
const MS: Duration = Duration::from_millis(1);

/// A task that says its name when it has slept.
async fn sleeper(name: String, duration: Duration, log: Log) {
    sleep(duration).await;
    log.say(name);
}

#[test]
fn virtual_time_stands_still_while_anybody_is_ready() {
    let log = Log::default();
    standing().run(async {
        spawn_detached(sleeper("slept 1 µs".into(), US, log));
        for _ in 0..1000 {
            yield_now().await;
        }
        assert_eq!(now().as_micros(), 0);
        log.say("yielded 1000 times");
        sleep(US).await;
    });
    assert_eq!(log.take(), ["yielded 1000 times", "slept 1 µs"]);
}

#[test]
fn virtual_time_stands_still_however_long_a_poll_takes() {
    standing().run(async {
        let began = Instant::now();
        while began.elapsed() < MS {
            std::hint::spin_loop();
        }
        assert_eq!(now().as_micros(), 0);
        yield_now().await;
        assert_eq!(now().as_micros(), 0);
    });
}

#[test]
fn a_jump_lands_exactly_on_the_next_deadline_however_many_levels_away() {
    standing().run(async {
        let mut total = 0;
        for digits in 0..60 {
            let micros = (1 << digits) + digits;
            sleep(Duration::from_micros(micros)).await;
            total += micros;
            assert_eq!(now().as_micros(), total);
        }
    });
}

#[test]
fn a_week_of_virtual_time_takes_no_time() {
    let began = Instant::now();
    standing().run(sleep(Duration::from_secs(7 * 24 * 3600)));
    assert!(began.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_sleep_of_less_than_a_tick_lasts_a_tick() {
    standing().run(async {
        sleep(Duration::from_nanos(1)).await;
        assert_eq!(now().as_micros(), 1);
        sleep(Duration::from_nanos(1001)).await;
        assert_eq!(now().as_micros(), 3);
    });
}

#[test]
fn a_sleep_is_never_early_on_the_real_clock() {
    greenlight::run(async {
        for micros in [1, 50, 300, 999, 1500, 2000] {
            let (began, virtually) = (Instant::now(), now());
            let duration = Duration::from_micros(micros);
            sleep(duration).await;
            assert!(began.elapsed() >= duration);
            assert!(now() - virtually >= duration);
        }
    });
}

#[test]
fn a_sleep_that_begins_late_in_a_long_poll_counts_from_there() {
    greenlight::run(async {
        let began = Instant::now();
        while began.elapsed() < 3 * MS {
            std::hint::spin_loop();
        }
        let began = Instant::now();
        sleep(2 * MS).await;
        assert!(began.elapsed() >= 2 * MS);
    });
}

#[test]
fn sleepers_on_the_real_clock_wake_in_the_order_of_their_deadlines() {
    let log = Log::default();
    greenlight::run(async {
        // The first is far enough away that a busy machine arms all three before it.
        let start = now();
        let tasks = [24, 20, 22].map(|millis| {
            spawn(async move {
                sleep_until(start + MS * millis).await;
                log.say(format!("slept {millis} ms"));
            })
        });
        greenlight::gather_tasks(tasks).await;
    });
    assert_eq!(log.take(), ["slept 20 ms", "slept 22 ms", "slept 24 ms"]);
}

#[test]
fn no_time_to_sleep_yields_once() {
    counted(async |hops| {
        sleep(MS).await;
        hops.begin();
        sleep_until(now()).await;
        assert_eq!(hops.count(), 1);
        sleep(Duration::ZERO).await;
        assert_eq!(hops.count(), 2);
        assert_eq!(now().as_micros(), 1000);
    });
}

#[test]
fn a_sleep_of_no_time_queues_at_once_like_any_yield() {
    let log = Log::default();
    standing().run(async {
        for name in ["first sleeps", "second yields", "third sleeps"] {
            spawn_detached(async move {
                match name.ends_with("sleeps") {
                    true => sleep(Duration::ZERO).await,
                    false => yield_now().await,
                }
                log.say(name);
            });
        }
        sleep(MS).await;
    });
    assert_eq!(log.take(), ["first sleeps", "second yields", "third sleeps"]);
}

#[test]
fn a_moment_that_has_passed_yields_once() {
    let log = Log::default();
    standing().run(async {
        let start = now();
        sleep(MS).await;
        spawn_detached(async move { log.say("others run first") });
        sleep_until(start).await;
        log.say("main goes on");
        assert_eq!(now() - start, MS);
    });
    assert_eq!(log.take(), ["others run first", "main goes on"]);
}

#[test]
fn a_sleep_counts_from_its_first_poll() {
    standing().run(async {
        let asleep = sleep(MS);
        sleep(5 * MS).await;
        asleep.await;
        assert_eq!(now().as_micros(), 6000);
    });
}

#[test]
fn equal_deadlines_fire_in_the_order_of_arming_also_across_cascades() {
    let log = Log::default();
    standing().run(async {
        // Armed ever closer to the common deadline, so each starts at a lower level of the wheel
        // than the one before.
        let (start, span) = (now(), 300 * MS);
        for lead in [300_000, 262_143, 40_000, 4096, 4095, 64, 63, 2, 1] {
            sleep_until(start + (span - US * lead)).await;
            spawn_detached(async move {
                sleep_until(start + span).await;
                log.say(format!("armed {lead} µs before"));
            });
            yield_now().await;
        }
        sleep_until(start + span).await;
        log.say("main");
    });
    assert_eq!(
        log.take(),
        [
            "armed 300000 µs before",
            "armed 262143 µs before",
            "armed 40000 µs before",
            "armed 4096 µs before",
            "armed 4095 µs before",
            "armed 64 µs before",
            "armed 63 µs before",
            "armed 2 µs before",
            "armed 1 µs before",
            "main",
        ]
    );
}

#[test]
fn a_sleep_beyond_the_end_of_time_ends_there() {
    let runtime = standing();
    runtime.run(async {
        sleep(MS).await;
        sleep(Duration::MAX).await;
        assert_eq!(now().as_micros(), u64::MAX);
        sleep(MS).await;
        assert_eq!(now().as_micros(), u64::MAX, "there is no later moment");
    });
}

#[test]
fn a_far_deadline_keeps_nobody_from_a_near_one() {
    for runtime in [standing(), Runtime::builder().build()] {
        let far = runtime.spawn_detached(sleep(Duration::MAX));
        runtime.run(sleep(MS));
        assert!(far.is_finished());
        assert!(runtime.now().since_start() < Duration::from_secs(60));
    }
}

#[test]
fn dropping_a_sleep_disarms_it() {
    let runtime = standing();
    let mut asleep: Held = Box::pin(sleep(MS));
    runtime.enter(|| assert!(poll(asleep.as_mut(), Waker::noop()).is_pending()));
    drop(asleep);
    assert_eq!(runtime.turn(), Turn::Idle(None));
    assert_eq!(runtime.now().as_micros(), 0, "time had nowhere to go");
}

#[test]
fn dropping_a_sleep_that_was_never_polled_does_nothing() {
    let runtime = standing();
    runtime.run(async { drop(sleep(MS)) });
    assert_eq!(runtime.now().as_micros(), 0);
}

#[test]
fn a_sleep_that_fired_and_is_dropped_unpolled_leaves_its_place_to_the_next() {
    let runtime = standing();
    let mut asleep: Held = Box::pin(sleep(MS));
    runtime.enter(|| assert!(poll(asleep.as_mut(), Waker::noop()).is_pending()));
    assert_eq!(runtime.turn(), Turn::Ran(0));
    drop(asleep);
    runtime.run(sleep(MS));
    assert_eq!(runtime.now().as_micros(), 2000);
}

#[test]
fn a_sleep_that_is_polled_before_its_time_stays_asleep() {
    standing().run(async {
        let mut asleep: Held = Box::pin(sleep(2 * MS));
        for _ in 0..5 {
            assert!(poll(asleep.as_mut(), Waker::noop()).is_pending());
        }
        sleep(MS).await;
        assert!(poll(asleep.as_mut(), Waker::noop()).is_pending());
        asleep.await;
        assert_eq!(now().as_micros(), 2000);
    });
}

#[test]
fn an_interval_ticks_on_its_grid_whatever_its_consumer_does_between() {
    standing().run(async {
        sleep(Duration::from_micros(500)).await;
        let mut ticks = interval(MS);
        let mut due = Vec::new();
        for pause in [0, 700, 999, 1] {
            sleep(US * pause).await;
            let tick = ticks.tick().await;
            assert_eq!(tick, now(), "nobody was late");
            due.push(tick.as_micros());
        }
        assert_eq!(due, [1500, 2500, 3500, 4500]);
    });
}

#[test]
fn a_late_consumer_of_an_interval_gets_the_missed_ticks_one_by_one() {
    counted(async |hops| {
        let mut ticks = interval(MS);
        sleep(Duration::from_micros(3500)).await;
        for due in [1000, 2000, 3000] {
            hops.begin();
            assert_eq!(ticks.tick().await.as_micros(), due);
            assert_eq!((hops.count(), now().as_micros()), (1, 3500));
        }
        assert_eq!(ticks.tick().await.as_micros(), 4000);
        assert_eq!(now().as_micros(), 4000);
    });
}

/// The milliseconds at which the consumer that is busy for a while after its first tick has the next, and for when
/// they were due.
fn ticks_after(missed: Missed, period: u32, busy: Duration) -> Vec<(Duration, Duration)> {
    standing().run(async {
        let mut ticks = interval(MS * period).on_missed(missed);
        ticks.tick().await;
        sleep(busy).await;
        let mut had = Vec::new();
        for _ in 0..4 {
            let due = ticks.tick().await.since_start();
            had.push((now().since_start(), due));
        }
        had
    })
}

#[test]
fn missed_ticks_come_at_once_or_are_left_out_on_the_grid_or_move_it() {
    let at = |missed, busy| {
        let had = ticks_after(missed, 10, busy);
        had.into_iter().map(|(at, due)| (at.as_micros(), due.as_micros())).collect::<Vec<_>>()
    };
    // From 10 ms to 45 ms: the ticks of 20, 30 and 40 are missed, of which the first is had late.
    let busy = MS * 35;
    assert_eq!(at(Missed::Burst, busy), [(45_000, 20_000), (45_000, 30_000), (45_000, 40_000), (50_000, 50_000)]);
    assert_eq!(at(Missed::Skip, busy), [(45_000, 20_000), (50_000, 50_000), (60_000, 60_000), (70_000, 70_000)]);
    assert_eq!(at(Missed::Delay, busy), [(45_000, 20_000), (55_000, 55_000), (65_000, 65_000), (75_000, 75_000)]);
    // One that is late by less than a period has missed none.
    for missed in [Missed::Burst, Missed::Skip, Missed::Delay] {
        let late = [(29_999, 20_000), (30_000, 30_000), (40_000, 40_000), (50_000, 50_000)];
        assert_eq!(at(missed, MS * 20 - US), late, "{missed:?}");
    }
    // One that comes at the very moment of a tick has that one, and not the one before.
    assert_eq!(at(Missed::Skip, MS * 20), [(30_000, 20_000), (40_000, 40_000), (50_000, 50_000), (60_000, 60_000)]);
    assert_eq!(at(Missed::Delay, MS * 20), [(30_000, 20_000), (40_000, 40_000), (50_000, 50_000), (60_000, 60_000)]);
}

#[test]
fn an_interval_begins_anew_from_the_moment_of_a_reset_also_when_ticks_were_missed() {
    standing().run(async {
        let mut ticks = interval(10 * MS);
        sleep(47 * MS).await;
        ticks.reset();
        assert_eq!(ticks.tick().await.since_start(), 57 * MS);
        assert_eq!(ticks.tick().await.since_start(), 67 * MS);
    });
}

#[test]
fn a_grid_is_of_whole_microseconds_and_ends_at_the_end_of_time() {
    standing().run(async {
        let mut ticks = interval(Duration::from_nanos(1500)).on_missed(Missed::Skip);
        sleep(5 * US).await;
        assert_eq!(ticks.tick().await.as_micros(), 2);
        assert_eq!(ticks.tick().await.as_micros(), 6);
        let mut never = interval(Duration::MAX);
        assert_eq!(format!("{never:?}").matches("missed: Burst").count(), 1);
        never.reset();
        assert!(greenlight::timeout(Duration::from_secs(1), never.tick()).await.is_err());
    });
}

#[test]
fn a_tick_that_is_abandoned_is_not_lost() {
    standing().run(async {
        let mut ticks = interval(MS);
        {
            let mut tick = Box::pin(ticks.tick());
            assert!(poll(tick.as_mut(), Waker::noop()).is_pending());
            sleep(Duration::from_micros(2500)).await;
        }
        assert_eq!(ticks.tick().await.as_micros(), 1000);
    });
}

#[test]
fn one_turn_is_one_moment_on_the_real_clock_too() {
    greenlight::run(async {
        let began = now();
        let other = spawn(async { now() });
        let real = Instant::now();
        while real.elapsed() < MS {
            std::hint::spin_loop();
        }
        assert_eq!(now(), began);
        let later = other.await.expect("the task returns");
        assert!(later - began >= MS, "the next turn reads the clock anew");
    });
}

#[test]
fn each_runtime_counts_its_own_time() {
    let (here, there) = (standing(), standing());
    here.run(sleep(MS));
    assert_eq!((here.now().as_micros(), there.now().as_micros()), (1000, 0));
    assert_eq!(here.now().to_string(), "t=0.001000s");
    assert_eq!(there.enter(now), there.now());
}

#[test]
fn sleepers_wake_at_their_deadlines_in_the_order_of_deadline_and_arming() {
    // Each sleeper begins so many microseconds after the one before, sleeps for so many, and may be cancelled at once.
    let sleeper = (0..50u32, prop_oneof![1..40u64, 1..6000u64, 1..1u64 << 40], any::<bool>());
    holds_for_all(256, prop::collection::vec(sleeper, 1..60), |sleepers| {
        let log = Log::default();
        let mut expected = Vec::new();
        standing().run(async {
            let mut asleep = Vec::new();
            for (number, (pause, micros, cancelled)) in sleepers.into_iter().enumerate() {
                sleep(US * pause).await;
                let deadline = now().as_micros() + micros;
                let task = spawn_detached(async move {
                    sleep(Duration::from_micros(micros)).await;
                    log.say(format!("{number} at {}", now().as_micros()));
                });
                // Its first poll arms it.
                yield_now().await;
                if cancelled {
                    task.cancel();
                } else {
                    expected.push((deadline, number));
                    asleep.push(task);
                }
            }
            for task in asleep {
                task.ended().await;
            }
        });
        expected.sort_unstable();
        let expected: Vec<_> = expected.into_iter().map(|(at, number)| format!("{number} at {at}")).collect();
        assert_eq!(log.take(), expected);
    });
}

#[test]
fn moments_are_reckoned_with_and_stop_at_the_ends_of_time() {
    standing().run(async {
        let start = now();
        sleep(5 * MS).await;
        let mut moment = now();
        assert_eq!((start.elapsed(), moment.elapsed()), (5 * MS, Duration::ZERO));
        assert_eq!((moment - 2 * MS, moment - 5 * MS, moment - 6 * MS), (start + 3 * MS, start, start));
        assert_eq!((moment + 10 * MS).elapsed(), Duration::ZERO);
        moment += MS;
        assert_eq!(moment, start + 6 * MS);
        moment -= Duration::from_nanos(1);
        assert_eq!(moment, start + 6 * MS - US);
        assert_eq!(moment - Duration::MAX, start);
        assert_eq!(format!("{moment} {moment:?}"), "t=0.005999s Instant(t=0.005999s)");
    });
}

/// Sleeps for an hour on a runtime with the clock that this builder chooses, where only virtual time has an hour.
fn is_virtual(builder: greenlight::Builder) -> bool {
    let runtime = builder.build();
    runtime.spawn_detached(sleep(Duration::from_secs(3600)));
    runtime.turn();
    runtime.turn();
    runtime.turn();
    runtime.task_count() == 0
}

#[test]
fn the_environment_names_the_clock_unless_the_builder_does() {
    let this = the_environment_names_the_clock_unless_the_builder_does;
    for (named, is) in [("virtual", true), ("real", false), ("", false)] {
        if again(this, &[("GREENLIGHT_CLOCK", named), ("GREENLIGHT_TEST_IS", if is { "1" } else { "0" })]).is_none() {
            let is = std::env::var("GREENLIGHT_TEST_IS").as_deref() == Ok("1");
            assert_eq!(is_virtual(Runtime::builder()), is);
            assert!(is_virtual(Runtime::builder().virtual_clock()) && !is_virtual(Runtime::builder().real_clock()));
            if is {
                greenlight::run(sleep(Duration::from_secs(3600)));
            }
            return;
        }
    }
}

#[test]
fn a_clock_that_is_none_is_refused_in_words_that_say_which_there_are() {
    let ended =
        again(a_clock_that_is_none_is_refused_in_words_that_say_which_there_are, &[("GREENLIGHT_CLOCK", "virtul")]);
    if ended.is_none() {
        let panic = std::panic::catch_unwind(Runtime::builder).expect_err("there is no such clock");
        let said = panic.downcast_ref::<String>().expect("a panic says why");
        assert_eq!(said, "GREENLIGHT_CLOCK is \"virtul\"; set it to `virtual` or `real`, or to nothing");
    }
}
