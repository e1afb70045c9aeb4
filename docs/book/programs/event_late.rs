//! A wait begins with its first poll: a pulse before that reaches nobody.

use greenlight::{say, sync::Event, task, try_run, yield_now};
use std::rc::Rc;

// ANCHOR: program
async fn program() {
    let bell = Rc::new(Event::new().named("bell"));
    let wait = bell.wait(); // made, and not polled
    say!("the first pulse reaches {}", bell.pulse());
    let guest = task("guest").spawn({
        let bell = bell.clone();
        async move { bell.wait().await }
    });
    yield_now().await; // now the guest waits
    say!("the second pulse reaches {}", bell.pulse());
    guest.await.expect("nobody cancels the guest");
    wait.await;
}
// ANCHOR_END: program

pub(crate) fn main() {
    let stalled = try_run(program());
    println!("{}", stalled.expect_err("nobody rings again"));
}
