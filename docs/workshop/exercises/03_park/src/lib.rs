//! `block_on`: the thread runs one future, and sleeps while there is nothing to do.

#![allow(unused)]

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

// You: what the waker is made of: the thread to unpark, and a flag that remembers the wake; impl Wake for it

/// Runs a future to its end on this thread, which sleeps between a poll that is pending and the next wake.
pub fn block_on<F: Future>(future: F) -> F::Output {
    // You: poll; while nobody has woken it, kit::park(); poll again
    todo!("poll; while nobody has woken it, kit::park(); poll again")
}
