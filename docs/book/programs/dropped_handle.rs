//! What becomes of a task whose handle is dropped, and of one that main does not wait for.

use greenlight::{run, say, spawn, yield_now};

// ANCHOR: main
async fn program() {
    drop(spawn(async {
        say!("Nobody has my handle.");
        yield_now().await;
        say!("Is there anybody?");
    }));
    yield_now().await;
    say!("Main has yielded once, and returns.");
}
// ANCHOR_END: main

pub(crate) fn main() {
    run(program());
}
