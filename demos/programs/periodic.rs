//! Every five seconds an Event is set and at once cleared. Five tasks wait for it, again and again.
//!
//! `set()` releases everybody who waits at that moment, first come, first served. That `clear()`
//! follows before any of them runs takes nothing from them; it is for the next round, which finds
//! the Event unset and waits.
//!
//! What to change:
//! - Run it with `--ticks 5`, or with `--real-time`.
//! - Delete `pulse.clear()`: the Event stays set, `wait()` does not park any more, and each task
//!   does all of its rounds at the first pulse. Without the bound it would never stop.
//! - Write `pulse.pulse()` for the two calls: the same in one, and it returns how many it reached.

use greenlight::{gather_tasks, say, sleep, sync::Event, task};
use std::rc::Rc;
use std::time::Duration;

pub(crate) async fn program(ticks: u32) {
    let pulse = Rc::new(Event::new().named("pulse"));
    let spawn = |number| task(format!("task {number}")).spawn(perform(number, pulse.clone(), ticks));
    let tasks = gather_tasks((0..5).map(spawn));
    signal(&pulse, ticks).await;
    tasks.await;
}

async fn signal(pulse: &Event, ticks: u32) {
    for _ in 0..ticks {
        sleep(Duration::from_secs(5)).await;
        pulse.set();
        pulse.clear();
    }
}

async fn perform(number: u32, pulse: Rc<Event>, ticks: u32) {
    for _ in 0..ticks {
        pulse.wait().await;
        say!("Task {number} performing operation.");
    }
}

fn main() {
    greenlight::run(program(3));
}
