//! `interval`: ticks on a fixed grid of time.

use crate::runtime::expect_current;
use crate::{Instant, sleep_until};
use std::future::Future;
use std::time::Duration;

/// Ticks once every period: first one period from now, then on that grid for ever.
///
/// A period is rounded up to whole microseconds. A consumer that comes late gets the ticks that it missed at once, one
/// by one. A tick that would be beyond the end of time is due there, as the end of a [`sleep`](crate::sleep) is.
///
/// # Panics
/// Outside a runtime, and when the period is zero.
///
/// ```
/// use std::time::Duration;
/// greenlight::Runtime::builder().virtual_clock().build().run(async {
///     let mut seconds = greenlight::interval(Duration::from_secs(1));
///     assert_eq!(seconds.tick().await.as_micros(), 1_000_000);
///     assert_eq!(seconds.tick().await.as_micros(), 2_000_000);
/// });
/// ```
#[track_caller]
pub fn interval(period: Duration) -> Interval {
    assert!(
        !period.is_zero(),
        "interval() was given a period of zero, which would tick for ever at one moment; \
        use yield_now() to let others run"
    );
    let core = expect_current("interval() was called");
    Interval { period, next: core.counting_from() + period }
}

/// What [`interval`] returns.
#[derive(Debug)]
pub struct Interval {
    period: Duration,
    next: Instant,
}

impl Interval {
    /// Waits for the next tick, and yields the moment for which it was due.
    ///
    /// # Cancel safety
    /// A dropped wait loses no tick.
    #[track_caller]
    pub fn tick(&mut self) -> impl Future<Output = Instant> {
        let sleep = sleep_until(self.next);
        async move {
            sleep.await;
            let due = self.next;
            self.next = due + self.period;
            due
        }
    }
}
