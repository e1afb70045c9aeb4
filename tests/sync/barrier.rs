//! `Barrier`: it fills, drains and fills again; who is dropped is not counted; reset and abort.

use greenlight::sync::{Barrier, BrokenBarrier};
use greenlight::{JoinHandle, task};
use stage::{Log, lines, refusal, run, shared, turns, within};

/// A task that goes through the barrier so many times, and says each time as what, or why not.
fn runner(log: Log, barrier: &'static Barrier, name: &'static str, rounds: usize) -> JoinHandle<()> {
    task(name).spawn(async move {
        for _ in 0..rounds {
            match barrier.wait().await {
                Ok(turn) => log.say(format!("{name} is {}", turn.index())),
                Err(error) => log.say(format!("{name}: {error:?}")),
            }
        }
    })
}

#[test]
fn the_last_to_arrive_does_not_suspend_and_the_others_take_a_hop() {
    let said = lines(async |log| {
        let barrier = shared(Barrier::new(3));
        let waiters = ["a", "b"].map(|name| {
            task(name).spawn(async move {
                barrier.wait().await.unwrap();
                log.say_hops(name);
            })
        });
        turns(1).await;
        assert_eq!(barrier.waiting(), 2);
        log.begin();
        let turn = barrier.wait().await.unwrap();
        log.say_hops("last");
        assert_eq!((turn.index(), turn.is_leader(), barrier.waiting()), (2, true, 0));
        for waiter in waiters {
            waiter.await.unwrap();
        }
    });
    assert_eq!(said, ["last after 0", "a after 1", "b after 1"]);
}

#[test]
fn indices_follow_the_order_of_arrival_and_the_last_leads() {
    run(async {
        let barrier = shared(Barrier::new(3));
        let parties = ["a", "b", "c"].map(|name| task(name).spawn(barrier.wait()));
        let mut turns = Vec::new();
        for party in parties {
            let turn = party.await.unwrap().unwrap();
            turns.push((turn.index(), turn.is_leader()));
        }
        assert_eq!(turns, [(0, false), (1, false), (2, true)]);
    });
}

#[test]
fn a_round_has_its_leader_though_the_first_to_arrive_is_cancelled_once_it_is_full() {
    run(async {
        let barrier = shared(Barrier::new(2));
        let first = task("first").spawn(barrier.wait());
        turns(1).await;
        let last = barrier.wait().await.unwrap();
        first.task().cancel();
        assert!(first.await.unwrap_err().is_cancelled());
        assert_eq!((last.index(), last.is_leader()), (1, true));
    });
}

#[test]
fn one_at_the_turnstile_waits_on_in_a_reset_and_hears_of_an_abort() {
    let said = lines(async |log| {
        let barrier = shared(Barrier::new(2));
        let _round = ["a", "b"].map(|name| runner(log, barrier, name, 1));
        let _turnstile = ["c", "d"].map(|name| runner(log, barrier, name, 1));
        turns(1).await;
        barrier.reset();
        turns(3).await;
        let _round = ["e", "f"].map(|name| runner(log, barrier, name, 1));
        let _turnstile = runner(log, barrier, "g", 1);
        turns(1).await;
        barrier.abort();
        turns(3).await;
    });
    assert_eq!(said, ["b is 1", "a: Interrupted", "d is 1", "c is 0", "f is 1", "e: Interrupted", "g: Aborted"]);
}

#[test]
fn its_debug_output_tells_how_far_it_is() {
    run(async {
        let barrier = shared(Barrier::new(2).named("start"));
        let first = task("first").spawn(barrier.wait());
        turns(1).await;
        let filling = r#"Barrier { name: Some("start"), parties: 2, waiting: 1, inside: 1, phase: Filling }"#;
        assert_eq!(format!("{barrier:?}"), filling);
        barrier.wait().await.unwrap();
        let draining = r#"Barrier { name: Some("start"), parties: 2, waiting: 0, inside: 1, phase: Draining }"#;
        assert_eq!(format!("{barrier:?}"), draining);
        first.await.unwrap().unwrap();
    });
}

#[test]
fn it_drains_before_the_next_round_begins() {
    let said = lines(async |log| {
        let barrier = shared(Barrier::new(2));
        let _parties = ["a", "b", "c", "d"].map(|name| runner(log, barrier, name, 1));
        turns(6).await;
    });
    assert_eq!(said, ["b is 1", "a is 0", "d is 1", "c is 0"]);
}

#[test]
fn one_who_comes_back_while_it_drains_waits_at_the_turnstile() {
    let said = lines(async |log| {
        let barrier = shared(Barrier::new(2));
        let _parties = ["a", "b"].map(|name| runner(log, barrier, name, 2));
        turns(1).await;
        assert_eq!(barrier.waiting(), 0, "b is back, and a has not gone on");
        turns(6).await;
    });
    assert_eq!(said, ["b is 1", "a is 0", "b is 1", "a is 0"]);
}

#[test]
fn a_barrier_of_one_never_suspends() {
    run(async {
        let barrier = Barrier::new(1);
        for _ in 0..3 {
            let mut wait = std::pin::pin!(barrier.wait());
            let turn = futures::poll!(wait.as_mut());
            assert!(turn.is_ready());
        }
    });
}

#[test]
fn a_cancelled_party_is_not_counted_and_indices_stay_unique() {
    let said = lines(async |log| {
        let barrier = shared(Barrier::new(3));
        let [_a, b, _c] = ["a", "b", "c"].map(|name| runner(log, barrier, name, usize::from(name != "c")));
        turns(1).await;
        b.task().cancel();
        turns(1).await;
        log.say(format!("{} wait", barrier.waiting()));
        let _late = ["d", "e"].map(|name| runner(log, barrier, name, 1));
        turns(4).await;
    });
    assert_eq!(said, ["1 wait", "e is 2", "a is 0", "d is 1"]);
}

#[test]
fn a_wait_that_is_dropped_is_not_counted() {
    run(async {
        let barrier = shared(Barrier::new(2));
        within(2, async { _ = barrier.wait().await }).await;
        assert_eq!(barrier.waiting(), 0);
        let first = task("first").spawn(barrier.wait());
        turns(2).await;
        assert!(!first.is_finished());
        assert_eq!(barrier.wait().await.unwrap().index(), 1);
        assert_eq!(first.await.unwrap().unwrap().index(), 0);
    });
}

#[test]
fn a_party_that_is_cancelled_while_it_drains_lets_the_others_go_on() {
    let said = lines(async |log| {
        let barrier = shared(Barrier::new(3));
        let [_a, b, _c] = ["a", "b", "c"].map(|name| runner(log, barrier, name, 1));
        turns(1).await;
        log.say("b is cancelled");
        b.task().cancel();
        turns(2).await;
        let _next = ["d", "e", "f"].map(|name| runner(log, barrier, name, 1));
        turns(4).await;
    });
    assert_eq!(said, ["c is 2", "b is cancelled", "a is 0", "f is 2", "d is 0", "e is 1"]);
}

#[test]
fn a_reset_sends_away_who_waits_and_opens_it_again() {
    let said = lines(async |log| {
        let barrier = shared(Barrier::new(3));
        let _waiting = ["a", "b"].map(|name| runner(log, barrier, name, 1));
        turns(1).await;
        barrier.reset();
        assert!(!barrier.is_broken());
        let _next = ["c", "d", "e"].map(|name| runner(log, barrier, name, 1));
        turns(5).await;
    });
    assert_eq!(said, ["a: Interrupted", "b: Interrupted", "e is 2", "c is 0", "d is 1"]);
}

#[test]
fn a_reset_of_one_that_nobody_waits_for_changes_nothing() {
    let said = lines(async |log| {
        let barrier = shared(Barrier::new(2));
        barrier.reset();
        let _parties = ["a", "b"].map(|name| runner(log, barrier, name, 1));
        turns(3).await;
    });
    assert_eq!(said, ["b is 1", "a is 0"]);
}

#[test]
fn an_abort_sends_everybody_away_until_a_reset() {
    let said = lines(async |log| {
        let barrier = shared(Barrier::new(2));
        let _waiting = runner(log, barrier, "a", 1);
        turns(1).await;
        barrier.abort();
        assert!(barrier.is_broken());
        let _late = runner(log, barrier, "b", 1);
        turns(3).await;
        log.say("reset");
        barrier.reset();
        assert!(!barrier.is_broken());
        let _parties = ["c", "d"].map(|name| runner(log, barrier, name, 1));
        turns(3).await;
    });
    assert_eq!(said, ["a: Interrupted", "b: Aborted", "reset", "d is 1", "c is 0"]);
}

#[test]
fn an_abort_reaches_those_at_the_turnstile() {
    let said = lines(async |log| {
        let barrier = shared(Barrier::new(2));
        let _parties = ["a", "b", "c"].map(|name| runner(log, barrier, name, 1));
        turns(1).await;
        barrier.abort();
        turns(3).await;
    });
    assert_eq!(said, ["b is 1", "a: Interrupted", "c: Aborted"]);
}

#[test]
fn its_errors_say_what_to_do() {
    assert_eq!(BrokenBarrier::Aborted.to_string(), "the barrier was aborted; call reset() to use it again");
    assert_eq!(
        BrokenBarrier::Interrupted.to_string(),
        "the barrier was aborted or reset while this task waited for the others"
    );
}

#[test]
fn no_parties_at_all_are_refused() {
    assert_eq!(
        refusal(|| Barrier::new(0)),
        "Barrier::new was given 0 parties, for whom nobody could ever wait; give it at least 1"
    );
}
