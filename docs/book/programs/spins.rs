//! A `block_on` that polls over and over: it has no waker to sleep by.

use super::parks::ask;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

// ANCHOR: block_on
/// Returns the number of polls, too.
fn block_on<F: Future>(future: F) -> (F::Output, u32) {
    let mut cx = Context::from_waker(Waker::noop()); // waking it does nothing
    let mut future = pin!(future);
    let mut polls = 0;
    loop {
        polls += 1;
        if let Poll::Ready(output) = future.as_mut().poll(&mut cx) {
            return (output, polls);
        }
    }
}
// ANCHOR_END: block_on

pub(crate) fn main() {
    // ANCHOR: main
    let (answer, polls) = block_on(ask(Duration::from_millis(20)));
    // ANCHOR_END: main
    println!("The answer is {answer}, after {polls} polls of this run.");
    assert!(answer == 42 && polls >= 2);
}
