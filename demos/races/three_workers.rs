//! Three workers share two places by an Event, as the third tutorial has them: it is set while a place is free.
//!
//! The tutorial says that this does not quite work: who is woken might find the Event set and the places taken. No order
//! of the workers shows that. Whoever takes the last place clears the Event in the same poll, and whoever gives one back
//! sets it in the same poll, so nobody ever looks in between. `resource-event` is the same with five workers.
//!
//! What to change:
//! - Delete the `clear()`, as in `spinning`: who finds the Event set and the places taken waits for what is already
//!   there, again and again, within one poll. Nobody else ever runs.
//! - Put a `yield_now` before the `if` of the `clear()`: somebody looks in between, and what always held does not.

use greenlight::explore::always;
use greenlight::{gather_tasks, say, sleep, sync::Event, task};
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

const CAPACITY: usize = 2;

struct Resource {
    free: Event,
    in_use: Cell<usize>,
    clears: bool,
}

impl Resource {
    async fn acquire(&self) {
        while self.in_use.get() == CAPACITY {
            self.free.wait().await;
        }
        self.in_use.update(|places| places + 1);
        if self.clears && self.in_use.get() == CAPACITY {
            self.free.clear();
        }
    }

    fn release(&self) {
        self.in_use.update(|places| places - 1);
        self.free.set();
    }
}

pub(crate) async fn program() {
    share(true).await;
}

pub(crate) async fn spinning() {
    share(false).await;
}

async fn share(clears: bool) {
    let resource = Rc::new(Resource { free: Event::new().named("free"), in_use: Cell::new(0), clears });
    resource.free.set();
    let shown = resource.clone();
    always("the event is set exactly while a place is free", move || {
        !clears || shown.free.is_set() == (shown.in_use.get() < CAPACITY)
    });
    let worker = |number| task(format!("worker {number}")).spawn(work(number, resource.clone()));
    gather_tasks((0..3).map(worker)).await;
}

async fn work(number: usize, resource: Rc<Resource>) {
    resource.acquire().await;
    say!("Worker {number} has a place.");
    sleep(Duration::from_secs(2)).await;
    resource.release();
}

fn main() {
    println!("{}", greenlight::explore(program));
    greenlight::explore(spinning);
}
