//! A lock that is freed and then wakes somebody, beside one that is handed on: who gets it if the last owner asks again?

use greenlight::{gather_tasks, say, sync::Lock, task, yield_now};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

// ANCHOR: free
/// Is free again before the one who is woken runs.
#[derive(Default)]
struct FreedLock {
    held: Cell<bool>,
    line: RefCell<VecDeque<Waker>>,
    looked_in_vain: Cell<u32>,
}

impl FreedLock {
    async fn acquire(&self) {
        let mut was_woken = false;
        poll_fn(|cx| {
            if !self.held.replace(true) {
                return Poll::Ready(());
            }
            self.looked_in_vain.update(|times| times + u32::from(was_woken));
            was_woken = true;
            self.line.borrow_mut().push_back(cx.waker().clone());
            Poll::Pending
        })
        .await;
    }

    fn release(&self) {
        self.held.set(false);
        let first = self.line.borrow_mut().pop_front();
        first.into_iter().for_each(Waker::wake);
    }
}
// ANCHOR_END: free

// ANCHOR: freed
async fn thrice(name: &str, lock: Rc<FreedLock>) {
    for round in 1..=3 {
        lock.acquire().await;
        say!("{name} has it, round {round}");
        yield_now().await;
        lock.release();
    }
}
// ANCHOR_END: freed

// ANCHOR: handed_on
async fn thrice_handed_on(name: &str, lock: Rc<Lock>) {
    for round in 1..=3 {
        let guard = lock.lock().await;
        say!("{name} has it, round {round}");
        yield_now().await;
        drop(guard);
    }
}
// ANCHOR_END: handed_on

async fn program() {
    let lock = Rc::new(FreedLock::default());
    say!("a lock that is freed:");
    gather_tasks(["ann", "bob"].map(|name| task(name).spawn(thrice(name, lock.clone())))).await;
    say!("{} times somebody was woken and found it taken", lock.looked_in_vain.get());
    assert!(lock.looked_in_vain.get() > 0);

    let lock = Rc::new(Lock::default().named("lock"));
    say!("");
    say!("a lock that is handed on:");
    gather_tasks(["ann", "bob"].map(|name| task(name).spawn(thrice_handed_on(name, lock.clone())))).await;
}

pub(crate) fn main() {
    greenlight::run(program());
}
