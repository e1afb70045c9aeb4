//! Tasks that spawn tasks, and one who waits for all of them.

use greenlight::{GroupSpawner, TaskGroup, run, say, yield_now};
use std::cell::Cell;
use std::convert::Infallible;
use std::rc::Rc;

// ANCHOR: walk
/// Spawns a task that spawns two more, and so on.
fn walk(depth: u32, ended: Rc<Cell<u32>>, group: GroupSpawner<Infallible>) {
    let theirs = group.clone();
    let spawned = group.spawn(async move {
        yield_now().await;
        if depth > 0 {
            walk(depth - 1, ended.clone(), theirs.clone());
            walk(depth - 1, ended.clone(), theirs);
        }
        ended.set(ended.get() + 1);
    });
    spawned.expect("the group is open as long as one of its tasks runs");
}
// ANCHOR_END: walk

// ANCHOR: main
async fn program() {
    let ended = Rc::new(Cell::new(0));
    let group = TaskGroup::infallible();
    walk(2, ended.clone(), group.spawner());
    group.join().await.expect("no task fails");
    say!("{} tasks have ended.", ended.get());
    assert_eq!(ended.get(), 7);
}
// ANCHOR_END: main

pub(crate) fn main() {
    run(program());
}
