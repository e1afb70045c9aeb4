//! demos
use greenlight::{gather, sleep, sync::Event};
use std::rc::Rc;
use std::time::Duration;
fn main() {
    let rt = greenlight::Runtime::builder().virtual_clock().build();
    rt.run(async {
        let light = Rc::new(Event::new().named("light"));
        let l2 = light.clone();
        gather!(
            async move {
                println!("Pedestrian is waiting for the signal.");
                l2.wait().await;
                println!("Pedestrian crosses the street.");
            },
            async move {
                println!("Traffic light is red.");
                sleep(Duration::from_secs(2)).await;
                println!("Traffic light turns green.");
                light.set();
            }
        )
        .await;
    });
}
