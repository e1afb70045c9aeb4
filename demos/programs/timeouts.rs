//! Tea that is ready in time, tea that is not, a deadline that moves, and a race of two kettles.
//!
//! When the time is up, `timeout` drops the future, at once and in the middle of its await. What it
//! had is dropped with it, and that is when a kettle is switched off before it boils. No task is
//! spawned and none is cancelled.
//!
//! What to change:
//! - Give the second kettle `seconds(3)`: it boils in the moment in which its time is up, and that
//!   is in time.
//! - Delete `deadline.move_to(...)`: the third kettle is switched off after one second on the fire.
//! - Swap the kettles of the race: the fast one still wins, and `race` yields its place, now 0.

use greenlight::{Deadline, now, race, say, sleep, timeout, timeout_at};
use std::time::Duration;

pub(crate) async fn program() {
    match timeout(seconds(2), boil("first", 1)).await {
        Ok(()) => say!("There is tea."),
        Err(_) => say!("There is no tea."),
    }
    match timeout(seconds(2), boil("second", 3)).await {
        Ok(()) => say!("There is tea."),
        Err(_) => say!("There is no tea."),
    }
    let deadline = Deadline::at(now() + seconds(2));
    let patient = async {
        sleep(seconds(1)).await;
        say!("The guests are willing to wait.");
        deadline.move_to(now() + seconds(5));
        boil("third", 3).await;
    };
    match timeout_at(&deadline, patient).await {
        Ok(()) => say!("There is tea."),
        Err(_) => say!("There is no tea."),
    }
    let (winner, ()) = race([boil("slow", 4), boil("fast", 2)]).await;
    say!("Number {winner} of the race was first.");
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

async fn boil(name: &str, takes: u64) {
    let mut kettle = Kettle { name, boils: false };
    say!("The {name} kettle is on.");
    sleep(seconds(takes)).await;
    kettle.boils = true;
}

struct Kettle<'a> {
    name: &'a str,
    boils: bool,
}

impl Drop for Kettle<'_> {
    fn drop(&mut self) {
        let state = if self.boils { "boils" } else { "is switched off" };
        say!("The {} kettle {state}.", self.name);
    }
}

fn main() {
    greenlight::run(program());
}
