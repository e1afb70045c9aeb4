//! Two futures that borrow, polled by one task.

use futures::join;
use greenlight::{run, say, tasks, yield_now};

async fn greet(name: &str) {
    yield_now().await;
    say!("Hello, {name}, from one of {} task.", tasks().len());
}

pub(crate) fn main() {
    // ANCHOR: main
    let names = vec!["Alice".to_string(), "Bob".to_string()];
    run(async {
        join!(greet(&names[0]), greet(&names[1]));
    });
    println!("They are still ours: {names:?}.");
    // ANCHOR_END: main
}
