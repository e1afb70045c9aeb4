//! The task table: which tasks are alive, by slot and id, and what the next ones are made of.

use super::Line;
use super::task::{Body, Extra, ReadyQueue, TaskCell, TaskId, TaskKey};
use super::waker::TaskWaker;
use slab::Slab;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many cells of tasks that are gone are kept for others.
const SPARE: usize = 1 << 10;

/// Every task of a runtime: for wakes by key, for shutdown in the order of spawning, for dumps.
///
/// A task is found by its key, and only as long as the id in the slot is the id in the key: a stale wake finds nobody.
#[derive(Default)]
pub(super) struct Table {
    pub(super) tasks: Slab<Rc<TaskCell>>,
    pub(super) ids: TaskIds,
    /// Cells that nobody else holds, and what few of them had beside.
    pub(super) spare: Vec<Rc<TaskCell>>,
    #[expect(clippy::vec_box, reason = "a box goes from one cell to the next as it is")]
    spare_extras: Vec<Box<Extra>>,
    /// The slots of the tasks that have a waker of their own, since somebody has cloned it, or had. A clone is made in
    /// a poll of the task, or of another clone.
    pub(super) cloned: Vec<u32>,
}

/// Gives out task ids. A runtime takes a block of them at a time, so that a spawn costs no atomic operation.
#[derive(Default)]
pub(super) struct TaskIds {
    next: u64,
    /// The first ids of the blocks taken so far.
    pub(super) blocks: Vec<u64>,
}

/// The first id of the next block. There are 2^44 blocks: at one runtime a microsecond they last for half a year.
static NEXT_BLOCK: AtomicU64 = AtomicU64::new(1);
pub(super) const BLOCK: u64 = 1 << 20;

impl TaskIds {
    pub(super) fn next(&mut self) -> TaskId {
        if self.blocks.last().is_none_or(|first| self.next == first + BLOCK) {
            self.next = NEXT_BLOCK.fetch_add(BLOCK, Ordering::Relaxed);
            self.blocks.push(self.next);
        }
        self.next += 1;
        TaskId(self.next - 1)
    }
}

impl Table {
    /// Makes a task, which is not queued yet.
    pub(super) fn insert(&mut self, body: Body, spawned: Line, queue: &Rc<ReadyQueue>) -> Rc<TaskCell> {
        if self.tasks.len() == self.tasks.capacity() {
            // What a table holds in reserve is paid for by every task.
            self.tasks.reserve_exact((self.tasks.len() / 4).max(32));
        }
        let slot = u32::try_from(self.tasks.vacant_key()).expect("fewer than 2^32 tasks are alive");
        let task = self.spare.pop().unwrap_or_else(|| Rc::new(TaskCell::new(queue.clone(), spawned)));
        task.begin_life(TaskKey { slot, id: self.ids.next() }, body, spawned);
        self.tasks.insert(task.clone());
        task
    }

    pub(super) fn get(&self, key: TaskKey) -> Option<&Rc<TaskCell>> {
        self.tasks.get(key.slot as usize).filter(|task| task.id.get() == key.id)
    }

    /// Takes a task out for good.
    pub(super) fn remove(&mut self, task: &Rc<TaskCell>) {
        // Not the last reference: the caller has one.
        drop(self.tasks.remove(task.key().slot as usize));
        task.end_life();
        if let Some(waker) = task.waker.take() {
            self.forget_waker(&waker);
        }
    }

    /// Keeps the cell of a task that is gone for the next one, and hands it back if somebody holds it.
    pub(super) fn recycle(&mut self, mut task: Rc<TaskCell>) -> Option<Rc<TaskCell>> {
        if Rc::strong_count(&task) > 1 || self.spare.len() == SPARE {
            return Some(task);
        }
        self.spare_extras.extend(Rc::get_mut(&mut task).and_then(|task| task.extra.take()));
        self.spare.push(task);
        None
    }

    /// What few tasks have, and this one is about to.
    pub(super) fn extra_of<'a>(&mut self, task: &'a TaskCell) -> &'a Extra {
        task.extra.get_or_init(|| self.spare_extras.pop().unwrap_or_default())
    }

    /// Somebody has cloned the waker that was lent to this task: it is the task's own from now on.
    pub(super) fn give_waker(&mut self, task: &TaskCell, waker: Arc<TaskWaker>) {
        waker.place.store(self.cloned.len() as u32, Ordering::Relaxed);
        self.cloned.push(task.key().slot);
        task.waker.set(Some(waker));
    }

    fn forget_waker(&mut self, waker: &TaskWaker) {
        let place = waker.place.load(Ordering::Relaxed);
        self.cloned.swap_remove(place as usize);
        if let Some(&moved) = self.cloned.get(place as usize) {
            self.tasks[moved as usize].with_waker(|waker| waker.place.store(place, Ordering::Relaxed));
        }
    }

    /// Whether any task has a clone of its waker somewhere. The one that was cloned last is looked at first, and a
    /// waker of which no clone is left is let go, but not one that is lent to a poll.
    pub(super) fn is_any_held(&mut self) -> bool {
        while let Some(&slot) = self.cloned.last() {
            let task = &self.tasks[slot as usize];
            if task.with_waker(|waker| Arc::strong_count(waker) > 1) != Some(false) {
                return true;
            }
            task.waker.take();
            self.cloned.pop();
        }
        false
    }

    /// All tasks, in the order of spawning.
    pub(super) fn in_order(&self) -> Vec<Rc<TaskCell>> {
        let mut tasks: Vec<_> = self.tasks.iter().map(|(_, task)| task.clone()).collect();
        tasks.sort_unstable_by_key(|task| task.id.get());
        tasks
    }
}

impl TaskCell {
    /// Looks at the task's own waker, if it has one and the executor has not got it out.
    pub(super) fn with_waker<R>(&self, look: impl FnOnce(&Arc<TaskWaker>) -> R) -> Option<R> {
        let waker = self.waker.take();
        let looked = waker.as_ref().map(look);
        self.waker.set(waker);
        looked
    }

    /// Whether somebody has a clone of its waker.
    pub(super) fn is_held(&self) -> bool {
        self.with_waker(|waker| Arc::strong_count(waker) > 1).unwrap_or_default()
    }
}
