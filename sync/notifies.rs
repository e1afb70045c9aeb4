//! The notifies of a condition so far: who is notified of what was told when nobody could hear it.

use crate::runtime::WaitList;
use std::cell::Cell;

/// The notifies of a condition so far.
pub(super) struct Notifies {
    /// How many notifies there were.
    pub(super) count: Cell<u64>,
    /// Which of them told everybody, last.
    pub(super) all: Cell<u64>,
    /// How many waiters the notifies up to then would have woken, had their tasks not been dying: whoever of them is
    /// polled by another task all the same is notified.
    missed: Cell<usize>,
    /// The last notify that left some of these.
    missed_by: Cell<u64>,
}

impl Notifies {
    pub(super) const fn new() -> Self {
        Notifies { count: Cell::new(0), all: Cell::new(0), missed: Cell::new(0), missed_by: Cell::new(0) }
    }

    /// Counts a notify of `n`, which woke so many. If those were fewer, who waits still is dying.
    pub(super) fn add(&self, n: usize, woken: usize, waiters: &WaitList) {
        self.count.update(|notifies| notifies + 1);
        if n == usize::MAX {
            self.all.set(self.count.get());
        }
        if woken < n {
            self.missed.set(self.missed.get().saturating_add(n - woken).min(waiters.len()));
            self.missed_by.set(self.count.get());
        }
    }

    /// Whether one who has waited since then, and whose task was dying, perhaps, is notified after all.
    pub(super) fn takes_missed(&self, since: u64) -> bool {
        let takes = self.missed.get() > 0 && since < self.missed_by.get();
        self.missed.set(self.missed.get() - usize::from(takes));
        takes
    }
}
