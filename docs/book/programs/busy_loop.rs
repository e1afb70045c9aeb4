//! A guest who wakes herself in each poll instead of leaving her waker with the bell.

use greenlight::{Runtime, say, sleep, task};
use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

/// On virtual time it would go on for ever: the run is ended after so many turns.
const TURNS: u64 = 1000;

// ANCHOR: impatient
struct Impatient {
    is_rung: Rc<Cell<bool>>,
    polls: Rc<Cell<u64>>,
}

impl Future for Impatient {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        self.polls.set(self.polls.get() + 1);
        if self.is_rung.get() {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref(); // wrong: it asks to be polled at once
        Poll::Pending
    }
}
// ANCHOR_END: impatient

pub(crate) fn main() {
    let (is_rung, polls) = (Rc::new(Cell::new(false)), Rc::new(Cell::new(0)));
    let guest = Impatient { is_rung: is_rung.clone(), polls: polls.clone() };
    let runtime = Runtime::builder().virtual_clock().turn_limit(TURNS).build();
    let ended = runtime.try_run(async {
        task("ringer").spawn_detached(async move {
            sleep(Duration::from_secs(1)).await;
            is_rung.set(true);
            say!("The bell has rung.");
        });
        guest.await;
    });
    let report = ended.expect_err("time stands still as long as somebody is ready");
    println!("Polled {} times, and the bell has not rung.\n\n{report}", polls.get());
    assert_eq!(polls.get(), TURNS);
}
