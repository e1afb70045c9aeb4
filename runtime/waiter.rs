//! What a primitive is made of: its own wait list, and the places that waiting futures have in it.

use super::context;
use super::list::END;
use super::note::{self, About, Holder, Kind, ObjectState, printable};
use super::waits::{self, Grant, Waiting};
use super::wakee::{self, Wakee};
use std::cell::OnceCell;
use std::marker::PhantomData;
use std::panic::{Location, UnwindSafe};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

/// Goes with an index into the arena of this thread, and is neither `Send` nor `Sync`: in another thread's arena the index
/// would name somebody else's waiters.
type Stays = PhantomData<*const ()>;

/// The waiters of one object, first in, first out.
pub(crate) struct WaitList {
    /// What the object says of itself before anybody has waited for it.
    pub(super) about: About,
    /// The list as the thread keeps it, and its index there. None until somebody waits.
    waiting: OnceCell<(Rc<Waiting>, u32)>,
    stays: Stays,
}

/// One place in a wait list, kept by the future that waits. Dropping it leaves the list.
pub(crate) struct Waiter {
    /// The index of the node. [`END`] before it waits and after it got what it waited for.
    node: u32,
    /// The index of the list. Valid while it is in line.
    list: u32,
    /// The line that waits.
    pub(crate) at: &'static Location<'static>,
    stays: Stays,
}

impl WaitList {
    /// A list for an object of that kind and in that state, made at the caller's line.
    #[track_caller]
    pub(crate) const fn new(kind: &'static str, state: ObjectState) -> Self {
        let about = About::new(kind, Location::caller(), state);
        WaitList { about, waiting: OnceCell::new(), stays: PhantomData }
    }

    /// Names the object in reports and traces.
    pub(crate) fn set_name(&mut self, name: Arc<str>) {
        self.about().name.replace(Some(printable(name)));
    }

    /// The object's name.
    pub(crate) fn name(&self) -> Option<Arc<str>> {
        self.about().name.borrow().clone()
    }

    /// The line that made the object.
    pub(crate) fn made(&self) -> &'static Location<'static> {
        self.about.made.get()
    }

    /// How many wait.
    pub(crate) fn len(&self) -> usize {
        self.waiting().map_or(0, |waiting| waiting.order.len.get() as usize)
    }

    /// Whether everybody who waits belongs to a task that was cancelled and is not dropped yet.
    #[inline]
    pub(crate) fn all_dying(&self) -> bool {
        self.waiting().is_none_or(waits::all_dying)
    }

    /// Grants every waiter and wakes them, first in, first out, foreign wakers last. Returns how many they were. A
    /// waiter that arrives while they are being woken is not part of it.
    #[inline]
    pub(crate) fn wake_all(&self) -> usize {
        self.waiting().map_or(0, waits::wake_all)
    }

    /// As [`wake_all`](WaitList::wake_all), for those whose tasks are not dying, as long as what each asks for
    /// `suffices`. It is asked with the wait lists borrowed, and runs no foreign code.
    #[inline]
    pub(crate) fn wake_while(&self, suffices: impl FnMut(usize) -> bool) -> usize {
        self.waiting().map_or(0, |waiting| waits::wake_while(waiting, suffices))
    }

    /// Grants the first in line.
    #[inline]
    pub(crate) fn grant_first(&self) -> Option<Grant> {
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
    pub(crate) const fn new(at: &'static Location<'static>) -> Self {
        Waiter { node: END, list: 0, at, stays: PhantomData }
    }

    /// Its node while it is in a list, or granted.
    pub(crate) fn node(&self) -> Option<u32> {
        Some(self.node).filter(|&node| node != END)
    }

    /// Whether it is in a list, or granted.
    #[inline]
    pub(crate) fn has_joined(&self) -> bool {
        self.node != END
    }

    /// Whether it was granted what it waits for, and does not know yet.
    #[inline]
    pub(crate) fn is_granted(&self) -> bool {
        self.has_joined() && waits::is_granted(self.node)
    }

    /// Leaves the list ahead of the rest of its future, whose drop may run foreign code. Whether it was granted what it
    /// waits for.
    #[inline]
    pub(crate) fn leave(&mut self) -> bool {
        if !self.has_joined() {
            return false;
        }
        let node = std::mem::replace(&mut self.node, END);
        let kept = waits::leave(self.list, node);
        let granted = kept.is_granted();
        waits::end(node, kept, self.at);
        granted
    }

    /// The poll of a future that waits: joins the list if it `must_wait`, and is ready once it was granted, or at once.
    #[inline]
    pub(crate) fn wait(&mut self, cx: &Context<'_>, list: &WaitList, must_wait: impl Fn() -> bool) -> Poll<()> {
        if self.has_joined() { self.poll(cx) } else { self.join_if(cx, list, must_wait) }
    }

    /// Joins the back of the list; ready if there is nothing to wait for. That is asked after foreign code has run: the clone of a
    /// waker, and the drop of a clone that is not needed.
    #[inline]
    pub(crate) fn join_if(&mut self, cx: &Context<'_>, list: &WaitList, must_wait: impl Fn() -> bool) -> Poll<()> {
        self.join_asking(cx, list, 1, must_wait)
    }

    /// The same for one that asks for so much.
    #[inline]
    pub(crate) fn join_asking(
        &mut self,
        cx: &Context<'_>,
        list: &WaitList,
        asks: usize,
        must_wait: impl Fn() -> bool,
    ) -> Poll<()> {
        let Some(wakee) = whom_to_wake(cx, must_wait) else { return Poll::Ready(()) };
        let Ok(asks) = u32::try_from(asks) else {
            panic!("one who waits for {list} at {} asks for {asks}; ask for at most {} at once", self.at, u32::MAX)
        };
        self.join(list.open(), wakee, asks);
        Poll::Pending
    }

    /// Joins the back of a list.
    #[inline]
    pub(super) fn join(&mut self, (waiting, index): (&Waiting, u32), wakee: Wakee, asks: u32) {
        debug_assert!(!self.has_joined(), "a waiter is in one list at a time");
        let task = note::is_watched().then(|| wakee.task().cloned());
        self.list = index;
        self.node = waits::enlist(waiting, wakee, asks, self.at);
        if let Some(task) = task {
            note::joined(&waiting.about, self.node, task, self.at);
        }
    }

    /// Ready once it was granted, and then in no list any more. Until then it wakes whom this context names.
    #[inline]
    pub(crate) fn poll(&mut self, cx: &Context<'_>) -> Poll<()> {
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
        assert!(self.has_joined(), "a waiter is polled after it joined a list");
        let Some(kept) = waits::take_granted(self.node) else { return false };
        let node = std::mem::replace(&mut self.node, END);
        waits::end(node, kept, self.at);
        true
    }
}

/// Whom to wake for one that waits if it must; none if there is nothing to wait for.
#[inline]
pub(super) fn whom_to_wake(cx: &Context<'_>, must_wait: impl Fn() -> bool) -> Option<Wakee> {
    if !must_wait() {
        return None;
    }
    wakee::owner(cx.waker()).map(Wakee::Task).or_else(|| clone_foreign(cx, must_wait))
}

/// The same for one that is polled with the waker of elsewhere, which runs foreign code.
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
