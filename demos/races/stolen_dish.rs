//! Alice waits for a dish, is told that there is one, and takes it. Bob takes a dish if he sees one.
//!
//! To be told is not to have: between the notify and her turn anybody may come by. In greenlight's own order Alice, who
//! was woken first, runs first. Where Bob does, the counter is empty, and Alice, who looked before she waited but not
//! after, reaches for nothing.
//!
//! What to change:
//! - Look again after each wait, as in `repaired`: `wait_for` is the loop around the wait.
//! - Delete the second dish: `repaired` leaves Alice waiting in some orders, and the report says so.

use greenlight::{gather_tasks, say, sleep, sync::Condition, task, yield_now};
use std::rc::Rc;
use std::time::Duration;

/// How many dishes stand on the counter.
type Counter = Rc<Condition<usize>>;

pub(crate) async fn program() {
    serve(wait_once).await;
}

pub(crate) async fn repaired() {
    serve(wait_for_a_dish).await;
}

async fn serve<F: Future<Output = ()> + 'static>(alice: fn(Counter) -> F) {
    let counter = Counter::new(Condition::new(0).named("counter"));
    let alice = task("alice").spawn_detached(alice(counter.clone()));
    let cook = task("cook").spawn(cook(counter.clone()));
    let bob = task("bob").spawn(pass_by(counter));
    gather_tasks([cook, bob]).await;
    alice.ended().await;
}

async fn wait_once(counter: Counter) {
    let mut dishes = counter.lock().await;
    if *dishes == 0 {
        dishes = counter.wait(dishes).await;
    }
    *dishes = dishes.checked_sub(1).expect("there is a dish for Alice");
    say!("Alice has a dish.");
}

async fn wait_for_a_dish(counter: Counter) {
    let dishes = counter.lock().await;
    let mut dishes = counter.wait_for(dishes, |dishes| *dishes > 0).await;
    *dishes = dishes.checked_sub(1).expect("there is a dish for Alice");
    say!("Alice has a dish.");
}

async fn cook(counter: Counter) {
    for _ in 0..2 {
        let mut dishes = counter.lock().await;
        *dishes += 1;
        counter.notify_one(&dishes);
        drop(dishes);
        sleep(Duration::from_secs(60)).await;
    }
}

async fn pass_by(counter: Counter) {
    yield_now().await;
    let mut dishes = counter.lock().await;
    if *dishes > 0 {
        *dishes -= 1;
        say!("Bob takes a dish.");
    }
}

fn main() {
    println!("{}", greenlight::explore(repaired));
    greenlight::explore(program);
}
