//! Alice and Bob take dishes from a counter with room for one, and a cook puts two there. One bell tells both that there
//! is a dish and that there is room.
//!
//! `notify_one` wakes the first who waits, whatever for. In greenlight's own order that is always somebody who can go on.
//! Where the cook and a guest wait at once, the bell may wake the wrong one, who looks and waits again: the notify is
//! used up.
//!
//! What to change:
//! - Notify all: who cannot go on looks, and waits again.
//! - Have two Conditions that share a lock, one for dishes and one for room, as asyncio's and Python's queues do.

use greenlight::{gather_tasks, say, sync::Condition, task, yield_now};
use std::rc::Rc;

/// Whether a dish stands there.
type Counter = Rc<Condition<bool>>;

pub(crate) async fn program() {
    let counter = Counter::new(Condition::new(false).named("bell"));
    let [alice, bob] = ["alice", "bob"].map(|name| task(name).spawn(eat(name, counter.clone())));
    let cook = task("cook").spawn(cook(counter));
    gather_tasks([alice, bob, cook]).await;
}

async fn eat(name: &'static str, counter: Counter) {
    let guard = counter.lock().await;
    let mut has_dish = counter.wait_for(guard, |has_dish| *has_dish).await;
    *has_dish = false;
    say!("{name} takes a dish.");
    counter.notify_one(&has_dish);
}

async fn cook(counter: Counter) {
    for _ in 0..2 {
        let guard = counter.lock().await;
        let mut has_dish = counter.wait_for(guard, |has_dish| !*has_dish).await;
        *has_dish = true;
        say!("A dish is ready.");
        counter.notify_one(&has_dish);
        drop(has_dish);
        yield_now().await;
    }
}

fn main() {
    greenlight::explore(program);
}
