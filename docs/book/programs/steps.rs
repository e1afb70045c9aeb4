//! An `async fn`, polled by hand: how much of it runs in each poll.

use std::cell::Cell;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

// ANCHOR: once
/// Pending once, and ready from then on.
#[derive(Default)]
struct Once(bool);

impl Future for Once {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
    }
}
// ANCHOR_END: once

// ANCHOR: walk
async fn walk(steps: &Cell<u32>) {
    println!("  left foot");
    steps.set(1);
    Once::default().await;
    println!("  right foot");
    steps.set(2);
    std::future::ready(()).await;
    println!("  left foot again");
    steps.set(3);
    Once::default().await;
    println!("  there");
    steps.set(4);
}
// ANCHOR_END: walk

// ANCHOR: main
pub(crate) fn main() {
    let steps = Cell::new(0);
    let mut walk = pin!(walk(&steps));
    let mut cx = Context::from_waker(Waker::noop());
    for poll in 1..=3 {
        println!("poll {poll}:");
        let polled = walk.as_mut().poll(&mut cx);
        println!("  returns {polled:?}");
        assert_eq!(steps.get(), [1, 3, 4][poll - 1]);
    }
}
// ANCHOR_END: main
