//! Two permits are given before anybody comes, and both are there for who comes.

use greenlight::{gather_tasks, say, sync::Semaphore, task};
use std::rc::Rc;

// ANCHOR: program
async fn program() {
    let bell = Rc::new(Semaphore::new(0).named("bell"));
    for _ in 0..2 {
        bell.release(1).expect("nothing bounds the permits");
    }
    let guests = ["ann", "bob"].map(|name| {
        let bell = bell.clone();
        task(name).spawn(async move {
            bell.acquire().await.forget(); // used up, and not given back
            say!("{name} has heard the bell");
        })
    });
    gather_tasks(guests).await;
}
// ANCHOR_END: program

pub(crate) fn main() {
    greenlight::run(program());
}
