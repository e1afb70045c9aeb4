//! An executor that is stepped by hand, turn by turn: what each turn finds to do.

use greenlight::{Runtime, Turn, say, sleep, yield_now};
use std::time::Duration;

// ANCHOR: main
async fn tea() {
    say!("  tea: the kettle is on");
    sleep(Duration::from_secs(60)).await;
    say!("  tea: it is ready");
}

async fn toast() {
    say!("  toast: one side");
    yield_now().await; // asks to be polled again
    say!("  toast: the other side");
}

pub(crate) fn main() {
    let runtime = Runtime::builder().virtual_clock().build();
    runtime.spawn_detached(tea());
    runtime.spawn_detached(toast());
    let mut turns = Vec::new();
    for number in 1..=5 {
        println!("turn {number}:");
        let turn = runtime.turn();
        println!("  {turn:?}");
        turns.push(turn);
    }
    assert_eq!(turns, [Turn::Ran(2), Turn::Ran(1), Turn::Ran(0), Turn::Ran(1), Turn::Idle(None)]);
}
// ANCHOR_END: main
