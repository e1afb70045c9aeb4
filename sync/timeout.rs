//! `timeout`: a future that gets so much time and no more.

use crate::runtime::{ObjectState, Purpose, WaitList, Waiter, expect_current, here, sleep_for};
use crate::trace::Kind;
use crate::{Instant, Sleep, now};
use std::cell::Cell;
use std::error::Error;
use std::fmt;
use std::future::{Future, poll_fn};
use std::panic::Location;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

/// Runs a future for at most this long, counted from the first poll. In asyncio: `timeout`, `wait_for`.
///
/// When the time is up, the future is dropped at once. One that is ready at the deadline is in time. A duration that
/// goes beyond the end of time ends there, as that of a [`sleep`](crate::sleep) does.
///
/// # Errors
/// [`Elapsed`] if the time was up first.
///
/// # Panics
/// When it is polled outside a runtime.
///
/// # Cancel safety
/// Dropping it drops the future.
///
/// ```
/// use std::time::Duration;
/// greenlight::Runtime::builder().virtual_clock().build().run(async {
///     let minute = Duration::from_secs(60);
///     assert_eq!(greenlight::timeout(minute, async { 42 }).await, Ok(42));
///     assert!(greenlight::timeout(minute, std::future::pending::<()>()).await.is_err());
///     assert_eq!(greenlight::now().since_start(), minute);
/// });
/// ```
#[track_caller]
pub fn timeout<F: Future>(duration: Duration, future: F) -> impl Future<Output = Result<F::Output, Elapsed>> {
    let at = Location::caller();
    async move {
        let start = expect_current(format_args!("the timeout() at {at} was polled")).counting_from();
        // No time at all is up in the next turn, on the real clock too, which has gone on since this turn began.
        let deadline = if duration.is_zero() { now() } else { start + duration };
        let mut sleep = sleep_for(Purpose::Timeout, deadline, at);
        run_until(future, |cx| Pin::new(&mut sleep).poll(cx).map(|()| Elapsed { deadline, at })).await
    }
}

/// Runs a future until a deadline that may be moved meanwhile, also by the future itself. In asyncio: `timeout_at`.
///
/// When the deadline has come, the future is dropped at once. One that is ready by then is in time.
///
/// # Errors
/// [`Elapsed`] if the deadline passed first.
///
/// # Panics
/// When it has to wait for a deadline outside a runtime.
///
/// # Cancel safety
/// Dropping it drops the future.
///
/// ```
/// use greenlight::{Deadline, now, sleep, timeout_at};
/// use std::time::Duration;
/// let second = Duration::from_secs(1);
/// greenlight::Runtime::builder().virtual_clock().build().run(async {
///     let deadline = Deadline::at(now() + second);
///     let work = async {
///         sleep(second / 2).await;
///         deadline.move_to(now() + 5 * second);
///         sleep(3 * second).await;
///     };
///     assert_eq!(timeout_at(&deadline, work).await, Ok(()));
/// });
/// ```
#[track_caller]
pub fn timeout_at<F: Future>(deadline: &Deadline, future: F) -> impl Future<Output = Result<F::Output, Elapsed>> {
    let at = Location::caller();
    let mut alarm = Alarm { deadline, sleep: None, moved: Waiter::new(at), at };
    async move {
        let mut future = pin!(Some(future));
        let ended = poll_fn(|cx| {
            // The future may move the deadline, and must not wake its own task for that.
            alarm.moved = Waiter::new(at);
            poll_first(future.as_mut(), cx, |cx| alarm.poll(cx))
        })
        .await;
        let_go(future, ended)
    }
}

/// A moment that can be moved, for [`timeout_at`]. In asyncio: a `Timeout`, which is one for one body.
///
/// There is none later than `now() + Duration::MAX`, the end of time.
///
/// ```
/// use greenlight::{Deadline, now, sleep, spawn, timeout_at};
/// use std::{future::pending, rc::Rc, time::Duration};
///
/// let second = Duration::from_secs(1);
/// greenlight::Runtime::builder().virtual_clock().build().run(async {
///     let closing = Rc::new(Deadline::new());
///     let guest = closing.clone();
///     let guest = spawn(async move { timeout_at(&guest, pending::<()>()).await });
///     sleep(second).await;
///     assert_eq!(closing.when(), None); // the guest may stay for ever
///     closing.move_to(now() + 2 * second);
///     assert!(guest.await.unwrap().is_err());
///     assert_eq!(now().since_start(), 3 * second);
///
///     // It is for any number of futures. One that has passed is up in the next turn.
///     let passed = Deadline::at(now());
///     assert!(timeout_at(&passed, pending::<()>()).await.is_err());
///     assert_eq!(timeout_at(&passed, async { 42 }).await, Ok(42));
/// });
/// ```
///
/// It stays on its thread, since those who go by it wait there:
///
/// ```compile_fail,E0277
/// let deadline = greenlight::Deadline::new();
/// std::thread::spawn(move || deadline.move_to(None));
/// ```
#[derive(Debug)]
pub struct Deadline {
    /// None while there is none.
    when: Cell<Option<Instant>>,
    /// Those who go by this deadline wait here for its being moved.
    moved: WaitList,
}

impl Deadline {
    /// No deadline yet: a future that goes by it may take for ever.
    #[track_caller]
    pub const fn new() -> Self {
        Deadline { when: Cell::new(None), moved: WaitList::of_state("deadline", ObjectState::word(None)) }
    }

    /// A deadline at that moment.
    #[track_caller]
    pub fn at(when: Instant) -> Self {
        let deadline = Deadline::new();
        deadline.when.set(Some(when));
        deadline
    }

    /// The moment; none while there is no deadline. In asyncio: `Timeout.when`.
    pub fn when(&self) -> Option<Instant> {
        self.when.get()
    }

    /// Moves the deadline, sooner or later; `None` takes it away. A future that has timed out stays so. In asyncio:
    /// `Timeout.reschedule`.
    ///
    /// Who goes by a deadline that moves sooner, without having moved it itself, is woken to look at it.
    pub fn move_to(&self, when: impl Into<Option<Instant>>) {
        let when = when.into();
        let before = self.when.replace(when);
        // Who finds the old moment has come, and the new one has not, waits on.
        if when.is_some_and(|when| before.is_none_or(|before| when < before)) {
            self.moved.wake_all();
        }
    }
}

impl Default for Deadline {
    #[track_caller]
    fn default() -> Self {
        Deadline::new()
    }
}

/// A future took longer than it had. In asyncio: `TimeoutError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Elapsed {
    deadline: Instant,
    at: &'static Location<'static>,
}

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the timeout at {} was up at {}; give it more time, or handle the error", self.at, self.deadline)
    }
}

impl Error for Elapsed {}

async fn run_until<F: Future>(
    future: F,
    mut alarm: impl FnMut(&mut Context<'_>) -> Poll<Elapsed>,
) -> Result<F::Output, Elapsed> {
    let mut future = pin!(Some(future));
    let ended = poll_fn(|cx| poll_first(future.as_mut(), cx, &mut alarm)).await;
    let_go(future, ended)
}

/// Polls the future first and the alarm after, so that a future which is ready at the deadline is in time.
fn poll_first<F: Future>(
    future: Pin<&mut Option<F>>,
    cx: &mut Context<'_>,
    alarm: impl FnOnce(&mut Context<'_>) -> Poll<Elapsed>,
) -> Poll<Result<F::Output, Elapsed>> {
    match future.as_pin_mut().expect("it is there until it has ended").poll(cx) {
        Poll::Ready(output) => Poll::Ready(Ok(output)),
        Poll::Pending => alarm(cx).map(Err),
    }
}

/// Drops the future before its output is returned: one that panics in that would leave it undropped then, and a lock
/// locked.
fn let_go<F: Future>(mut future: Pin<&mut Option<F>>, ended: Result<F::Output, Elapsed>) -> Result<F::Output, Elapsed> {
    future.set(None);
    ended.inspect_err(|elapsed| here(elapsed.at, Kind::TimedOut))
}

/// Rings at a deadline that may be moved.
struct Alarm<'a> {
    deadline: &'a Deadline,
    /// The sleep that is under way, and until when; none while there is no deadline.
    sleep: Option<(Instant, Sleep)>,
    moved: Waiter,
    at: &'static Location<'static>,
}

impl Alarm<'_> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Elapsed> {
        let _ = self.moved.join_if(cx, &self.deadline.moved, || true);
        let when = self.deadline.when();
        if self.sleep.as_ref().map(|(until, _)| *until) != when {
            self.sleep = when.map(|until| (until, sleep_for(Purpose::Deadline, until, self.at)));
        }
        let Some((deadline, sleep)) = &mut self.sleep else { return Poll::Pending };
        Pin::new(sleep).poll(cx).map(|()| Elapsed { deadline: *deadline, at: self.at })
    }
}
