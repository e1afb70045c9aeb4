//! A sleeper on the real clock, and a task that keeps the thread busy.

use greenlight::{run, say, sleep, spawn};
use std::thread;
use std::time::{Duration, Instant};

// ANCHOR: main
async fn program() {
    let alice = spawn(async {
        let begun = Instant::now();
        sleep(Duration::from_millis(10)).await;
        begun.elapsed()
    });
    let bob = spawn(async {
        thread::sleep(Duration::from_millis(60)); // computes, without an await
    });
    let slept = alice.await.expect("Alice does not panic");
    say!("Alice slept for 60 milliseconds or more: {}.", slept.as_millis() >= 60);
    bob.await.expect("Bob does not panic");
    assert!(slept.as_millis() >= 60);
}
// ANCHOR_END: main

pub(crate) fn main() {
    run(program());
}
