//! Futures that wait for time, or for a turn.

use super::clock::{self, Instant};
use super::context::{self, Core, Timer};
use super::note::{self, Kind};
use super::waits;
use super::wakee::{self, Kept, Wakee};
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Duration;

/// The moment of the present turn, in the time of the current runtime. In asyncio: `loop.time()`.
///
/// # Panics
/// Outside a runtime.
#[track_caller]
pub fn now() -> Instant {
    context::expect_current("now() was called").now()
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
    Sleep::new(Until::After, clock::ticks(duration), Location::caller())
}

/// Waits until a moment of the runtime's time. One that has passed yields once. In asyncio: `loop.call_at`.
///
/// # Panics
/// When it is polled outside a runtime.
///
/// # Cancel safety
/// Dropping it disarms the timer.
#[track_caller]
pub fn sleep_until(deadline: Instant) -> Sleep {
    sleep_until_at(deadline, Location::caller())
}

/// A sleep in the name of that line.
pub(crate) fn sleep_until_at(deadline: Instant, at: &'static Location<'static>) -> Sleep {
    Sleep::new(Until::At, deadline.as_micros(), at)
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

/// What [`sleep`] and [`sleep_until`] return.
#[must_use = "futures do nothing unless awaited"]
pub struct Sleep {
    /// A duration or a moment, in ticks.
    ticks: u64,
    pub(super) at: &'static Location<'static>,
    /// The runtime in whose wheel the timer is, armed or fired. None before the first poll, and where there was no time to wait for.
    core: Option<Rc<Core>>,
    timer: u32,
    until: Until,
    pub(super) state: State,
}

#[derive(Clone, Copy, Debug)]
enum Until {
    After,
    At,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum State {
    New,
    Begun,
    Done,
}

impl Sleep {
    fn new(until: Until, ticks: u64, at: &'static Location<'static>) -> Self {
        Sleep { ticks, at, core: None, timer: 0, until, state: State::New }
    }

    fn begin(&mut self, cx: &Context<'_>) {
        let core = context::expect_current(format_args!("the sleep() at {} was polled", self.at));
        self.state = State::Begun;
        let deadline = match self.until {
            Until::After if self.ticks == 0 => core.now(),
            Until::After => core.clock.counting_from() + Duration::from_micros(self.ticks),
            Until::At => Instant::at(self.ticks),
        };
        if deadline <= core.now() {
            return wake_next_turn(cx, self.at);
        }
        self.timer = core.arm(deadline, cx, self.at);
        self.core = Some(core);
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match self.state {
            State::New => {
                self.begin(cx);
                return Poll::Pending;
            }
            State::Begun => {
                if self.core.as_ref().is_some_and(|core| !core.poll_timer(self.timer, cx)) {
                    return Poll::Pending;
                }
            }
            State::Done => {
                panic!("the sleep() at {} was polled after it was ready; make a new one to sleep again", self.at)
            }
        }
        self.state = State::Done;
        // It goes with the sleep, and not here: its drop may run anything if this was the last to know the runtime.
        Poll::Ready(())
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let (State::Begun, Some(core)) = (self.state, &self.core) {
            core.disarm(self.timer);
        }
    }
}

impl Core {
    fn arm(&self, deadline: Instant, cx: &Context<'_>, at: &'static Location<'static>) -> u32 {
        let wakee = Wakee::of(cx.waker());
        let task = self.watchers.trace.is_watched().then(|| wakee.task().cloned()).flatten();
        let timer = Timer { wakee: Kept::new(wakee, 0), at: Some(at) };
        let timer = self.wheel.borrow_mut().insert(deadline.as_micros(), timer);
        self.note_armed(timer, task.as_deref(), at, Kind::TimerArmed { deadline });
        timer
    }

    /// Whether the timer has fired; it is removed then. Until then it wakes whom this context names.
    fn poll_timer(&self, timer: u32, cx: &Context<'_>) -> bool {
        if !self.take_fired(timer) {
            self.renew_timer(timer, cx);
            return self.take_fired(timer);
        }
        true
    }

    fn take_fired(&self, timer: u32) -> bool {
        let mut wheel = self.wheel.borrow_mut();
        let fired = wheel.get_mut(timer).wakee.is_granted().then(|| wheel.remove(timer));
        drop(wheel);
        fired.is_some()
    }

    /// Replaces whom an armed timer wakes, if that is somebody else. It may fire while the new waker is cloned.
    #[cold]
    fn renew_timer(&self, timer: u32, cx: &Context<'_>) {
        if self.wheel.borrow_mut().get_mut(timer).wakee.is_current(cx.waker()) {
            return;
        }
        let wakee = Wakee::of(cx.waker());
        let mut wheel = self.wheel.borrow_mut();
        let kept = &mut wheel.get_mut(timer).wakee;
        let outdated = if kept.is_granted() { wakee } else { kept.replace(wakee) };
        drop(wheel);
        drop(outdated);
    }

    fn disarm(&self, timer: u32) {
        let Timer { wakee, at } = self.wheel.borrow_mut().remove(timer);
        if let (false, Some(at)) = (wakee.is_granted(), at) {
            self.note_disarmed(timer, wakee.task().map(|task| &**task), at);
        }
        waits::drop_foreign(wakee.into_waker());
    }
}

/// What [`yield_now`] returns.
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
    note::yields(at);
    wakee::wake_polled(cx.waker());
}
