//! What a waker points at, and what other threads send to the executor.

use super::Line;
use super::inbox::Inbox;
use futures_task::FutureObj;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

/// The identity of a task: a number that no other task of this process ever has.
///
/// Of two tasks of one runtime the later has the higher one.
///
/// ```
/// use greenlight::{run, spawn_detached};
///
/// let ids = run(async { [(); 2].map(|()| spawn_detached(async {}).id()) });
/// assert!(ids[0] < ids[1]);
/// assert_eq!(ids[0].to_string(), ids[0].get().to_string());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(pub(super) u64);

impl TaskId {
    /// Stands for no task.
    pub(crate) const NOBODY: TaskId = TaskId(0);

    /// Stands for any task that has ended.
    pub(super) const ENDED: TaskId = TaskId(u64::MAX);

    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }
}

/// Where to look for a task, and how to tell that it is still the same one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TaskKey {
    /// The slot in the task table. Slots change tenants.
    pub(super) slot: u32,
    pub(super) id: TaskId,
}

/// What a waker points at: the task, by key, and the way to it from any thread. One is lent to all polls, until
/// somebody clones it: then it is the waker of the task that was polled, until the runtime finds that no clone is left.
pub(super) struct TaskWaker {
    pub(super) id: AtomicU64,
    pub(super) slot: AtomicU32,
    /// Its place among those that were cloned.
    pub(super) place: AtomicU32,
    /// Says whether a wake by this one is in the inbox.
    pub(super) sent: AtomicBool,
    pub(super) inbox: Arc<Inbox<Message>>,
}

/// What other threads send to the executor.
pub(super) enum Message {
    Wake(TaskKey),
    /// A future, the name of its task, and the line that spawns it.
    Spawn(FutureObj<'static, ()>, Option<Arc<str>>, Line),
    /// A question: it is called inside the runtime, and sends the answer itself.
    Ask(Box<dyn FnOnce() + Send>),
}

impl TaskWaker {
    /// One that is lent to every poll until somebody clones it.
    pub(super) fn loose(inbox: &Arc<Inbox<Message>>) -> Arc<TaskWaker> {
        Arc::new(TaskWaker { id: 0.into(), slot: 0.into(), place: 0.into(), sent: false.into(), inbox: inbox.clone() })
    }

    pub(super) fn key(&self) -> TaskKey {
        TaskKey { slot: self.slot.load(Ordering::Relaxed), id: TaskId(self.id.load(Ordering::Relaxed)) }
    }

    /// Points at another task. Nobody has a clone of it, and a wake that is in the inbox names another task.
    #[inline]
    pub(super) fn set_key(&self, key: TaskKey) {
        self.sent.store(false, Ordering::Relaxed);
        self.id.store(key.id.0, Ordering::Relaxed);
        self.slot.store(key.slot, Ordering::Relaxed);
    }
}
