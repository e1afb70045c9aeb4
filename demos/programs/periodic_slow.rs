//! A pulse reaches only those who wait at that moment: a consumer that is busy then misses it.
//!
//! The signaller sets and clears an Event every five seconds. The consumer needs seven seconds for
//! a pulse, so it hears the first, sleeps through the second, and hears the third. Nothing keeps a
//! pulse for it, and nothing tells it that it missed one: an Event says that something is so now,
//! not how often it was.
//!
//! What to change:
//! - Let the work take four seconds: it gets every pulse.
//! - Delete `pulse.clear()`: the Event stays set, `wait()` does not park any more, and the consumer
//!   gets whatever pulse is the latest when it comes by.
//! - Have the signaller print what `pulse.pulse()` returns instead of setting and clearing: 0 is a
//!   pulse that reached nobody.

use greenlight::{say, sleep, sync::Event, task, yield_now};
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

pub(crate) async fn program(ticks: u32) {
    let pulse = Rc::new(Event::new().named("pulse"));
    let latest = Rc::new(Cell::new(0));
    let consumer = task("consumer").spawn(consume(pulse.clone(), latest.clone()));
    for number in 1..=ticks {
        sleep(Duration::from_secs(5)).await;
        say!("Signaller sends pulse {number}.");
        latest.set(number);
        pulse.set();
        pulse.clear();
    }
    // The consumer was woken first, so it runs first. Then main ends, and what is left with it.
    yield_now().await;
    drop(consumer);
}

async fn consume(pulse: Rc<Event>, latest: Rc<Cell<u32>>) {
    loop {
        pulse.wait().await;
        say!("Consumer gets pulse {}.", latest.get());
        sleep(Duration::from_secs(7)).await;
    }
}

fn main() {
    greenlight::run(program(3));
}
