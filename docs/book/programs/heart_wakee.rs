//! What an event keeps of who waits: the task itself, or a clone of the waker that it was polled with.

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use greenlight::trace::{Kind, Recorder};
use greenlight::{Runtime, sync::Event, task, yield_now};
use std::rc::Rc;

// ANCHOR: main
pub(crate) fn main() {
    let recorder = Rc::new(Recorder::default());
    let runtime = Runtime::builder().virtual_clock().observer(recorder.clone()).build();
    runtime.run(async {
        let bell = Rc::new(Event::new().named("bell"));
        let heard = bell.clone();
        let direct = task("direct").spawn(async move { heard.wait().await });
        let heard = bell.clone();
        let inside = task("inside").spawn(async move {
            let mut all: FuturesUnordered<_> = [heard.wait()].into_iter().collect();
            all.next().await;
        });
        yield_now().await; // both wait by now
        bell.set();
        for guest in [direct, inside] {
            guest.await.expect("it is woken");
        }
    });
    let holds = |name: &str| {
        let events = recorder.events();
        let mut of_task =
            events.iter().filter(|event| event.task.as_ref().is_some_and(|task| task.to_string() == name));
        of_task.any(|event| event.kind == Kind::WakerHeld)
    };
    for guest in ["direct", "inside"] {
        println!("somebody keeps a clone of the waker of `{guest}`: {}", holds(guest));
    }
    assert!(!holds("direct") && holds("inside"));
}
// ANCHOR_END: main
