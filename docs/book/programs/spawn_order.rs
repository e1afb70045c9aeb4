//! When a task begins that was spawned.

use greenlight::{run, say, spawn};

// ANCHOR: main
async fn program() {
    let child = spawn(async {
        say!("The child begins.");
        42
    });
    say!("Main goes on.");
    let answer = child.await;
    say!("Main has {answer:?}.");
}
// ANCHOR_END: main

pub(crate) fn main() {
    run(program());
}
