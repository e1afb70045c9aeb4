//! Three tasks that yield once, on greenlight.

use greenlight::{gather_tasks, run, say, task, yield_now};

pub(crate) fn main() {
    run(async {
        // ANCHOR: main
        let tasks = ["Alice", "Bob", "Carol"].map(|name| {
            task(name).spawn(async move {
                say!("{name} begins.");
                yield_now().await;
                say!("{name} ends.");
            })
        });
        gather_tasks(tasks).await;
        // ANCHOR_END: main
    });
}
