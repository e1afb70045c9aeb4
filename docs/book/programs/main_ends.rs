//! When main ends, what it leaves behind is dropped, in the order of spawning, whether it was ready or not.

use greenlight::{say, sleep, task, yield_now};
use std::time::Duration;

struct Says(&'static str);

impl Drop for Says {
    fn drop(&mut self) {
        say!("{} is dropped", self.0);
    }
}

// ANCHOR: program
async fn program() {
    task("sleeper").spawn_detached(async {
        let _guard = Says("the sleeper");
        sleep(Duration::from_secs(60)).await;
        say!("the sleeper wakes");
    });
    task("worker").spawn_detached(async {
        let _guard = Says("the worker");
        yield_now().await;
        yield_now().await;
        say!("the worker is done");
    });
    yield_now().await;
    yield_now().await; // the worker is ready for its last step
    say!("main ends");
}
// ANCHOR_END: program

pub(crate) fn main() {
    greenlight::run(program());
}
