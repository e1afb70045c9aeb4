//! The thread types that the inbox is checked with: a queue in the manner of the real one, built
//! from loom's atomics, and a parking thread. They order no more than the real ones, so that what
//! holds here does not hold by their grace.

pub(super) use loom::sync::atomic::{AtomicBool, Ordering, fence};

use loom::sync::atomic::AtomicUsize;
use loom::sync::{Arc, Condvar, Mutex};
use std::array;
use std::time::Duration;

/// How many messages a model may send.
const CAPACITY: usize = 4;

/// An unbounded queue as far as the models go: its slots are never used twice.
///
/// As in the real queue a push takes an index first and fills its slot after. A pop that finds
/// nothing orders nothing: a queue under one lock would, and the fences of the inbox could be
/// missing without a model failing.
pub(super) struct Queue<M> {
    slots: [Mutex<Option<M>>; CAPACITY],
    head: AtomicUsize,
    tail: AtomicUsize,
}

impl<M> Queue<M> {
    pub(super) fn new() -> Self {
        Queue { slots: array::from_fn(|_| Mutex::new(None)), head: AtomicUsize::new(0), tail: AtomicUsize::new(0) }
    }

    pub(super) fn push(&self, message: M) {
        let index = self.tail.fetch_add(1, Ordering::SeqCst);
        *self.slot(index) = Some(message);
    }

    pub(super) fn pop(&self) -> Option<M> {
        let mut head = self.head.load(Ordering::Acquire);
        loop {
            if head == self.tail.load(Ordering::Acquire) {
                return None;
            }
            let next = head + 1;
            let popped = self.head.compare_exchange(head, next, Ordering::SeqCst, Ordering::Acquire);
            match popped {
                Ok(index) => return Some(self.wait_for(index)),
                Err(other) => head = other,
            }
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn len(&self) -> usize {
        let tail = self.tail.load(Ordering::SeqCst);
        tail.saturating_sub(self.head.load(Ordering::SeqCst))
    }

    /// The message of a push that has taken this index, and perhaps not filled its slot yet.
    fn wait_for(&self, index: usize) -> M {
        loop {
            if let Some(message) = self.slot(index).take() {
                return message;
            }
            loom::thread::yield_now();
        }
    }

    fn slot(&self, index: usize) -> loom::sync::MutexGuard<'_, Option<M>> {
        let slot = &self.slots[index];
        slot.lock().expect("nobody panics while a slot is locked")
    }
}

/// A thread that can be unparked. loom's own loses the token of a thread that waits for a lock
/// meanwhile.
#[derive(Clone)]
pub(super) struct Thread {
    parker: Arc<Parker>,
}

struct Parker {
    token: Mutex<bool>,
    unparked: Condvar,
}

loom::thread_local! {
    static CURRENT: Thread = Thread {
        parker: Arc::new(Parker {
            token: Mutex::new(false),
            unparked: Condvar::new(),
        }),
    };
}

impl Thread {
    pub(super) fn unpark(&self) {
        let mut token = self.token();
        *token = true;
        self.parker.unparked.notify_one();
    }

    fn token(&self) -> loom::sync::MutexGuard<'_, bool> {
        let token = &self.parker.token;
        token.lock().expect("nobody panics while a token is locked")
    }
}

pub(super) fn current() -> Thread {
    CURRENT.with(Thread::clone)
}

/// Blocks until there is a token, and takes it. A thread that nobody unparks any more is a
/// deadlock, which loom reports.
pub(super) fn park() {
    let thread = current();
    let mut token = thread.token();
    while !*token {
        token = thread.parker.unparked.wait(token).expect("nobody panics while a token is locked");
    }
    *token = false;
}

/// Takes the token if there is one. The models have no time: it is always up at once.
pub(super) fn park_timeout(_: Duration) {
    *current().token() = false;
}
