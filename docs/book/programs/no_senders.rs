//! A queue that nobody can put into any more is not closed: who gets from it waits, unless it is closed.

use greenlight::{say, sync::Queue, task, try_run};
use std::rc::Rc;

// ANCHOR: program
async fn program(closes: bool) {
    let letters = Rc::new(Queue::bounded(8).named("letters"));
    let written = letters.clone();
    let writer = task("writer").spawn(async move {
        written.put("a letter").await.expect("the queue is open");
        if closes {
            written.close();
        }
        // and its name for the queue is dropped
    });
    while let Ok(letter) = letters.get().await {
        say!("{letter}");
    }
    say!("that was the last one");
    writer.await.expect("nobody cancels the writer");
}
// ANCHOR_END: program

pub(crate) fn main() {
    println!("not closed:");
    println!("{}\n", try_run(program(false)).expect_err("nobody puts another letter there"));
    println!("closed:");
    assert!(try_run(program(true)).is_ok());
}
