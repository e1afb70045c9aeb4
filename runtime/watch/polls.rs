//! Which task is being polled just now, kept where other threads can read it: whoever asks a runtime in vain learns from
//! it which task does not let go. It is an observer of the debug mode, and knows no more of a run than any other.

use super::trace::{Kind, Observer, TaskLabel, TraceEvent};
use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::panic::Location;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// A task that does not let go of its runtime. It prints as what the runtime does with it: `polling worker, spawned at
/// main.rs:7:5, for 3.2s`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Polled {
    /// Which task.
    pub task: TaskLabel,
    /// The line that spawned it.
    pub spawned_at: &'static Location<'static>,
    /// Whether its future is being dropped; it is being polled otherwise.
    pub is_dropped: bool,
    /// For how long.
    pub lasts: Duration,
}

impl fmt::Display for Polled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Polled { task, spawned_at, is_dropped, lasts } = self;
        let verb = if *is_dropped { "dropping" } else { "polling" };
        write!(f, "{verb} {task}, spawned at {spawned_at}, for {lasts:.1?}")
    }
}

/// The task that a runtime is polling or dropping, and since when. None between two.
#[derive(Default)]
pub(in crate::runtime) struct Polls {
    now: Mutex<Option<(Polled, Instant)>>,
}

impl Polls {
    pub(in crate::runtime) fn polled(&self) -> Option<Polled> {
        self.lock().clone().map(|(polled, began)| Polled { lasts: began.elapsed(), ..polled })
    }

    fn lock(&self) -> MutexGuard<'_, Option<(Polled, Instant)>> {
        self.now.lock().expect("nobody panics while it is locked")
    }
}

/// Keeps [`Polls`] up to date.
pub(in crate::runtime) struct Publisher {
    polls: Arc<Polls>,
    /// Where the tasks that have not ended were spawned, by their numbers.
    spawned: RefCell<HashMap<u64, &'static Location<'static>>>,
}

impl Publisher {
    pub(in crate::runtime) fn new(polls: Arc<Polls>) -> Self {
        Publisher { polls, spawned: RefCell::default() }
    }
}

impl Observer for Publisher {
    fn on_event(&self, event: &TraceEvent) {
        let Some(task) = &event.task else { return };
        match event.kind {
            Kind::Spawned => self.spawned.borrow_mut().extend(event.at.map(|at| (task.number, at))),
            Kind::PollBegan | Kind::Dropping => {
                let is_dropped = event.kind == Kind::Dropping;
                let polled = |&spawned_at| Polled { task: task.clone(), spawned_at, is_dropped, lasts: Duration::ZERO };
                let polled = self.spawned.borrow().get(&task.number).map(polled);
                *self.polls.lock() = polled.map(|polled| (polled, Instant::now()));
            }
            Kind::PollPending => *self.polls.lock() = None,
            Kind::Returned | Kind::Cancelled | Kind::Panicked => {
                *self.polls.lock() = None;
                self.spawned.borrow_mut().remove(&task.number);
            }
            _ => {}
        }
    }
}
