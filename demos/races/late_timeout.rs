//! A guest waits a second for an answer, which takes 999 ms and a little work. What if the work takes longer?
//!
//! Virtual time stands still while anybody can run, so the answer is in time in every order. On a real clock work takes
//! time, and a timeout may be up although all that was awaited has happened. To see that, the explorer has time jump
//! while somebody is ready.
//!
//! What to change:
//! - Have an answer for the other case, as in `repaired`: a timeout is a case, never a proof of speed.
//! - Explore it without `late_clock()`: nothing fails, which says nothing about a clock that goes on.

use greenlight::explore::Explorer;
use greenlight::{Elapsed, say, sleep, task, timeout, yield_now};
use std::time::Duration;

pub(crate) async fn program() {
    let guest = async {
        let Ok(answer) = ask().await else { panic!("999 ms and a little work are less than a second") };
        say!("The answer is {answer}.");
    };
    task("guest").spawn_detached(guest).ended().await;
}

pub(crate) async fn repaired() {
    let guest = async {
        match ask().await {
            Ok(answer) => say!("The answer is {answer}."),
            Err(_) => say!("There is no answer yet. The guest goes for a walk."),
        }
    };
    task("guest").spawn_detached(guest).ended().await;
}

async fn ask() -> Result<u32, Elapsed> {
    timeout(Duration::from_millis(1000), answer()).await
}

async fn answer() -> u32 {
    sleep(Duration::from_millis(999)).await;
    for _ in 0..5 {
        yield_now().await;
    }
    42
}

fn main() {
    let explorer = Explorer::new().late_clock();
    println!("{}", explorer.run(repaired));
    explorer.run(program);
}
