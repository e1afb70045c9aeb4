//! A future that stays on its thread, and a waker of it that does not.

use greenlight::{remote, run, say};
use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::task::Poll;
use std::thread;

pub(crate) fn main() {
    run(async {
        // Says that something outside may wake this runtime, however long that takes.
        let _outside = remote();
        // ANCHOR: main
        let threads = Rc::new(RefCell::new(Vec::new())); // an Rc: this future is not Send
        let is_done = Arc::new(AtomicBool::new(false));
        let mut worker = None;
        poll_fn(|cx| {
            threads.borrow_mut().push(thread::current().id());
            if is_done.load(SeqCst) {
                return Poll::Ready(());
            }
            let (waker, done) = (cx.waker().clone(), is_done.clone());
            worker = Some(thread::spawn(move || {
                done.store(true, SeqCst);
                waker.wake(); // is called on the thread of the worker
            }));
            Poll::Pending
        })
        .await;
        // ANCHOR_END: main
        worker.expect("the first poll starts it").join().expect("the worker does not panic");
        let here: Vec<_> = threads.borrow().iter().map(|id| *id == thread::current().id()).collect();
        say!("Polled on the thread of the runtime: {here:?}.");
        assert_eq!(here, [true, true]);
    });
}
