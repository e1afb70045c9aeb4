//! Alice and Bob read a page three times each, and Carol wants to write it, which she may while nobody reads.
//!
//! Readers share, so one may come before the other has left, and the page is never free. In greenlight's own order it is
//! free for a moment, and Carol gets it. Where she is slower than they are, the readers go on until they are done.
//!
//! What to change: let nobody begin to read while somebody waits to write, as in `repaired`.

use greenlight::explore::always;
use greenlight::{gather_tasks, say, sync::Event, task, yield_now};
use std::cell::Cell;
use std::rc::Rc;

#[derive(Default)]
struct Page {
    readers: Cell<usize>,
    is_written: Cell<bool>,
    is_wanted: Cell<bool>,
    /// How often somebody began to read while Carol waited.
    passed: Cell<usize>,
    /// Wakes all who wait, once somebody has left.
    left: Event,
    lets_her: bool,
}

impl Page {
    async fn read(&self) {
        while self.is_written.get() || self.lets_her && self.is_wanted.get() {
            self.left.wait().await;
        }
        self.passed.update(|passed| passed + usize::from(self.is_wanted.get()));
        self.readers.update(|readers| readers + 1);
        yield_now().await;
        self.readers.update(|readers| readers - 1);
        self.left.pulse();
    }

    async fn write(&self) {
        self.is_wanted.set(true);
        while self.readers.get() > 0 {
            self.left.wait().await;
        }
        self.is_wanted.set(false);
        self.is_written.set(true);
        yield_now().await;
        self.is_written.set(false);
        self.left.pulse();
        say!("The page is written.");
    }
}

pub(crate) async fn program() {
    share(Page::default()).await;
}

pub(crate) async fn repaired() {
    share(Page { lets_her: true, ..Page::default() }).await;
}

async fn share(page: Page) {
    let page = Rc::new(page);
    let shown = page.clone();
    always("two readers at most pass the writer", move || shown.passed.get() <= 2);
    let readers = ["alice", "bob"].map(|name| task(name).spawn(read_on(page.clone())));
    let carol = task("carol").spawn(async move { page.write().await });
    gather_tasks(readers.into_iter().chain([carol])).await;
}

async fn read_on(page: Rc<Page>) {
    for _ in 0..3 {
        page.read().await;
        yield_now().await;
        yield_now().await;
    }
}

fn main() {
    println!("{}", greenlight::explore(repaired));
    greenlight::explore(program);
}
