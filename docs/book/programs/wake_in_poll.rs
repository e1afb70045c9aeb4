//! A future that is woken while it is being polled, three times.

use greenlight::run;
use std::future::poll_fn;
use std::task::{Context, Poll};

// ANCHOR: poll
fn poll(polls: &mut u32, cx: &Context<'_>) -> Poll<()> {
    *polls += 1;
    if *polls > 1 {
        return Poll::Ready(());
    }
    cx.waker().wake_by_ref();
    cx.waker().wake_by_ref();
    cx.waker().wake_by_ref();
    Poll::Pending
}
// ANCHOR_END: poll

pub(crate) fn main() {
    let mut polls = 0;
    // ANCHOR: main
    run(poll_fn(|cx| poll(&mut polls, cx)));
    // ANCHOR_END: main
    println!("It was woken 3 times in its first poll, and polled {polls} times in all.");
    assert_eq!(polls, 2);
}
