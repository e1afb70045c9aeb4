//! A call that blocks, beside tasks that go on: the crate blocking has threads for such calls.
//!
//! You will see two calls block at the same time, each until it has counted three ticks of a task
//! that goes on ticking; and a call that panics (the message is on stderr), which ends the task
//! that awaits it and nothing else.
//!
//! What to change:
//! - Put `async move { wait_for_ticks(name, ticks) }` in the place of `unblock`: it blocks the
//!   thread on which the ticker would tick, and hangs for ever.
//! - Drop an `unblock` while it blocks, as `timeout` does: the call itself runs on to its end, and
//!   nobody hears of it.

use blocking::unblock;
use greenlight::{gather, sleep, spawn, task};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

pub(crate) fn main() {
    println!("{}", play().join("\n"));
}

pub(crate) fn play() -> Vec<String> {
    greenlight::run(async {
        let ((tick, ticks), (tock, tocks)) = (channel(), channel());
        let ticker = task("ticker").spawn_detached(tick_for_ever(tick, tock));
        let calls = [("first", ticks), ("second", tocks)];
        let calls = calls.map(|(name, ticks)| unblock(move || wait_for_ticks(name, ticks)));
        let mut lines = gather(calls).await;
        lines.push(format!("The ticker has ended: {}.", ticker.is_finished()));
        let lost = spawn(unblock(lose_the_disk)).await;
        lines.push(format!("The call that panics has a value: {}.", lost.is_ok()));
        lines.push(unblock(|| "A call after that has one.".to_string()).await);
        lines
    })
}

/// Ticks on, also when nobody listens any more.
async fn tick_for_ever(tick: Sender<()>, tock: Sender<()>) {
    loop {
        _ = (tick.send(()), tock.send(()));
        sleep(Duration::from_millis(5)).await;
    }
}

/// Blocks its thread. One that nobody else needs, it is to be hoped.
fn wait_for_ticks(name: &str, ticks: Receiver<()>) -> String {
    let counted = ticks.iter().take(3).count();
    format!("The {name} call has blocked for {counted} ticks.")
}

fn lose_the_disk() {
    panic!("the disk is gone");
}
