//! What a trace tells of the ends of waits, and of objects.

use greenlight::sync::{Condition, Event};
use greenlight::trace::{Kind, Observer, Recorder, TraceEvent};
use greenlight::{Runtime, spawn_detached, task, yield_now};
use stage::{recorded, shared};
use std::cell::RefCell;
use std::rc::Rc;

#[test]
fn a_trace_tells_what_each_wait_has_got_also_of_a_task_that_is_gone() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        let cook = task("cook").spawn(async {});
        cook.await.expect("it returns");
        let light = Event::new().named("light");
        light.set();
        assert!(light.is_set());
        light.clear();
        assert!(!light.is_set());
    });
    assert_eq!(
        recorder.lines()[3..],
        [
            "cook spawned",
            "task `cook` comes up",
            "main waits on task `cook`",
            "main pending",
            "turn 2, with 1 ready",
            "cook polled",
            "cook ready",
            "cook returned",
            "main is granted task `cook`",
            "main woken",
            "task `cook` is gone",
            "turn 3, with 1 ready",
            "main polled",
            "main is done waiting on task `cook`",
            "event `light` comes up",
            "main sets event `light`, releasing 0",
            "main finds event `light` set",
            "main clears event `light`",
            "main finds event `light` unset",
            "event `light` is gone",
            "main ready",
            "main returned",
        ]
    );
}

#[test]
fn a_trace_tells_whenever_somebody_looks_at_a_predicate() {
    let (runtime, recorder) = recorded();
    runtime.run(async {
        let stock = shared(Condition::new(0).named("stock"));
        let buyer = task("buyer").spawn(async move {
            let guard = stock.lock().await;
            drop(stock.wait_for(guard, |stock| *stock > 0).await);
        });
        yield_now().await;
        *stock.lock().await += 1;
        stock.notify_one(&stock.lock().await);
        buyer.await.expect("it returns");
    });
    let lines = recorder.lines();
    let of_buyer: Vec<_> = lines.iter().filter(|line| line.contains("buyer") && line.contains("condition")).collect();
    assert_eq!(
        of_buyer,
        [
            "buyer finds condition `stock` not ready",
            "buyer waits on condition `stock`",
            "buyer is granted condition `stock`",
            "buyer is done waiting on condition `stock`",
            "buyer finds condition `stock` ready",
        ]
    );
}

/// Hears which objects are gone.
#[derive(Default)]
struct Mourner {
    gone: RefCell<Vec<u64>>,
}

impl Observer for Mourner {
    fn on_event(&self, event: &TraceEvent) {
        let gone = event.object.as_ref().filter(|_| event.kind == Kind::ObjectGone);
        self.gone.borrow_mut().extend(gone.and_then(|object| object.number));
    }
}

#[test]
fn an_observer_hears_which_objects_are_gone_and_no_other_gets_their_numbers() {
    let (mourner, recorder) = (Rc::new(Mourner::default()), Rc::new(Recorder::default()));
    let runtime = Runtime::builder().virtual_clock().observer(mourner.clone()).observer(recorder.clone()).build();
    runtime.run(async {
        let first = Event::new();
        first.set();
        Event::new().set();
        spawn_detached(async {}).ended().await;
        drop(Event::new());
        Event::new().set();
        first.clear();
    });
    let is_life = |event: &TraceEvent| matches!(event.kind, Kind::ObjectMade { .. } | Kind::ObjectGone);
    let named =
        |event: TraceEvent| (!is_life(&event)).then_some(event.object).flatten().map(|object| object.to_string());
    let named: Vec<_> = recorder.events().into_iter().filter_map(named).collect();
    assert_eq!(named, ["event 1", "event 2", "task 3", "task 3", "task 3", "event 4", "event 1"]);
    assert_eq!(mourner.gone.take(), [2, 3, 4, 1]);
}
