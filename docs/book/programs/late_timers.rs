//! A sleep that was given up, and whether time waits for it all the same.

use super::ready_queue::Executor;
use super::timers::Timers;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

// ANCHOR: give_up
/// Sleeps for an hour at most, and goes on as soon as a second is over.
async fn hour_or_second(timers: Rc<Timers>, forgets: bool) {
    let mut hour = Box::pin(timers.sleep(3600));
    let mut second = pin!(timers.sleep(1));
    poll_fn(|cx| {
        let polled = [hour.as_mut().poll(cx), second.as_mut().poll(cx)];
        if polled.iter().any(Poll::is_ready) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    if forgets {
        std::mem::forget(hour); // as if `Sleep` had no `Drop`
    }
}
// ANCHOR_END: give_up

pub(crate) fn main() {
    for (what, forgets) in [("left in the map", true), ("taken out of the map", false)] {
        let (executor, timers) = (Executor::default(), Rc::new(Timers::default()));
        executor.spawn(hour_or_second(timers.clone(), forgets));
        timers.run(&executor);
        println!("The hour is {what}: the run ends at {:?}.", timers.now());
        assert_eq!(timers.now().as_secs(), if forgets { 3600 } else { 1 });
    }
}
