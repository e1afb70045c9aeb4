//! Two tasks that are cancelled: one while it sleeps, the other before it was ever polled.

use greenlight::{run, say, sleep, task, yield_now};
use std::time::Duration;

// ANCHOR: guard
struct Pan(&'static str);

impl Drop for Pan {
    fn drop(&mut self) {
        say!("{} is put away.", self.0);
    }
}
// ANCHOR_END: guard

// ANCHOR: main
async fn program() {
    let cook = task("cook").spawn(async {
        let _pan = Pan("The cook's pan");
        say!("The cook begins.");
        sleep(Duration::from_secs(3600)).await;
        say!("The roast is done.");
    });
    yield_now().await;
    let pan = Pan("The baker's pan");
    let baker = task("baker").spawn(async move {
        let _pan = pan;
        say!("The baker begins.");
    });
    say!("Main cancels: {}, {}.", cook.cancel(), baker.cancel());
    say!("Main goes on.");
    for ended in [cook.await, baker.await] {
        say!("Cancelled: {}.", ended.is_err_and(|error| error.is_cancelled()));
    }
}
// ANCHOR_END: main

pub(crate) fn main() {
    run(program());
}
