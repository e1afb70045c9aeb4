//! Futures that await each other: a poll goes through all of them, from the outermost to the one that waits.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

// ANCHOR: layers
async fn order(polls: &Cell<u32>) -> u32 {
    2 * cook(polls).await
}

async fn cook(polls: &Cell<u32>) -> u32 {
    1 + oven(polls).await
}

/// The innermost one, which is pending twice.
fn oven(polls: &Cell<u32>) -> impl Future<Output = u32> {
    poll_fn(|_cx| {
        polls.set(polls.get() + 1);
        println!("  the oven is polled, poll {}", polls.get());
        if polls.get() < 3 { Poll::Pending } else { Poll::Ready(20) }
    })
}
// ANCHOR_END: layers

/// Says when it is polled, and polls what is in it.
struct Told<F>(&'static str, F);

impl<F: Future + Unpin> Future for Told<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        println!("{} is polled", self.0);
        Pin::new(&mut self.1).poll(cx)
    }
}

// ANCHOR: main
pub(crate) fn main() {
    let polls = Cell::new(0);
    let mut order = Told("the order", pin!(order(&polls)));
    let mut cx = Context::from_waker(Waker::noop());
    let served = loop {
        if let Poll::Ready(served) = Pin::new(&mut order).poll(&mut cx) {
            break served;
        }
    };
    println!("{served} are served");
    assert_eq!((polls.get(), served), (3, 42));
}
// ANCHOR_END: main
