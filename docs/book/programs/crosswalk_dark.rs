//! A crosswalk whose light never turns green: nobody can ever run again, and greenlight says so.

use greenlight::{gather, say, sleep, sync::Event, try_run};
use std::rc::Rc;
use std::time::Duration;

// ANCHOR: program
async fn pedestrian(light: Rc<Event>) {
    light.wait().await;
    say!("Pedestrian crosses the street.");
}

async fn traffic_light() {
    sleep(Duration::from_secs(2)).await;
    say!("Traffic light turns green."); // and forgets to set the event
}

pub(crate) fn main() {
    let stalled = try_run(async {
        let light = Rc::new(Event::new().named("light"));
        gather!(pedestrian(light.clone()), traffic_light()).await;
    });
    let report = stalled.expect_err("nobody sets the event");
    println!("{report}");
    assert!(report.to_string().contains("waits on event `light`"));
}
// ANCHOR_END: program
