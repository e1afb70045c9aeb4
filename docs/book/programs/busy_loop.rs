//! A guest who wakes herself in each poll instead of leaving her waker with the bell.

use greenlight::{Runtime, say, sleep, spawn};
use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

/// On virtual time an hour of this would pass as quickly as a second: it is ended after so many turns.
const TURNS: u64 = 1000;

pub(crate) fn main() {
    let polls = Rc::new(Cell::new(0));
    let counted = polls.clone();
    let is_rung = Rc::new(Cell::new(false));
    let rings = is_rung.clone();
    let runtime = Runtime::builder().virtual_clock().turn_limit(TURNS).build();
    let ended = runtime.try_run(async move {
        let ringer = spawn(async move {
            sleep(Duration::from_secs(1)).await;
            rings.set(true);
            say!("The bell has rung.");
        });
        // ANCHOR: impatient
        poll_fn(|cx| {
            counted.set(counted.get() + 1);
            if is_rung.get() {
                return Poll::Ready(());
            }
            cx.waker().wake_by_ref(); // wrong: it asks to be polled at once
            Poll::Pending
        })
        .await;
        // ANCHOR_END: impatient
        ringer.await
    });
    let report = ended.expect_err("time stands still as long as somebody is ready");
    println!("Polled {} times, and the bell has not rung.\n\n{report}", polls.get());
    assert_eq!(polls.get(), TURNS);
}
