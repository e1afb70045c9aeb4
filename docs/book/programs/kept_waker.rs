//! The same bell, with the one line that it lacked: it keeps the waker of who waits.

use greenlight::{run, say, task, yield_now};
use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

// ANCHOR: bell
#[derive(Default)]
struct Bell {
    is_rung: Cell<bool>,
    waker: RefCell<Option<Waker>>,
    polls: Cell<u32>,
}

impl Bell {
    fn ring(&self) {
        self.is_rung.set(true);
        let waiting = self.waker.take();
        if let Some(waker) = waiting {
            waker.wake();
        }
    }
}

struct Ring(Rc<Bell>);

// ANCHOR: poll
impl Future for Ring {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.0.polls.set(self.0.polls.get() + 1);
        if self.0.is_rung.get() {
            return Poll::Ready(());
        }
        self.0.waker.replace(Some(cx.waker().clone()));
        Poll::Pending
    }
}
// ANCHOR_END: poll
// ANCHOR_END: bell

pub(crate) fn main() {
    let bell = Rc::new(Bell::default());
    let polls = bell.clone();
    run(async move {
        let ring = Ring(bell.clone());
        let guest = task("guest").spawn(async move {
            ring.await;
            say!("The guest goes in.");
        });
        yield_now().await; // the guest is polled meanwhile
        bell.ring();
        say!("The bell has rung.");
        guest.await.expect("the guest does not panic");
    });
    println!("The guest was polled {} times.", polls.polls.get());
    assert_eq!(polls.polls.get(), 2);
}
