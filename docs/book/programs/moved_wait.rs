//! A wait is polled by one task first, and then awaited by another: who is woken?

use futures::poll;
use greenlight::{say, sync::Event, task, yield_now};
use std::rc::Rc;

// ANCHOR: program
async fn program() {
    let bell = Rc::new(Event::new().named("bell"));
    let theirs = bell.clone();
    let mut wait = Box::pin(async move { theirs.wait().await });
    assert!(poll!(&mut wait).is_pending()); // polled by main
    let guest = task("guest").spawn(async move {
        wait.await; // and now by the guest
        say!("the guest has heard the bell");
    });
    yield_now().await;
    say!("the bell reaches {}", bell.pulse());
    guest.await.expect("nobody cancels the guest");
}
// ANCHOR_END: program

pub(crate) fn main() {
    greenlight::run(program());
}
