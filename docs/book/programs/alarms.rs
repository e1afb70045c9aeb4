//! Three sleepers on greenlight, two of which wake up at the same moment.

use greenlight::{gather_tasks, now, run, say, sleep, task};
use std::time::Duration;

// ANCHOR: main
async fn program() {
    let sleepers = [("Alice", 3), ("Bob", 2), ("Carol", 3)].map(|(name, seconds)| {
        task(name).spawn(async move {
            sleep(Duration::from_secs(seconds)).await;
            say!("{name} wakes up at {}.", now());
        })
    });
    gather_tasks(sleepers).await;
}
// ANCHOR_END: main

pub(crate) fn main() {
    run(program());
}
