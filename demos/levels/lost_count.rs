//! Two clerks count three visitors each: for each of them one reads the number, awaits, and writes one more.
//!
//! Between the reading and the writing the other one runs, and what he writes is written over. In greenlight's own order
//! half of the visitors are lost. How few can six visitors come to?
//!
//! What to change:
//! - Read and write in one poll: `visitors.update(|visitors| visitors + 1)`.
//! - Hold a Lock from the reading to the writing, where an await has to stand between them.

use greenlight::explore::always;
use greenlight::{gather_tasks, say, task, yield_now};
use std::cell::Cell;
use std::rc::Rc;

pub(crate) async fn program() {
    let visitors = Rc::new(Cell::new(0));
    let at_last = Rc::new(Cell::new(None));
    let shown = at_last.clone();
    always("six visitors are more than two", move || shown.get().is_none_or(|visitors| visitors > 2));
    let clerks = ["alice", "bob"].map(|name| task(name).spawn(count(visitors.clone())));
    gather_tasks(clerks).await;
    say!("There were {} visitors.", visitors.get());
    at_last.set(Some(visitors.get()));
    yield_now().await;
}

async fn count(visitors: Rc<Cell<u32>>) {
    for _ in 0..3 {
        let counted = visitors.get();
        yield_now().await;
        visitors.set(counted + 1);
        say!("{} visitors.", visitors.get());
        yield_now().await;
    }
}

fn main() {
    greenlight::explore(program);
}
