//! A shop with one till, and a dump of who waits for what, while all is well.

use greenlight::{dump, gather_tasks, say, sleep, sync::Lock, task, yield_now};
use std::rc::Rc;
use std::time::Duration;

// ANCHOR: program
async fn program() {
    let till = Rc::new(Lock::new(100).named("till"));
    let customers = ["ann", "bob", "cem"].map(|name| {
        let till = till.clone();
        task(name).spawn(async move {
            let mut money = till.lock().await;
            sleep(Duration::from_secs(60)).await; // looks for change
            *money += 10;
        })
    });
    yield_now().await;
    say!("{}", dump());
    gather_tasks(customers).await;
}
// ANCHOR_END: program

pub(crate) fn main() {
    greenlight::run(program());
}
