//! Who is in the batch of a turn: a task that is spawned or woken in it is not.

use greenlight::{Runtime, Turn, say, task, yield_now};

// ANCHOR: main
pub(crate) fn main() {
    let runtime = Runtime::builder().virtual_clock().build();
    runtime.task("ann").spawn_detached(async {
        say!("  ann");
        task("cleo").spawn_detached(async { say!("  cleo, whom ann has spawned") });
        yield_now().await;
        say!("  ann again");
    });
    runtime.task("bob").spawn_detached(async {
        say!("  bob");
        yield_now().await;
        say!("  bob again");
    });
    let mut ran = Vec::new();
    for turn in 1..=2 {
        println!("turn {turn}:");
        ran.push(runtime.turn());
    }
    assert_eq!(ran, [Turn::Ran(2), Turn::Ran(3)]);
}
// ANCHOR_END: main
