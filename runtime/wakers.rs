//! The waiter rule: whom a leaf future wakes.
//!
//! A leaf that was polled with its task's own waker registers the task's id. Waking is one push to the ready queue
//! then, with no clone, no atomics and no foreign code. A leaf that was polled with any other waker (`FuturesUnordered`,
//! a long `join_all`, a nested or foreign executor) registers a clone of that waker, because only that one reaches the
//! combinator that polls the leaf.

use super::context::{self, Core, Polling};
use super::ready::TaskKey;
use super::task::{Message, TaskWaker, Wakee};
use futures_task::ArcWake;
use std::sync::Arc;
use std::task::Waker;

impl ArcWake for TaskWaker {
    fn wake_by_ref(waker: &Arc<Self>) {
        match context::current() {
            Some(core) if Arc::ptr_eq(&core.inbox, &waker.inbox) => core.wake(waker.key),
            // From another thread, or from outside any runtime. Once the runtime is gone, nobody is left to wake.
            _ => waker.inbox.send_once(&waker.sent, Message::Wake(waker.key)),
        }
    }
}

impl Core {
    /// Makes a task ready.
    pub(super) fn wake(&self, key: TaskKey) {
        let pushed = self.table.borrow_mut().wake(key);
        if self.trace.is_watched() {
            self.trace_wake(key, pushed);
        }
    }

    /// Wakes whom a leaf of this runtime has registered.
    pub(super) fn wake_wakee(&self, wakee: Wakee) {
        match wakee {
            Wakee::Task(key) => self.wake(key),
            Wakee::Waker(waker, _) => waker.wake(),
        }
    }
}

impl Wakee {
    /// Whom to wake, for a leaf that is polled with this waker while that task is being polled. Cloning a foreign waker
    /// runs foreign code: call this with nothing borrowed.
    pub(super) fn of(polling: Option<Polling>, waker: &Waker) -> Wakee {
        match polling {
            Some(polling) if polling.owns(waker) => Wakee::Task(polling.key),
            polling => Wakee::Waker(waker.clone(), polling.map(|polling| polling.key)),
        }
    }

    /// Whether a leaf that is polled with this waker, by this task, would register the same again.
    pub(super) fn is_current(&self, polling: Option<Polling>, waker: &Waker) -> bool {
        let own = polling.filter(|polling| polling.owns(waker)).map(|polling| polling.key);
        match self {
            Wakee::Task(key) => own == Some(*key),
            Wakee::Waker(known, noted) => {
                own.is_none() && *noted == polling.map(|polling| polling.key) && known.will_wake(waker)
            }
        }
    }
}
