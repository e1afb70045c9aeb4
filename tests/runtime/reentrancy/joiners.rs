//! What a foreign waker may do while the end of a task wakes those who await it. The task is gone
//! from the table by then.

use super::broadcast::wait;
use greenlight::sync::Event;
use greenlight::{Turn, yield_now};
use stage::foreign::{Foreign, Shared, abandon, is_ready, parked};
use stage::{Log, reporting, shared, standing};
use std::cell::Cell;
use std::rc::Rc;
use std::task::Waker;

fn saying(log: Log, line: &'static str) -> Waker {
    Foreign::default().on_wake(move || log.say(line)).waker()
}

#[test]
fn it_panics_which_is_reported_and_costs_nobody_a_wake() {
    let (runtime, reports) = reporting();
    let log = Log::default();
    let task = runtime.spawn_detached(async { yield_now().await });
    let bystander = runtime.spawn_detached(async {
        yield_now().await;
        yield_now().await;
    });
    let joiner = runtime.spawn_detached(task.ended());
    runtime.turn();
    let panics = Foreign::default().on_wake(|| panic!("boom")).waker();
    let panicked = parked(task.ended(), &panics);
    let _other = parked(task.ended(), &saying(log, "other woken"));
    assert_eq!(runtime.turn(), Turn::Ran(2));
    assert_eq!(reports.take(), ["a foreign waker panicked when it was woken: boom"]);
    assert_eq!(log.take(), ["other woken"]);
    assert!(is_ready(&panicked));
    runtime.turn();
    assert!(joiner.is_finished() && bystander.is_finished());
}

#[test]
fn it_drops_a_sibling_joiner() {
    let (runtime, log) = (standing(), Log::default());
    let task = runtime.spawn_detached(async {});
    let victim = Shared::default();
    let dropping = victim.clone();
    let killer = Foreign::default().on_wake(move || abandon(&dropping)).waker();
    let _killer = parked(task.ended(), &killer);
    *victim.borrow_mut() = parked(task.ended(), Waker::noop()).take();
    let _last = parked(task.ended(), &saying(log, "last woken"));
    runtime.turn();
    assert!(victim.borrow().is_none());
    assert_eq!(log.take(), ["last woken"]);
}

#[test]
fn it_awaits_the_same_task_anew_which_is_ready_at_once() {
    let runtime = standing();
    let task = runtime.spawn_detached(async {});
    let seen = shared(Cell::new(false));
    let waker = Foreign::default()
        .on_wake({
            let task = task.clone();
            move || {
                let again = Rc::new(std::cell::RefCell::new(Some(Box::pin(task.ended()) as stage::foreign::Held)));
                seen.set(task.is_finished() && is_ready(&again));
            }
        })
        .waker();
    let _joiner = parked(task.ended(), &waker);
    runtime.turn();
    assert!(seen.get());
}

#[test]
fn it_sets_and_spawns_and_cancels() {
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
    let task = runtime.spawn_detached(async {});
    let child = Cell::new(Some(log.sleeper("child")));
    let waker = Foreign::default()
        .on_wake(move || {
            light.set();
            child.take().map(greenlight::spawn_detached);
            victim.cancel();
        })
        .waker();
    let _joiner = parked(task.ended(), &waker);
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(log.take(), [""; 0]);
    assert_eq!(runtime.turn(), Turn::Ran(3));
    assert_eq!(log.take(), ["waiter goes", "child runs", "victim dropped"]);
}

#[test]
fn it_takes_the_slot_of_the_task_that_has_just_ended() {
    let (runtime, log) = (standing(), Log::default());
    let task = runtime.spawn_detached(async {});
    let tenant = Cell::new(Some(log.sleeper("tenant")));
    let waker = Foreign::default().on_wake(move || drop(tenant.take().map(greenlight::spawn_detached))).waker();
    let _first = parked(task.ended(), &waker);
    let second = parked(task.ended(), Waker::noop());
    runtime.turn();
    assert!(task.is_finished());
    assert!(!task.cancel(), "the tenant is another task");
    assert!(is_ready(&second));
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(log.take(), ["tenant runs"]);
}
