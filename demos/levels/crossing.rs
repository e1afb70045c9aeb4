//! A walker waits for a light. It is one task and one Event: what a wake is, and what it is not.
//!
//! A task runs until it awaits something that is not there, and nobody interrupts it. `set` wakes who waits: that puts
//! the walker at the end of the ready queue, and runs nothing. An Event stays set, so who comes later does not wait.
//!
//! What to change:
//! - Let the signal `pulse` instead of `set`: who comes later waits for ever.
//! - Add a second walker: one `set` wakes both, in the order in which they wait.

use greenlight::explore::always;
use greenlight::{gather_tasks, say, sync::Event, task, yield_now};
use std::cell::Cell;
use std::rc::Rc;

pub(crate) async fn program() {
    let light = Rc::new(Event::new().named("light"));
    let walker = task("walker").spawn(cross(light.clone(), Rc::default()));
    yield_now().await;
    light.set();
    walker.await.expect("nobody cancels the walker");
}

pub(crate) async fn with_signal() {
    let light = Rc::new(Event::new().named("light"));
    let has_found_green = Rc::new(Cell::new(false));
    let found = has_found_green.clone();
    always("the walker waits for the light", move || !found.get());
    let walker = task("walker").spawn(cross(light.clone(), has_found_green));
    let signal = task("signal").spawn(async move {
        say!("It is green.");
        light.set();
    });
    gather_tasks([walker, signal]).await;
}

async fn cross(light: Rc<Event>, has_found_green: Rc<Cell<bool>>) {
    has_found_green.set(light.is_set());
    light.wait().await;
    say!("The walker crosses.");
}

fn main() {
    println!("{}", greenlight::explore(program));
    greenlight::explore(with_signal);
}
