//! What the bare system does, for the rows in which tasks are not what costs.

use super::threads::{Window, ask};
use super::{Works, work};
use crate::statistics::median;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

/// The rows that have a floor other than the bare loop.
pub(crate) fn works() -> Works {
    vec![
        work("thread to runtime and back", thread_to_thread),
        work("lateness of 100 µs", |sleeps| lateness(Duration::from_micros(100), sleeps)),
        work("lateness of 1 ms", |sleeps| lateness(Duration::from_millis(1), sleeps)),
        work("lateness of 5 ms", |sleeps| lateness(Duration::from_millis(5), sleeps)),
    ]
}

/// Two threads that unpark each other.
fn thread_to_thread(operations: usize) -> f64 {
    let window = Arc::new(Window::default());
    let (theirs, here) = (window.clone(), thread::current());
    let asking = thread::spawn(move || ask(&theirs, operations, || here.unpark()));
    for _ in 0..operations {
        while !window.asked.swap(false, Ordering::Acquire) {
            thread::park();
        }
        window.answered.store(true, Ordering::Release);
        asking.thread().unpark();
    }
    asking.join().expect("the thread that asks does not panic")
}

/// By how much a bare thread's parks of that length are late, in the middle.
fn lateness(length: Duration, sleeps: usize) -> f64 {
    let once = |_| {
        let start = Instant::now();
        // It may come back before its time, which no runtime does.
        while let Some(left) = length.checked_sub(start.elapsed()).filter(|left| !left.is_zero()) {
            thread::park_timeout(left);
        }
        (start.elapsed() - length).as_nanos() as f64
    };
    median(&(0..sleeps).map(once).collect::<Vec<_>>())
}
