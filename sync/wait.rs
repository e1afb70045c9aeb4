//! `wait` and `as_completed`: tasks that run already, looked at as they end.

use super::wait_in::wait_in;
use crate::runtime::{About, Listener, ObjectState, WaitList, expect_current};
use crate::{JoinError, JoinHandle};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::rc::Rc;

/// Which ends [`wait`] waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// The first, whatever way a task ends. In asyncio: `FIRST_COMPLETED`.
    First,
    /// The first that is a panic, or the last. In asyncio: `FIRST_EXCEPTION`. An `Err` that a task returns is not a
    /// panic: what ends at the first `Err` is a [`TaskGroup`](crate::TaskGroup).
    FirstPanic,
    /// The last. In asyncio: `ALL_COMPLETED`.
    All,
}

/// Waits for tasks to end, and yields the places of those that have, in the order of their ends. In asyncio: `wait`.
///
/// Those that end before it goes on are among them. It never cancels, and leaves the handles to be awaited. It takes no
/// deadline: put it into a [`timeout`](crate::timeout), after which the handles are there to be asked which have
/// finished, or waited for again. Of no tasks at all it does not suspend, and yields none.
///
/// # Panics
/// Outside a runtime.
///
/// # Cancel safety
/// Dropping it leaves the tasks alone.
///
/// ```
/// use greenlight::{Until, sleep, spawn, timeout, wait};
/// use std::time::Duration;
/// greenlight::Runtime::builder().virtual_clock().build().run(async {
///     let seconds = [3, 1, 2].map(|n| spawn(sleep(Duration::from_secs(n))));
///     assert_eq!(wait(&seconds, Until::First).await, [1]);
///
///     // With a deadline, which is between the second and the third.
///     let all = wait(&seconds, Until::All);
///     assert!(timeout(Duration::from_millis(1500), all).await.is_err());
///     assert_eq!(seconds.each_ref().map(|task| task.is_finished()), [false, true, true]);
///
///     assert_eq!(wait(&seconds, Until::All).await, [1, 2, 0]);
/// });
/// ```
#[track_caller]
pub fn wait<T>(handles: &[JoinHandle<T>], until: Until) -> impl Future<Output = Vec<usize>> {
    expect_current("wait() was called");
    let at = Location::caller();
    let watched = Watched { handles, ends: Ends::of(handles, until) };
    async move {
        if !handles.is_empty() {
            watched.ends.news(at).await;
        }
        watched.ends.ended.take().into()
    }
}

/// Yields the outcomes of tasks in the order in which they end. In asyncio: `as_completed`.
///
/// # Panics
/// Outside a runtime.
///
/// ```
/// use greenlight::{as_completed, sleep, spawn};
/// use std::time::Duration;
/// greenlight::Runtime::builder().virtual_clock().build().run(async {
///     let mut seconds = as_completed([3, 1, 2].map(|n| {
///         spawn(async move {
///             sleep(Duration::from_secs(n)).await;
///             n
///         })
///     }));
///     let mut order = Vec::new();
///     while let Some((_, n)) = seconds.next_ended().await {
///         order.push(n.unwrap());
///     }
///     assert_eq!(order, [1, 2, 3]);
/// });
/// ```
#[track_caller]
pub fn as_completed<T>(handles: impl IntoIterator<Item = JoinHandle<T>>) -> AsCompleted<T> {
    expect_current("as_completed() was called");
    let handles: BTreeMap<_, _> = handles.into_iter().enumerate().collect();
    AsCompleted { count: handles.len(), ends: Ends::of(handles.values(), Until::First), handles }
}

/// Tasks in the order of their ends: what [`as_completed`] returns. Dropping it detaches those that have not ended.
pub struct AsCompleted<T> {
    /// The tasks that were not yielded, by their places.
    handles: BTreeMap<usize, JoinHandle<T>>,
    /// How many there were.
    count: usize,
    ends: Rc<Ends>,
}

impl<T> AsCompleted<T> {
    /// Waits for the next task to end, and yields its place among the handles and its outcome. Where none is left, it
    /// yields `None` at once, however often it is called, until [`push`](AsCompleted::push) adds another.
    ///
    /// # Panics
    /// When it comes to a handle that had yielded its output before it was given here.
    ///
    /// # Cancel safety
    /// A dropped wait loses no outcome.
    #[track_caller]
    pub fn next_ended(&mut self) -> impl Future<Output = Option<(usize, Result<T, JoinError>)>> {
        let at = Location::caller();
        async move {
            if self.handles.is_empty() {
                return None;
            }
            self.ends.news(at).await;
            let index = self.ends.next();
            let handle = self.handles.remove(&index).expect("each task is yielded once");
            Some((index, handle.take_outcome()))
        }
    }

    /// Adds a task, whose place is behind all that there were, and returns that place. With
    /// [`next_ended`](AsCompleted::next_ended) in a loop it is a set of tasks that grows as they end; also one that had
    /// yielded all, and `None`.
    ///
    /// ```
    /// use greenlight::{as_completed, spawn};
    ///
    /// greenlight::run(async {
    ///     // Counts down, each number in a task that the end of the one before it asks for.
    ///     let step = |n: u32| spawn(async move { n.checked_sub(1) });
    ///     let mut steps = as_completed([step(3)]);
    ///     let mut places = Vec::new();
    ///     while let Some((place, left)) = steps.next_ended().await {
    ///         places.push(place);
    ///         if let Some(n) = left.unwrap() {
    ///             steps.push(step(n));
    ///         }
    ///     }
    ///     assert_eq!(places, [0, 1, 2, 3]);
    ///     assert_eq!(steps.push(step(0)), 4); // after the `None`
    ///     assert!(steps.next_ended().await.is_some() && steps.next_ended().await.is_none());
    /// });
    /// ```
    pub fn push(&mut self, handle: JoinHandle<T>) -> usize {
        let index = self.count;
        self.count += 1;
        self.ends.expect(index, &handle);
        self.handles.insert(index, handle);
        index
    }
}

/// The ends of several tasks, each told a hop after it, in the place that it had: when asyncio's callback runs.
struct Ends {
    until: Until,
    /// The places of those that have ended and were not yielded, in the order of their ends.
    ended: RefCell<VecDeque<usize>>,
    /// How many of these were told.
    told: Cell<usize>,
    /// How many ends are still to be told.
    untold: Cell<usize>,
    /// Set once a panic was told.
    panicked: Cell<bool>,
    /// Who waits for the ends waits here.
    news: WaitList,
}

impl Ends {
    #[track_caller]
    fn of<'a, T: 'a>(handles: impl IntoIterator<Item = &'a JoinHandle<T>>, until: Until) -> Rc<Self> {
        let ends = Rc::new(Ends {
            until,
            ended: RefCell::default(),
            told: Cell::new(0),
            untold: Cell::new(0),
            panicked: Cell::new(false),
            news: WaitList::of_state("end of tasks", ObjectState::Ends),
        });
        handles.into_iter().enumerate().for_each(|(index, handle)| ends.expect(index, handle));
        ends
    }

    /// Has the end of that task told, also if it is past.
    fn expect<T>(self: &Rc<Self>, index: usize, handle: &JoinHandle<T>) {
        self.untold.set(self.untold.get() + 1);
        let member = Rc::new(Expected { ends: self.clone(), index });
        if !handle.add_listener(&member) {
            member.task_ended(handle.has_panicked());
        }
    }

    fn tell(&self, panicked: bool) {
        self.told.set(self.told.get() + 1);
        self.untold.set(self.untold.get() - 1);
        self.panicked.set(self.panicked.get() || panicked);
        if self.suffices() {
            self.news.wake_all();
        }
    }

    /// Whether what was told is what the one who waits wants to know.
    fn suffices(&self) -> bool {
        match self.until {
            Until::First => self.told.get() > 0,
            Until::FirstPanic => self.untold.get() == 0 || self.panicked.get(),
            Until::All => self.untold.get() == 0,
        }
    }

    async fn news(&self, at: &'static Location<'static>) {
        wait_in(&self.news, at, || !self.suffices()).await;
    }

    /// Takes the first of the ends that were told.
    fn next(&self) -> usize {
        self.told.set(self.told.get() - 1);
        self.ended.borrow_mut().pop_front().expect("an end that was told is there")
    }
}

/// One task among several whose ends are waited for.
struct Expected {
    ends: Rc<Ends>,
    index: usize,
}

impl Listener for Expected {
    fn task_ended(self: Rc<Self>, panicked: bool) {
        self.ends.ended.borrow_mut().push_back(self.index);
        self.ends.clone().news.call_soon(move || self.ends.tell(panicked));
    }

    fn about(&self) -> &About {
        self.ends.news.about()
    }

    fn awaits_every(&self) -> bool {
        self.ends.until == Until::All
    }
}

/// Takes the watches back from the handles when the waiting is over. Others may watch the same tasks.
struct Watched<'a, T> {
    handles: &'a [JoinHandle<T>],
    ends: Rc<Ends>,
}

impl<T> Drop for Watched<'_, T> {
    fn drop(&mut self) {
        self.handles.iter().for_each(|handle| handle.remove_listener(&self.ends.news));
    }
}

impl<T> fmt::Debug for AsCompleted<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AsCompleted").field("remaining", &self.handles.len()).finish_non_exhaustive()
    }
}
