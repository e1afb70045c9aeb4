//! The first tick of an interval is a period from its making, and missed ones come in a burst.

use greenlight::{interval, now, say, sleep};
use std::time::Duration;

// ANCHOR: program
async fn program() {
    let began = now();
    let mut ticks = interval(Duration::from_secs(10));
    for _ in 0..2 {
        ticks.tick().await;
        say!("a tick, {} s after the start", (now() - began).as_secs());
    }
    sleep(Duration::from_secs(35)).await; // misses three
    for _ in 0..4 {
        ticks.tick().await;
        say!("a tick, {} s after the start", (now() - began).as_secs());
    }
}
// ANCHOR_END: program

pub(crate) fn main() {
    greenlight::run(program());
}
