//! A future returns Pending and leaves its waker with nobody.

use greenlight::{say, task, try_run};
use std::pin::Pin;
use std::task::{Context, Poll};

// ANCHOR: program
struct Countdown(u32);

impl Future for Countdown {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        say!("{} to go", self.0);
        if self.0 == 0 {
            return Poll::Ready(());
        }
        self.0 -= 1;
        Poll::Pending
    }
}
// ANCHOR_END: program

pub(crate) fn main() {
    let stalled = try_run(async {
        task("rocket").spawn(Countdown(3)).await.expect("nobody cancels the rocket");
    });
    println!("{}", stalled.expect_err("nobody can wake the rocket"));
}
