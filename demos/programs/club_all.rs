//! Alice and Bob wait on a Condition, and the bouncer notifies everybody.
//!
//! Both are woken at once, and queue for the lock in the order in which they waited: the lock is
//! still the bouncer's when he notifies, and goes from hand to hand after that.
//!
//! What to change:
//! - Put a `sleep` behind "enters the club.": Bob enters only when Alice has let go of the lock.
//! - Spawn Bob before Alice: he enters first.
//! - Notify once more at the end: `notify_all` returns 0, and nobody hears it.

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
    say!("Bouncer signals everyone can enter.");
    club.notify_all(&guard);
}

fn main() {
    greenlight::run(program());
}
