//! A pedestrian waits for an Event, and the traffic light sets it after two seconds.
//!
//! `gather!` spawns both as tasks, in order. The pedestrian runs into `wait()` and parks: it is in
//! the Event's wait list then, and not in the ready queue. `set()` moves it back there, and it
//! crosses in the next turn, after the light has run to its end.
//!
//! What to change:
//! - Add a second pedestrian: they cross in the order in which they came.
//! - Put `light.clear()` behind `light.set()`: the pedestrian still crosses, for it was waiting.
//! - Delete `light.set()`: the demo ends with a report of who waits for what, and exit code 3. In a
//!   crate of its own `greenlight::run` panics with that report, which is exit code 101.

use greenlight::{gather, say, sleep, sync::Event};
use std::rc::Rc;
use std::time::Duration;

pub(crate) async fn program() {
    let light = Rc::new(Event::new().named("light"));
    gather!(pedestrian(light.clone()), traffic_light(light)).await;
}

async fn pedestrian(light: Rc<Event>) {
    say!("Pedestrian is waiting for the signal.");
    light.wait().await;
    say!("Pedestrian crosses the street.");
}

async fn traffic_light(light: Rc<Event>) {
    say!("Traffic light is red.");
    sleep(Duration::from_secs(2)).await;
    say!("Traffic light turns green.");
    light.set();
}

fn main() {
    greenlight::run(program());
}
