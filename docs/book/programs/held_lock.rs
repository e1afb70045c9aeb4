//! How long a lock is held that was taken for one expression.

use std::collections::VecDeque;
use std::sync::Mutex;

pub(crate) fn main() {
    // ANCHOR: main
    let queue = Mutex::new(VecDeque::from(["Alice"]));
    let lock = || queue.lock().expect("nobody panics with the queue");
    let is_locked = || queue.try_lock().is_err();

    while let Some(name) = lock().pop_front() {
        println!("while let: {name} is polled, and the queue is locked: {}.", is_locked());
    }

    lock().push_back("Bob");
    loop {
        let Some(name) = lock().pop_front() else { break };
        println!("let … else: {name} is polled, and the queue is locked: {}.", is_locked());
    }
    // ANCHOR_END: main
}
