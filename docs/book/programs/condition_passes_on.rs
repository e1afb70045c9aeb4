//! One who was notified is cancelled before she has the lock again: the notify goes on to the next.

use greenlight::{gather_tasks, say, sync::Condition, task, yield_now};
use std::rc::Rc;

// ANCHOR: program
async fn program() {
    let club = Rc::new(Condition::new(()).named("club"));
    let [alice, bob] = ["alice", "bob"].map(|name| {
        let club = club.clone();
        task(name).spawn(async move {
            let guard = club.lock().await;
            let _guard = club.wait(guard).await;
            say!("{name} enters");
        })
    });
    yield_now().await; // both wait
    let guard = club.lock().await;
    say!("the notify reaches {}", club.notify_one(&guard));
    yield_now().await; // alice was notified, and queues for the lock
    alice.cancel();
    drop(guard);
    gather_tasks([alice, bob]).await;
}
// ANCHOR_END: program

pub(crate) fn main() {
    greenlight::run(program());
}
