//! Other threads: from one to the runtime and back.

use super::{Works, driven, work};
use crate::contender::Tasks;
use crate::statistics::median;
use futures::task::AtomicWaker;
use std::future::poll_fn;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::thread;
use std::time::Instant;

/// The row of those whose thread sleeps until another wakes it.
pub(crate) fn works<C: Tasks>() -> Works {
    vec![work("thread to runtime and back", |operations| round_trip::<C>(operations))]
}

/// Where a thread asks, and is answered.
#[derive(Default)]
pub(super) struct Window {
    pub(super) asked: AtomicBool,
    pub(super) answered: AtomicBool,
    waker: AtomicWaker,
}

/// The thread that asks: the time from each question to its answer, in the middle.
pub(super) fn ask(window: &Window, times: usize, wake: impl Fn()) -> f64 {
    let once = |_| {
        let start = Instant::now();
        window.asked.store(true, Ordering::Release);
        wake();
        while !window.answered.swap(false, Ordering::Acquire) {
            thread::park();
        }
        start.elapsed().as_nanos() as f64
    };
    median(&(0..times).map(once).collect::<Vec<_>>())
}

fn round_trip<C: Tasks>(operations: usize) -> f64 {
    driven::<C, _>(move |_| async move {
        let window = Arc::new(Window::default());
        let theirs = window.clone();
        let asking = thread::spawn(move || ask(&theirs, operations, || theirs.waker.wake()));
        for _ in 0..operations {
            poll_fn(|cx| {
                window.waker.register(cx.waker());
                if window.asked.swap(false, Ordering::Acquire) { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
            window.answered.store(true, Ordering::Release);
            asking.thread().unpark();
        }
        asking.join().expect("the thread that asks does not panic")
    })
}
