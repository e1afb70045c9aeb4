//! A waiter and a setter, spawned as two tasks that have names, and awaited one after the other.
//!
//! `spawn` only puts a task into the ready queue: the first line is printed when main awaits, and
//! parks. Both tasks run then, in the order in which they were spawned.
//!
//! What to change:
//! - Write `setter(event).await` instead of spawning it: it runs inside main, which is running
//!   already, so its line comes first.
//! - Spawn the setter only after `waiter.await`: a stall, whose report names the task "waiter".
//! - Call `event.set()` before anything is spawned: `wait()` on a set event does not park.

use greenlight::{say, sleep, sync::Event, task};
use std::rc::Rc;
use std::time::Duration;

pub(crate) async fn program() {
    let event = Rc::new(Event::new().named("event"));
    let waiter = task("waiter").spawn(waiter(event.clone()));
    let setter = task("setter").spawn(setter(event));
    waiter.await.expect("nobody cancels the waiter");
    setter.await.expect("nobody cancels the setter");
}

async fn waiter(event: Rc<Event>) {
    say!("Waiting for the event to be set.");
    event.wait().await;
    say!("The event was set.");
}

async fn setter(event: Rc<Event>) {
    say!("Setting the event in 2 seconds.");
    sleep(Duration::from_secs(2)).await;
    event.set();
}

fn main() {
    greenlight::run(program());
}
