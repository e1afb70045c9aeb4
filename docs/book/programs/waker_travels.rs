//! A future that stays on its thread, and a waker of it that does not.

use greenlight::{remote, run};
use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::task::Poll;
use std::thread::{self, ThreadId};

// ANCHOR: main
async fn wait_for_worker() -> Vec<ThreadId> {
    let polled_on = Rc::new(RefCell::new(Vec::new())); // an Rc: this future is not Send
    let is_done = Arc::new(AtomicBool::new(false));
    let mut worker = None;
    poll_fn(|cx| {
        polled_on.borrow_mut().push(thread::current().id());
        if is_done.load(SeqCst) {
            return Poll::Ready(());
        }
        let (waker, done) = (cx.waker().clone(), is_done.clone());
        worker = Some(thread::spawn(move || {
            done.store(true, SeqCst);
            waker.wake(); // on the thread of the worker
        }));
        Poll::Pending
    })
    .await;
    let worker = worker.expect("the first poll starts it");
    worker.join().expect("it does not panic");
    polled_on.take()
}
// ANCHOR_END: main

pub(crate) fn main() {
    let polled_on = run(async {
        // Says that something outside may wake this runtime, however long that takes.
        let _outside = remote();
        wait_for_worker().await
    });
    let is_here: Vec<_> = polled_on.iter().map(|&id| id == thread::current().id()).collect();
    println!("Polled on the thread of the runtime: {is_here:?}.");
    assert_eq!(is_here, [true, true]);
}
