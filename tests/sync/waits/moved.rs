//! `timeout_at`: a deadline that is moved, taken away and given, from inside and from outside.

use greenlight::sync::Event;
use greenlight::{Deadline, Instant, gather, now, sleep, spawn, timeout_at, yield_now};
use stage::{Log, shared, standing};
use std::cell::Cell;
use std::future::pending;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

/// A future that is never ready, with a deadline after 2 seconds that is moved after 1; when it
/// expires. It panics where that never happens.
fn expires_at(moved: impl FnOnce() -> Option<Instant>, from_inside: bool) -> String {
    standing().run(async {
        let deadline = Deadline::at(now() + SECOND * 2);
        let move_it = async {
            sleep(SECOND).await;
            deadline.move_to(moved());
        };
        if from_inside {
            let inside = async {
                move_it.await;
                pending::<()>().await;
            };
            assert!(timeout_at(&deadline, inside).await.is_err());
        } else {
            let (expired, ()) = futures::join!(timeout_at(&deadline, pending::<()>()), move_it);
            assert!(expired.is_err());
        }
        format!("{}", now())
    })
}

#[test]
fn it_may_be_moved_later() {
    for from_inside in [true, false] {
        assert_eq!(expires_at(|| Some(now() + SECOND * 4), from_inside), "t=5.000000s");
    }
}

#[test]
fn it_may_be_moved_earlier() {
    for from_inside in [true, false] {
        assert_eq!(expires_at(|| Some(now() + SECOND / 2), from_inside), "t=1.500000s");
    }
}

#[test]
fn it_may_be_moved_to_now_or_into_the_past() {
    for from_inside in [true, false] {
        assert_eq!(expires_at(|| Some(now()), from_inside), "t=1.000000s");
        assert_eq!(standing().run(async { now() }).as_micros(), 0);
        let start = standing().now();
        assert_eq!(expires_at(|| Some(start), from_inside), "t=1.000000s");
    }
}

#[test]
fn one_that_is_taken_away_lets_the_future_take_its_time() {
    for from_inside in [true, false] {
        standing().run(async {
            let deadline = Deadline::at(now() + SECOND * 2);
            let take_away = async {
                sleep(SECOND).await;
                deadline.move_to(None);
            };
            if from_inside {
                let inside = async {
                    take_away.await;
                    sleep(SECOND * 8).await;
                };
                assert_eq!(timeout_at(&deadline, inside).await, Ok(()));
            } else {
                assert_eq!(futures::join!(timeout_at(&deadline, sleep(SECOND * 9)), take_away).0, Ok(()));
            }
            assert_eq!((deadline.when(), now().since_start()), (None, SECOND * 9));
        });
    }
}

#[test]
fn one_that_is_not_there_may_be_given() {
    for from_inside in [true, false] {
        standing().run(async {
            let deadline = Deadline::new();
            assert_eq!(deadline.when(), None);
            let give = async {
                sleep(SECOND).await;
                deadline.move_to(now() + SECOND);
            };
            let expired = if from_inside {
                let inside = async {
                    give.await;
                    pending::<()>().await;
                };
                timeout_at(&deadline, inside).await
            } else {
                futures::join!(timeout_at(&deadline, pending::<()>()), give).0
            };
            assert!(expired.is_err());
            assert_eq!((now().since_start(), deadline.when()), (SECOND * 2, Some(now())));
        });
    }
}

#[test]
fn one_that_was_taken_away_may_be_given_back_and_moved_again_and_again() {
    standing().run(async {
        let deadline = Deadline::at(now() + SECOND);
        let mover = async {
            for step in 0..10 {
                deadline.move_to(if step % 2 == 0 { None } else { Some(now() + SECOND) });
                sleep(SECOND / 2).await;
            }
        };
        let (expired, ()) = futures::join!(timeout_at(&deadline, pending::<()>()), mover);
        assert!(expired.is_err());
        assert_eq!(now().since_start(), SECOND / 2 * 11);
    });
}

#[test]
fn one_that_is_never_given_never_comes() {
    let stalled = standing().try_run(async { timeout_at(&Deadline::default(), pending::<()>()).await.is_ok() });
    assert!(stalled.expect_err("nothing ends it").to_string().contains("waits on"));
}

#[test]
fn one_that_is_moved_in_the_turn_in_which_it_comes_does_not_come() {
    standing().run(async {
        let deadline = shared(Deadline::at(now() + SECOND));
        let rescuer = spawn(async move {
            sleep(SECOND).await;
            deadline.move_to(now() + SECOND);
        });
        yield_now().await;
        // The timer of the rescuer was armed first, and so the rescuer runs first.
        assert!(timeout_at(deadline, pending::<()>()).await.is_err());
        assert_eq!(now().since_start(), SECOND * 2);
        rescuer.await.unwrap();
    });
}

#[test]
fn a_future_that_is_ready_when_the_deadline_is_moved_into_the_past_is_in_time() {
    standing().run(async {
        let (deadline, gate) = (Deadline::new(), Event::new());
        let mover = async {
            yield_now().await;
            deadline.move_to(now());
            gate.set();
        };
        assert_eq!(futures::join!(timeout_at(&deadline, gate.wait()), mover).0, Ok(()));
    });
}

#[test]
fn one_deadline_may_be_that_of_two() {
    let log = Log::default();
    standing().run(async {
        let deadline = shared(Deadline::at(now() + SECOND * 5));
        let limited = [("short", 2), ("long", 50), ("longer", 60)].map(|(name, seconds)| {
            spawn(async move {
                let outcome = timeout_at(deadline, sleep(SECOND * seconds)).await;
                log.say(format!("{name} in time {} at {}", outcome.is_ok(), now()));
            })
        });
        sleep(SECOND * 3).await;
        deadline.move_to(now() + SECOND * 7);
        gather(limited).await;
        assert!(format!("{deadline:?}").contains("waiters: 0"), "{deadline:?}");
    });
    assert_eq!(
        log.take(),
        [
            "short in time true at t=2.000000s",
            "long in time false at t=10.000000s",
            "longer in time false at t=10.000000s"
        ]
    );
}

#[test]
fn one_that_has_come_serves_the_next_future_once_it_is_moved() {
    standing().run(async {
        let deadline = Deadline::at(now() + SECOND);
        let first = timeout_at(&deadline, pending::<()>()).await.expect_err("it is never ready");
        deadline.move_to(now() + SECOND);
        let second = timeout_at(&deadline, pending::<()>()).await.expect_err("it is never ready");
        assert_ne!(first, second);
        assert!(second.to_string().contains("was up at t=2.000000s"), "{second}");
    });
}

#[test]
fn the_error_names_the_deadline_that_came() {
    standing().run(async {
        let deadline = Deadline::at(now() + SECOND * 9);
        let move_it = async {
            deadline.move_to(now() + SECOND);
        };
        let line = line!() + 1;
        let limited = timeout_at(&deadline, pending::<()>());
        let (expired, ()) = futures::join!(limited, move_it);
        assert_eq!(
            expired.expect_err("it is never ready").to_string(),
            format!(
                "the timeout at {}:{line}:23 was up at t=1.000000s; give it more time, or handle the error",
                file!()
            )
        );
    });
}

#[test]
fn a_future_that_postpones_its_own_end_runs_for_as_long_as_it_does() {
    let beats = Cell::new(0);
    standing().run(async {
        let deadline = Deadline::at(now() + SECOND);
        let alive = async {
            for _ in 0..5 {
                sleep(SECOND / 2).await;
                beats.set(beats.get() + 1);
                deadline.move_to(now() + SECOND);
            }
            pending::<()>().await;
        };
        assert!(timeout_at(&deadline, alive).await.is_err());
        assert_eq!((beats.get(), now().since_start()), (5, SECOND * 7 / 2));
    });
}
