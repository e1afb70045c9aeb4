//! What the debug mode says to three small mistakes, and of who is left at the end.

use greenlight::{Runtime, sync::Condition, sync::Event, task, yield_now};
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

// ANCHOR: program
async fn program() {
    let light = Event::new().named("light");
    light.set(); // nobody waits
    light.clear();

    task("idler").spawn_detached(poll_fn(|_| Poll::<()>::Pending));

    let stock = Rc::new(Condition::new(0).named("stock"));
    let wanted = stock.clone();
    task("buyer").spawn_detached(async move {
        *wanted.wait_for(wanted.lock().await, |count| *count > 0).await -= 1;
    });
    for _ in 0..100 {
        yield_now().await;
        stock.notify_one(&stock.lock().await); // and nothing has changed
    }
    yield_now().await;
    // main ends, and the buyer still waits
}
// ANCHOR_END: program

/// Prints a line as several that fit the page.
fn print_wrapped(line: &str) {
    let mut width = 0;
    for word in line.split(' ') {
        if width + word.len() > 76 {
            print!("\n    ");
            width = 4;
        }
        print!("{word} ");
        width += word.len() + 1;
    }
    println!();
}

pub(crate) fn main() {
    let runtime = Runtime::builder().virtual_clock().debug(true).on_report(print_wrapped).build();
    runtime.run(program());
}
