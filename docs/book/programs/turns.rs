//! Three tasks that yield once, on greenlight.

use greenlight::{gather_tasks, run, say, task, yield_now};

// ANCHOR: main
async fn program() {
    let tasks = ["Alice", "Bob", "Carol"].map(|name| {
        task(name).spawn(async move {
            say!("{name} begins.");
            yield_now().await;
            say!("{name} ends.");
        })
    });
    gather_tasks(tasks).await;
}
// ANCHOR_END: main

pub(crate) fn main() {
    run(program());
}
