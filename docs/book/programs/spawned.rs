//! A future that was spawned: the executor polls it, but not inside `spawn`.

use greenlight::{say, spawn, yield_now};
use std::cell::Cell;
use std::rc::Rc;

// ANCHOR: program
async fn breakfast() {
    let has_begun = Rc::new(Cell::new(false));
    let begins = has_begun.clone();
    let tea = spawn(async move {
        begins.set(true);
        say!("the kettle is on");
    });
    say!("spawn has returned");
    assert!(!has_begun.get());
    yield_now().await;
    say!("main has let others run, once");
    assert!(has_begun.get());
    tea.await.expect("the tea is made");
    say!("and has awaited what is over already");
}
// ANCHOR_END: program

pub(crate) fn main() {
    greenlight::run(breakfast());
}
