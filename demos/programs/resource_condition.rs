//! Five workers share two places, and a Condition guards the number of those in use.
//!
//! Whoever gives a place back notifies one worker, and `wait_for` asks again, with the lock held,
//! whether there is a place. So no wake is futile: the count on stderr is 0, where `resource-event`
//! wakes everybody who waits for each place.
//!
//! What to change:
//! - Make it `notify_all`: the order stays, and the count grows.
//! - Forget to notify: a stall, whose report names the workers that wait.
//! - Make it 50 workers: the count stays 0.

use greenlight::{gather_tasks, now, say, sleep_until, sync::Condition, task};
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

const CAPACITY: usize = 2;

struct Resource {
    in_use: Condition<usize>,
    futile: Cell<usize>,
}

impl Resource {
    async fn acquire(&self) {
        let guard = self.in_use.lock().await;
        let mut asked = 0;
        let has_place = |in_use: &mut usize| {
            let has_place = *in_use < CAPACITY;
            self.futile.update(|wakes| wakes + usize::from(asked > 0 && !has_place));
            asked += 1;
            has_place
        };
        *self.in_use.wait_for(guard, has_place).await += 1;
    }

    async fn release(&self) {
        let mut guard = self.in_use.lock().await;
        *guard -= 1;
        self.in_use.notify_one(&guard);
    }
}

pub(crate) async fn program() -> String {
    let in_use = Condition::new(0).named("places in use");
    let resource = Rc::new(Resource { in_use, futile: Cell::new(0) });
    let worker = |number| task(format!("worker {number}")).spawn(work(number, resource.clone()));
    gather_tasks((0..5).map(worker)).await;
    format!("{} wakes found no place.", resource.futile.get())
}

async fn work(number: usize, resource: Rc<Resource>) {
    say!("Worker {number} trying to acquire");
    resource.acquire().await;
    say!("Worker {number} acquired resource");
    // now() is the moment of the turn: who acquires in one turn also releases in one, in real time
    // too.
    sleep_until(now() + Duration::from_secs(2)).await;
    resource.release().await;
    say!("Worker {number} released resource");
}

fn main() {
    eprintln!("{}", greenlight::run(program()));
}
