//! What a foreign waker may do while it is cloned, to be registered, or dropped, once it is
//! replaced or its wait is abandoned. A leaf looks again after the clone whether there still is
//! something to wait for.

use super::broadcast::wait;
use greenlight::sync::Event;
use greenlight::{Runtime, Turn, gather, sleep, spawn_detached, yield_now};
use stage::foreign::{Foreign, Held, Shared, abandon, is_ready, park, parked, poll};
use stage::{Log, reporting, standing};
use std::rc::Rc;
use std::task::Waker;
use std::time::Duration;

const MS: Duration = Duration::from_millis(1);

/// A waker that acts when it is cloned.
fn cloned(act: impl FnOnce() + 'static) -> Waker {
    Foreign::default().on_clone(act).waker()
}

/// A waker whose clone steps a runtime that often.
fn stepping(runtime: &Rc<Runtime>, turns: usize) -> Waker {
    let runtime = runtime.clone();
    cloned(move || {
        for _ in 0..turns {
            runtime.turn();
        }
    })
}

#[test]
fn a_clone_that_pulses_the_very_event_comes_too_early_for_the_wait() {
    let light = Rc::new(Event::new());
    let pulsing = light.clone();
    let waker = cloned(move || assert_eq!(pulsing.pulse(), 0));
    let waiting = parked(wait(&light), &waker);
    assert_eq!(light.pulse(), 1);
    assert!(is_ready(&waiting));
}

#[test]
fn a_clone_that_registers_another_waiter_lets_that_one_stand_first() {
    let (light, log) = (Rc::new(Event::new()), Log::default());
    let inner = Shared::default();
    let waker = Foreign::default()
        .on_wake(move || log.say("outer woken"))
        .on_clone({
            let (light, inner) = (light.clone(), inner.clone());
            move || {
                let waker = Foreign::default().on_wake(move || log.say("inner woken"));
                *inner.borrow_mut() = parked(wait(&light), &waker.waker()).take();
            }
        })
        .waker();
    let _outer = parked(wait(&light), &waker);
    light.set();
    assert_eq!(log.take(), ["inner woken", "outer woken"]);
}

#[test]
fn a_clone_may_step_the_runtime_in_which_a_task_sets_the_event() {
    let (runtime, light) = (Rc::new(standing()), Rc::new(Event::new()));
    let setting = light.clone();
    runtime.spawn_detached(async move { setting.set() });
    let mut waiting: Held = Box::pin(wait(&light));
    assert!(poll(waiting.as_mut(), &stepping(&runtime, 1)).is_ready());
}

#[test]
fn a_clone_may_step_the_runtime_to_the_end_of_the_task_that_is_joined() {
    let runtime = Rc::new(standing());
    let mut handle = runtime.spawn(async { yield_now().await });
    let polled = poll(std::pin::Pin::new(&mut handle), &stepping(&runtime, 2));
    assert!(matches!(polled, std::task::Poll::Ready(Ok(()))));
}

#[test]
fn a_clone_may_step_the_runtime_to_the_end_of_all_children_of_a_gather() {
    let runtime = Rc::new(standing());
    let mut gathered = runtime.enter(|| Box::pin(gather([1, 2].map(|n| async move { n }))));
    let waker = stepping(&runtime, 1);
    assert!(poll(gathered.as_mut(), &waker).is_pending(), "the end of the last child is not a hop old");
    runtime.turn();
    assert_eq!(poll(gathered.as_mut(), Waker::noop()), std::task::Poll::Ready(vec![1, 2]));
}

#[test]
fn a_clone_may_let_time_pass_the_deadline_of_the_sleep_that_clones() {
    let (runtime, log) = (Rc::new(standing()), Log::default());
    runtime.spawn_detached(sleep(5 * MS));
    let stepped = runtime.clone();
    let waker = Foreign::default()
        .on_wake(move || log.say("woken"))
        .on_clone(move || {
            stepped.turn();
            stepped.turn();
        })
        .waker();
    let asleep = runtime.enter(|| parked(sleep(MS), &waker));
    assert_eq!(runtime.now().as_micros(), 5000, "the clone let time pass");
    assert_eq!(runtime.turn(), Turn::Ran(1), "the task that slept longer");
    assert_eq!(log.take(), ["woken"]);
    assert!(is_ready(&asleep));
}

#[test]
fn a_new_waker_whose_clone_fires_the_timer_makes_a_sleep_ready_in_that_poll() {
    let runtime = Rc::new(standing());
    let mut asleep: Held = Box::pin(sleep(MS));
    runtime.enter(|| park(&mut asleep, Waker::noop()));
    let waker = stepping(&runtime, 1);
    assert!(runtime.enter(|| poll(asleep.as_mut(), &waker).is_ready()));
    assert_eq!(runtime.now().as_micros(), 1000);
}

#[test]
fn an_old_waker_whose_drop_fires_the_timer_makes_a_sleep_ready_in_that_poll() {
    let runtime = Rc::new(standing());
    let mut asleep: Held = Box::pin(sleep(MS));
    let stepped = runtime.clone();
    let old = Foreign::default().on_drop(move || {
        stepped.turn();
    });
    runtime.enter(|| park(&mut asleep, &old.waker()));
    assert!(runtime.enter(|| poll(asleep.as_mut(), Waker::noop()).is_ready()));
}

#[test]
fn the_drop_of_an_abandoned_waker_may_set_the_event_that_it_waited_on() {
    let (light, log) = (Rc::new(Event::new()), Log::default());
    let setting = light.clone();
    let waker = Foreign::default().on_drop(move || setting.set()).on_wake(move || log.say("woken")).waker();
    let abandoned = parked(wait(&light), &waker);
    let other = parked(wait(&light), Waker::noop());
    abandon(&abandoned);
    assert!(light.is_set());
    assert_eq!(log.take(), [""; 0], "it had left the line by then");
    assert!(is_ready(&other));
}

#[test]
fn the_drop_of_an_abandoned_sleeps_waker_may_drop_the_next_sleep() {
    let runtime = standing();
    runtime.enter(|| {
        let next = parked(sleep(2 * MS), Waker::noop());
        let dropping = next.clone();
        let waker = Foreign::default().on_drop(move || abandon(&dropping));
        abandon(&parked(sleep(MS), &waker.waker()));
        assert!(next.borrow().is_none());
    });
    assert_eq!(runtime.turn(), Turn::Idle(None), "no timer is left");
}

#[test]
fn the_drop_of_a_woken_waker_may_register_a_waiter_who_is_not_part_of_the_broadcast() {
    let light = Rc::new(Event::new());
    let late = Shared::default();
    let waker = Foreign::default().on_drop({
        let (light, late) = (light.clone(), late.clone());
        move || *late.borrow_mut() = parked(wait(&light), Waker::noop()).take()
    });
    let waker = waker.waker();
    let first = parked(wait(&light), &waker);
    assert_eq!(light.pulse(), 1);
    assert!(is_ready(&first));
    assert!(!is_ready(&late));
    assert_eq!(light.pulse(), 1);
}

#[test]
fn in_a_task_a_clone_that_steps_the_runtime_ends_that_task_only() {
    let (runtime, reports) = reporting();
    let (runtime, light) = (Rc::new(runtime), Rc::new(Event::new()));
    let waker = stepping(&runtime, 1);
    let waiting = light.clone();
    runtime.spawn_detached(async move {
        let mut waiting: Held = Box::pin(wait(&waiting));
        park(&mut waiting, &waker);
    });
    let other = runtime.spawn_detached(wait(&light));
    assert_eq!(runtime.turn(), Turn::Ran(2));
    assert!(reports.take()[0].contains("Runtime::turn was called inside the same runtime"));
    light.set();
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert!(other.is_finished());
}

#[test]
fn in_a_task_a_clone_may_spawn_and_cancel_and_set() {
    let (runtime, log) = (standing(), Log::default());
    let [light, door] = [0, 1].map(|_| Rc::new(Event::new()));
    let victim = runtime.spawn(log.sleeper("victim")).task();
    runtime.spawn_detached({
        let waiting = wait(&door);
        async move {
            waiting.await;
            log.say("door is open");
        }
    });
    runtime.turn();
    log.take();
    let child = log.sleeper("child");
    let waker = cloned(move || {
        spawn_detached(child);
        assert!(victim.cancel());
        door.set();
    });
    let waiting = light.clone();
    runtime.spawn_detached(async move {
        let mut waiting: Held = Box::pin(wait(&waiting));
        park(&mut waiting, &waker);
        waiting.await;
    });
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(runtime.turn(), Turn::Ran(3));
    assert_eq!(log.take(), ["child runs", "victim dropped", "door is open"]);
    light.set();
    assert_eq!(runtime.turn(), Turn::Ran(1), "the wait moved on to the task's own waker");
}
