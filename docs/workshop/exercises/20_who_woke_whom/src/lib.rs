//! An observer that answers who woke whom, from the causes of the wakes.

#![allow(unused)]

use greenlight::trace::{Kind, Observer, TraceEvent};
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

/// Counts the wakes of a run, by who woke and who was woken.
#[derive(Default)]
pub struct WhoWokeWhom {
    /// Whose doing an event is, by the number of the event: of those that bring others about.
    whose: RefCell<HashMap<u64, String>>,
    /// How often the first has woken the second.
    wakes: RefCell<BTreeMap<(String, String), usize>>,
}

impl WhoWokeWhom {
    /// How often `who` has woken `whom`.
    pub fn wakes(&self, who: &str, whom: &str) -> usize {
        self.wakes.borrow().get(&(who.into(), whom.into())).copied().unwrap_or(0)
    }

    /// A line for each pair: "light woke ann 1 time(s)".
    pub fn table(&self) -> String {
        let wakes = self.wakes.borrow();
        if wakes.is_empty() {
            return "nobody woke anybody\n".into();
        }
        wakes.iter().map(|((who, whom), count)| format!("{who} woke {whom} {count} time(s)\n")).collect()
    }

    /// Notes whose doing that event is.
    fn remember(&self, event: &TraceEvent, who: impl Into<String>) {
        self.whose.borrow_mut().insert(event.seq, who.into());
    }

    /// Whose doing the cause of that event is; "outside" if it has none.
    fn who_caused(&self, event: &TraceEvent) -> String {
        // You: look up the number of the event's cause among those that were remembered
        todo!("look up the cause of the event")
    }
}

impl Observer for WhoWokeWhom {
    fn on_event(&self, event: &TraceEvent) {
        // The task that the event is about.
        let name = event.task.as_ref().map_or_else(String::new, |task| task.to_string());
        // You: remember what brings other events about, with whose doing it is; count each wake by its cause
    }
}
