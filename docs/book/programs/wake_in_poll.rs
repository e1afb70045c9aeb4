//! A future that is woken while it is being polled, three times.

use greenlight::{run, say};
use std::future::poll_fn;
use std::task::Poll;

pub(crate) fn main() {
    let mut polls = 0;
    run(async {
        // ANCHOR: main
        poll_fn(|cx| {
            polls += 1;
            if polls > 1 {
                return Poll::Ready(());
            }
            cx.waker().wake_by_ref();
            cx.waker().wake_by_ref();
            cx.waker().wake_by_ref();
            Poll::Pending
        })
        .await;
        // ANCHOR_END: main
        say!("It was woken 3 times in its first poll, and polled {polls} times in all.");
    });
    assert_eq!(polls, 2);
}
