//! Alice and Bob wait on a Condition, and the bouncer notifies one of them.
//!
//! `wait` hands the guard in, and with it the lock; a notified guest gets both back. Alice came
//! first, so she is the one. Nobody ever notifies Bob: asyncio hangs here without a word. The
//! report says who waits on what since which line, and the demo ends with exit code 3. In a crate of
//! its own `greenlight::run` panics with that report, which is exit code 101.
//!
//! What to change:
//! - Make it `notify(&guard, 2)` or `notify_all(&guard)`: both enter.
//! - Let the bouncer go first, without his sleep: he signals when nobody waits yet, and the report
//!   names the line of the signal that was lost.
//! - Keep the guard in the bouncer across another `sleep`: Alice is notified, but has to wait for
//!   the lock.

use greenlight::{gather_tasks, say, sleep, sync::Condition, task};
use std::rc::Rc;
use std::time::Duration;

pub(crate) async fn program() {
    let club = Rc::new(Condition::new(()).named("club"));
    let guests = ["Alice", "Bob"].map(|name| task(name).spawn(guest(name, club.clone())));
    let bouncer = task("bouncer").spawn(bouncer(club));
    gather_tasks(guests.into_iter().chain([bouncer])).await;
}

async fn guest(name: &str, club: Rc<Condition>) {
    let guard = club.lock().await;
    say!("{name} wants to enter the club.");
    let _guard = club.wait(guard).await;
    say!("{name} enters the club.");
}

async fn bouncer(club: Rc<Condition>) {
    sleep(Duration::from_secs(2)).await;
    let guard = club.lock().await;
    say!("Bouncer signals someone can enter.");
    club.notify_one(&guard);
}

fn main() {
    greenlight::run(program());
}
