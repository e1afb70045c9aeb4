//! A visitor awaits an Event, a Lock and a sleep, and is cancelled before, in each, and after.
//!
//! Cancelling drops the visitor's future where it stands, with all that it holds: the place in the
//! wait list, the place in line, the guard. So it never has to tidy up, and the desk is free after
//! each visit. One who was never polled never began; one who has ended cannot be cancelled.
//!
//! What to change:
//! - Put `std::mem::forget(stamps)` in place of `*stamps += 1`: the last visitor keeps the desk for
//!   ever, and is the only one who does, for cancelling forgets nothing.
//! - Cancel after 2 or 4 seconds, when the clerk acts too: main's timer is the older one, so main
//!   comes first, and the visit ends where it stood.
//! - Write `let _ = desk.lock().await` in the clerk: the guard is dropped at once, so nobody has to
//!   stand in line, and 5 seconds are too late to cancel.

use greenlight::sync::{Event, Lock};
use greenlight::{say, sleep, task};
use std::rc::Rc;
use std::time::Duration;

pub(crate) async fn program() {
    for seconds in [0, 1, 3, 5, 7] {
        let open = Rc::new(Event::new().named("open"));
        let desk = Rc::new(Lock::new(0).named("desk"));
        let clerk = task("clerk").spawn(clerk(open.clone(), desk.clone()));
        let visitor = task("visitor").spawn(visitor(open, desk.clone()));
        if seconds > 0 {
            sleep(Duration::from_secs(seconds)).await;
        }
        let in_time = visitor.task().cancel();
        say!("After {seconds}s: {}.", if in_time { "cancelled" } else { "too late to cancel" });
        let end = if visitor.await.is_ok() { "has ended" } else { "is gone" };
        clerk.await.expect("nobody cancels the clerk");
        let state = desk.try_lock().map_or("taken".to_owned(), |stamps| format!("free, stamps: {}", *stamps));
        say!("  The visitor {end}; the desk is {state}.");
    }
}

/// Opens after two seconds, and keeps the desk for two more.
async fn clerk(open: Rc<Event>, desk: Rc<Lock<u32>>) {
    let _stamps = desk.lock().await;
    sleep(Duration::from_secs(2)).await;
    open.set();
    sleep(Duration::from_secs(2)).await;
}

async fn visitor(open: Rc<Event>, desk: Rc<Lock<u32>>) {
    let mut visit = Visit { place: "at the door" };
    open.wait().await;
    visit.place = "in line";
    let mut stamps = desk.lock().await;
    visit.place = "at the desk";
    sleep(Duration::from_secs(2)).await;
    *stamps += 1;
    visit.place = "with a stamp";
}

struct Visit {
    place: &'static str,
}

impl Drop for Visit {
    fn drop(&mut self) {
        say!("  The visit ends {}.", self.place);
    }
}

fn main() {
    greenlight::run(program());
}
