//! What a foreign waker may do in the middle of a broadcast: all waiters are granted and out of the
//! line by then, and the tasks among them are ready.

use greenlight::Turn;
use greenlight::sync::Event;
use stage::foreign::{Foreign, abandon, is_ready, parked};
use stage::{Log, standing};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

/// The wait of one who shares the event.
pub(super) fn wait(event: &Rc<Event>) -> impl Future<Output = ()> + use<> {
    let event = event.clone();
    async move { event.wait().await }
}

/// How many stand in line, as the event prints it.
pub(super) fn waiters(event: &Event) -> String {
    let printed = format!("{event:?}");
    let (_, waiters) = printed.split_once("waiters: ").expect("an event prints its waiters");
    waiters.trim_end_matches(" }").to_string()
}

#[test]
fn tasks_are_woken_first_and_foreign_wakers_last_each_in_the_order_of_the_line() {
    let (runtime, log, light) = (standing(), Log::default(), Rc::new(Event::new()));
    let foreign = |name: &'static str| {
        let light = light.clone();
        let waker = Foreign::default().on_wake(move || log.say(name)).waker();
        parked(wait(&light), &waker)
    };
    let task = |name: &'static str| {
        let light = light.clone();
        runtime.spawn_detached(async move {
            light.wait().await;
            log.say(name);
        });
        runtime.turn();
    };
    let _first = foreign("first foreign woken");
    task("first task");
    let _second = foreign("second foreign woken");
    task("second task");
    assert_eq!(light.pulse(), 4);
    assert_eq!(log.take(), ["first foreign woken", "second foreign woken"]);
    assert_eq!(runtime.turn(), Turn::Ran(2), "the tasks wait for their turn");
    assert_eq!(log.take(), ["first task", "second task"]);
}

#[test]
fn it_sets_another_event() {
    let (runtime, log) = (standing(), Log::default());
    let [first, second] = [0, 1].map(|_| Rc::new(Event::new()));
    for (name, event) in [("first", &first), ("second", &second)] {
        let event = event.clone();
        runtime.spawn_detached(async move {
            event.wait().await;
            log.say(format!("waiter of the {name}"));
        });
    }
    runtime.turn();
    let next = second.clone();
    let setter = Foreign::default().on_wake(move || next.set()).waker();
    let foreign = parked(wait(&first), &setter);
    first.set();
    assert!(second.is_set());
    runtime.turn();
    assert_eq!(
        log.take(),
        ["waiter of the first", "waiter of the second"],
        "the inner broadcast queues behind the outer one's tasks"
    );
    assert!(is_ready(&foreign));
}

#[test]
fn it_drops_a_sibling_that_is_to_be_woken_next() {
    let (light, log) = (Rc::new(Event::new()), Log::default());
    let victim = stage::foreign::Shared::default();
    let killer = Foreign::default()
        .on_wake({
            let victim = victim.clone();
            move || {
                abandon(&victim);
                log.say("victim dropped");
            }
        })
        .waker();
    let _first = parked(wait(&light), &killer);
    let waker = Foreign::default().on_wake(move || log.say("victim woken")).waker();
    *victim.borrow_mut() = parked(wait(&light), &waker).take();
    let last = Foreign::default().on_wake(move || log.say("last woken")).waker();
    let last = parked(wait(&light), &last);

    assert_eq!(light.pulse(), 3);
    assert_eq!(
        log.take(),
        ["victim dropped", "victim woken", "last woken"],
        "its waker was collected before, and a wake too many is harmless"
    );
    assert!(is_ready(&last));
    assert_eq!(waiters(&light), "0");
}

#[test]
fn it_drops_a_sibling_that_was_woken_already() {
    let light = Rc::new(Event::new());
    let victim = parked(wait(&light), &Foreign::default().waker());
    let dropping = victim.clone();
    let killer = Foreign::default().on_wake(move || abandon(&dropping)).waker();
    let second = parked(wait(&light), &killer);
    assert_eq!(light.pulse(), 2);
    assert!(victim.borrow().is_none());
    assert!(is_ready(&second));
}

#[test]
fn it_drops_a_sibling_that_waits_on_something_else() {
    let [light, door] = [0, 1].map(|_| Rc::new(Event::new()));
    let victim = parked(wait(&door), &Foreign::default().waker());
    let dropping = victim.clone();
    let killer = Foreign::default().on_wake(move || abandon(&dropping)).waker();
    let _first = parked(wait(&light), &killer);
    light.set();
    assert_eq!(waiters(&door), "0");
    assert_eq!(door.pulse(), 0);
}

#[test]
fn a_waiter_that_it_registers_is_not_part_of_the_broadcast() {
    let (light, log) = (Rc::new(Event::new()), Log::default());
    let late = stage::foreign::Shared::default();
    let waker = Foreign::default()
        .on_wake({
            let (light, late) = (light.clone(), late.clone());
            move || {
                let waker = Foreign::default().on_wake(move || log.say("late woken")).waker();
                log.say("late joins the line");
                *late.borrow_mut() = parked(wait(&light), &waker).take();
            }
        })
        .waker();
    let _first = parked(wait(&light), &waker);
    let waker = Foreign::default().on_wake(move || log.say("second woken")).waker();
    let _second = parked(wait(&light), &waker);

    assert_eq!(light.pulse(), 2);
    assert_eq!(log.take(), ["late joins the line", "second woken"]);
    assert_eq!(waiters(&light), "1");
    assert!(!is_ready(&late));
    assert_eq!(light.pulse(), 1, "the next broadcast is for the late one");
    assert!(is_ready(&late));
}

#[test]
fn it_clears_and_sets_the_very_event_and_so_broadcasts_to_those_who_came_since() {
    let (light, log) = (Rc::new(Event::new()), Log::default());
    let late = stage::foreign::Shared::default();
    let waker = Foreign::default()
        .on_wake({
            let (light, late) = (light.clone(), late.clone());
            move || {
                light.clear();
                let waker = Foreign::default().on_wake(move || log.say("late woken")).waker();
                *late.borrow_mut() = parked(wait(&light), &waker).take();
                log.say("sets again");
                light.set();
            }
        })
        .waker();
    let _first = parked(wait(&light), &waker);
    let waker = Foreign::default().on_wake(move || log.say("second woken")).waker();
    let _second = parked(wait(&light), &waker);
    light.set();
    assert_eq!(log.take(), ["sets again", "late woken", "second woken"]);
    assert!(is_ready(&late));
}

#[test]
fn its_panic_costs_nobody_a_wake_and_reaches_the_one_who_set_the_event() {
    let (runtime, light, log) = (standing(), Rc::new(Event::new()), Log::default());
    let first = Foreign::default().on_wake(move || log.say("first woken"));
    let _first = parked(wait(&light), &first.waker());
    let panics = Foreign::default().on_wake(move || {
        log.say("second panics");
        panic!("second")
    });
    let second = parked(wait(&light), &panics.waker());
    let panics = Foreign::default().on_wake(|| panic!("third"));
    let third = parked(wait(&light), &panics.waker());
    let last = Foreign::default().on_wake(move || log.say("last woken"));
    let _last = parked(wait(&light), &last.waker());
    let task = runtime.spawn_detached(wait(&light));
    runtime.turn();

    let payload = catch_unwind(AssertUnwindSafe(|| light.set())).expect_err("the panic goes on");
    assert_eq!(payload.downcast_ref(), Some(&"second"), "the first panic is the one that goes on");
    assert_eq!(log.take(), ["first woken", "second panics", "last woken"]);
    runtime.turn();
    assert!(task.is_finished());
    assert!(light.is_set());
    assert!(is_ready(&second) && is_ready(&third));
    assert_eq!(waiters(&light), "0");
}

#[test]
fn its_panic_ends_the_task_that_set_the_event_and_no_other() {
    let (runtime, light) = (standing(), Rc::new(Event::new()));
    let panics = Foreign::default().on_wake(|| panic!("cannot be woken"));
    let _foreign = parked(wait(&light), &panics.waker());
    let waiting = wait(&light);
    runtime.run(async move {
        let waiter = greenlight::spawn(waiting);
        greenlight::yield_now().await;
        let setter = greenlight::spawn(async move { light.set() });
        waiter.await.expect("the waiter is released");
        assert!(setter.await.expect_err("the setter panics").is_panic());
    });
}

#[test]
fn it_cancels_a_task_of_the_same_broadcast_and_the_cancel_beats_the_wake() {
    let (runtime, light, log) = (standing(), Rc::new(Event::new()), Log::default());
    let task = runtime.spawn_detached({
        let waiting = wait(&light);
        async move {
            let _guard = log.at_drop("task dropped");
            waiting.await;
            log.say("task goes");
        }
    });
    runtime.turn();
    let victim = task.clone();
    let killer = Foreign::default().on_wake(move || assert!(victim.cancel()));
    let _foreign = parked(wait(&light), &killer.waker());
    light.set();
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(log.take(), ["task dropped"]);
}

#[test]
fn it_spawns() {
    let (runtime, light, log) = (standing(), Rc::new(Event::new()), Log::default());
    let child = log.sleeper("child");
    let waker = Foreign::default().on_clone(|| ()).on_wake({
        let child = std::cell::Cell::new(Some(child));
        move || drop(child.take().map(greenlight::spawn_detached))
    });
    let foreign = parked(wait(&light), &waker.waker());
    runtime.spawn_detached(async move { light.set() });
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(runtime.turn(), Turn::Ran(1));
    assert_eq!(log.take(), ["child runs"]);
    assert!(is_ready(&foreign));
}

#[test]
fn it_steps_the_runtime_from_outside_of_any_task() {
    let (runtime, light, log) = (Rc::new(standing()), Rc::new(Event::new()), Log::default());
    runtime.spawn_detached({
        let waiting = wait(&light);
        async move {
            waiting.await;
            log.say("task goes");
        }
    });
    runtime.turn();
    let waker = Foreign::default().on_wake({
        let runtime = runtime.clone();
        move || log.say(format!("steps: {:?}", runtime.turn()))
    });
    let _foreign = parked(wait(&light), &waker.waker());
    let last = Foreign::default().on_wake(move || log.say("last woken"));
    let _last = parked(wait(&light), &last.waker());
    light.set();
    assert_eq!(log.take(), ["task goes", "steps: Ran(1)", "last woken"]);
}

#[test]
fn it_drops_another_event_with_waiters_of_its_own() {
    let [light, door] = [0, 1].map(|_| Rc::new(Event::new()));
    let victim = parked(wait(&door), &Foreign::default().waker());
    let door = std::cell::Cell::new(Some(door));
    let killer = Foreign::default().on_wake(move || {
        abandon(&victim);
        drop(door.take());
    });
    let first = parked(wait(&light), &killer.waker());
    light.set();
    assert!(is_ready(&first));
    let again = Rc::new(Event::new());
    let waiter = parked(wait(&again), &Foreign::default().waker());
    assert_eq!(again.pulse(), 1, "the place of the dropped line is free");
    assert!(is_ready(&waiter));
}
