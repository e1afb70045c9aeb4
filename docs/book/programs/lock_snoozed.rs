//! A future is granted a lock, and its task does not poll it: who asks for the lock after it waits for ever.

use futures::poll;
use greenlight::{say, sync::Lock, task, try_run, yield_now};
use std::pin::pin;
use std::rc::Rc;

// ANCHOR: program
async fn program() {
    let lock = Rc::new(Lock::new(()).named("till"));
    let theirs = lock.clone();
    let other = task("other").spawn(async move {
        let _guard = theirs.lock().await;
        yield_now().await;
    });
    yield_now().await; // the other one has it

    let mut first = pin!(lock.lock());
    assert!(poll!(&mut first).is_pending()); // in line, as in a select
    other.await.expect("nobody cancels the other one"); // and now granted
    say!("nobody holds the lock: {}", !lock.is_locked());
    let _second = lock.lock().await;
    drop(first.await);
}
// ANCHOR_END: program

pub(crate) fn main() {
    let stalled = try_run(program());
    println!("{}", stalled.expect_err("the first in line is never polled again"));
}
