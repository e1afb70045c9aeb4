//! The same run, in sentences.

use super::demos::crosswalk::program;
use greenlight::Runtime;
use greenlight::trace::{Recorder, Story};
use std::rc::Rc;

// ANCHOR: main
pub(crate) fn main() {
    let recorder = Rc::new(Recorder::default());
    let builder = Runtime::builder().virtual_clock().observer(recorder.clone()).on_say(|_line| {});
    builder.build().run(program());

    let mut story = Story::default();
    let mut told = Vec::new();
    for event in recorder.events() {
        told.extend(story.hear(&event));
    }
    told.extend(story.end());
    for sentence in &told {
        println!("{sentence}");
    }
    assert!(told.iter().any(|sentence| sentence.ends_with("→ pedestrian wakes")));
}
// ANCHOR_END: main
