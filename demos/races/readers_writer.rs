//! Alice and Bob read a page, and Carol writes it, alone: she waits until nobody reads.
//!
//! Whoever leaves the page tells so, and Carol, who waits for that, waits once. Between the telling and her turn another
//! reader may come. In greenlight's own order she is first, as she was woken first. Where Bob is, she writes what he
//! reads.
//!
//! What to change:
//! - Look again after each wait, as in `repaired`: `while` in place of `if`.
//! - Have Bob come a turn sooner, by deleting a `yield_now` of his: the ordinary order is wrong, too.

use greenlight::explore::always;
use greenlight::{gather_tasks, say, sync::Event, task, yield_now};
use std::cell::Cell;
use std::rc::Rc;

struct Page {
    readers: Cell<usize>,
    is_written: Cell<bool>,
    /// Wakes all who wait, once somebody has left.
    left: Event,
    looks_again: bool,
}

impl Page {
    async fn read(&self) {
        while self.is_written.get() {
            self.left.wait().await;
        }
        self.readers.update(|readers| readers + 1);
        yield_now().await;
        self.readers.update(|readers| readers - 1);
        self.left.pulse();
    }

    async fn write(&self) {
        while self.readers.get() > 0 {
            self.left.wait().await;
            if !self.looks_again {
                break;
            }
        }
        self.is_written.set(true);
        yield_now().await;
        self.is_written.set(false);
        self.left.pulse();
        say!("The page is written.");
    }
}

pub(crate) async fn program() {
    share(false).await;
}

pub(crate) async fn repaired() {
    share(true).await;
}

async fn share(looks_again: bool) {
    let (readers, is_written, left) = (Cell::new(0), Cell::new(false), Event::new().named("left"));
    let page = Rc::new(Page { readers, is_written, left, looks_again });
    let shown = page.clone();
    always("nobody reads what is being written", move || !shown.is_written.get() || shown.readers.get() == 0);
    let [alice, carol, bob] = [page.clone(), page.clone(), page];
    let alice = task("alice").spawn(async move { alice.read().await });
    let carol = task("carol").spawn(async move { carol.write().await });
    let bob = task("bob").spawn(async move {
        yield_now().await;
        yield_now().await;
        bob.read().await;
    });
    gather_tasks([alice, carol, bob]).await;
}

fn main() {
    println!("{}", greenlight::explore(repaired));
    greenlight::explore(program);
}
