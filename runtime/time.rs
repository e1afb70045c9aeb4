//! Futures that wait for time, or for a turn.

use super::clock::Instant;
use super::context::{self, Core, Sleeper};
use super::note::{self, Kind, Purpose, lost};
use super::waiter;
use super::wakee::{self, Registered, Wakee};
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

/// The moment of the present turn, in the time of the current runtime. In asyncio: `loop.time()`.
///
/// All of a turn happens at one moment: on the real clock, that at which somebody asks first.
///
/// # Panics
/// Outside a runtime.
#[track_caller]
pub fn now() -> Instant {
    context::expect_current("now() was called").now()
}

impl Instant {
    /// The time from this moment to [`now`]; zero if it is still to come.
    ///
    /// # Panics
    /// Outside a runtime.
    ///
    /// ```
    /// use std::time::Duration;
    /// greenlight::Runtime::builder().virtual_clock().build().run(async {
    ///     let start = greenlight::now();
    ///     greenlight::sleep(Duration::from_secs(2)).await;
    ///     assert_eq!(start.elapsed(), Duration::from_secs(2));
    /// });
    /// ```
    #[track_caller]
    pub fn elapsed(self) -> Duration {
        context::expect_current("Instant::elapsed() was called").now() - self
    }
}

/// Waits for a duration, counted from the first poll. Zero yields once. In asyncio: `sleep`.
///
/// It is never early. On the real clock it is as late as the system wakes the thread. A duration that goes beyond the
/// end of time, 584,942 years after the runtime was made, ends there.
///
/// # Panics
/// When it is polled outside a runtime.
///
/// # Cancel safety
/// Dropping it disarms the timer.
///
/// ```
/// use std::time::Duration;
/// greenlight::Runtime::builder().virtual_clock().build().run(async {
///     greenlight::sleep(Duration::from_millis(1500)).await;
///     assert_eq!(greenlight::now().as_micros(), 1_500_000);
/// });
/// ```
#[track_caller]
pub fn sleep(duration: Duration) -> Sleep {
    Sleep { at: Location::caller(), purpose: Purpose::Sleep, state: SleepState::New(When::After(duration)) }
}

/// Waits until a moment of the runtime's time. One that has passed yields once. In asyncio: `loop.call_at`.
///
/// # Panics
/// When it is polled outside a runtime.
///
/// # Cancel safety
/// Dropping it disarms the timer.
///
/// ```
/// use greenlight::{now, sleep, sleep_until};
/// use std::time::Duration;
///
/// greenlight::Runtime::builder().virtual_clock().build().run(async {
///     // Every ten seconds, however long the work takes.
///     let mut next = now();
///     for seconds in [1, 7, 4] {
///         next += Duration::from_secs(10);
///         sleep(Duration::from_secs(seconds)).await;
///         sleep_until(next).await;
///     }
///     assert_eq!(now().since_start(), Duration::from_secs(30));
/// });
/// ```
#[track_caller]
pub fn sleep_until(deadline: Instant) -> Sleep {
    sleep_for(Purpose::Sleep, deadline, Location::caller())
}

/// A sleep in the name of that line, and for that purpose.
pub(crate) fn sleep_for(purpose: Purpose, deadline: Instant, at: &'static Location<'static>) -> Sleep {
    Sleep { at, purpose, state: SleepState::New(When::At(deadline)) }
}

/// Lets the other ready tasks run first. In asyncio: `sleep(0)`.
///
/// # Cancel safety
/// Dropping it changes nothing, but that the task is polled once more.
///
/// ```
/// greenlight::run(async {
///     let child = greenlight::spawn(async {});
///     greenlight::yield_now().await;
///     assert!(child.is_finished());
/// });
/// ```
#[track_caller]
pub fn yield_now() -> YieldNow {
    YieldNow { yielded: false, at: Location::caller() }
}

/// Waits for time: what [`sleep`] and [`sleep_until`] return.
///
/// Another task than before may poll it, which it wakes from then on.
///
/// # Panics
/// When it is polled outside a runtime, and when it is polled again after it was ready.
#[must_use = "futures do nothing unless awaited"]
pub struct Sleep {
    pub(super) at: &'static Location<'static>,
    purpose: Purpose,
    pub(super) state: SleepState,
}

#[derive(Debug)]
pub(super) enum SleepState {
    New(When),
    /// There is no time to wait for: it yields once.
    Yields,
    /// The timer is in the wheel of this runtime, armed or fired.
    Sleeps(Rc<Core>, u32),
    Done,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum When {
    /// A duration from the first poll.
    After(Duration),
    At(Instant),
}

impl Sleep {
    fn begin(&self, when: When, cx: &Context<'_>) -> SleepState {
        let core = context::expect_current(format_args!("the sleep() at {} was polled", self.at));
        let deadline = match when {
            When::After(Duration::ZERO) => core.now(),
            When::After(duration) => core.counting_from() + duration,
            When::At(deadline) => deadline,
        };
        if deadline <= core.now() {
            wake_next_turn(cx, self.at);
            return SleepState::Yields;
        }
        let timer = core.arm(deadline, cx, self);
        SleepState::Sleeps(core, timer)
    }

    fn end(&mut self) {
        if let SleepState::Sleeps(core, timer) = std::mem::replace(&mut self.state, SleepState::Done) {
            core.disarm(timer, self.at);
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match &self.state {
            SleepState::New(when) => self.state = self.begin(*when, cx),
            SleepState::Sleeps(core, timer) if !core.has_fired(*timer, cx) => {}
            SleepState::Yields | SleepState::Sleeps(..) => {
                self.end();
                return Poll::Ready(());
            }
            SleepState::Done => {
                panic!("the sleep() at {} was polled after it was ready; make a new one to sleep again", self.at)
            }
        }
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.end();
    }
}

impl Core {
    /// Whether any timer is in the wheel, armed or fired.
    pub(super) fn has_timers(&self) -> bool {
        self.wheel.borrow().len() > 0
    }

    /// The moment of this turn. Virtual time jumps to the next deadline if it may, and nobody is ready.
    pub(super) fn read_clock(&self, may_jump: bool) {
        let jumps = may_jump && self.clock.is_virtual() && self.queue.tasks.borrow().is_empty();
        if let Some(deadline) = jumps.then(|| self.wheel.borrow_mut().jump()).flatten() {
            let from = self.clock.jump(Instant::at(deadline));
            self.note(None, None, Kind::TimeJumped { from });
        }
        self.clock.reading();
    }

    /// Fires the timers that are due, in the order of their deadlines. Each is taken from the wheel on its own, because
    /// waking a foreign waker may disarm the next.
    pub(super) fn fire_timers(&self) -> usize {
        self.wheel.borrow_mut().advance(self.now().as_micros());
        let mut fired = 0;
        let next = || self.wheel.borrow_mut().pop_due();
        while let Some((timer, Sleeper { mut wakee, at })) = next() {
            fired += 1;
            let _cause = self.begin_firing(timer, &wakee, at);
            let panic = wakee.grant_and_wake().and_then(Wakee::wake);
            panic.into_iter().for_each(|panic| lost::tell(lost::WOKEN, panic));
        }
        fired
    }

    fn arm(&self, deadline: Instant, cx: &Context<'_>, &Sleep { at, purpose, .. }: &Sleep) -> u32 {
        let sleeper = Sleeper { wakee: Registered::new(Wakee::of(cx.waker())), at };
        let timer = self.wheel.borrow_mut().insert(deadline.as_micros(), sleeper);
        self.note_armed(timer, at, Kind::TimerArmed { deadline, purpose });
        timer
    }

    /// Whether the timer has fired. When then it wakes whom this context names.
    fn has_fired(&self, timer: u32, cx: &Context<'_>) -> bool {
        let has_fired = || self.wheel.borrow_mut().get_mut(timer).is_none();
        has_fired() || {
            self.renew_timer(timer, cx);
            has_fired()
        }
    }

    /// Replaces whom an armed timer wakes, if that is somebody else. It may fire while the new waker is cloned.
    #[cold]
    fn renew_timer(&self, timer: u32, cx: &Context<'_>) {
        let is_current = |sleeper: &mut Sleeper| sleeper.wakee.is_current(cx.waker());
        if self.wheel.borrow_mut().get_mut(timer).is_some_and(is_current) {
            return;
        }
        let wakee = Wakee::of(cx.waker());
        let mut wheel = self.wheel.borrow_mut();
        let outdated = match wheel.get_mut(timer) {
            Some(sleeper) => sleeper.wakee.replace(wakee),
            None => wakee,
        };
        drop(wheel);
        self.note_timer_renewed(timer, outdated);
    }

    /// Takes the timer of a sleep that is over, or dropped, out of the wheel.
    fn disarm(&self, timer: u32, at: &'static Location<'static>) {
        let sleeper = self.wheel.borrow_mut().remove(timer);
        if let Some(Sleeper { wakee, .. }) = sleeper {
            self.note_disarmed(timer, wakee.task().map(|task| &**task), at);
            waiter::drop_foreign(wakee.into_waker());
        }
    }
}

/// Lets others run: what [`yield_now`] returns.
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct YieldNow {
    yielded: bool,
    at: &'static Location<'static>,
}

impl Future for YieldNow {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if std::mem::replace(&mut self.yielded, true) {
            return Poll::Ready(());
        }
        wake_next_turn(cx, self.at);
        Poll::Pending
    }
}

/// Wakes the very task that is being polled.
fn wake_next_turn(cx: &Context<'_>, at: &'static Location<'static>) {
    if !wakee::wakes_polled(cx.waker()) {
        note::here(at, Kind::Yields);
        cx.waker().wake_by_ref();
    }
}
