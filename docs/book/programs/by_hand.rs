//! A future that is polled by hand, without any executor: until it is ready.

use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

// ANCHOR: countdown
struct Countdown(u32);

impl Future for Countdown {
    type Output = &'static str;

    fn poll(mut self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<&'static str> {
        if self.0 == 0 {
            return Poll::Ready("lift-off");
        }
        self.0 -= 1;
        Poll::Pending
    }
}
// ANCHOR_END: countdown

// ANCHOR: main
pub(crate) fn main() {
    let mut countdown = pin!(Countdown(2));
    let mut cx = Context::from_waker(Waker::noop());
    let mut polls = 0;
    loop {
        polls += 1;
        let polled = countdown.as_mut().poll(&mut cx);
        println!("poll {polls} returns {polled:?}");
        if polled.is_ready() {
            break;
        }
    }
    assert_eq!(polls, 3);
}
// ANCHOR_END: main
