//! An observer that keeps what it hears, for tests and for a look at what has happened.

use super::super::watch::{Observer, TraceEvent};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

/// An [`Observer`] that keeps every event, or the last ones.
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
///
/// let recorder = Rc::new(Recorder::last(2));
/// Runtime::builder().observer(recorder.clone()).build().run(async {});
/// assert_eq!(recorder.lines(), ["main ready", "main returned"]);
/// assert_eq!(recorder.dropped(), 3); // its spawn, the first turn, and its poll
/// ```
#[derive(Default, Debug)]
pub struct Recorder {
    events: RefCell<VecDeque<TraceEvent>>,
    /// How many it keeps at most; none if any number.
    most: Option<usize>,
    dropped: Cell<u64>,
}

impl Recorder {
    /// A recorder that keeps the last so many events, and drops those before: for a program that runs on and on.
    pub fn last(events: usize) -> Self {
        Recorder { most: Some(events), ..Recorder::default() }
    }

    /// How many events it has dropped, which came before those that it has.
    pub fn dropped(&self) -> u64 {
        self.dropped.get()
    }

    /// Everything that happened so far, or the last of it.
    pub fn events(&self) -> Vec<TraceEvent> {
        self.events.borrow().iter().cloned().collect()
    }

    /// The same, a sentence each: the form in which tests compare traces.
    pub fn lines(&self) -> Vec<String> {
        self.events.borrow().iter().map(TraceEvent::to_string).collect()
    }
}

impl Observer for Recorder {
    fn on_event(&self, event: &TraceEvent) {
        let mut events = self.events.borrow_mut();
        events.push_back(event.clone());
        if self.most.is_some_and(|most| events.len() > most) {
            events.pop_front();
            self.dropped.set(self.dropped.get() + 1);
        }
    }
}
