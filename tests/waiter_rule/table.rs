//! The table: every combinator times every leaf. On virtual time each case ends at the same moment
//! and costs the same polls as with leaves that know nothing but wakers; and where a combinator
//! hands the task's own waker to its leaves, they register the task and clone nothing.

use crate::combinators::{COMBINATORS, Combinator, Ends, Waker};
use crate::leaves::{KINDS, Make, Tally, When};
use greenlight::trace::{Kind as Traced, Recorder};
use greenlight::{Instant, Runtime, Turn};
use std::rc::Rc;

/// The milliseconds after which the leaves of a case are ready: not in the order of their making,
/// and two at once.
const DELAYS: [u64; 5] = [5, 1, 3, 3, 2];

/// How a case ended.
#[derive(Debug, PartialEq)]
struct Outcome {
    at: Instant,
    /// How many leaves were ready by then.
    finished: usize,
    /// How often the task was polled that ran the combinator.
    polls: usize,
}

/// Runs a combinator over leaves of one make. A lost wake is a stall, and the moment of it is the
/// error.
fn play(combinator: &Combinator, begin: fn() -> Make) -> Result<Outcome, Instant> {
    let recorder = Rc::new(Recorder::default());
    let runtime = Runtime::builder().virtual_clock().observer(recorder.clone()).build();
    let tally = Tally::default();
    let ended = runtime.try_run(async {
        let make = begin();
        let delays = DELAYS.iter().cycle().take(combinator.leaves);
        let leaves = delays.map(|&millis| tally.count(make(When::After(millis))));
        (combinator.run)(leaves.collect()).await;
        greenlight::now()
    });
    let events = recorder.events();
    let polls = events.iter().filter(|event| {
        let main = event.task.as_ref().is_some_and(|task| task.number == 0);
        main && event.kind == Traced::PollBegan
    });
    Ok(Outcome { at: ended.map_err(|stalled| stalled.at())?, finished: tally.finished(), polls: polls.count() })
}

#[test]
fn every_leaf_wakes_whoever_polls_it_under_every_combinator() {
    let mut wrong = Vec::new();
    for combinator in COMBINATORS {
        for kind in KINDS {
            let outcome = play(combinator, kind.begin);
            let reference = play(combinator, kind.reference);
            let finished = reference.as_ref().map(|outcome| outcome.finished);
            match combinator.ends {
                Ends::WithTheLast => assert_eq!(finished, Ok(combinator.leaves)),
                Ends::WithTheFirst => assert_eq!(finished, Ok(1)),
            }
            if outcome != reference {
                wrong.push(format!(
                    "{} under {}: {outcome:?}, and with oneshots {reference:?}",
                    kind.name, combinator.name
                ));
            }
        }
    }
    println!("{} combinators x {} leaves = {} cases", COMBINATORS.len(), KINDS.len(), COMBINATORS.len() * KINDS.len());
    assert!(COMBINATORS.len() >= 27);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Polls leaves that are never ready under a combinator, until nobody can run.
fn suspend(combinator: &Combinator, begin: fn() -> Make) -> Turn {
    let runtime = Runtime::builder().build();
    let (leaves, run) = (combinator.leaves, combinator.run);
    runtime.spawn_detached(async move {
        let make = begin();
        run((0..leaves).map(|_| make(When::Never)).collect()).await;
    });
    loop {
        match runtime.turn() {
            Turn::Ran(_) => {}
            ended => return ended,
        }
    }
}

/// On the real clock a turn is [`Turn::Stalled`] only if no clone of any task's waker is left,
/// which shows which way a leaf took. A timer hides it.
#[test]
fn a_leaf_that_gets_the_own_waker_of_its_task_clones_nothing() {
    let (mut cases, mut wrong) = (0, Vec::new());
    for combinator in COMBINATORS {
        for kind in KINDS {
            let expected = match suspend(combinator, kind.begin) {
                Turn::Idle(Some(_)) => continue,
                ended => (ended, combinator.waker),
            };
            cases += 1;
            if !matches!(expected, (Turn::Stalled, Waker::Passed) | (Turn::Idle(None), Waker::Kept)) {
                wrong.push(format!("{} under {}: {expected:?}", kind.name, combinator.name));
            }
            let oneshot = suspend(combinator, kind.reference);
            assert_eq!(oneshot, Turn::Idle(None), "a oneshot clones the waker");
        }
    }
    println!("{cases} cases without a timer");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
