//! How long a lock is held that was taken for one expression.

use std::collections::VecDeque;
use std::sync::Mutex;

pub(crate) fn main() {
    // ANCHOR: main
    let queue = Mutex::new(VecDeque::from(["Alice"]));
    while let Some(name) = queue.lock().expect("nobody panics with it").pop_front() {
        println!("while let: {name} is polled, and the queue is locked: {}.", queue.try_lock().is_err());
    }

    queue.lock().expect("nobody panics with it").push_back("Bob");
    loop {
        let Some(name) = queue.lock().expect("nobody panics with it").pop_front() else { break };
        println!("let … else: {name} is polled, and the queue is locked: {}.", queue.try_lock().is_err());
    }
    // ANCHOR_END: main
}
