//! An observer that keeps what it hears, for tests and for a look at what has happened.

use super::super::watch::{Observer, TraceEvent};
use std::cell::RefCell;

/// An [`Observer`] that keeps every event.
///
/// ```
/// use greenlight::{Runtime, sync::Event, trace::Recorder};
/// use std::rc::Rc;
///
/// let recorder = Rc::new(Recorder::default());
/// let runtime = Runtime::builder().virtual_clock().observer(recorder.clone()).build();
/// runtime.run(async {
///     let light = Rc::new(Event::new().named("light"));
///     let walker = light.clone();
///     let walker = greenlight::task("walker").spawn(async move { walker.wait().await });
///     greenlight::yield_now().await;
///     light.set();
///     walker.await.unwrap();
/// });
/// let events = recorder.events();
/// let woken = events.iter().find(|event| event.to_string() == "walker woken").unwrap();
/// let by = &events[woken.cause.unwrap() as usize - 1];
/// assert_eq!(by.to_string(), "main polled");
/// assert_eq!(recorder.lines().last().unwrap(), "main returned");
/// ```
#[derive(Default, Debug)]
pub struct Recorder {
    events: RefCell<Vec<TraceEvent>>,
}

impl Recorder {
    /// Everything that happened so far.
    pub fn events(&self) -> Vec<TraceEvent> {
        self.events.borrow().clone()
    }

    /// Everything that happened so far, a sentence each: the form in which tests compare traces.
    pub fn lines(&self) -> Vec<String> {
        self.events.borrow().iter().map(TraceEvent::to_string).collect()
    }
}

impl Observer for Recorder {
    fn on_event(&self, event: &TraceEvent) {
        self.events.borrow_mut().push(event.clone());
    }
}
