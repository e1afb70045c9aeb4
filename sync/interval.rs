//! `interval`: ticks on a grid of time.

use crate::runtime::{Purpose, expect_current, sleep_for};
use crate::{Instant, now};
use std::future::Future;
use std::panic::Location;
use std::time::Duration;

/// Ticks once every period: first one period from now, then on that grid for ever.
///
/// A period is rounded up to whole microseconds. A consumer that comes late gets the ticks that it missed at once, one
/// by one, unless [`on_missed`](Interval::on_missed) says otherwise. A tick that would be beyond the end of time is due
/// there, as the end of a [`sleep`](crate::sleep) is.
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
    let start = expect_current("interval() was called").counting_from();
    let next = start + period;
    Interval { period: next - start, next, missed: Missed::Burst }
}

/// What becomes of the ticks of an [`Interval`] that its consumer missed.
///
/// A tick is missed if the moment of the next had come, too, before its consumer had it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missed {
    /// They come at once, one by one, until the consumer has caught up. None is lost, and the grid stays.
    Burst,
    /// They are left out: the next tick is on the grid, at the first of its moments that is still to come.
    Skip,
    /// They are left out, and the grid moves: the next tick is a period from the late one.
    Delay,
}

/// Ticks once every period: what [`interval`] returns. In asyncio: a `sleep` in a loop, which drifts.
#[derive(Debug)]
pub struct Interval {
    /// Whole microseconds.
    period: Duration,
    next: Instant,
    missed: Missed,
}

impl Interval {
    /// Says what becomes of missed ticks: [`Burst`](Missed::Burst) unless set.
    ///
    /// ```
    /// use greenlight::{Missed, Runtime, interval, sleep};
    /// use std::time::Duration;
    ///
    /// /// The moments, in seconds, of three ticks after a consumer was busy from 1 s to 3.5 s.
    /// async fn ticks(missed: Missed) -> [f64; 3] {
    ///     let mut seconds = interval(Duration::from_secs(1)).on_missed(missed);
    ///     seconds.tick().await;
    ///     sleep(Duration::from_millis(2500)).await;
    ///     let mut at = [0.0; 3];
    ///     for moment in &mut at {
    ///         seconds.tick().await;
    ///         *moment = greenlight::now().since_start().as_secs_f64();
    ///     }
    ///     at
    /// }
    ///
    /// let run = |missed| Runtime::builder().virtual_clock().build().run(ticks(missed));
    /// assert_eq!(run(Missed::Burst), [3.5, 3.5, 4.0]);
    /// assert_eq!(run(Missed::Skip), [3.5, 4.0, 5.0]);
    /// assert_eq!(run(Missed::Delay), [3.5, 4.5, 5.5]);
    /// ```
    #[must_use]
    pub fn on_missed(mut self, missed: Missed) -> Self {
        self.missed = missed;
        self
    }

    /// Waits for the next tick, and yields the moment for which it was due.
    ///
    /// # Panics
    /// When it is polled outside a runtime.
    ///
    /// # Cancel safety
    /// A dropped wait loses no tick.
    #[track_caller]
    pub fn tick(&mut self) -> impl Future<Output = Instant> {
        let sleep = sleep_for(Purpose::Tick, self.next, Location::caller());
        async move {
            sleep.await;
            let (due, late) = (self.next, self.next.elapsed());
            self.next = match self.missed {
                Missed::Skip if late >= self.period => {
                    let off_the_grid = late.as_micros() % self.period.as_micros();
                    now() - Duration::from_micros(off_the_grid as u64) + self.period
                }
                Missed::Delay if late >= self.period => now() + self.period,
                _ => due + self.period,
            };
            due
        }
    }

    /// Begins anew: the next tick is one period from now, and the grid with it.
    ///
    /// # Panics
    /// Outside a runtime.
    ///
    /// ```
    /// use std::time::Duration;
    /// greenlight::Runtime::builder().virtual_clock().build().run(async {
    ///     let mut seconds = greenlight::interval(Duration::from_secs(1));
    ///     greenlight::sleep(Duration::from_millis(700)).await;
    ///     seconds.reset();
    ///     assert_eq!(seconds.tick().await.as_micros(), 1_700_000);
    /// });
    /// ```
    #[track_caller]
    pub fn reset(&mut self) {
        self.next = expect_current("Interval::reset() was called").counting_from() + self.period;
    }
}
