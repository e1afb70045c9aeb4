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
