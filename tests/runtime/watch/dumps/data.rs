//! What a program reads of a dump: the tasks, the ways between them, and who stands where in the line of an object.

use super::named;
use greenlight::dump::{Place, TaskInfo, WaitInfo, Who, dump};
use greenlight::sync::{Event, Lock};
use greenlight::{gather_tasks, task, yield_now};
use stage::{shared, standing};
use std::future::pending;
use std::rc::Rc;

#[test]
fn a_runtime_that_is_stepped_by_hand_names_its_tasks_in_the_order_of_spawning() {
    let runtime = standing();
    let names = || runtime.tasks().iter().map(|task| task.label.to_string()).collect::<Vec<_>>();
    assert_eq!(names(), [""; 0]);
    let first = runtime.task("first").spawn_detached(pending());
    runtime.task("second").spawn_detached(pending());
    first.cancel();
    runtime.turn();
    // It gets the place in the table that the first has left.
    runtime.task("third").spawn_detached(pending());
    assert_eq!(names(), ["second", "third"]);
}

#[test]
fn from_the_roots_a_program_reaches_the_children_in_the_order_of_spawning() {
    let dump = standing().run(async {
        let children = ["a", "b"].map(|name| task(name).spawn(pending::<()>()));
        task("parent").spawn_detached(async move { _ = gather_tasks(children).await });
        yield_now().await;
        dump()
    });
    let names = |tasks: Vec<&TaskInfo>| tasks.iter().map(|task| task.label.to_string()).collect::<Vec<_>>();
    assert_eq!(names(dump.roots().collect()), ["main", "parent"]);
    assert_eq!(names(dump.children(named(&dump, "parent")).collect()), ["a", "b"]);
    assert_eq!(names(dump.children(named(&dump, "main")).collect()), [""; 0]);
}

#[test]
fn the_data_name_the_place_in_the_line_and_the_holder() {
    let dump = standing().run(async {
        let till = shared(Lock::new(()).named("till"));
        for name in ["cashier", "first", "second"] {
            task(name).spawn_detached(async move {
                let _guard = till.lock().await;
                pending::<()>().await
            });
        }
        yield_now().await;
        yield_now().await;
        dump()
    });
    let [WaitInfo::Object { object, place, holders, .. }] = &named(&dump, "second").waits[..] else {
        panic!("the second waits on the till: {dump}");
    };
    assert_eq!((object.kind, object.name.as_deref()), ("lock", Some("till")));
    assert_eq!(*place, Place::InLine { ahead: 1, line: 2 });
    let [holder] = &holders[..] else { panic!("one task holds the till: {dump}") };
    assert!(matches!(&holder.who, Who::Task(task) if task.name.as_deref() == Some("cashier")), "{holder}");
    let line: Vec<_> = dump.waiters(object).iter().map(|task| task.label.to_string()).collect();
    assert_eq!(line, ["first", "second"]);
    assert_eq!(dump.roots().count(), 4);
}

#[test]
fn whoever_was_granted_an_object_stands_before_its_line_whoever_was_spawned_first() {
    let dump = standing().run(async {
        let till = shared(Lock::new(()).named("till"));
        let cashier = till.lock().await;
        for (name, turns) in [("late", 1), ("early", 0)] {
            task(name).spawn_detached(async move {
                for _ in 0..turns {
                    yield_now().await;
                }
                let _guard = till.lock().await;
                pending::<()>().await
            });
        }
        yield_now().await;
        yield_now().await;
        drop(cashier);
        dump()
    });
    let [WaitInfo::Object { object, place, .. }] = &named(&dump, "early").waits[..] else {
        panic!("the till is granted to the early one: {dump}");
    };
    assert_eq!(*place, Place::Granted);
    let line: Vec<_> = dump.waiters(object).iter().map(|task| task.label.to_string()).collect();
    assert_eq!(line, ["early", "late"]);
}

#[test]
fn objects_that_look_alike_are_told_apart() {
    let dump = standing().run(async {
        let make = Event::new;
        let events = [make(), make()].map(Rc::new);
        for (name, event) in ["a", "b", "c"].into_iter().zip([0, 1, 1]) {
            let event = events[event].clone();
            task(name).spawn_detached(async move { event.wait().await });
        }
        yield_now().await;
        dump()
    });
    let [WaitInfo::Object { object, .. }] = &named(&dump, "c").waits[..] else { panic!("c waits: {dump}") };
    let line: Vec<_> = dump.waiters(object).iter().map(|task| task.label.to_string()).collect();
    assert_eq!(line, ["b", "c"]);
}
