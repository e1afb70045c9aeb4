//! What of a runtime a future needs: an event needs none, a sleep needs one.

use futures::executor::block_on;
use futures::future::join;
use greenlight::{sleep, sync::Event};
use std::panic::{catch_unwind, set_hook};
use std::time::Duration;

// ANCHOR: main
pub(crate) fn main() {
    set_hook(Box::new(|panic| println!("  it panics: {}", panic.payload_as_str().unwrap_or_default())));

    println!("an event:");
    let light = Event::new();
    block_on(join(async { light.wait().await }, async { light.set() }));
    println!("  it was waited for");

    println!("a sleep:");
    let slept = catch_unwind(|| block_on(sleep(Duration::from_secs(1))));
    assert!(light.is_set() && slept.is_err());
}
// ANCHOR_END: main
