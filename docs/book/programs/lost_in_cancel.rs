//! What a cancel cannot save: what a task had taken in hand.

use greenlight::{run, say, sync::Queue, task, yield_now};
use std::rc::Rc;

// ANCHOR: main
async fn program() {
    let orders = Rc::new(Queue::bounded(2));
    let theirs = orders.clone();
    let cook = task("cook").spawn(async move {
        loop {
            let order: &str = theirs.get().await.expect("the queue is open");
            yield_now().await; // cooks
            say!("{order} is served.");
        }
    });
    orders.put("Soup").await.expect("the queue is open");
    orders.put("Roast").await.expect("the queue is open");
    yield_now().await;
    cook.cancel();
    cook.task().ended().await;
    say!("Left in the queue: {} of 2 orders.", orders.len());
}
// ANCHOR_END: main

pub(crate) fn main() {
    run(program());
}
