//! The wait list of an object, and granting.
//!
//! A waiter that is woken is *granted* first: it is marked and leaves its list, so whatever runs before the waiter does
//! finds it gone from there, and the waiter finds the mark.

use super::arena::{self, WAITS, Waiting, Waits};
use super::context;
use super::list::END;
use super::note::{self, About, Kind, ObjectState};
use super::panics;
use super::wakee::Wakee;
use std::cell::OnceCell;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, Location, UnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

/// The waiters of one object, first in, first out. It stays on its thread.
///
/// A list that is dropped while somebody waits wakes nobody: those waits never end, and are no more than dropped with
/// their futures.
///
/// ```
/// use greenlight::waiters::{WaitList, Waiter};
/// use std::{future::poll_fn, panic::Location, rc::Rc};
///
/// greenlight::run(async {
///     let gate = Rc::new(WaitList::new("gate").named("north"));
///     let mut waiter = Waiter::new(Location::caller());
///     let guest = greenlight::spawn({
///         let gate = gate.clone();
///         async move { poll_fn(|cx| waiter.wait(cx, &gate, || true)).await }
///     });
///     greenlight::yield_now().await;
///     assert_eq!((gate.len(), gate.wake_all(), gate.len()), (1, 1, 0));
///     guest.await.unwrap();
///     assert!(gate.is_empty() && gate.grant_first().is_none());
/// });
/// ```
pub struct WaitList {
    /// What the object says of itself before anybody has waited for it.
    pub(super) about: About,
    /// The list as the thread keeps it, and its index there. None until somebody waits.
    waiting: OnceCell<(Rc<Waiting>, u32)>,
    /// An index goes with the arena of this thread, and is neither `Send` nor `Sync`: in another thread's it would name
    /// somebody else.
    stays: PhantomData<*const ()>,
}

/// A waiter that was granted what it waits for, and is to be woken: what [`WaitList::grant_first`] returns. One that is
/// dropped instead leaves its waiter asleep, and the stall report tells of that.
///
/// Granting and waking are two steps, so that the object is in order before a foreign waker runs, which may use it:
///
/// ```
/// use greenlight::waiters::{WaitList, Waiter};
/// use std::{cell::Cell, future::poll_fn, panic::Location, rc::Rc};
///
/// struct Gate {
///     is_open: Cell<bool>,
///     waiters: WaitList,
/// }
///
/// /// Opens the gate, or hands it open to the first who waits.
/// fn open(gate: &Gate) {
///     let grant = gate.waiters.grant_first();
///     gate.is_open.set(grant.is_none());
///     if let Some(grant) = grant {
///         grant.wake();
///     }
/// }
///
/// greenlight::run(async {
///     let gate = Rc::new(Gate { is_open: Cell::new(false), waiters: WaitList::new("gate") });
///     let guest = gate.clone();
///     let mut waiter = Waiter::new(Location::caller());
///     let guest = greenlight::spawn(async move {
///         poll_fn(|cx| waiter.wait(cx, &guest.waiters, || !guest.is_open.get())).await;
///     });
///     greenlight::yield_now().await;
///     open(&gate);
///     assert!(!gate.is_open.get() && gate.waiters.is_empty());
///     guest.await.unwrap();
///     open(&gate);
///     assert!(gate.is_open.get());
/// });
/// ```
#[must_use = "a waiter that was granted sleeps on until it is woken"]
pub struct Grant {
    pub(crate) node: u32,
    /// Whether its task was cancelled already, and will be dropped instead of polled.
    pub(crate) dying: bool,
    /// The line that waits.
    pub(super) at: &'static Location<'static>,
    pub(super) asks: u32,
    pub(super) wakee: Wakee,
}

impl Grant {
    /// Wakes it. A foreign waker is foreign code.
    ///
    /// # Panics
    /// With the panic of a foreign waker.
    #[inline]
    pub fn wake(self) {
        if let Some(panic) = note::granted(self.node, || self.wakee.wake()) {
            panics::go_on_with_first([panic]);
        }
    }
}

impl WaitList {
    /// A list for an object of that kind, made at the caller's line, which the reports tell.
    #[track_caller]
    pub const fn new(kind: &'static str) -> Self {
        WaitList::of_state(kind, ObjectState::Other { is_held: false })
    }

    /// A list for an object of that kind and in that state, made at the caller's line.
    #[track_caller]
    pub(crate) const fn of_state(kind: &'static str, state: ObjectState) -> Self {
        let about = About::new(kind, Location::caller(), state);
        WaitList { about, waiting: OnceCell::new(), stays: PhantomData }
    }

    /// How many wait. Those who were granted what they wait for are not among them.
    ///
    /// ```
    /// let list = greenlight::waiters::WaitList::new("gate");
    /// assert!(list.is_empty() && list.len() == 0);
    /// ```
    pub fn len(&self) -> usize {
        self.waiting().map_or(0, |waiting| waiting.order.len.get() as usize)
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether everybody who waits belongs to a task that was cancelled and is not dropped yet.
    #[inline]
    pub(crate) fn all_dying(&self) -> bool {
        self.waiting().is_none_or(|waiting| {
            waiting.order.is_empty() || WAITS.with_borrow(|waits| waits.first_living(waiting)) == END
        })
    }

    /// Grants every waiter and wakes them, first in, first out, foreign wakers last. Returns how many they were. A
    /// waiter that arrives while they are being woken is not part of it.
    ///
    /// # Panics
    /// With the panic of a foreign waker, after everybody was woken.
    #[inline]
    pub fn wake_all(&self) -> usize {
        self.waiting().map_or(0, wake_all)
    }

    /// As [`wake_all`](WaitList::wake_all), for those whose tasks are not dying, as long as what each asks for
    /// `suffices`. It is asked with the wait lists borrowed, and runs no foreign code.
    #[inline]
    pub(crate) fn grant_while(&self, mut suffices: impl FnMut(usize) -> bool) -> usize {
        let Some(waiting) = self.waiting() else { return 0 };
        wake_each(waiting, |waits| match waits.first_living(waiting) {
            node if node == END || suffices(waits.asked[node as usize].1 as usize) => node,
            _ => END,
        })
    }

    /// As [`wake_all`](WaitList::wake_all), for those whose tasks are not being cancelled, as long as `takes`, which is
    /// given what each asks for, says so. It is to count what is left, and may read the list's length.
    ///
    /// # Panics
    /// With the panic of `takes`, or if it does more with a wait list than to read its length: that asks no further,
    /// and who was granted before is woken. With the panic of a foreign waker, after that.
    ///
    /// ```
    /// use greenlight::waiters::{WaitList, Waiter};
    /// use std::panic::Location;
    /// use std::task::{Context, Waker};
    ///
    /// let (list, cx) = (WaitList::new("pool"), Context::from_waker(Waker::noop()));
    /// let mut waiters = [1, 2, 1].map(|asks| (asks, Waiter::new(Location::caller())));
    /// for (asks, waiter) in &mut waiters {
    ///     assert!(waiter.join_asking(&cx, &list, *asks, || true).is_pending());
    /// }
    /// let mut free = 2;
    /// let woken = list.wake_while(|asks| (asks <= free).then(|| free -= asks).is_some());
    /// assert_eq!((woken, free), (1, 1)); // nobody overtakes the one who asks for two
    /// ```
    pub fn wake_while(&self, mut takes: impl FnMut(usize) -> bool) -> usize {
        let mut panic = None;
        let woken = self.grant_while(|asks| {
            let taken = catch_unwind(AssertUnwindSafe(|| takes(asks)));
            taken.unwrap_or_else(|payload| panic.replace(payload).is_some())
        });
        panic.map_or(woken, |payload| resume_unwind(payload))
    }

    /// Grants the first who waits, also if its task is being cancelled: then its future is dropped, and finds itself
    /// [granted](super::waiter::Waiter::is_granted). [`Grant::wake`] is to follow.
    #[inline]
    pub fn grant_first(&self) -> Option<Grant> {
        let waiting = self.waiting()?;
        WAITS.with_borrow_mut(|waits| {
            let node = waiting.order.first();
            if node == END {
                return None;
            }
            let (dying, (at, asks)) = (waits.nodes.get(node).is_dying(), waits.asked[node as usize]);
            Some(Grant { node, dying, at, asks, wakee: waits.grant(waiting, node) })
        })
    }

    /// Emits an event about this object, in the name of the task that is being polled.
    #[inline]
    pub(crate) fn emit(&self, at: &'static Location<'static>, kind: impl FnOnce() -> Kind) {
        if note::is_watched() {
            note::act(self.about(), at, kind());
        }
    }

    /// Has something done for this object in the next turn; see [`Core::call_soon`](super::context::Core::call_soon).
    pub(crate) fn call_soon(&self, call: impl FnOnce() + 'static) {
        let core = context::expect_current("what an object does a hop later was to be done");
        core.call_soon(core.callback(self.about(), call));
    }

    /// What the object says of itself.
    #[inline]
    pub(crate) fn about(&self) -> &About {
        self.waiting().map_or(&self.about, |waiting| &waiting.about)
    }

    /// The list as the thread keeps it, made if there is none yet, and its index.
    #[inline]
    pub(super) fn open(&self) -> (&Waiting, u32) {
        let (waiting, index) = self.waiting.get_or_init(|| arena::open(|about| about.copy(&self.about)));
        (waiting, *index)
    }

    #[inline]
    pub(super) fn waiting(&self) -> Option<&Waiting> {
        self.waiting.get().map(|(waiting, _)| &**waiting)
    }
}

/// Foreign code runs with nothing borrowed and each list in order, so a panic in it breaks none.
impl UnwindSafe for WaitList {}

impl Drop for WaitList {
    fn drop(&mut self) {
        match self.waiting.get() {
            Some((_, index)) => arena::close(*index),
            None => self.about.forget(),
        }
    }
}

/// Grants and wakes every waiter, the dying too.
pub(super) fn wake_all(waiting: &Waiting) -> usize {
    wake_each(waiting, |_| waiting.order.first())
}

/// Grants and wakes the waiters that `next` names, until it names none. Tasks are queued as they are granted, which
/// runs no foreign code; where somebody watches, and where they are foreign, they are woken after all are granted.
fn wake_each(waiting: &Waiting, mut next: impl FnMut(&Waits) -> u32) -> usize {
    let (mut count, mut is_any_left) = (0, false);
    WAITS.with_borrow_mut(|waits| {
        while let Some(node) = Some(next(waits)).filter(|&node| node != END) {
            count += 1;
            waits.unlink(waiting, node);
            waits.nodes.set_word(node, waiting.serial.get());
            if let Some(wakee) = waits.nodes.get_mut(node).grant_and_wake() {
                waits.to_wake.push((node, wakee));
                is_any_left = true;
            }
        }
    });
    if is_any_left {
        wake_left();
    }
    count
}

/// Wakes those whom a broadcast has left to be woken with nothing borrowed, foreign wakers last. One that panics does
/// not cost the others their wake; the first panic goes on afterwards, and the others are told.
#[cold]
fn wake_left() {
    let mut left = WAITS.with_borrow_mut(|waits| std::mem::take(&mut waits.to_wake));
    for (node, wakee) in &left {
        if let Wakee::Task(task) = wakee {
            note::granted(*node, || task.wake());
        }
    }
    let foreign = left.drain(..).filter(|(_, wakee)| matches!(wakee, Wakee::Foreign(..)));
    let panics: Vec<_> = foreign.filter_map(|(node, wakee)| note::granted(node, || wakee.wake())).collect();
    // It is empty again, and kept for the next broadcast.
    WAITS.with_borrow_mut(|waits| waits.to_wake = left);
    panics::go_on_with_first(panics);
}
