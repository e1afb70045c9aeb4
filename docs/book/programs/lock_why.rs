//! Two clerks count visitors. Between reading the number and writing it stands an await, and a lock repairs that.

use greenlight::{gather_tasks, sync::Lock, task, yield_now};
use std::cell::Cell;
use std::rc::Rc;

// ANCHOR: cell
async fn count_in_a_cell(visitors: Rc<Cell<u32>>) {
    for _ in 0..3 {
        let seen = visitors.get();
        yield_now().await; // looks at the visitor, and the other clerk runs
        visitors.set(seen + 1);
    }
}
// ANCHOR_END: cell

// ANCHOR: lock
async fn count_in_a_lock(visitors: Rc<Lock<u32>>) {
    for _ in 0..3 {
        let mut visitors = visitors.lock().await;
        let seen = *visitors;
        yield_now().await; // the other clerk runs, and waits for the lock
        *visitors = seen + 1;
    }
}
// ANCHOR_END: lock

async fn program() -> [u32; 2] {
    let cell = Rc::new(Cell::new(0));
    gather_tasks(["ann", "bob"].map(|name| task(name).spawn(count_in_a_cell(cell.clone())))).await;

    let lock = Rc::new(Lock::new(0).named("visitors"));
    gather_tasks(["ann", "bob"].map(|name| task(name).spawn(count_in_a_lock(lock.clone())))).await;
    [cell.get(), *lock.lock().await]
}

pub(crate) fn main() {
    let [cell, lock] = greenlight::run(program());
    println!("six visitors, counted in a cell: {cell}");
    println!("six visitors, counted in a lock: {lock}");
    assert_eq!((cell, lock), (3, 6));
}
