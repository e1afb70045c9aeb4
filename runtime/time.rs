//! Futures that wait for time, or for a turn.

use super::clock::Instant;
use super::context::{self, Core, Timer};
use super::task::Wakee;
use super::wakes::drop_foreign;
use super::watch::trace::Kind;
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
    Sleep { until: Until::After(duration), state: State::New, at: Location::caller() }
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
    Sleep { until: Until::At(deadline), state: State::New, at }
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
    yield_now_at(Location::caller())
}

/// A yield in the name of that line.
pub(crate) fn yield_now_at(at: &'static Location<'static>) -> YieldNow {
    YieldNow { yielded: false, at }
}

/// What [`sleep`] and [`sleep_until`] return.
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct Sleep {
    until: Until,
    state: State,
    at: &'static Location<'static>,
}

#[derive(Clone, Copy, Debug)]
enum Until {
    After(Duration),
    At(Instant),
}

#[derive(Debug)]
enum State {
    New,
    /// The timer is in the wheel of that runtime, armed or fired.
    Armed(Rc<Core>, u32),
    /// There was no time to wait for, and others run first.
    Yielded,
    Done,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match &self.state {
            State::New => {
                self.state = self.begin(cx);
                return Poll::Pending;
            }
            State::Armed(core, timer) => {
                if !core.poll_timer(*timer, cx) {
                    return Poll::Pending;
                }
            }
            State::Yielded => {}
            State::Done => {
                panic!("the sleep() at {} was polled after it was ready; make a new one to sleep again", self.at)
            }
        }
        self.state = State::Done;
        Poll::Ready(())
    }
}

impl Sleep {
    fn begin(&self, cx: &Context<'_>) -> State {
        let core = context::expect_current(format_args!("the sleep() at {} was polled", self.at));
        let deadline = match self.until {
            Until::After(Duration::ZERO) => core.now(),
            Until::After(duration) => core.clock.counting_from() + duration,
            Until::At(deadline) => deadline,
        };
        if deadline <= core.now() {
            wake_next_turn(cx, self.at);
            return State::Yielded;
        }
        let timer = core.arm(deadline, cx, self.at);
        State::Armed(core, timer)
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let State::Armed(core, timer) = std::mem::replace(&mut self.state, State::Done) {
            core.disarm(timer);
        }
    }
}

impl Core {
    fn arm(&self, deadline: Instant, cx: &Context<'_>, at: &'static Location<'static>) -> u32 {
        let wakee = Wakee::of(self.polling.get(), cx.waker());
        let armed_by = self.emit(wakee.task(), None, Some(at), Kind::TimerArmed { deadline });
        let timer = Timer { wakee: Some(wakee), at, armed_by };
        self.wheel.borrow_mut().insert(deadline.as_micros(), timer)
    }

    /// Whether the timer has fired; it is removed then. Until then it wakes whom this context names.
    fn poll_timer(&self, timer: u32, cx: &Context<'_>) -> bool {
        let polling = self.polling.get();
        let is_current = |wakee: &Wakee| wakee.is_current(polling, cx.waker());
        if self.wheel.borrow_mut().get_mut(timer).wakee.as_ref().is_some_and(|wakee| !is_current(wakee)) {
            self.renew_timer(timer, Wakee::of(polling, cx.waker()));
        }
        let mut wheel = self.wheel.borrow_mut();
        let fired = wheel.get_mut(timer).wakee.is_none();
        if fired {
            wheel.remove(timer);
        }
        fired
    }

    /// Replaces whom an armed timer wakes. It may have fired while the new waker was cloned.
    fn renew_timer(&self, timer: u32, wakee: Wakee) {
        let outdated = match &mut self.wheel.borrow_mut().get_mut(timer).wakee {
            Some(known) => std::mem::replace(known, wakee),
            None => wakee,
        };
        drop(outdated);
    }

    fn disarm(&self, timer: u32) {
        let timer = self.wheel.borrow_mut().remove(timer);
        if let Some(wakee) = &timer.wakee {
            self.emit(wakee.task(), None, Some(timer.at), Kind::TimerDropped);
        }
        drop_foreign(timer.wakee);
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
    if let Some(core) = context::watched() {
        core.emit(core.polling.get().map(|polling| polling.key), None, Some(at), Kind::Yields);
    }
    cx.waker().wake_by_ref();
}
