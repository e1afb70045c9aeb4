//! `race`: the first of several futures wins, and the others are gone before anybody hears of it.

use futures::FutureExt;
use greenlight::sync::{Event, Lock};
use greenlight::{now, race, sleep, spawn, spawn_detached, yield_now};
use stage::{Log, counted, shared, standing};
use std::cell::Cell;
use std::future::{Future, pending, poll_fn, ready};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

const SECOND: Duration = Duration::from_secs(1);

type Runner<T> = Pin<Box<dyn Future<Output = T>>>;

/// A runner that says when it starts, arrives after so many turns, and says when it is gone.
fn runner(name: &'static str, turns: usize, log: Log) -> Runner<&'static str> {
    Box::pin(async move {
        let _guard = log.at_drop(format!("{name} gone"));
        log.say(format!("{name} starts"));
        for _ in 0..turns {
            yield_now().await;
        }
        name
    })
}

#[test]
fn the_first_that_is_ready_wins_with_its_index() {
    standing().run(async {
        let runners = [30, 10, 20].map(|seconds| async move {
            sleep(SECOND * seconds).await;
            seconds
        });
        assert_eq!(race(runners).await, (1, 10));
        assert_eq!(now().since_start(), SECOND * 10);
    });
}

#[test]
fn of_those_that_are_ready_together_the_first_in_order_wins() {
    standing().run(async {
        let gate = shared(Event::new());
        spawn_detached(async move { gate.set() });
        assert_eq!(race([gate.wait(), gate.wait(), gate.wait()]).await.0, 0);
        assert_eq!(race([sleep(SECOND * 2), sleep(SECOND), sleep(SECOND)]).await.0, 1);
        assert_eq!(race([ready('a'), ready('b')]).await, (0, 'a'));
    });
}

#[test]
fn one_that_is_ready_at_once_takes_no_hop_and_who_stands_behind_it_never_starts() {
    let log = Log::default();
    let hops = counted(|hops| async move {
        hops.begin();
        let winner = race([runner("a", 1, log), runner("b", 0, log), runner("c", 0, log)]).await;
        assert_eq!(winner, (1, "b"));
        hops.count()
    });
    assert_eq!(hops, 0);
    assert_eq!(log.take(), ["a starts", "b starts", "b gone", "a gone"]);
}

#[test]
fn the_losers_are_dropped_in_order_and_before_the_outcome_is_there() {
    let log = Log::default();
    standing().run(async {
        let runners = [("a", 3), ("b", 9), ("c", 2), ("d", 9)].map(|(name, turns)| runner(name, turns, log));
        let (index, winner) = race(runners).await;
        log.say(format!("{index} wins: {winner}"));
    });
    let lines = log.take();
    assert_eq!(lines[..4], ["a starts", "b starts", "c starts", "d starts"]);
    assert_eq!(lines[4..], ["c gone", "a gone", "b gone", "d gone", "2 wins: c"]);
}

#[test]
fn a_race_that_is_dropped_drops_its_runners_in_order() {
    let log = Log::default();
    let mut run = Box::pin(race(["a", "b", "c"].map(|name| runner(name, 9, log))));
    assert!((&mut run).now_or_never().is_none());
    drop(run);
    assert_eq!(log.take(), ["a starts", "b starts", "c starts", "a gone", "b gone", "c gone"]);
}

#[test]
fn every_runner_is_polled_in_order_whenever_the_task_runs() {
    let log = Log::default();
    let polled = |name: &'static str| {
        poll_fn(move |_| {
            log.say(name);
            Poll::<()>::Pending
        })
    };
    let mut run = Box::pin(race(["a", "b"].map(polled)));
    for _ in 0..2 {
        assert!((&mut run).now_or_never().is_none());
    }
    assert_eq!(log.take(), ["a", "b", "a", "b"]);
}

#[test]
fn a_lock_that_a_loser_was_granted_goes_to_the_next() {
    let log = Log::default();
    standing().run(async {
        let (lock, gate) = (Rc::new(Lock::new(())), shared(Event::new()));
        let guard = lock.lock().await;
        let wanted = lock.clone();
        let racer = spawn(async move {
            let by_gate: Runner<()> = Box::pin(async move { gate.wait().await });
            let by_lock: Runner<()> = Box::pin(async move { drop(wanted.lock().await) });
            race([by_gate, by_lock]).await.0
        });
        yield_now().await;
        let wanted = lock.clone();
        let next = spawn(async move {
            let _guard = wanted.lock().await;
            log.say("next has the lock");
        });
        yield_now().await;
        drop(guard);
        gate.set();
        assert_eq!(racer.await.unwrap(), 0, "it was granted the lock, and its first runner was ready");
        next.await.unwrap();
    });
    assert_eq!(log.take(), ["next has the lock"]);
}

#[test]
fn join_handles_may_race_and_the_tasks_of_the_losers_run_on() {
    let log = Log::default();
    standing().run(async {
        let runners = [2, 1].map(|seconds| {
            spawn(async move {
                sleep(SECOND * seconds).await;
                log.say(format!("{seconds} arrives"));
                seconds
            })
        });
        let (index, outcome) = race(runners).await;
        assert_eq!((index, outcome.unwrap()), (1, 1));
        sleep(SECOND * 2).await;
    });
    assert_eq!(log.take(), ["1 arrives", "2 arrives"]);
}

#[test]
fn a_runner_alone_wins_when_it_arrives() {
    let started = Cell::new(false);
    standing().run(async {
        let run = race([async { started.set(true) }]);
        assert!(!started.get(), "a race starts when it is polled");
        assert_eq!(run.await, (0, ()));
    });
    let never = standing().try_run(race([pending::<()>()]));
    assert!(never.is_err());
}

#[test]
fn futures_of_several_types_race_and_the_first_in_order_goes_on() {
    standing().run(async {
        let (event, lock) = (Event::new(), Lock::new(7));
        let won = race! {
            () = event.wait() => 'e',
            guard = lock.lock() => if *guard == 7 { 'l' } else { 'x' },
            _ = ready("never looked at") => 'r',
        };
        assert_eq!(won, 'l');
        assert!(lock.try_lock().is_some(), "the guard went with the arm");
        // One alone, and no comma at the end.
        assert_eq!(race!(n = ready(3) => n + 1), 4);
        event.set();
        let (seconds, _) = race!(() = sleep(SECOND) => (1, ()), both = async { (sleep(SECOND * 2).await, event.wait().await) } => (2, both.0));
        assert_eq!((seconds, now().since_start()), (1, SECOND));
    });
}

#[test]
fn what_stands_behind_the_winner_may_break_return_and_fail() {
    async fn first(numbers: &[Result<u8, String>]) -> Result<u8, String> {
        let mut sum = 0;
        for number in numbers {
            race! {
                () = pending::<()>() => unreachable!("it is never ready"),
                number = ready(number.clone()) => match number? {
                    0 => break,
                    255 => return Ok(255),
                    number => sum += number,
                },
            }
        }
        Ok(sum)
    }
    standing().run(async {
        assert_eq!(first(&[Ok(1), Ok(2), Ok(0), Ok(4)]).await, Ok(3));
        assert_eq!(first(&[Ok(1), Ok(255)]).await, Ok(255));
        assert_eq!(first(&[Ok(1), Err("no".into())]).await, Err("no".to_string()));
    });
}

#[test]
fn the_losers_of_a_race_of_several_types_are_dropped_in_order_before_what_stands_behind_the_winner() {
    let log = Log::default();
    standing().run(async {
        race! {
            _ = runner("a", 9, log) => unreachable!(),
            name = runner("b", 1, log) => log.say(format!("{name} wins")),
            _ = async move { runner("c", 9, log).await.len() } => unreachable!(),
            _ = runner("d", 0, log).map(|name| name.len()) => log.say("d wins"),
        }
    });
    let lines = log.take();
    assert_eq!(
        lines,
        ["a starts", "b starts", "c starts", "d starts", "d gone", "a gone", "b gone", "c gone", "d wins"]
    );
}

#[test]
fn a_race_of_several_types_that_is_dropped_drops_its_runners_in_order_also_behind_one_that_panics() {
    let log = Log::default();
    standing().run(async {
        let racer = spawn(async move {
            let bomb = stage::on_drop(|| panic!("the bomb goes off"));
            race! {
                _ = runner("a", 99, log) => (),
                () = async move { let _bomb = bomb; pending::<()>().await } => (),
                _ = runner("c", 99, log) => (),
            }
        });
        yield_now().await;
        racer.cancel();
        yield_now().await;
        yield_now().await;
    });
    assert_eq!(log.take(), ["a starts", "c starts", "a gone", "c gone"]);
}

#[test]
fn of_two_runners_that_panic_when_a_race_of_several_types_is_dropped_both_are_told_of() {
    let (runtime, told) = stage::reporting();
    runtime.run(async {
        let racer = spawn(async {
            let (first, second) = (stage::on_drop(|| panic!("first bomb")), stage::on_drop(|| panic!("second bomb")));
            race! {
                () = async move { drop((pending::<()>().await, first)) } => (),
                number = async move { drop((pending::<()>().await, second)); 7 } => assert_eq!(number, 7),
            }
        });
        yield_now().await;
        racer.cancel();
        let end = racer.await.expect_err("it is cancelled");
        assert!(end.is_panic() && end.to_string().contains("first bomb"), "{end}");
    });
    let told = told.take();
    assert!(matches!(&told[..], [second] if second.contains("second bomb")), "{told:?}");
}

#[test]
fn what_is_raced_by_reference_goes_on_in_the_next_race() {
    standing().run(async {
        let mut night = std::pin::pin!(sleep(SECOND * 5));
        let mut hours = 0;
        loop {
            race! {
                () = sleep(SECOND * 2) => hours += 1,
                () = &mut night => break,
            }
        }
        assert_eq!((hours, now().since_start()), (2, SECOND * 5));
    });
}

#[test]
fn a_runner_that_panics_ends_the_race_and_the_others_are_dropped() {
    let log = Log::default();
    standing().run(async {
        let racer = spawn(async move {
            race! {
                _ = runner("a", 99, log) => (),
                () = async { panic!("it stumbles") } => (),
                _ = runner("c", 99, log) => (),
            }
        });
        assert!(racer.await.expect_err("it panics").is_panic());
    });
    assert_eq!(log.take(), ["a starts", "a gone"]);
}
