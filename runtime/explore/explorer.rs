//! What is to be explored, and within what bounds.

use super::plan::Bounds;
use super::session::Session;
use std::time::Duration;

/// How much one poll may do with greenlight's objects.
const ACTS: u32 = 1_000_000;

/// How schedules are chosen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum How {
    /// Those with the fewest deviations first.
    Deferrals,
    /// Each order of those that are ready.
    Exhaustive,
    /// By lot, with that seed.
    Random(u64),
}

/// Explores the schedules of a program: on one thread a poll is atomic, so what there is to choose is who of those that
/// are ready runs next. [`explore`](crate::explore()) does it within the bounds that this has unless set.
///
/// Each schedule is the whole program on a fresh runtime with virtual time. A schedule fails by a panic of main, or of
/// a task that nobody joins; by a stall; by an invariant that does not hold ([`always`](super::always),
/// [`finally`](super::finally)); by too many turns; by a poll that never comes to its end. What the program says with
/// [`say!`](crate::say!) is not printed.
///
/// ```
/// use greenlight::{explore::Explorer, sync::Event, task, timeout, sleep};
/// use std::{rc::Rc, time::Duration};
///
/// // Two tasks of three polls each, and main, which joins them one after the other.
/// let explored = Explorer::new().exhaustive().run(|| async {
///     let [one, two] = ["one", "two"].map(|name| {
///         task(name).spawn(async { for _ in 0..2 { greenlight::yield_now().await } })
///     });
///     _ = (one.await, two.await);
/// });
/// assert!(explored.is_complete && explored.orders == explored.schedules);
///
/// // A clock that is late is no bug of the program, but it may show one.
/// let explorer = Explorer::new().deferrals(1).late_clock().schedules(1000).turns(100);
/// let failed = explorer.time(Duration::from_secs(60)).try_run(|| async {
///     let answer = timeout(Duration::from_secs(2), async {
///         sleep(Duration::from_secs(1)).await;
///         greenlight::yield_now().await;
///     });
///     answer.await.expect("a second is less than two");
/// });
/// assert_eq!(failed.unwrap_err().found[0].schedule.to_string(), "gl1:late:0@2");
///
/// // The first who waits may be gone before it is told.
/// let explorer = Explorer::new().cancels(["alice"], 1).until(|| false).random(7);
/// let failed = explorer.schedules(100).try_run(|| async {
///     let light = Rc::new(Event::new().named("light"));
///     let seen = light.clone();
///     let alice = task("alice").spawn(async move { seen.wait().await });
///     greenlight::yield_now().await;
///     light.set();
///     alice.await.expect("nobody cancels her");
/// });
/// assert!(failed.is_err());
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Explorer {
    pub(super) how: How,
    pub(super) bounds: Bounds,
    pub(super) schedules: u64,
    pub(super) time: Option<Duration>,
    pub(super) until: Option<fn() -> bool>,
    pub(super) patience: Duration,
}

impl Default for Explorer {
    fn default() -> Self {
        let bounds = Bounds { deferrals: 3, turns: 10_000, acts: Some(ACTS), ..Bounds::default() };
        let (schedules, patience) = (1_000_000, Duration::from_secs(10));
        Explorer { how: How::Deferrals, bounds, schedules, time: None, until: None, patience }
    }
}

impl Explorer {
    /// Within three deviations, a million schedules, and ten thousand turns of each.
    pub fn new() -> Self {
        Explorer::default()
    }

    /// How many deviations a schedule has at most, of whatever kind: 3 unless set. All schedules with fewer are tried
    /// before the first with one more.
    pub fn deferrals(mut self, most: usize) -> Self {
        self.bounds.deferrals = most;
        self
    }

    /// Lets virtual time jump to the next deadline although somebody is ready, as on a machine that is busy. A jump is
    /// a deviation.
    pub fn late_clock(mut self) -> Self {
        self.bounds.late = true;
        self
    }

    /// Lets the tasks of these names be cancelled, at each of their awaits, so many of them in a schedule at most. A
    /// cancel is a deviation. Of the tasks of a program the first 64 can be cancelled.
    pub fn cancels(mut self, tasks: impl IntoIterator<Item = impl Into<String>>, most: usize) -> Self {
        self.bounds.cancels = (Some(tasks.into_iter().map(|task| task.into().into()).collect()), most);
        self
    }

    /// Tries each order of those that are ready, and so proves what holds in all: for programs that are small. Late
    /// jumps and cancels are tried in each, if they are asked for.
    pub fn exhaustive(mut self) -> Self {
        self.how = How::Exhaustive;
        self
    }

    /// Tries the ordinary order and then orders by lot, for programs that are too big for more: as many as
    /// [`schedules`](Explorer::schedules) says. The same seed draws the same ones.
    pub fn random(mut self, seed: u64) -> Self {
        self.how = How::Random(seed);
        self
    }

    /// How many schedules are tried at most: a million unless set.
    pub fn schedules(mut self, most: u64) -> Self {
        self.schedules = most;
        self
    }

    /// How many turns one schedule has at most: ten thousand unless set. One that has more fails, as a livelock if
    /// time stands still.
    pub fn turns(mut self, most: u64) -> Self {
        self.bounds.turns = most;
        self
    }

    /// For how long schedules are tried, by the real clock: for ever unless set.
    pub fn time(mut self, most: Duration) -> Self {
        self.time = Some(most);
        self
    }

    /// Ends the exploration with what was found so far once this returns true. It is asked every few schedules, outside
    /// of any runtime.
    pub fn until(mut self, stop: fn() -> bool) -> Self {
        self.until = Some(stop);
        self
    }

    /// How long one poll may take that does nothing with greenlight's objects, by the real clock: 10 s unless set. As
    /// nothing else can end such a poll, the process is ended then, with exit code 5 and the name of the task on
    /// stderr.
    ///
    /// ```
    /// use greenlight::explore::Explorer;
    /// use std::time::Duration;
    /// let explored = Explorer::new().patience(Duration::from_secs(60)).run(|| async {});
    /// assert_eq!(explored.schedules, 1);
    /// ```
    pub fn patience(mut self, longest: Duration) -> Self {
        self.patience = longest;
        self
    }

    #[track_caller]
    pub(super) fn session(&self, bounds: Bounds) -> Session {
        Session::new(bounds, self.patience)
    }
}
