//! Which task is being polled just now, kept where other threads can read it: whoever asks a runtime in vain learns
//! from it which task does not let go. The debug mode keeps it.

use super::trace::TaskLabel;
use std::fmt;
use std::panic::Location;
use std::sync::{Mutex, MutexGuard};
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
    /// A task is being polled or dropped from now on, or none is.
    pub(in crate::runtime) fn begin(&self, polled: Option<Polled>) {
        *self.lock() = polled.map(|polled| (polled, Instant::now()));
    }

    pub(super) fn polled(&self) -> Option<Polled> {
        self.lock().clone().map(|(polled, began)| Polled { lasts: began.elapsed(), ..polled })
    }

    fn lock(&self) -> MutexGuard<'_, Option<(Polled, Instant)>> {
        self.now.lock().expect("nobody panics while it is locked")
    }
}
