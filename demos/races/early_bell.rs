//! A cook rings a bell once a dish is ready, and Alice waits for the bell before she takes it.
//!
//! A Condition keeps no notify: one that nobody waits for is lost. In greenlight's own order Alice waits before the cook
//! rings. Where she comes later, the dish is there, and she waits for a bell that has been rung.
//!
//! What to change:
//! - Wait for what the bell tells of, as in `repaired`: `wait_for` looks first, and waits only if the dish is not there.
//! - Let the bell be an Event, which stays set.

use greenlight::{gather_tasks, say, sync::Condition, task};
use std::rc::Rc;

/// Whether a dish is ready, and the bell that tells so.
type Kitchen = Rc<Condition<bool>>;

pub(crate) async fn program() {
    let kitchen = Kitchen::new(Condition::new(false).named("bell"));
    gather_tasks([task("alice").spawn(eat(kitchen.clone())), task("cook").spawn(cook(kitchen))]).await;
}

pub(crate) async fn repaired() {
    let kitchen = Kitchen::new(Condition::new(false).named("bell"));
    gather_tasks([task("alice").spawn(eat_what_is_there(kitchen.clone())), task("cook").spawn(cook(kitchen))]).await;
}

async fn eat(kitchen: Kitchen) {
    let guard = kitchen.lock().await;
    let _guard = kitchen.wait(guard).await;
    say!("Alice eats.");
}

async fn eat_what_is_there(kitchen: Kitchen) {
    let guard = kitchen.lock().await;
    let _guard = kitchen.wait_for(guard, |is_ready| *is_ready).await;
    say!("Alice eats.");
}

async fn cook(kitchen: Kitchen) {
    let mut is_ready = kitchen.lock().await;
    *is_ready = true;
    say!("The cook rings.");
    kitchen.notify_one(&is_ready);
}

fn main() {
    println!("{}", greenlight::explore(repaired));
    greenlight::explore(program);
}
