//! A task that is woken and then cancelled in one turn: what its next turn does with it.

use greenlight::{Runtime, say, sync::Event, task, yield_now};
use std::rc::Rc;

struct Bag;

impl Drop for Bag {
    fn drop(&mut self) {
        say!("the guest's bag is dropped");
    }
}

// ANCHOR: main
pub(crate) fn main() {
    let runtime = Runtime::builder().virtual_clock().build();
    runtime.run(async {
        let bell = Rc::new(Event::new().named("bell"));
        let heard = bell.clone();
        let guest = task("guest").spawn(async move {
            let _bag = Bag;
            heard.wait().await;
            say!("the guest goes in");
        });
        yield_now().await; // the guest waits by now
        bell.set();
        let cancelled = guest.task().cancel();
        say!("the bell has rung, and the guest is cancelled");
        let ended = guest.await;
        say!("{}", if ended.is_err() { "the guest did not come" } else { "the guest came" });
        assert!(cancelled && ended.is_err());
    });
}
// ANCHOR_END: main
