//! Three ways to sleep until a wake, two of which lose one.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};
use std::time::Duration;

/// Whoever is not woken for so long never will be: the three would sleep for ever.
const PATIENCE: Duration = Duration::from_millis(200);

struct Parker {
    thread: Thread,
    is_woken: AtomicBool,
}

impl Wake for Parker {
    fn wake(self: Arc<Self>) {
        self.is_woken.store(true, SeqCst);
        self.thread.unpark();
    }
}

/// Sleeps, and says whether somebody has unparked this thread.
fn park() -> bool {
    let begun = std::time::Instant::now();
    thread::park_timeout(PATIENCE);
    begun.elapsed() < PATIENCE
}

// ANCHOR: sleeps
/// Wrong: whoever took the token has taken the wake.
fn by_the_token_alone(_: &Parker) -> bool {
    park()
}

/// Wrong: this flag may be that of a wake in the poll which is just over.
fn by_a_flag_lowered_after_the_poll(parker: &Parker) -> bool {
    parker.is_woken.store(false, SeqCst);
    by_a_flag(parker)
}

/// Right: the flag stays up until somebody looks, and looking lowers it.
fn by_a_flag(parker: &Parker) -> bool {
    while !parker.is_woken.swap(false, SeqCst) {
        if !park() {
            return false;
        }
    }
    true
}
// ANCHOR_END: sleeps

// ANCHOR: futures
/// Is woken in its first poll: by itself here, and by another thread elsewhere.
fn woken_in_its_poll(polls: u32, waker: &Waker) -> Poll<()> {
    if polls > 1 {
        return Poll::Ready(());
    }
    waker.wake_by_ref();
    Poll::Pending
}

/// The same, and parks for a reason of its own, as a blocking channel does.
fn parks_by_itself(polls: u32, waker: &Waker) -> Poll<()> {
    let polled = woken_in_its_poll(polls, waker);
    thread::park_timeout(Duration::from_millis(1));
    polled
}
// ANCHOR_END: futures

/// How many polls a future took to its end, or to a sleep that has none.
fn block_on(poll: fn(u32, &Waker) -> Poll<()>, sleep: fn(&Parker) -> bool) -> String {
    let parker = Arc::new(Parker { thread: thread::current(), is_woken: AtomicBool::new(false) });
    let waker = Waker::from(parker.clone());
    let mut polls = 0;
    let mut future = pin!(std::future::poll_fn(|cx| {
        polls += 1;
        poll(polls, cx.waker())
    }));
    let ends = loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            Poll::Ready(()) => break true,
            Poll::Pending if !sleep(&parker) => break false,
            Poll::Pending => {}
        }
    };
    if ends { format!("ends after {polls} polls") } else { format!("hangs after {polls} poll") }
}

pub(crate) fn main() {
    type Sleep = (&'static str, fn(&Parker) -> bool);
    let sleeps: [Sleep; 3] = [
        ("by the token alone", by_the_token_alone),
        ("by a flag, lowered after the poll", by_a_flag_lowered_after_the_poll),
        ("by a flag", by_a_flag),
    ];
    println!("{:34}{:22}parks by itself", "sleeps", "woken in its poll");
    for (how, sleep) in sleeps {
        let [first, second] = [woken_in_its_poll, parks_by_itself].map(|poll| block_on(poll, sleep));
        println!("{how:34}{first:22}{second}");
        assert_eq!(first.starts_with("hangs"), how.ends_with("after the poll"));
        assert_eq!(second.starts_with("hangs"), how != "by a flag");
    }
}
