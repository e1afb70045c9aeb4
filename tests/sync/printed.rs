//! What the objects, the waits, and the errors say of themselves in `{:?}`.

use futures::FutureExt;
use greenlight::sync::{Event, Queue, Semaphore, TryPutError, promise};
use greenlight::{Cause, TaskGroup, as_completed, spawn};
use stage::run;
use std::error::Error;
use std::panic::resume_unwind;

#[test]
fn each_wait_says_what_it_waits_for() {
    let light = Event::new().named("light");
    let told = r#"Event { name: Some("light"), set: false, waiters: 0 }"#;
    assert_eq!(format!("{light:?}"), told);
    assert_eq!(format!("{:?}", light.wait()), format!("EventWait {{ event: {told}, .. }}"));

    let orders = Queue::bounded(2).named("orders");
    orders.try_put(1).expect("there is room");
    let told = r#"Queue { name: Some("orders"), len: 1, getters: 0, putters: 0, unfinished: 1, closed: false }"#;
    assert_eq!(format!("{orders:?}"), told);
    assert_eq!(format!("{:?}", orders.get()), format!("QueueGet {{ queue: {told}, .. }}"));
    assert_eq!(format!("{:?}", orders.put(2)), format!("QueuePut {{ queue: {told}, .. }}"));
}

#[test]
fn those_who_wait_for_the_ends_of_tasks_say_how_many_are_left() {
    run(async {
        let mut ends = as_completed([spawn(async {}), spawn(async {})]);
        assert_eq!(format!("{ends:?}"), "AsCompleted { remaining: 2, .. }");
        ends.next_ended().await.expect("there are two").1.unwrap();
        assert_eq!(format!("{ends:?}"), "AsCompleted { remaining: 1, .. }");
    });
}

#[test]
fn a_permit_says_how_many_it_stands_for_and_which_line_took_them() {
    let desks = Semaphore::new(3).named("desks");
    let line = line!() + 1;
    let permit = desks.acquire_many(2).now_or_never().expect("there are three");
    assert_eq!(format!("{desks:?}"), r#"Semaphore { name: Some("desks"), available: 1, waiters: 0 }"#);
    let permit = format!("{permit:?}");
    assert!(permit.starts_with("Permit { permits: 2, taken_at: "), "{permit}");
    assert!(permit.contains(file!()) && permit.contains(&format!("line: {line}")), "{permit}");
}

/// An item that nobody can print.
struct Secret;

#[test]
fn an_item_that_could_not_be_put_at_once_is_not_printed_with_the_error() {
    assert_eq!(format!("{:?}", TryPutError::Full(Secret)), "Full(..)");
    assert_eq!(format!("{:?}", TryPutError::Closed(Secret)), "Closed(..)");
}

#[test]
fn both_sides_of_a_promise_are_printed_without_the_value() {
    let (keeper, promised) = promise();
    let keeper = keeper.named("answer");
    assert_eq!(format!("{keeper:?}"), r#"Promise { name: Some("answer"), over: false, .. }"#);
    assert!(keeper.keep(Secret).is_ok());
    assert_eq!(format!("{promised:?}"), r#"Promised { name: Some("answer"), over: true, .. }"#);
}

#[test]
fn a_group_its_spawner_and_an_output_say_how_the_group_is() {
    run(async {
        let mut group = TaskGroup::<&str>::new();
        let output = group.spawn_with_output(async { Ok(42) });
        let told = "TaskGroup { tasks: 1, failures: 0, aborting: false }";
        assert_eq!((format!("{group:?}"), format!("{:?}", group.spawner())), (told.to_string(), told.to_string()));
        assert_eq!(format!("{output:?}"), format!("GroupOutput {{ task: {:?}, .. }}", output.task()));
        group.join().await.expect("no task fails");
    });
}

#[test]
fn the_error_of_a_group_lists_which_tasks_failed_and_how() {
    run(async {
        let mut group = TaskGroup::new();
        group.task("kettle").spawn(async { Err("no tea left") });
        group.spawn(async { resume_unwind(Box::new("spilt")) });
        let failed = group.join().await.expect_err("both fail");
        let places = failed.failures().iter().map(|failure| failure.spawned_at.to_string()).collect::<Vec<_>>();
        let told = format!(
            "GroupError {{ failures: [\
             Failure {{ name: Some(\"kettle\"), spawned_at: {}, error: \"no tea left\" }}, \
             Failure {{ name: None, spawned_at: {}, panic: PanicPayload(\"spilt\") }}] }}",
            places[0], places[1]
        );
        assert_eq!(format!("{failed:?}"), told);
        let [kettle, unnamed] = [&places[0], &places[1]];
        let told = format!(
            "2 tasks of the group failed: task `kettle` (spawned at {kettle}): no tea left; \
             the task spawned at {unnamed}: panicked: spilt"
        );
        assert_eq!(failed.to_string(), told);
        let causes = failed.failures().iter().map(|failure| format!("{:?}", failure.cause));
        assert_eq!(causes.collect::<Vec<_>>(), [r#"Error("no tea left")"#, r#"Panic(PanicPayload("spilt"))"#]);
        assert!(matches!(failed.failures()[1].cause, Cause::Panic(_)));
    });
}

#[test]
fn the_source_of_a_failure_is_the_error_in_its_box_or_the_panic() {
    run(async {
        let mut group = TaskGroup::<Box<dyn Error>>::new();
        group.spawn(async { Err("no tea left".into()) });
        group.spawn(async { resume_unwind(Box::new("spilt")) });
        let boxed = group.join().await.expect_err("both fail");
        let mut group = TaskGroup::<Box<dyn Error + Send + Sync>>::new();
        group.spawn(async { Err("no milk left".into()) });
        let sent = group.join().await.expect_err("it fails");
        let mut group = TaskGroup::new();
        group.spawn(async { Err("no cup left") });
        let unboxed = group.join().await.expect_err("it fails");
        let sources = boxed.failures().iter().map(Error::source).chain(sent.failures().iter().map(Error::source));
        let sources: Vec<_> = sources.map(|source| source.expect("there is one").to_string()).collect();
        assert_eq!(sources, ["no tea left", "spilt", "no milk left"]);
        assert!(unboxed.failures()[0].source().is_none(), "a text is not known to be an error");
        assert_eq!(boxed.source().map(ToString::to_string), Some(boxed.failures()[0].to_string()));
    });
}
