//! A lock is granted to one who is cancelled before she runs: it goes on to the next in line.

use greenlight::{gather_tasks, say, sync::Lock, task, yield_now};
use std::rc::Rc;

// ANCHOR: program
async fn program() {
    let lock = Rc::new(Lock::new(()).named("lock"));
    let guard = lock.lock().await;
    let [bea, cem] = ["bea", "cem"].map(|name| {
        let lock = lock.clone();
        task(name).spawn(async move {
            let _guard = lock.lock().await;
            say!("{name} has the lock");
        })
    });
    yield_now().await; // bea and cem are in line, in this order
    drop(guard); // bea is granted the lock, and has not run
    bea.cancel();
    say!("held: {}, to be had: {}", lock.is_locked(), lock.try_lock().is_some());
    gather_tasks([bea, cem]).await;
}
// ANCHOR_END: program

pub(crate) fn main() {
    greenlight::run(program());
}
