//! A driver that polls only when it was woken, and knows who is stuck.

use std::future::{pending, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};

// ANCHOR: drive
#[derive(Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Relaxed);
    }
}

/// Polls once, and then once for as long as it was woken. Says how often that was, and whether it was ready.
fn drive(future: impl Future<Output = ()>) -> (u32, bool) {
    let woken = Arc::new(Woken::default());
    let waker = Waker::from(woken.clone());
    let mut cx = Context::from_waker(&waker);
    let mut future = pin!(future);
    let mut polls = 0;
    loop {
        polls += 1;
        if future.as_mut().poll(&mut cx).is_ready() {
            return (polls, true);
        }
        if !woken.0.swap(false, Relaxed) {
            return (polls, false);
        }
    }
}
// ANCHOR_END: drive

// ANCHOR: countdown
/// Pending `left` times, and has itself woken each time.
fn countdown(mut left: u32, wakes: usize) -> impl Future<Output = ()> {
    poll_fn(move |cx| {
        if left == 0 {
            return Poll::Ready(());
        }
        left -= 1;
        (0..wakes).for_each(|_| cx.waker().wake_by_ref());
        Poll::Pending
    })
}
// ANCHOR_END: countdown

// ANCHOR: main
pub(crate) fn main() {
    for (name, (polls, is_ready)) in [
        ("a countdown from 3 that wakes itself", drive(countdown(3, 1))),
        ("one that wakes itself five times a poll", drive(countdown(3, 5))),
        ("one that does not wake itself", drive(countdown(3, 0))),
        ("std::future::pending()", drive(pending())),
    ] {
        println!("{name}: polls {polls}, {}", if is_ready { "ready" } else { "stuck" });
    }
    assert_eq!([drive(countdown(3, 1)), drive(countdown(3, 5))], [(4, true); 2]);
    assert_eq!([drive(countdown(3, 0)), drive(pending())], [(1, false); 2]);
}
// ANCHOR_END: main
