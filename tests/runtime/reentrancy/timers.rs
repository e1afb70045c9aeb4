//! What a foreign waker may do while a timer fires. Each timer is taken from the wheel on its own,
//! so whatever the waker does to the others counts.

use super::broadcast::wait;
use greenlight::sync::Event;
use greenlight::{Turn, sleep};
use stage::foreign::{Foreign, Shared, abandon, is_ready, parked, poll};
use stage::{Log, reporting, standing};
use std::cell::Cell;
use std::rc::Rc;
use std::task::Waker;
use std::time::Duration;

const MS: Duration = Duration::from_millis(1);

fn saying(log: Log, line: &'static str) -> Waker {
    Foreign::default().on_wake(move || log.say(line)).waker()
}

#[test]
fn it_panics_which_is_reported_and_costs_nobody_a_timer() {
    let (runtime, reports) = reporting();
    let log = Log::default();
    let task = runtime.spawn_detached(sleep(MS));
    runtime.turn();
    let panics = Foreign::default().on_wake(|| panic!("boom")).waker();
    let (panicked, other) =
        runtime.enter(|| (parked(sleep(MS), &panics), parked(sleep(MS), &saying(log, "other woken"))));
    assert_eq!(runtime.turn(), Turn::Ran(0));
    assert_eq!(reports.take(), ["a foreign waker panicked when it was woken: boom"]);
    assert_eq!(log.take(), ["other woken"]);
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert!(task.is_finished());
    assert!(is_ready(&panicked) && is_ready(&other), "both have slept");
}

#[test]
fn it_drops_a_sibling_sleep_that_was_due_with_it() {
    let (runtime, log) = (standing(), Log::default());
    let victim = Shared::default();
    let dropping = victim.clone();
    let killer = Foreign::default().on_wake(move || abandon(&dropping)).waker();
    let [_killer, sleeping, _last] = runtime.enter(|| {
        [
            parked(sleep(MS), &killer),
            parked(sleep(MS), &saying(log, "victim woken")),
            parked(sleep(MS), &saying(log, "last woken")),
        ]
    });
    *victim.borrow_mut() = sleeping.take();
    runtime.turn();
    assert_eq!(log.take(), ["last woken"]);
}

#[test]
fn it_drops_a_sibling_sleep_that_is_due_later() {
    let (runtime, log) = (standing(), Log::default());
    let victim = runtime.enter(|| parked(sleep(2 * MS), &saying(log, "victim woken")));
    let killer = Foreign::default().on_wake(move || abandon(&victim)).waker();
    let _killer = runtime.enter(|| parked(sleep(MS), &killer));
    assert_eq!(runtime.turn(), Turn::Ran(0));
    assert_eq!(runtime.turn(), Turn::Idle(None));
    assert_eq!(log.take(), [""; 0]);
    assert_eq!(runtime.now().as_micros(), 1000);
}

#[test]
fn it_drops_its_own_sleep() {
    let runtime = standing();
    let own = Shared::default();
    let dropping = own.clone();
    let waker = Foreign::default().on_wake(move || abandon(&dropping)).waker();
    *own.borrow_mut() = runtime.enter(|| parked(sleep(MS), &waker)).take();
    assert_eq!(runtime.turn(), Turn::Ran(0));
    assert!(own.borrow().is_none());
    assert_eq!(runtime.turn(), Turn::Idle(None));
}

#[test]
fn a_timer_that_it_arms_fires_in_a_later_turn() {
    let (runtime, log) = (standing(), Log::default());
    let next = Shared::default();
    let waker = Foreign::default()
        .on_wake({
            let next = next.clone();
            move || {
                log.say("first woken");
                *next.borrow_mut() = parked(sleep(MS), &saying(log, "next woken")).take();
            }
        })
        .waker();
    let _first = runtime.enter(|| parked(sleep(MS), &waker));
    assert_eq!(runtime.turn(), Turn::Ran(0));
    assert_eq!(log.take(), ["first woken"]);
    assert_eq!(runtime.turn(), Turn::Ran(0));
    assert_eq!(log.take(), ["next woken"]);
    assert_eq!(runtime.now().as_micros(), 2000);
}

#[test]
fn a_sleep_of_no_time_that_it_begins_is_ready_when_it_is_polled_again() {
    let runtime = standing();
    let next = Shared::default();
    let begun = next.clone();
    let waker = Foreign::default()
        .on_wake(move || {
            *begun.borrow_mut() = parked(sleep(Duration::ZERO), Waker::noop()).take();
        })
        .waker();
    let _first = runtime.enter(|| parked(sleep(MS), &waker));
    assert_eq!(runtime.turn(), Turn::Ran(0));
    assert!(is_ready(&next));
}

#[test]
fn it_sets_and_spawns_and_cancels_and_what_it_wakes_runs_in_the_next_turn() {
    let (runtime, log, light) = (standing(), Log::default(), Rc::new(Event::new()));
    let victim = runtime.spawn_detached(log.sleeper("victim"));
    runtime.spawn_detached({
        let waiting = wait(&light);
        async move {
            waiting.await;
            log.say("waiter goes");
        }
    });
    runtime.turn();
    log.take();
    let child = Cell::new(Some(log.sleeper("child")));
    let waker = Foreign::default()
        .on_wake(move || {
            victim.cancel();
            light.set();
            child.take().map(greenlight::spawn_detached);
        })
        .waker();
    let _asleep = runtime.enter(|| parked(sleep(MS), &waker));
    assert_eq!(runtime.turn(), Turn::Ran(0));
    assert_eq!(log.take(), [""; 0]);
    assert_eq!(runtime.turn(), Turn::Ran(3));
    assert_eq!(log.take(), ["victim dropped", "waiter goes", "child runs"]);
}

#[test]
fn it_cannot_step_the_runtime_that_fires_it() {
    let (runtime, reports) = reporting();
    let runtime = Rc::new(runtime);
    let log = Log::default();
    let stepped = runtime.clone();
    let waker = Foreign::default()
        .on_wake(move || {
            stepped.turn();
        })
        .waker();
    let _asleep = runtime.enter(|| (parked(sleep(MS), &waker), parked(sleep(MS), &saying(log, "other woken"))));
    assert_eq!(runtime.turn(), Turn::Ran(0));
    let [report] = &reports.take()[..] else {
        panic!("there is one report");
    };
    assert!(report.contains("Runtime::turn was called inside the same runtime"));
    assert_eq!(log.take(), ["other woken"]);
    assert_eq!(runtime.turn(), Turn::Idle(None), "from outside it steps on");
}

#[test]
fn a_sleep_wakes_whoever_polled_it_last() {
    let (runtime, log) = (standing(), Log::default());
    let mut asleep: stage::foreign::Held = Box::pin(sleep(MS));
    runtime.enter(|| {
        stage::foreign::park(&mut asleep, &saying(log, "first"));
        stage::foreign::park(&mut asleep, &saying(log, "second"));
    });
    runtime.turn();
    assert_eq!(log.take(), ["second"]);
}

#[test]
fn one_that_has_fired_clones_no_new_waker() {
    let runtime = standing();
    let sleeper = runtime.enter(|| parked(sleep(MS), Waker::noop()));
    assert_eq!(runtime.turn(), Turn::Ran(0));
    let is_cloned = Rc::new(Cell::new(false));
    let new = Foreign::default().on_clone({
        let is_cloned = is_cloned.clone();
        move || is_cloned.set(true)
    });
    let mut sleeper = sleeper.take().expect("it was not dropped");
    assert!(poll(sleeper.as_mut(), &new.waker()).is_ready());
    assert!(!is_cloned.get());
}
