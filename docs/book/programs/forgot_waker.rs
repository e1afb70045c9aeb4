//! A guest waits for a bell that forgets who waits.

use greenlight::{say, task, try_run, yield_now};
use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

// ANCHOR: bell
#[derive(Default)]
struct Bell {
    is_rung: Cell<bool>,
    polls: Cell<u32>,
}

struct Ring(Rc<Bell>);

impl Future for Ring {
    type Output = ();

    fn poll(self: Pin<&mut Self>, _cx: &mut Context<'_>) -> Poll<()> {
        self.0.polls.set(self.0.polls.get() + 1);
        if self.0.is_rung.get() { Poll::Ready(()) } else { Poll::Pending }
    }
}
// ANCHOR_END: bell

pub(crate) fn main() {
    let bell = Rc::new(Bell::default());
    let polls = bell.clone();
    // ANCHOR: main
    let ended = try_run(async move {
        let ring = Ring(bell.clone());
        let guest = task("guest").spawn(async move {
            ring.await;
            say!("The guest goes in.");
        });
        yield_now().await; // the guest is polled meanwhile
        bell.is_rung.set(true);
        say!("The bell has rung.");
        guest.await
    });
    // ANCHOR_END: main
    let stalled = ended.expect_err("nobody can wake the guest");
    println!("The guest was polled {} time.\n\n{stalled}", polls.polls.get());
    assert_eq!(polls.polls.get(), 1);
}
