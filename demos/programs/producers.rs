//! Two cooks put dishes on a counter that has room for two, two waiters serve them, and it closes.
//!
//! A cook who finds the counter full waits in `put` until somebody takes a dish. `close()` refuses
//! new dishes, but those on the counter are still served: `get()` yields an error only once it is
//! closed and empty, which ends the loops of the waiters. Nobody has to be cancelled.
//!
//! What to change:
//! - Delete `counter.close()`: the dishes are served all the same, and the report of the stall
//!   names both waiters.
//! - Make it `close_now()`, which returns the dishes on the counter: they are never served.
//! - Make it `Queue::unbounded()`: the cooks are done before the first dish is served.
//! - Make every `Queue` a `LifoQueue`: of the dishes on the counter, the freshest is served first.

use greenlight::{gather_tasks, say, sleep, sync::Queue, task};
use std::rc::Rc;
use std::time::Duration;

pub(crate) async fn program() {
    let counter = Rc::new(Queue::bounded(2).named("counter"));
    let cooks = ["Soup", "Bread"].map(|dish| task(format!("{dish} cook")).spawn(cook(dish, counter.clone())));
    let waiters = [2, 5].map(|seconds| {
        let name = format!("{seconds}-second waiter");
        task(name).spawn(waiter(seconds, counter.clone()))
    });
    gather_tasks(cooks).await;
    say!("The counter closes.");
    counter.close();
    gather_tasks(waiters).await;
}

async fn cook(dish: &str, counter: Rc<Queue<String>>) {
    for number in 1..=3 {
        counter.put(format!("{dish} {number}")).await.expect("the cooks are done before the counter closes");
        say!("{dish} {number} is on the counter.");
    }
}

async fn waiter(seconds: u64, counter: Rc<Queue<String>>) {
    while let Ok(dish) = counter.get().await {
        say!("The {seconds}-second waiter takes {dish}.");
        sleep(Duration::from_secs(seconds)).await;
    }
    say!("The {seconds}-second waiter goes home.");
}

fn main() {
    greenlight::run(program());
}
