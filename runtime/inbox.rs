//! What other threads send to a runtime: a queue, a `pending` flag in front of it that costs one load a turn, and the
//! thread to unpark. It knows nothing of tasks.

use super::threads::{AtomicBool, Ordering, Queue, Thread, fence, park, park_timeout};
use std::time::Duration;

/// Messages of type `M` to the one thread that owns the runtime.
///
/// No message is lost: a sender pushes first and raises `pending` after; the owner lowers `pending` first and pops
/// after. Whoever raises the flag from `false` unparks, and the owner looks at the flag once more right before it
/// parks, with no foreign code in between that could eat the unpark token.
pub(super) struct Inbox<M> {
    pub(super) queue: Queue<M>,
    /// True when the queue may hold a message, or the owner has another reason to look around.
    pending: AtomicBool,
    /// True once the runtime is gone. Never false again.
    closed: AtomicBool,
    /// True while somebody drops what came too late.
    draining: AtomicBool,
    pub(super) owner: Thread,
}

/// A message of which the receiver may be gone.
pub(super) trait Late {
    /// Drops it. It must not panic, and may send others.
    fn drop_late(self);
}

impl<M: Late> Inbox<M> {
    pub(super) fn new(owner: Thread) -> Self {
        let [pending, closed, draining] = [(); 3].map(|()| AtomicBool::new(false));
        Inbox { queue: Queue::new(), pending, closed, draining, owner }
    }

    /// Leaves a message and unparks the owner. False if the runtime is gone: the message is dropped then.
    pub(super) fn send(&self, message: M) -> bool {
        let was_open = !self.is_closed();
        self.queue.push(message);
        if was_open {
            self.ring();
            // Either the closing owner sees this message, or this thread sees that it closed: one of them drops it.
            fence(Ordering::SeqCst);
        }
        if self.is_closed() {
            self.drain();
        }
        was_open
    }

    /// Sends a message, unless one is there that stands for it, as the flag says.
    pub(super) fn send_once(&self, sent: &AtomicBool, message: M) {
        if !sent.swap(true, Ordering::AcqRel) {
            self.send(message);
        }
    }

    /// Makes the owner look around, without a message.
    pub(super) fn ring(&self) {
        if !self.pending.swap(true, Ordering::AcqRel) {
            self.owner.unpark();
        }
    }

    /// True when a message may have arrived since the last [`take`](Inbox::take).
    pub(super) fn is_pending(&self) -> bool {
        self.pending.load(Ordering::Acquire)
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    /// Hands over the messages that are here now, in the order in which they came. What arrives meanwhile raises the
    /// flag again and waits for the next call, so a busy sender cannot hold the owner here.
    pub(super) fn take(&self, mut each: impl FnMut(M)) {
        if !self.pending.load(Ordering::Relaxed) || !self.pending.swap(false, Ordering::AcqRel) {
            return;
        }
        for _ in 0..self.queue.len() {
            match self.queue.pop() {
                Some(message) => each(message),
                None => break,
            }
        }
    }

    /// Sleeps until somebody rings or the time is up. May return early; the owner looks again.
    pub(super) fn park(&self, at_most: Option<Duration>) {
        if self.is_pending() {
            return;
        }
        match at_most {
            Some(duration) => park_timeout(duration),
            None => park(),
        }
    }

    /// Refuses messages from now on, and drops those that nobody took.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        fence(Ordering::SeqCst);
        self.drain();
    }

    /// Drops what came too late. One at a time does: what is sent by a message that is being dropped waits for its
    /// turn, so that a chain of such messages is no deeper than one.
    fn drain(&self) {
        // Who finds that another drains may have sent what that one did not see: the swap that ends the draining does.
        while !self.queue.is_empty() && !self.draining.swap(true, Ordering::AcqRel) {
            while let Some(message) = self.queue.pop() {
                message.drop_late();
            }
            self.draining.swap(false, Ordering::AcqRel);
        }
    }
}

/// The owner has taken a message that stood for others, and is about to act on it. What a sender did before it found
/// that message there, the owner sees: both exchange the flag, so one of them comes after the other.
pub(super) fn taken(sent: &AtomicBool) {
    sent.swap(false, Ordering::AcqRel);
}
