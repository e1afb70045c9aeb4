//! A lock for readers and writers, on greenlight's own wait list: many may read at a time, or one may write.

#![allow(unused)]

use greenlight::waiters::{WaitList, Waiter};
use std::cell::Cell;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// What one who reads asks for.
const READER: usize = 1;

/// What one who writes asks for: all that a wait list can count.
const WRITER: usize = u32::MAX as usize;

/// Lets in many readers, or one writer. First come, first served: nobody overtakes.
pub struct RwLock {
    /// How many read; [`WRITER`] while somebody writes. Who was granted counts from the grant on, before it runs.
    inside: Cell<usize>,
    /// Who waits, with what each asks for.
    waiters: WaitList,
}

/// Waits to be let in: what [`RwLock::read`] and [`RwLock::write`] return.
#[must_use = "futures do nothing unless awaited"]
pub struct Enter<'a> {
    lock: &'a RwLock,
    /// [`READER`] or [`WRITER`].
    asks: usize,
    waiter: Waiter,
}

/// Somebody who reads or writes. To drop it is to leave.
#[must_use = "who does not keep this leaves at once"]
pub struct Inside<'a> {
    lock: &'a RwLock,
}

impl RwLock {
    /// A lock with nobody inside.
    #[track_caller]
    #[expect(clippy::new_without_default, reason = "the reports tell the line that makes the lock")]
    pub fn new() -> Self {
        RwLock { inside: Cell::new(0), waiters: WaitList::new("my rwlock") }
    }

    /// Waits until it may read.
    #[track_caller]
    pub fn read(&self) -> Enter<'_> {
        Enter { lock: self, asks: READER, waiter: Waiter::new(Location::caller()) }
    }

    /// Waits until it may write.
    #[track_caller]
    pub fn write(&self) -> Enter<'_> {
        Enter { lock: self, asks: WRITER, waiter: Waiter::new(Location::caller()) }
    }

    /// How many are inside: readers, or [`WRITER`].
    pub fn inside(&self) -> usize {
        self.inside.get()
    }

    /// Counts one who is let in.
    fn admit(&self, asks: usize) {
        self.inside.set(if asks == WRITER { WRITER } else { self.inside.get() + 1 });
    }

    /// Whether one who asks for this may come in, as far as those inside are concerned.
    fn admits(&self, asks: usize) -> bool {
        // You: a reader is admitted beside readers, a writer beside nobody
        todo!("say whether one who asks for this may come in")
    }

    /// Lets in those who wait at the front of the line, and nobody past one whom it does not admit.
    fn serve(&self) {
        // You: `wake_while` asks this for each who waits, from the front, and grants while the answer is yes
    }

    /// One who was let in leaves.
    fn leave(&self) {
        // If a check has failed, those inside are dropped: a second panic, over a wrong count, would hide the first.
        if !std::thread::panicking() {
            // You: one is inside no more, so others may be let in
        }
    }
}

impl<'a> Future for Enter<'a> {
    type Output = Inside<'a>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Inside<'a>> {
        let Enter { lock, asks, waiter } = &mut *self;
        // You: wait for the grant if it has joined the line, else join the line if it must, or come in
        todo!("wait to be let in, and return Inside")
    }
}

// You: give `Enter` a `Drop`: one who was granted leaves, and one who only waited may have held up those behind it

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.lock.leave();
    }
}
