//! What the debug mode says of tasks that main leaves behind: alike ones once, with their number.

use greenlight::sync::Event;
use greenlight::{Runtime, sleep, spawn_detached, task, yield_now};
use insta::assert_snapshot;
use stage::{Log, quoted};
use std::future::pending;
use std::rc::Rc;
use std::time::Duration;

#[test]
fn tasks_of_one_line_that_wait_for_the_same_are_told_once_with_how_many_there_are() {
    let heard = Log::default();
    let runtime = Runtime::builder().virtual_clock().debug(true).on_report(move |report| heard.say(report)).build();
    runtime.run(async {
        let light = Rc::new(Event::new().named("light"));
        for n in 0..5 {
            let light = light.clone();
            task(format!("walker {n}")).spawn_detached(async move {
                match n {
                    3 => pending().await,
                    _ => light.wait().await,
                }
            });
        }
        yield_now().await;
    });
    assert_snapshot!(quoted(heard.take().join("\n")), @r#"
    no waker: walker 3, spawned at [task(format!("walker {n}")).»spawn_detached(async move {], has parked for good: its future, async code in `tasks_of_one_line_that_wait_for_the_same_are_told_once_with_how_many_there_are`, returned Pending, and nobody holds its waker: nothing can wake it
    pending: walker 0 (and 3 more like it), spawned at [task(format!("walker {n}")).»spawn_detached(async move {], when main had ended: waits on event `light`, at [_ => light.»wait().await,], made at [let light = Rc::new(»Event::new().named("light"));]
    pending: walker 3, spawned at [task(format!("walker {n}")).»spawn_detached(async move {], when main had ended: its future, async code in `tasks_of_one_line_that_wait_for_the_same_are_told_once_with_how_many_there_are`, returned Pending, and nobody holds its waker: nothing can wake it
    "#);
}

#[test]
fn sleepers_of_one_line_are_alike_whenever_they_wake() {
    let heard = Log::default();
    let runtime = Runtime::builder().virtual_clock().debug(true).on_report(move |report| heard.say(report)).build();
    runtime.run(async {
        for n in 1..=3 {
            spawn_detached(sleep(Duration::from_secs(n)));
        }
        yield_now().await;
    });
    assert_snapshot!(quoted(heard.take().join("\n")), @"pending: a task (and 2 more like it), spawned at [»spawn_detached(sleep(Duration::from_secs(n)));], when main had ended: sleeps until t=1.000000s, at [spawn_detached(»sleep(Duration::from_secs(n)));]");
}
