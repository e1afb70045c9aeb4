//! Five workers share two places. An Event says that there is a free one; every worker looks for
//! itself whether it still is when it comes to run.
//!
//! The Event is set exactly while a place is free, as the assertion checks. But `set()` wakes all who
//! wait for the one place it tells of: all wakes but one are futile, as is counted on stderr.
//!
//! What to change:
//! - Make it 50 workers: the futile wakes grow with the square.
//! - Delete `clear()`: the assertion fails. Delete that too, and the third worker finds the Event
//!   set and the places taken, for ever: it spins inside one poll, and nobody else ever runs.

use greenlight::{gather_tasks, now, say, sleep_until, sync::Event, task};
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

const CAPACITY: usize = 2;

#[derive(Default)]
struct Resource {
    free: Event,
    in_use: Cell<usize>,
    waiting: Cell<usize>,
    futile: Cell<usize>,
    again: Cell<usize>,
}

impl Resource {
    fn has_place(&self) -> bool {
        let has_place = self.in_use.get() < CAPACITY;
        assert_eq!(self.free.is_set(), has_place, "set while a place is free");
        has_place
    }

    async fn acquire(&self) {
        while !self.has_place() {
            self.waiting.update(|workers| workers + 1);
            self.free.wait().await;
            if !self.has_place() {
                self.again.update(|wakes| wakes + 1);
            }
        }
        self.in_use.update(|places| places + 1);
        if self.in_use.get() == CAPACITY {
            self.free.clear();
        }
    }

    fn release(&self) {
        self.in_use.update(|places| places - 1);
        let woken = self.waiting.take();
        self.futile.update(|wakes| wakes + woken.saturating_sub(1));
        self.free.set();
    }
}

pub(crate) async fn program() -> String {
    let resource = Rc::new(Resource::default());
    resource.free.set();
    let worker = |number| task(format!("worker {number}")).spawn(work(number, resource.clone()));
    gather_tasks((0..5).map(worker)).await;
    let (futile, again) = (resource.futile.get(), resource.again.get());
    format!("{futile} futile wakes were sent; {again} of them found no place, and waited again.")
}

async fn work(number: usize, resource: Rc<Resource>) {
    say!("Worker {number} trying to acquire");
    resource.acquire().await;
    say!("Worker {number} acquired resource");
    // now() is the moment of the turn: who acquires in one turn releases in one, in real time, too.
    sleep_until(now() + Duration::from_secs(2)).await;
    resource.release();
    say!("Worker {number} released resource");
}

fn main() {
    eprintln!("{}", greenlight::run(program()));
}
