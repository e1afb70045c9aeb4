//! A leaf that returns `Pending` although it could go on, to let others run, and whom that hangs.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// Whoever is polled so often without an end never will be.
const LIMIT: u32 = 1000;

// ANCHOR: budget
thread_local! {
    /// How many steps the task may take in a poll. Its executor fills it up before each.
    static BUDGET: Cell<u32> = const { Cell::new(0) };
}

/// One step of a task: a lock that is free, a message that is there. It could always go on.
async fn step() {
    poll_fn(|cx| {
        if let Some(left) = BUDGET.get().checked_sub(1) {
            BUDGET.set(left);
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref(); // at once, but others first
        Poll::Pending
    })
    .await;
}
// ANCHOR_END: budget

// ANCHOR: poll
/// Polls a future to its end, as an executor does that has nothing else to do. `before` is called before each poll.
fn poll_to_its_end(future: impl Future<Output = ()>, before: impl Fn()) -> String {
    let mut cx = Context::from_waker(Waker::noop());
    let mut future = pin!(future);
    for polls in 1..=LIMIT {
        before();
        if future.as_mut().poll(&mut cx).is_ready() {
            return format!("ready after {polls} poll(s)");
        }
    }
    format!("given up after {LIMIT} polls")
}

async fn five_steps() {
    for _ in 0..5 {
        step().await;
    }
}
// ANCHOR_END: poll

pub(crate) fn main() {
    let fill = || BUDGET.set(2);
    let awaits = poll_to_its_end(five_steps(), fill);
    println!("The task awaits five steps: {awaits}.");
    // ANCHOR: blocks
    let blocks = poll_to_its_end(
        async {
            let inner = poll_to_its_end(five_steps(), || {}); // a block_on knows of no budget
            println!("The task blocks on five steps: {inner}.");
        },
        fill,
    );
    // ANCHOR_END: blocks
    println!("The task itself: {blocks}.");
    assert!(awaits.ends_with("3 poll(s)"));
}
