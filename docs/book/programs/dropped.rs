//! A future that is dropped before anybody has polled it: what it was given goes with it, and its body never runs.

use greenlight::say;
use std::cell::Cell;
use std::rc::Rc;

// ANCHOR: program
struct Cup {
    name: &'static str,
    washed_up: Rc<Cell<u32>>,
}

impl Drop for Cup {
    fn drop(&mut self) {
        say!("{} is washed up", self.name);
        self.washed_up.set(self.washed_up.get() + 1);
    }
}

async fn drink(cup: Cup) {
    say!("{} is emptied", cup.name);
}

async fn breakfast() {
    let washed_up = Rc::new(Cell::new(0));
    let first = drink(Cup { name: "the red cup", washed_up: washed_up.clone() });
    let second = drink(Cup { name: "the blue cup", washed_up: washed_up.clone() });
    drop(first);
    assert_eq!(washed_up.get(), 1);
    second.await;
    say!("breakfast is over, and {} cups are clean", washed_up.get());
    assert_eq!(washed_up.get(), 2);
}
// ANCHOR_END: program

pub(crate) fn main() {
    greenlight::run(breakfast());
}
