//! A wait that is begun in one task and goes on in another: whose waker does the bell keep?

use greenlight::{Stalled, say, task, try_run, yield_now};
use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

struct Bell {
    is_rung: Cell<bool>,
    waker: RefCell<Option<Waker>>,
    keep: fn(&mut Option<Waker>, &Waker),
}

// ANCHOR: first
/// Wrong: once there is a waker, it stays.
fn keep_the_first(kept: &mut Option<Waker>, waker: &Waker) {
    kept.get_or_insert_with(|| waker.clone());
}
// ANCHOR_END: first

// ANCHOR: newest
/// Right: the newest one counts. `clone_from` keeps the old one if both wake the same.
fn keep_the_newest(kept: &mut Option<Waker>, waker: &Waker) {
    match kept {
        Some(known) => known.clone_from(waker),
        None => *kept = Some(waker.clone()),
    }
}
// ANCHOR_END: newest

// ANCHOR: poll
struct Ring(Rc<Bell>);

impl Future for Ring {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.0.is_rung.get() {
            return Poll::Ready(());
        }
        (self.0.keep)(&mut self.0.waker.borrow_mut(), cx.waker());
        Poll::Pending
    }
}
// ANCHOR_END: poll

fn evening(keep: fn(&mut Option<Waker>, &Waker)) -> Result<(), Stalled> {
    let bell = Rc::new(Bell { is_rung: Cell::new(false), waker: RefCell::default(), keep });
    // ANCHOR: main
    try_run(async move {
        let mut ring = Ring(bell.clone());
        let polled = futures::poll!(&mut ring); // main polls it once …
        assert!(polled.is_pending());
        let guest = task("guest").spawn(ring); // … and has a task of its own wait on
        yield_now().await;
        bell.is_rung.set(true);
        let waiting = bell.waker.take();
        waiting.expect("somebody waits").wake();
        guest.await.expect("the guest does not panic");
        say!("The guest goes in.");
    })
    // ANCHOR_END: main
}

pub(crate) fn main() {
    println!("The bell keeps the first waker:");
    let stalled = evening(keep_the_first).expect_err("the bell wakes main, which waits for the guest");
    println!("{stalled}\n\nThe bell keeps the newest waker:");
    evening(keep_the_newest).expect("the bell wakes the guest");
}
