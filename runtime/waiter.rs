//! What a primitive is made of: its own wait list, and the places that waiting futures have in it.

use super::context;
use super::list::END;
use super::note::{self, About, Holder, Kind, ObjectState};
use super::waits::{self, Grant, Waiting};
use super::wakee::{self, Kept, Wakee};
use std::cell::OnceCell;
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, Location, UnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::task::{Context, Poll};

/// Goes with an index into the arena of this thread, and is neither `Send` nor `Sync`: in another thread's arena the index
/// would name somebody else's waiters.
type Stays = PhantomData<*const ()>;

/// The waiters of one object, first in, first out. It stays on its thread.
///
/// A list that is dropped while somebody waits wakes nobody: those waits never end, and are no more than dropped with their futures.
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
/// });
/// ```
pub struct WaitList {
    /// What the object says of itself before anybody has waited for it.
    pub(super) about: About,
    /// The list as the thread keeps it, and its index there. None until somebody waits.
    waiting: OnceCell<(Rc<Waiting>, u32)>,
    stays: Stays,
}

/// One place in a wait list, kept by the future that waits. Dropping it leaves the list, and takes nothing from the others.
///
/// It is in one list at a time, and stays in the one that it has joined until it is granted or leaves, whatever list it is given
/// meanwhile. It may outlive its list.
///
/// ```
/// use greenlight::waiters::{WaitList, Waiter};
/// use std::panic::Location;
/// use std::task::{Context, Waker};
///
/// let (list, mut waiter) = (WaitList::new("gate"), Waiter::new(Location::caller()));
/// let mut cx = Context::from_waker(Waker::noop());
/// assert!(waiter.wait(&mut cx, &list, || false).is_ready()); // nothing to wait for
/// assert!(waiter.wait(&mut cx, &list, || true).is_pending() && waiter.has_joined());
/// list.grant_first().expect("it waits").wake();
/// assert!(waiter.is_granted() && list.is_empty());
/// assert!(waiter.wait(&mut cx, &list, || true).is_ready()); // it was granted
/// ```
pub struct Waiter {
    /// The index of the node. [`END`] before it waits and after it got what it waited for.
    node: u32,
    /// The index of the list. Valid while it is in line.
    list: u32,
    /// The line that waits.
    pub(crate) at: &'static Location<'static>,
    stays: Stays,
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
        self.waiting().is_none_or(waits::all_dying)
    }

    /// Grants every waiter and wakes them, first in, first out, foreign wakers last. Returns how many they were. A
    /// waiter that arrives while they are being woken is not part of it.
    ///
    /// # Panics
    /// With the panic of a foreign waker, after everybody was woken.
    #[inline]
    pub fn wake_all(&self) -> usize {
        self.waiting().map_or(0, waits::wake_all)
    }

    /// As [`wake_all`](WaitList::wake_all), for those whose tasks are not dying, as long as what each asks for
    /// `suffices`. It is asked with the wait lists borrowed, and runs no foreign code.
    #[inline]
    pub(crate) fn grant_while(&self, suffices: impl FnMut(usize) -> bool) -> usize {
        self.waiting().map_or(0, |waiting| waits::wake_while(waiting, suffices))
    }

    /// As [`wake_all`](WaitList::wake_all), for those whose tasks are not being cancelled, as long as `takes`, which is given what
    /// each asks for, says so. It is to count what is left, and may read the list's length.
    ///
    /// # Panics
    /// With the panic of `takes`, or if it does more with a wait list than to read its length: that asks no further, and who was
    /// granted before is woken. With the panic of a foreign waker, after that.
    ///
    /// ```
    /// use greenlight::waiters::{WaitList, Waiter};
    /// use std::panic::Location;
    /// use std::task::{Context, Waker};
    ///
    /// let list = WaitList::new("pool");
    /// let mut waiters = [1, 2, 1].map(|asks| (asks, Waiter::new(Location::caller())));
    /// for (asks, waiter) in &mut waiters {
    ///     assert!(waiter.join_asking(&Context::from_waker(Waker::noop()), &list, *asks, || true).is_pending());
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

    /// Grants the first in line, also if its task is being cancelled: then its future is dropped, and finds itself
    /// [granted](Waiter::is_granted). [`Grant::wake`] is to follow.
    #[inline]
    pub fn grant_first(&self) -> Option<Grant> {
        waits::grant_first(self.waiting()?)
    }

    /// Remembers who holds the object, for the reports.
    #[inline]
    pub(crate) fn set_holder(&self, holder: Option<Holder>) {
        self.about().holder.set(holder);
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
    fn open(&self) -> (&Waiting, u32) {
        let (waiting, index) = self.waiting.get_or_init(|| waits::open(|about| about.copy(&self.about)));
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
            Some((_, index)) => waits::close(*index),
            None => self.about.forget(),
        }
    }
}

impl Waiter {
    /// A waiter at this line, in no list yet.
    pub const fn new(at: &'static Location<'static>) -> Self {
        Waiter { node: END, list: 0, at, stays: PhantomData }
    }

    /// Its node while it is in a list, or granted.
    pub(crate) fn node(&self) -> Option<u32> {
        Some(self.node).filter(|&node| node != END)
    }

    /// Whether it is in a list, or granted.
    #[inline]
    pub fn has_joined(&self) -> bool {
        self.node != END
    }

    /// Whether it was granted what it waits for, and does not know yet. Whoever drops such a waiter
    /// passes on what it was granted.
    #[inline]
    pub fn is_granted(&self) -> bool {
        self.has_joined() && waits::is_granted(self.node)
    }

    /// Leaves the list ahead of the rest of its future, whose drop may run foreign code. Whether it was granted what it
    /// waits for. It may join a list again.
    #[inline]
    pub fn leave(&mut self) -> bool {
        self.has_joined() && self.leave_joined()
    }

    #[inline(never)]
    fn leave_joined(&mut self) -> bool {
        let node = std::mem::replace(&mut self.node, END);
        let kept = waits::leave(self.list, node);
        let granted = kept.is_granted();
        note::ended(node, kept.task(), granted, self.at);
        waits::drop_foreign(kept.into_waker());
        granted
    }

    /// The poll of a future that waits: joins the list if it `must_wait`, and is ready once it was granted, or at once.
    ///
    /// # Cancel safety
    /// A dropped waiter leaves the list. If it was granted, its primitive has to pass that on: see
    /// [`is_granted`](Waiter::is_granted).
    #[inline]
    pub fn wait(&mut self, cx: &Context<'_>, list: &WaitList, must_wait: impl Fn() -> bool) -> Poll<()> {
        if self.has_joined() { self.poll(cx) } else { self.join_if(cx, list, must_wait) }
    }

    /// Joins the back of the list; ready if there is nothing to wait for. That is asked after foreign code has run: the clone of a
    /// waker, and the drop of a clone that is not needed.
    ///
    /// # Panics
    /// When it has joined a list already.
    #[inline]
    pub fn join_if(&mut self, cx: &Context<'_>, list: &WaitList, must_wait: impl Fn() -> bool) -> Poll<()> {
        self.join_asking(cx, list, 1, must_wait)
    }

    /// The same for one that asks for so much, which [`WaitList::wake_while`] is told.
    ///
    /// # Panics
    /// When it has joined a list already, or has to wait for more than 4,294,967,295.
    #[inline]
    pub fn join_asking(
        &mut self,
        cx: &Context<'_>,
        list: &WaitList,
        asks: usize,
        must_wait: impl Fn() -> bool,
    ) -> Poll<()> {
        let Ok(asks) = u32::try_from(asks) else {
            if !must_wait() {
                return Poll::Ready(());
            }
            panic!("one who waits for {list} at {} asks for {asks}; ask for at most {} at once", self.at, u32::MAX)
        };
        let Some(kept) = whom_to_wake(cx, asks, must_wait) else { return Poll::Ready(()) };
        self.join(list.open(), kept);
        Poll::Pending
    }

    /// Joins the back of a list.
    #[inline]
    pub(super) fn join(&mut self, (waiting, index): (&Waiting, u32), kept: Kept) {
        assert!(!self.has_joined(), "a waiter joins a list while it is in one; poll() it, or leave() first");
        let task = note::is_watched().then(|| kept.task().cloned());
        self.list = index;
        self.node = waits::enlist(waiting, kept, self.at);
        if let Some(task) = task {
            note::joined(&waiting.about, self.node, task, self.at);
        }
    }

    /// Ready once it was granted, and then in no list any more. Until then it wakes whom this context names.
    ///
    /// # Panics
    /// When it is in no list: [`wait`](Waiter::wait) joins one.
    #[inline]
    pub fn poll(&mut self, cx: &Context<'_>) -> Poll<()> {
        if !self.ends_granted() {
            waits::renew(self.list, self.node, cx.waker());
            if !self.ends_granted() {
                return Poll::Pending;
            }
        }
        Poll::Ready(())
    }

    #[inline]
    fn ends_granted(&mut self) -> bool {
        assert!(self.has_joined(), "a waiter is polled that is in no list; wait() and join_if() join one");
        let granted = waits::end_granted(self.node, self.at);
        if granted {
            self.node = END;
        }
        granted
    }
}

/// Whom to wake for one that waits if it must; none if there is nothing to wait for.
#[inline]
pub(super) fn whom_to_wake(cx: &Context<'_>, asks: u32, must_wait: impl Fn() -> bool) -> Option<Kept> {
    if !must_wait() {
        return None;
    }
    match wakee::owner(cx.waker()) {
        Some(task) => Some(Kept::of_task(task, asks)),
        None => clone_foreign(cx, must_wait).map(|wakee| Kept::new(wakee, asks)),
    }
}

/// Whom to wake for one that is polled with the waker of elsewhere, which runs foreign code; none if there is nothing to wait for then.
#[cold]
fn clone_foreign(cx: &Context<'_>, must_wait: impl Fn() -> bool) -> Option<Wakee> {
    loop {
        let wakee = Wakee::of(cx.waker());
        if must_wait() {
            return Some(wakee);
        }
        drop(wakee);
        if !must_wait() {
            return None;
        }
    }
}

impl Drop for Waiter {
    #[inline]
    fn drop(&mut self) {
        self.leave();
    }
}
