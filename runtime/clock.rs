//! Time: the real clock, or a virtual one that stands still while anybody can run and jumps when nobody can.
//!
//! All of greenlight counts whole microseconds since the runtime was made, the unit of the timer wheel.

use std::cell::Cell;
use std::ops::{Add, AddAssign, Sub, SubAssign};
use std::time::Duration;

/// A moment in a runtime's own time, real or virtual, counted from the moment the runtime was made.
///
/// In asyncio: the number of seconds that `loop.time()` returns.
///
/// No sum and no difference of moments and durations panics: a moment before the start is the start, one beyond the end
/// of time is the end, and the time since a later moment is zero.
///
/// ```
/// use greenlight::{now, sleep_until};
/// use std::time::Duration;
///
/// greenlight::Runtime::builder().virtual_clock().build().run(async {
///     let start = now();
///     let deadline = start + Duration::from_millis(1500);
///     sleep_until(deadline).await;
///     assert_eq!(now() - start, Duration::from_millis(1500));
///     assert_eq!(start - now(), Duration::ZERO);
///     let mut next = deadline;
///     next += Duration::from_secs(1);
///     assert_eq!(next - Duration::from_secs(1), deadline);
///     assert_eq!(deadline.as_micros(), 1_500_000);
///     assert_eq!(deadline.since_start(), Duration::from_millis(1500));
///     assert_eq!(deadline.to_string(), "t=1.500000s");
/// });
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant {
    pub(super) micros: u64,
}

impl Instant {
    pub(super) const fn at(micros: u64) -> Self {
        Instant { micros }
    }

    /// Whole microseconds since the runtime was made.
    pub const fn as_micros(self) -> u64 {
        self.micros
    }

    /// The time since the runtime was made.
    pub const fn since_start(self) -> Duration {
        Duration::from_micros(self.micros)
    }
}

/// Rounds up to the next microsecond, and stops at the last moment there is: 584,942 years after the start.
impl Add<Duration> for Instant {
    type Output = Instant;

    fn add(self, duration: Duration) -> Instant {
        Instant { micros: self.micros.saturating_add(ticks(duration)) }
    }
}

impl AddAssign<Duration> for Instant {
    fn add_assign(&mut self, duration: Duration) {
        *self = *self + duration;
    }
}

/// Rounds the duration up to the next microsecond, and stops at the start.
impl Sub<Duration> for Instant {
    type Output = Instant;

    fn sub(self, duration: Duration) -> Instant {
        Instant { micros: self.micros.saturating_sub(ticks(duration)) }
    }
}

impl SubAssign<Duration> for Instant {
    fn sub_assign(&mut self, duration: Duration) {
        *self = *self - duration;
    }
}

/// The time between two moments; zero if the second is the later one.
impl Sub for Instant {
    type Output = Duration;

    fn sub(self, earlier: Instant) -> Duration {
        Duration::from_micros(self.micros.saturating_sub(earlier.micros))
    }
}

/// A duration in ticks of the wheel, rounded up so that no timer is early.
pub(super) fn ticks(duration: Duration) -> u64 {
    // Not by way of its nanoseconds, which take 128 bits.
    let whole = duration.as_secs().saturating_mul(1_000_000);
    whole.saturating_add(u64::from(duration.subsec_nanos().div_ceil(1000)))
}

/// Whether the environment asks for virtual time, by `GREENLIGHT_CLOCK`.
#[track_caller]
pub(super) fn environment_is_virtual() -> bool {
    match std::env::var_os("GREENLIGHT_CLOCK").unwrap_or_default() {
        clock if clock == "virtual" => true,
        clock if clock.is_empty() || clock == "real" => false,
        other => panic!("GREENLIGHT_CLOCK is {other:?}; set it to `virtual` or `real`, or to nothing"),
    }
}

/// The clock of one runtime, with the reading that the present turn goes by.
pub(super) struct Clock {
    /// When the runtime was made. None where time is virtual.
    start: Option<std::time::Instant>,
    /// Read once a turn at most, so that one turn is one moment. Virtual time is this, and nothing else.
    reading: Cell<Instant>,
    /// Set while the reading is of an earlier turn.
    is_stale: Cell<bool>,
}

impl Clock {
    pub(super) fn new(start: Option<std::time::Instant>) -> Self {
        Clock { start, reading: Cell::new(Instant::at(0)), is_stale: Cell::new(false) }
    }

    pub(super) fn is_virtual(&self) -> bool {
        self.start.is_none()
    }

    /// Begins a turn: all of it happens at one moment, which is read when somebody asks.
    pub(super) fn begin_turn(&self) {
        self.is_stale.set(true);
    }

    /// The moment of the present turn.
    pub(super) fn reading(&self) -> Instant {
        if self.is_stale.replace(false) {
            self.reading.set(self.now());
        }
        self.reading.get()
    }

    /// The moment right now, rounded down, so that what is due by it is due in truth. A turn may be behind it.
    pub(super) fn now(&self) -> Instant {
        self.start.map_or(self.reading.get(), |start| Instant::at(start.elapsed().as_micros() as u64))
    }

    /// The moment from which a duration counts. On the real clock that is now, rounded up, and not the reading: a sleep
    /// that begins late in a long poll would otherwise end early.
    pub(super) fn counting_from(&self) -> Instant {
        self.start.map_or(self.reading.get(), |start| Instant::at(ticks(start.elapsed())))
    }

    /// Moves virtual time forward. Returns when it was before.
    pub(super) fn jump(&self, to: Instant) -> Instant {
        debug_assert!(self.is_virtual() && to >= self.reading(), "only virtual time jumps, and only forward");
        self.reading.replace(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_round_up_to_whole_ticks() {
        assert_eq!(ticks(Duration::ZERO), 0);
        assert_eq!(ticks(Duration::from_nanos(1)), 1);
        assert_eq!(ticks(Duration::from_nanos(1000)), 1);
        assert_eq!(ticks(Duration::from_nanos(1001)), 2);
    }

    #[test]
    fn a_deadline_centuries_away_stops_at_the_end_of_time() {
        assert_eq!(ticks(Duration::MAX), u64::MAX);
        assert_eq!(Instant::at(7) + Duration::MAX, Instant::at(u64::MAX));
        assert_eq!(Instant::at(7) - Instant::at(9), Duration::ZERO);
    }
}
