//! Who a task is, and the queue of those that can run.

use std::collections::VecDeque;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// The identity of a task: a number that no other task of this process ever has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(u64);

impl TaskId {
    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Gives out task ids. A runtime takes a block of them at a time, so that a spawn costs no atomic operation.
pub(super) struct TaskIds {
    next: u64,
    end: u64,
}

/// The first id of the next block. There are 2^44 blocks: at one runtime a microsecond
/// they last for half a year.
static NEXT_BLOCK: AtomicU64 = AtomicU64::new(1);
pub(super) const BLOCK: u64 = 1 << 20;

impl TaskIds {
    pub(super) const fn new() -> Self {
        TaskIds { next: 0, end: 0 }
    }

    pub(super) fn next(&mut self) -> TaskId {
        if self.next == self.end {
            self.next = NEXT_BLOCK.fetch_add(BLOCK, Ordering::Relaxed);
            self.end = self.next + BLOCK;
        }
        let id = TaskId(self.next);
        self.next += 1;
        id
    }
}

/// Where to look for a task, and how to tell that it is still the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TaskKey {
    /// The slot in the task table. Slots change tenants.
    pub(super) slot: u32,
    pub(super) id: TaskId,
}

/// The ready queue: first in, first out. A task is in it at most once; the `queued` flag of its slot says so.
pub(super) struct ReadyQueue {
    pub(super) tasks: VecDeque<TaskKey>,
}

impl ReadyQueue {
    pub(super) const fn new() -> Self {
        ReadyQueue { tasks: VecDeque::new() }
    }

    pub(super) fn push(&mut self, task: TaskKey) {
        self.tasks.push_back(task);
    }

    pub(super) fn pop(&mut self) -> Option<TaskKey> {
        self.tasks.pop_front()
    }

    pub(super) fn len(&self) -> usize {
        self.tasks.len()
    }

    pub(super) fn clear(&mut self) {
        self.tasks.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_runtimes_never_give_out_the_same_id_however_many_each_gives_out() {
        let [mut early, mut busy, mut late] = [(); 3].map(|()| TaskIds::new());
        let mut others = vec![early.next()];
        // Late takes the block behind busy's. Not later than here: tests that run beside this one take blocks, too.
        let mut given_out = vec![busy.next()];
        others.extend([late.next(), late.next(), early.next()]);
        given_out.extend((0..BLOCK + 1).map(|_| busy.next()));
        assert!(given_out.is_sorted_by(|earlier, later| earlier < later));
        for id in others {
            assert!(!given_out.contains(&id), "{id}");
        }
    }
}
