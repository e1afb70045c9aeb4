//! What is ready at its deadline is in time; what is cancelled while it waits for a condition does not wait for the lock.

use greenlight::{now, say, sleep, sync::Condition, task, timeout, yield_now};
use std::rc::Rc;
use std::time::Duration;

fn seconds(number: u64) -> Duration {
    Duration::from_secs(number)
}

// ANCHOR: program
async fn program() {
    let slept = timeout(seconds(1), sleep(seconds(1))).await;
    say!("slept in time: {}", slept.is_ok());

    let club = Rc::new(Condition::new(()).named("club"));
    let door = club.clone();
    let guest = task("guest").spawn(async move {
        let guard = door.lock().await;
        let came = now();
        let waited = timeout(seconds(2), door.wait(guard)).await;
        say!("gave up: {}, after {} s", waited.is_err(), (now() - came).as_secs());
    });
    yield_now().await; // the guest waits, and the lock is free
    let guard = club.lock().await;
    sleep(seconds(10)).await; // and now it is not, for ten seconds
    drop(guard);
    guest.await.expect("nobody cancels the guest");
}
// ANCHOR_END: program

pub(crate) fn main() {
    greenlight::run(program());
}
