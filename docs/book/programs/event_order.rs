//! A set runs nobody: it puts who waits at the end of the ready queue.

use greenlight::{gather_tasks, say, sync::Event, task, yield_now};
use std::rc::Rc;

// ANCHOR: program
async fn program() {
    let light = Rc::new(Event::new().named("light"));
    let walkers = ["ann", "bob"].map(|name| {
        let light = light.clone();
        task(name).spawn(async move {
            light.wait().await;
            say!("{name} crosses");
        })
    });
    let driver = task("driver").spawn(async {
        yield_now().await;
        say!("the driver stops");
    });
    yield_now().await; // the walkers wait, and the driver is ready again
    light.set();
    say!("it is green");
    light.clear();
    say!("it is red, and nobody has run yet");
    gather_tasks(walkers.into_iter().chain([driver])).await;
}
// ANCHOR_END: program

pub(crate) fn main() {
    greenlight::run(program());
}
