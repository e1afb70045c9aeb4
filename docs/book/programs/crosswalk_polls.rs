//! The same run, counted: who is polled how often, and who wakes whom.

use super::demos::crosswalk::program;
use greenlight::Runtime;
use greenlight::trace::{Kind, Recorder, TraceEvent};
use std::collections::BTreeMap;
use std::rc::Rc;

// ANCHOR: main
pub(crate) fn main() {
    let recorder = Rc::new(Recorder::default());
    let builder = Runtime::builder().virtual_clock().observer(recorder.clone()).on_say(|_line| {});
    builder.build().run(program());

    let events = recorder.events();
    let task = |event: &TraceEvent| event.task.as_ref().map_or("a timer".to_string(), |task| task.to_string());
    let mut polls = BTreeMap::new();
    for event in events.iter().filter(|event| event.kind == Kind::PollBegan) {
        *polls.entry(task(event)).or_insert(0) += 1;
    }
    for (task, polls) in &polls {
        println!("{task}: {polls} polls");
    }
    for woken in events.iter().filter(|event| event.kind == Kind::Woken) {
        let cause = woken.cause.map(|seq| &events[seq as usize - 1]).expect("every wake has a cause");
        println!("{} is woken, since {cause}", task(woken));
    }
    assert_eq!(polls.values().sum::<u32>(), 6);
}
// ANCHOR_END: main
