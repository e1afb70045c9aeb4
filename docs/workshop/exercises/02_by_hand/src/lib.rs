//! Futures polled by hand, with a waker that counts how often it is woken.

#![allow(unused)]

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, Wake, Waker};

/// Counts the wakes of the wakers that are made of it.
#[derive(Default)]
pub struct Counter {
    wakes: AtomicUsize,
}

impl Counter {
    /// How often a waker was woken.
    pub fn wakes(&self) -> usize {
        self.wakes.load(Ordering::Relaxed)
    }
}

impl Wake for Counter {
    // You: count the wake; wake() owns its waker and wake_by_ref() borrows it, and both are one wake
    fn wake(self: Arc<Self>) {
        todo!("count the wake")
    }
}

/// What became of a future that was driven.
#[derive(Debug, PartialEq)]
pub enum Outcome<T> {
    /// It was ready.
    Ready {
        /// What it yielded.
        value: T,
        /// How often it was polled.
        polls: usize,
    },
    /// It was pending, and nobody had woken it.
    Stuck {
        /// How often it was polled.
        polls: usize,
        /// How many wakers somebody keeps. With none, nothing can wake it any more.
        wakers_kept: usize,
    },
}

/// Polls a future once, and then once after each wake, until it is ready or nobody has woken it.
pub fn drive<F: Future>(future: F) -> Outcome<F::Output> {
    // You: make the waker and the context, pin the future, and poll it as long as it was woken since its last poll began
    todo!("poll the future, and again after each wake")
}
