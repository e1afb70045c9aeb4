//! Who gives up waiting leaves the line with the drop of its wait, wherever it stands.

use greenlight::{gather_tasks, say, sleep, sync::Event, task, timeout};
use std::rc::Rc;
use std::time::Duration;

// ANCHOR: program
async fn program() {
    let light = Rc::new(Event::new().named("light"));
    let walkers = [("ann", 9), ("bob", 1), ("cem", 9)].map(|(name, patience)| {
        let light = light.clone();
        task(name).spawn(async move {
            match timeout(Duration::from_secs(patience), light.wait()).await {
                Ok(()) => say!("{name} crosses"),
                Err(_) => say!("{name} turns back"),
            }
        })
    });
    sleep(Duration::from_secs(2)).await;
    say!("the pulse reaches {}", light.pulse());
    gather_tasks(walkers).await;
}
// ANCHOR_END: program

pub(crate) fn main() {
    greenlight::run(program());
}
