//! An Event opens the bank to three clerks at once, and a Lock lets them at the account one by one.
//!
//! `set()` wakes all of them, in the order in which they came, and the first to run takes the lock.
//! The others queue for it, so nobody comes between what a clerk reads and what it writes, although
//! it sleeps in between. The lock goes from hand to hand, and dropping the guard passes it on.
//!
//! What to change:
//! - Let go of the lock during the sleep, with `let seen = *account.lock().await;` before it and
//!   `*account.lock().await = seen + 10;` after it: all read 100, and two deposits are lost.
//! - Delete `open.set()`: the report names three clerks that wait on `open`, and none that waits on
//!   the lock.
//! - Write `account.lock().await` before `open.wait().await`: one clerk waits for the Event with
//!   the lock held, and the others wait for the lock. The lines stay.

use greenlight::sync::{Event, Lock};
use greenlight::{gather_tasks, say, sleep, task};
use std::rc::Rc;
use std::time::Duration;

pub(crate) async fn program() {
    let open = Rc::new(Event::new().named("open"));
    let account = Rc::new(Lock::new(100).named("account"));
    let spawn = |number| task(format!("clerk {number}")).spawn(clerk(number, open.clone(), account.clone()));
    let clerks: Vec<_> = (0..3).map(spawn).collect();
    sleep(Duration::from_secs(1)).await;
    say!("The bank opens.");
    open.set();
    gather_tasks(clerks).await;
    say!("The account holds {}.", *account.lock().await);
}

async fn clerk(number: u32, open: Rc<Event>, account: Rc<Lock<u32>>) {
    say!("Clerk {number} waits for the bank to open.");
    open.wait().await;
    let mut balance = account.lock().await;
    let seen = *balance;
    say!("Clerk {number} reads {seen}.");
    sleep(Duration::from_secs(2)).await;
    *balance = seen + 10;
    say!("Clerk {number} writes {}.", seen + 10);
}

fn main() {
    greenlight::run(program());
}
