//! The wakers of tasks: what a future is handed, and what becomes of a wake from elsewhere.
//!
//! A leaf that was polled with its task's own waker registers the task itself. Waking is one push to the ready queue
//! then, with no clone, no atomics and no foreign code. A leaf that was polled with any other waker (`FuturesUnordered`,
//! a long `join_all`, a nested or foreign executor) registers a clone of that waker, because only that one reaches the
//! combinator that polls the leaf.

use super::context::{self, Core};
use super::task::{Message, TaskKey, TaskWaker};
use futures_task::ArcWake;
use std::sync::Arc;

impl ArcWake for TaskWaker {
    fn wake_by_ref(waker: &Arc<Self>) {
        match context::current() {
            Some(core) if Arc::ptr_eq(&core.inbox, &waker.inbox) => core.wake(waker.key()),
            // From another thread, or from outside any runtime. Once the runtime is gone, nobody is left to wake.
            _ => waker.inbox.send_once(&waker.sent, Message::Wake(waker.key())),
        }
    }
}

impl Core {
    /// Makes a task ready that somebody names by its key.
    pub(super) fn wake(&self, key: TaskKey) {
        let task = self.table.borrow().get(key).cloned();
        task.into_iter().for_each(|task| task.wake());
    }
}
