//! An object that is dropped is forgotten by whoever has told of it, wherever that happens.

use greenlight::sync::{Condition, Event};
use greenlight::trace::{Kind, ObjectLabel, Observer, TraceEvent};
use greenlight::{Runtime, task, try_dump, yield_now};
use stage::{Log, standing};
use std::rc::Rc;

/// Says which objects are gone, and whether it hears that inside a runtime with so many tasks.
struct Hears(Log);

impl Observer for Hears {
    fn on_event(&self, event: &TraceEvent) {
        if let (Kind::ObjectGone, Some(ObjectLabel { number: Some(object), .. })) =
            (event.kind, event.object.as_deref())
        {
            let inside = try_dump().map(|dump| dump.tasks.len());
            self.0.say(format!("{object} is gone, {inside:?}"));
        }
    }
}

/// A runtime with a task that waits for ever, and what its observer hears.
fn heard() -> (Runtime, Log) {
    let log = Log::default();
    let runtime = Runtime::builder().virtual_clock().observer(Rc::new(Hears(log))).build();
    runtime.spawn_detached(std::future::pending());
    (runtime, log)
}

#[test]
fn an_observer_hears_inside_its_runtime_of_an_object_that_is_dropped_anywhere() {
    let ((runtime, log), other) = (heard(), standing());
    let [outside, elsewhere, inside] = [(); 3].map(|()| Event::new());
    runtime.enter(|| [&outside, &elsewhere, &inside].map(Event::set));
    drop(outside);
    assert_eq!(log.take(), ["1 is gone, Some(1)"]);
    other.enter(|| drop(elsewhere));
    assert_eq!(log.take(), ["2 is gone, Some(1)"]);
    runtime.enter(|| drop(inside));
    assert_eq!(log.take(), ["3 is gone, Some(1)"]);
}

#[test]
fn each_runtime_that_has_told_of_an_object_hears_that_it_is_gone_and_no_other() {
    let ((one, told_one), (two, told_two), (none, told_none)) = (heard(), heard(), heard());
    let (first, light) = (Event::new(), Event::new());
    two.enter(|| first.set());
    one.enter(|| light.set());
    two.enter(|| light.clear());
    drop(light);
    assert_eq!(told_one.take(), ["1 is gone, Some(1)"]);
    assert_eq!(told_two.take(), ["2 is gone, Some(1)"]);
    assert_eq!(told_none.take(), [""; 0]);
    drop((two, none));
    drop(first);
    assert_eq!(told_two.take(), [""; 0], "a runtime that is gone hears nothing");
}

#[test]
fn the_debug_mode_tells_of_a_notify_in_vain_when_its_condition_is_dropped_between_two_runs() {
    let reports = Log::default();
    let told = reports;
    let runtime = Runtime::builder().virtual_clock().debug(true).on_report(move |report| told.say(report)).build();
    let stock = Condition::new(()).named("stock");
    runtime.enter(|| stock.notify_one(&stock.try_lock().expect("nobody holds it")));
    assert_eq!(reports.take(), [""; 0]);
    drop(stock);
    let told = reports.take();
    assert!(
        told.len() == 1 && told[0].starts_with("unheard: condition `stock` was notified when nobody waited"),
        "{told:?}"
    );
}

/// The numbers of the objects that a dump of the runtime tells of.
fn numbers(runtime: &Runtime) -> Vec<u64> {
    let dump = runtime.dump();
    let objects = dump.tasks.iter().flat_map(|task| &task.waits).filter_map(|wait| match wait {
        greenlight::dump::WaitInfo::Object { object: ObjectLabel { number, .. }, .. } => *number,
        _ => None,
    });
    objects.collect()
}

#[test]
fn dumps_number_an_object_once_and_none_like_one_that_is_gone() {
    let runtime = standing();
    let [first, second] = [(); 2].map(|()| Rc::new(Event::new()));
    for event in [&first, &second] {
        let event = event.clone();
        runtime.spawn_detached(async move { event.wait().await });
    }
    runtime.turn();
    assert_eq!(numbers(&runtime), [1, 2]);
    assert_eq!(numbers(&runtime), [1, 2]);
    first.set();
    runtime.turn();
    drop(first);
    let third = Event::new();
    runtime.run(async {
        let walker = task("walker").spawn(async move { third.wait().await });
        yield_now().await;
        assert_eq!(numbers(&runtime), [2, 3]);
        walker.task().cancel();
    });
}
