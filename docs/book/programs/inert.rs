//! An `async fn` that was called and not awaited: nothing of its body runs until somebody polls what it returned.

use greenlight::say;
use std::cell::Cell;

// ANCHOR: program
async fn make_tea(kettles: &Cell<u32>) {
    kettles.set(kettles.get() + 1);
    say!("the kettle is on");
}

async fn breakfast() {
    let kettles = Cell::new(0);
    let tea = make_tea(&kettles);
    say!("make_tea() has returned, and {} kettles are on", kettles.get());
    assert_eq!(kettles.get(), 0);
    tea.await;
    say!("tea.await has returned, and {} kettle is on", kettles.get());
    assert_eq!(kettles.get(), 1);
}
// ANCHOR_END: program

pub(crate) fn main() {
    greenlight::run(breakfast());
}
