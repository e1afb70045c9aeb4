//! `race`: the first of several futures, inside one task.

use crate::runtime::drop_each;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;

/// Polls several futures inside this task, in order, until one is ready: yields its index and its output, and drops the
/// others, in order. Of those that are ready in one turn the first in order wins.
///
/// No task is spawned: while the race is not polled, none of the futures runs, and a lock that one of them was granted
/// stays with it. To race tasks, race their join handles. In asyncio: `wait` with `FIRST_COMPLETED`, which does not
/// cancel the others.
///
/// # Panics
/// When there are no futures.
///
/// # Cancel safety
/// Dropping it drops the futures, in order.
///
/// ```
/// use std::time::Duration;
/// greenlight::Runtime::builder().virtual_clock().build().run(async {
///     let runners = [30, 10, 20].map(|seconds| greenlight::sleep(Duration::from_secs(seconds)));
///     assert_eq!(greenlight::race(runners).await, (1, ()));
/// });
/// ```
#[track_caller]
pub fn race<I>(futures: I) -> impl Future<Output = (usize, <I::Item as Future>::Output)>
where
    I: IntoIterator,
    I::Item: Future,
{
    let mut runners = Runners(futures.into_iter().map(Box::pin).collect());
    assert!(!runners.0.is_empty(), "race() was given no futures, so none could ever win; give it at least one");
    async move {
        let won = poll_fn(|cx| {
            let ready = |(index, runner): (usize, &mut Pin<Box<I::Item>>)| match runner.as_mut().poll(cx) {
                Poll::Ready(output) => Some((index, output)),
                Poll::Pending => None,
            };
            runners.0.iter_mut().enumerate().find_map(ready).map_or(Poll::Pending, Poll::Ready)
        })
        .await;
        // Before the output is returned: a loser that panics would leave it undropped then, and a lock locked.
        drop(runners);
        won
    }
}

/// The futures, which are dropped in order, also those behind one that panics.
struct Runners<F>(Vec<Pin<Box<F>>>);

impl<F> Drop for Runners<F> {
    fn drop(&mut self) {
        drop_each(self.0.drain(..));
    }
}
