//! A thread sets an Event the right way: through a Remote.
//!
//! An Event stays on its thread, so a thread cannot set it: `thread::spawn(move || done.set())`
//! does not compile. A `Remote` may go anywhere. It spawns a future on the runtime's thread, which
//! finds the Event there. While a `Remote` is alive, a runtime in which nobody can run waits for
//! it, on the virtual clock too.
//!
//! What to change:
//! - Let the thread drop the `Remote` without a word: the last one that goes makes the runtime look
//!   again, and it reports a stall.
//! - Start three threads that all set the Event: the second and third `set()` change nothing.

use greenlight::{remote, say, sync::Event};
use std::rc::Rc;
use std::thread;

thread_local! {
    static DONE: Rc<Event> = Rc::new(Event::new().named("done"));
}

pub(crate) async fn program() {
    let remote = remote();
    let worker = thread::spawn(move || {
        let sum: u64 = (1..=1000).sum();
        let told = remote.task("counter").spawn(async move {
            say!("The thread has counted up to {sum}.");
            DONE.with(|done| done.set());
        });
        told.expect("the runtime waits for the thread");
    });
    say!("Waiting for the thread.");
    let done = DONE.with(Rc::clone);
    done.wait().await;
    say!("The event was set.");
    worker.join().expect("the thread does not panic");
}

fn main() {
    greenlight::run(program());
}
