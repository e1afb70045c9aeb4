//! `timeout`: in time, at the deadline, and too late.

use greenlight::sync::Event;
use greenlight::trace::Kind;
use greenlight::{Runtime, gather, now, sleep, spawn, spawn_detached, timeout, yield_now};
use stage::{Log, recorded, shared, standing};
use std::future::{Future, pending, poll_fn, ready};
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// How a future that takes that long fares with so much time, and when that is known.
fn fares(takes: Duration, has: Duration) -> String {
    standing().run(async {
        let outcome = if timeout(has, sleep(takes)).await.is_ok() { "in time" } else { "expired" };
        format!("{outcome} at {}", now())
    })
}

#[test]
fn who_is_ready_before_the_deadline_is_in_time() {
    assert_eq!(fares(SECOND, SECOND * 2), "in time at t=1.000000s");
}

#[test]
fn who_is_ready_at_the_deadline_is_in_time() {
    assert_eq!(fares(SECOND, SECOND), "in time at t=1.000000s");
}

#[test]
fn who_is_ready_after_the_deadline_is_too_late() {
    assert_eq!(fares(SECOND + Duration::from_micros(1), SECOND), "expired at t=1.000000s");
}

#[test]
fn no_timer_stays_behind() {
    let runtime = standing();
    runtime.run(async { timeout(SECOND * 60, sleep(SECOND)).await.expect("a minute is enough") });
    runtime.turn();
    assert_eq!(runtime.now().since_start(), SECOND);
}

#[test]
fn who_is_released_at_the_deadline_before_it_runs_is_in_time() {
    standing().run(async {
        let gate = shared(Event::new());
        let gatekeeper = spawn(async move {
            sleep(SECOND).await;
            gate.set();
        });
        yield_now().await;
        // The timer of the gatekeeper was armed first, and so the gatekeeper runs first.
        assert_eq!(timeout(SECOND, gate.wait()).await, Ok(()));
        gatekeeper.await.unwrap();
    });
}

#[test]
fn who_expires_is_dropped_before_the_error_is_there() {
    let log = Log::default();
    standing().run(async {
        let expired = timeout(SECOND, log.sleeper("sleeper")).await;
        log.say(format!("expired {}", expired.is_err()));
    });
    assert_eq!(log.take(), ["sleeper runs", "sleeper dropped", "expired true"]);
}

#[test]
fn who_is_in_time_is_dropped_before_the_output_is_there() {
    let log = Log::default();
    standing().run(async {
        let guard = Some(log.at_drop("dropped"));
        let output = timeout(SECOND, poll_fn(move |_| Poll::Ready(guard.is_some()))).await;
        log.say(format!("in time {}", output.is_ok()));
    });
    assert_eq!(log.take(), ["dropped", "in time true"]);
}

#[test]
fn the_others_get_what_it_held_at_once() {
    let log = Log::default();
    standing().run(async {
        let lock = Rc::new(greenlight::sync::Lock::new(()));
        let held = lock.clone();
        let holder = async move {
            let _guard = held.lock().await;
            pending::<()>().await;
        };
        let waiter = async {
            yield_now().await;
            let _guard = lock.lock().await;
            log.say(format!("waiter at {}", now()));
        };
        let holder = async {
            assert!(timeout(SECOND, holder).await.is_err());
            log.say("expired");
        };
        futures::join!(holder, waiter);
    });
    assert_eq!(log.take(), ["expired", "waiter at t=1.000000s"]);
}

#[test]
fn from_the_deadline_to_the_expiry_is_one_hop() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        assert!(timeout(SECOND, pending::<()>()).await.is_err());
    });
    let events = recorder.events();
    let turn_of = |kind| events.iter().find(|event| event.kind == kind).expect("it happened").turn;
    assert_eq!(turn_of(Kind::PollReady) - turn_of(Kind::TimerFired), 1);
}

#[test]
fn it_takes_no_hop_more_than_the_future_itself() {
    let log = Log::default();
    standing().run(async {
        let gate = shared(Event::new());
        let plain = async {
            gate.wait().await;
            log.say("plain");
        };
        let limited = async {
            timeout(SECOND, timeout(SECOND, gate.wait())).await.expect("in time").expect("in time");
            log.say("limited");
        };
        let both = async { futures::join!(limited, plain) };
        spawn_detached(async move { gate.set() });
        both.await;
        assert_eq!(timeout(SECOND, ready(7)).await, Ok(7));
    });
    assert_eq!(log.take(), ["limited", "plain"]);
}

/// How a future fares that has no time at all, and in how many turns.
fn fares_with_no_time(future: impl Future<Output = ()>) -> (bool, u64) {
    stage::counted(|hops| async move {
        hops.begin();
        let outcome = timeout(Duration::ZERO, future).await;
        (outcome.is_ok(), hops.count())
    })
}

#[test]
fn with_no_time_it_is_polled_once_and_once_more_after_a_turn() {
    assert_eq!(fares_with_no_time(ready(())), (true, 0));
    assert_eq!(fares_with_no_time(yield_now()), (true, 1));
    let two = async {
        yield_now().await;
        yield_now().await;
    };
    assert_eq!(fares_with_no_time(two), (false, 1));
    assert_eq!(fares_with_no_time(pending()), (false, 1));
}

/// What becomes of a future that is never ready under two timeouts.
fn nested(outer: u32, inner: u32) -> String {
    standing().run(async {
        let log = Log::default();
        let limited = async {
            let _guard = log.at_drop("inner is gone");
            timeout(SECOND * inner, log.sleeper("future")).await.expect_err("it is never ready");
            log.say("inner expired");
        };
        let outcome = timeout(SECOND * outer, limited).await;
        log.say(format!("outer {} at {}", if outcome.is_ok() { "in time" } else { "expired" }, now()));
        log.take().join(", ")
    })
}

#[test]
fn the_inner_of_two_that_is_up_first_expires_alone() {
    let lines = "future runs, future dropped, inner expired, inner is gone, outer in time at t=1.000000s";
    assert_eq!(nested(2, 1), lines);
}

#[test]
fn the_outer_of_two_that_is_up_first_drops_the_inner_with_its_future() {
    assert_eq!(nested(1, 2), "future runs, future dropped, inner is gone, outer expired at t=1.000000s");
}

#[test]
fn of_two_that_are_up_together_the_inner_expires_and_the_outer_is_in_time() {
    assert_eq!(nested(1, 1), "future runs, future dropped, inner expired, inner is gone, outer in time at t=1.000000s");
}

#[test]
fn all_the_time_there_is_is_enough() {
    assert_eq!(fares(SECOND, Duration::MAX), "in time at t=1.000000s");
    assert_eq!(fares(Duration::MAX, SECOND), "expired at t=1.000000s");
}

#[test]
fn time_is_counted_from_the_first_poll() {
    standing().run(async {
        let limited = timeout(SECOND, pending::<()>());
        sleep(SECOND * 5).await;
        assert!(limited.await.is_err());
        assert_eq!(now().since_start(), SECOND * 6);
    });
}

#[test]
fn on_the_real_clock_time_is_counted_from_the_first_poll_and_not_from_the_turn_before_it() {
    Runtime::builder().build().run(async {
        // It keeps the thread for longer than the time that the next line gives.
        std::thread::sleep(Duration::from_millis(250));
        let some_turns = async {
            for _ in 0..5 {
                yield_now().await;
            }
        };
        assert_eq!(timeout(Duration::from_millis(200), some_turns).await, Ok(()));
    });
}

#[test]
fn on_the_real_clock_no_time_is_over_in_the_next_turn() {
    let turns = Runtime::builder().build().run(async {
        let mut polls = 0;
        let counted = poll_fn(|cx| {
            polls += 1;
            cx.waker().wake_by_ref();
            Poll::<()>::Pending
        });
        assert!(timeout(Duration::ZERO, counted).await.is_err());
        polls
    });
    assert_eq!(turns, 2);
}

#[test]
fn timeouts_expire_in_the_order_of_their_deadlines() {
    let log = Log::default();
    let limited = [3, 1, 2, 1].into_iter().enumerate().map(|(number, seconds)| async move {
        timeout(SECOND * seconds, pending::<()>()).await.expect_err("it is never ready");
        log.say(format!("{number} at {}", now()));
    });
    standing().run(async { gather(limited).await });
    assert_eq!(log.take(), ["1 at t=1.000000s", "3 at t=1.000000s", "2 at t=2.000000s", "0 at t=3.000000s"]);
}

#[test]
fn the_error_says_which_timeout_was_up_and_when() {
    let line = line!() + 1;
    let expired = standing().run(async { timeout(SECOND, pending::<()>()).await.expect_err("it is never ready") });
    let at = format!("{}:{line}:42", file!());
    assert_eq!(
        expired.to_string(),
        format!("the timeout at {at} was up at t=1.000000s; give it more time, or handle the error")
    );
    let error: Box<dyn std::error::Error> = Box::new(expired);
    assert!(error.downcast_ref::<greenlight::Elapsed>() == Some(&expired));
}
