//! Three runners start together at a Barrier, and meet at it again when they have finished.
//!
//! Whoever arrives waits for the others. The last one to arrive does not wait, so it is the first
//! to go on; those who waited follow in order. The barrier is ready for its next round then, and
//! `index()` tells a runner which of that round's it was: the place in the race.
//!
//! What to change:
//! - Make it `Barrier::new(4)`: a stall, whose report names three tasks that wait on the barrier.
//! - Print a line about the race if `turn.is_leader()`: it is printed once, by who came last.
//! - Add a fourth runner, of `(4, 4)`: it is late, and its start is counted among those who have
//!   finished, so the last two wait for ever. Make it `Barrier::new(4)` too: all are told a place.

use greenlight::{gather_tasks, say, sleep, sync::Barrier, task};
use std::rc::Rc;
use std::time::Duration;

/// How many seconds each runner takes to warm up, and to run.
const RUNNERS: &[(u64, u64)] = &[(3, 2), (1, 3), (2, 1)];

pub(crate) async fn program() {
    let line = Rc::new(Barrier::new(3).named("line"));
    let runners = RUNNERS.iter().enumerate().map(|(number, &(warm_up, run))| {
        let runner = runner(number, warm_up, run, line.clone());
        task(format!("runner {number}")).spawn(runner)
    });
    gather_tasks(runners).await;
}

async fn runner(number: usize, warm_up: u64, run: u64, line: Rc<Barrier>) {
    sleep(Duration::from_secs(warm_up)).await;
    say!("Runner {number} is at the start.");
    line.wait().await.expect("nobody breaks the barrier");
    say!("Runner {number} is off.");
    sleep(Duration::from_secs(run)).await;
    say!("Runner {number} has finished.");
    let turn = line.wait().await.expect("nobody breaks the barrier");
    say!("Runner {number} is told of place {}.", turn.index() + 1);
}

fn main() {
    greenlight::run(program());
}
