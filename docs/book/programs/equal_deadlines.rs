//! Five tasks sleep for one second each, and wake in the order in which they went to sleep.

use greenlight::{gather_tasks, say, sleep, task};
use std::time::Duration;

// ANCHOR: program
async fn program() {
    gather_tasks((0..5).map(|number| {
        task(format!("sleeper {number}")).spawn(async move {
            sleep(Duration::from_secs(1)).await;
            say!("sleeper {number} wakes");
        })
    }))
    .await;
}
// ANCHOR_END: program

pub(crate) fn main() {
    greenlight::run(program());
}
