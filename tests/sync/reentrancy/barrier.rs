//! What a foreign waker may do around a barrier: abort and reset it, arrive, drop other parties,
//! panic. Nobody waits for a round that is over.

use super::{acting, cloned, forgotten, panics};
use greenlight::sync::{Barrier, BrokenBarrier};
use stage::Log;
use stage::foreign::{Held, Shared, abandon, is_ready, parked, poll};
use std::rc::Rc;
use std::task::Waker;

type Start = Rc<Barrier>;

fn start(parties: usize) -> (Start, Log) {
    (Rc::new(Barrier::new(parties)), Log::default())
}

/// One who waits for the others, and says what came of it.
async fn party(start: Start, log: Log, name: &'static str) {
    match start.wait().await {
        Ok(turn) => log.say(format!("{name} is {}", turn.index())),
        Err(BrokenBarrier::Interrupted) => log.say(format!("{name} is sent away")),
        Err(BrokenBarrier::Aborted) => log.say(format!("{name} comes too late")),
    }
}

/// Lets two parties through, which sees that the barrier is as good as new.
fn assert_is_whole(start: &Start) {
    assert_eq!((start.parties(), start.waiting(), start.is_broken()), (2, 0, false));
    let log = Log::default();
    let a = parked(party(start.clone(), log, "a"), Waker::noop());
    let mut b: Held = Box::pin(party(start.clone(), log, "b"));
    assert!(poll(b.as_mut(), Waker::noop()).is_ready());
    assert!(is_ready(&a));
    assert_eq!(log.take(), ["b is 1", "a is 0"]);
}

#[test]
fn who_is_woken_at_the_turnstile_may_look_at_the_barrier_and_finds_it_filling() {
    let (start, log) = start(2);
    let inside = parked(party(start.clone(), log, "inside"), Waker::noop());
    let mut last: Held = Box::pin(party(start.clone(), log, "last"));
    assert!(poll(last.as_mut(), Waker::noop()).is_ready());
    let looks = start.clone();
    let late = acting(move || log.say(format!("{} of {} wait", looks.waiting(), looks.parties())));
    let _late = parked(party(start.clone(), log, "late"), &late);
    assert!(is_ready(&inside));
    assert_eq!(log.take(), ["last is 1", "0 of 2 wait", "inside is 0"]);
}

#[test]
fn a_clone_that_resets_sends_away_the_party_that_is_about_to_wait() {
    let (start, log) = start(2);
    let resets = start.clone();
    let mut a: Held = Box::pin(party(start.clone(), log, "a"));
    assert!(poll(a.as_mut(), &cloned(move || resets.reset())).is_ready());
    assert_eq!(log.take(), ["a is sent away"]);
    assert_is_whole(&start);
}

#[test]
fn a_clone_that_drops_the_last_who_is_inside_opens_the_turnstile_for_who_is_about_to_wait_there() {
    let (start, log) = start(2);
    let inside = parked(party(start.clone(), log, "inside"), Waker::noop());
    let mut last: Held = Box::pin(party(start.clone(), log, "last"));
    assert!(poll(last.as_mut(), Waker::noop()).is_ready());
    let late = parked(party(start.clone(), log, "late"), &cloned(move || abandon(&inside)));
    assert!(!is_ready(&late));
    assert_eq!(start.waiting(), 1, "the late one has arrived");
    let mut next: Held = Box::pin(party(start.clone(), log, "next"));
    assert!(poll(next.as_mut(), Waker::noop()).is_ready());
    assert!(is_ready(&late));
    assert_eq!(log.take(), ["last is 1", "next is 1", "late is 0"]);
    assert_is_whole(&start);
}

#[test]
fn a_clone_may_fill_the_round_with_another_and_neither_waits() {
    let (start, log) = start(2);
    let kept = (start.clone(), log);
    let arrives = move || {
        let mut other: Held = Box::pin(party(kept.0, kept.1, "other"));
        assert!(poll(other.as_mut(), Waker::noop()).is_ready());
    };
    let mut a: Held = Box::pin(party(start.clone(), log, "a"));
    assert!(poll(a.as_mut(), &cloned(arrives)).is_ready());
    assert_eq!(log.take(), ["other is 1", "a is 0"]);
    assert_is_whole(&start);
}

#[test]
fn who_is_woken_when_the_round_is_full_may_abort_it_and_everybody_is_sent_away() {
    let (start, log) = start(2);
    let aborts = start.clone();
    let a = parked(party(start.clone(), log, "a"), &acting(move || aborts.abort()));
    let mut last: Held = Box::pin(party(start.clone(), log, "last"));
    assert!(poll(last.as_mut(), Waker::noop()).is_ready());
    assert!(is_ready(&a));
    assert_eq!(log.take(), ["last is sent away", "a is sent away"]);
    assert!(start.is_broken());
    start.reset();
    assert_is_whole(&start);
}

#[test]
fn who_is_woken_when_the_round_is_full_may_reset_it_and_everybody_is_sent_away() {
    let (start, log) = start(2);
    let resets = start.clone();
    let a = parked(party(start.clone(), log, "a"), &acting(move || resets.reset()));
    let mut last: Held = Box::pin(party(start.clone(), log, "last"));
    assert!(poll(last.as_mut(), Waker::noop()).is_ready());
    assert!(is_ready(&a));
    assert_eq!(log.take(), ["last is sent away", "a is sent away"]);
    assert_is_whole(&start);
}

#[test]
fn who_is_woken_by_a_reset_may_arrive_again_at_once() {
    let (start, log) = start(2);
    let (again, kept) = (Shared::default(), (start.clone(), log));
    let holds = again.clone();
    let arrives = move || *holds.borrow_mut() = parked(party(kept.0, kept.1, "again"), Waker::noop()).take();
    let a = parked(party(start.clone(), log, "a"), &acting(arrives));
    start.reset();
    assert!(is_ready(&a));
    assert!(!is_ready(&again));
    assert_eq!((log.take(), start.waiting()), (vec!["a is sent away".to_string()], 1));
    abandon(&again);
    assert_is_whole(&start);
}

#[test]
fn who_is_woken_when_the_round_is_full_may_drop_another_and_the_rest_go_on_without_it() {
    let (start, log) = start(3);
    let b = Shared::default();
    let victim = b.clone();
    let a = parked(party(start.clone(), log, "a"), &acting(move || abandon(&victim)));
    *b.borrow_mut() = parked(party(start.clone(), log, "b"), Waker::noop()).take();
    let mut last: Held = Box::pin(party(start.clone(), log, "last"));
    assert!(poll(last.as_mut(), Waker::noop()).is_ready());
    assert!(is_ready(&a));
    assert_eq!(log.take(), ["last is 2", "a is 0"]);
    assert_eq!(start.waiting(), 0);
}

#[test]
fn one_that_panics_when_the_round_is_full_costs_nobody_else_the_way_on() {
    let (start, log) = start(3);
    let a = parked(party(start.clone(), log, "a"), &acting(|| panic!("cannot be woken")));
    let b = parked(party(start.clone(), log, "b"), Waker::noop());
    let mut last: Held = Box::pin(party(start.clone(), log, "last"));
    assert!(panics(|| poll(last.as_mut(), Waker::noop()).is_ready()), "the panic reaches the last");
    drop(last);
    assert!(is_ready(&a) && is_ready(&b));
    assert_eq!(log.take(), ["a is 0", "b is 1"]);
    assert_eq!(start.waiting(), 0);
}

#[test]
fn a_clone_that_fills_the_round_and_panics_keeps_the_other_from_nothing() {
    let (start, log) = start(2);
    let kept = (start.clone(), log);
    let waker = cloned(move || {
        let mut other: Held = Box::pin(party(kept.0, kept.1, "other"));
        assert!(poll(other.as_mut(), Waker::noop()).is_ready());
        panic!("cannot be cloned");
    });
    assert!(panics(|| parked(party(start.clone(), log, "a"), &waker)));
    assert_eq!((log.take(), start.waiting()), (vec!["other is 1".to_string()], 0));
    assert_is_whole(&start);
}

#[test]
fn an_old_waker_whose_drop_is_the_last_to_arrive_makes_the_wait_ready() {
    let (start, log) = start(2);
    let kept = (start.clone(), log);
    let arrives = move || {
        let mut last: Held = Box::pin(party(kept.0, kept.1, "last"));
        assert!(poll(last.as_mut(), Waker::noop()).is_ready());
    };
    let a = parked(party(start.clone(), log, "a"), &forgotten(arrives));
    assert!(is_ready(&a));
    assert_eq!(log.take(), ["last is 1", "a is 0"]);
    assert_is_whole(&start);
}
