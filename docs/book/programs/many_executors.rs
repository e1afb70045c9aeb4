//! One future under four executors that know nothing of each other.

use std::cell::Cell;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

// ANCHOR: future
/// Lets others go first, three times, and counts how often it is polled.
struct Polite<'a> {
    left: u32,
    polls: &'a Cell<u32>,
}

impl Future for Polite<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.polls.set(self.polls.get() + 1);
        if self.left == 0 {
            return Poll::Ready(());
        }
        self.left -= 1;
        cx.waker().wake_by_ref();
        Poll::Pending
    }
}
// ANCHOR_END: future

// ANCHOR: main
pub(crate) fn main() {
    told("greenlight", |polite| greenlight::run(polite));
    told("futures' block_on", |polite| futures::executor::block_on(polite));
    told("futures' LocalPool", |polite| futures::executor::LocalPool::new().run_until(polite));
    told("a loop of four lines", |polite| {
        let (mut polite, mut cx) = (pin!(polite), Context::from_waker(Waker::noop()));
        while polite.as_mut().poll(&mut cx).is_pending() {}
    });
}

fn told(executor: &str, run: fn(Polite<'_>)) {
    let polls = Cell::new(0);
    run(Polite { left: 3, polls: &polls });
    println!("{executor}: {} polls", polls.get());
    assert_eq!(polls.get(), 4);
}
// ANCHOR_END: main
