//! A place in a wait list: how a future waits.

use super::arena::{WAITS, Waiting};
use super::list::END;
use super::note;
use super::panics;
use super::waits::WaitList;
use super::wakee::{self, Registered, Wakee};
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::task::{Context, Poll, Waker};

/// One place in a wait list, kept by the future that waits. Dropping it leaves the list, and takes nothing from the
/// others.
///
/// It is in one list at a time, and stays in the one that it has joined until it is granted or leaves, whatever list it
/// is given meanwhile. It may outlive its list.
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
/// assert!(!waiter.has_joined());
///
/// // The two halves of that poll, for a future that does more than wait.
/// assert!(waiter.join_if(&mut cx, &list, || true).is_pending());
/// assert!(waiter.poll(&mut cx).is_pending());
/// list.wake_all();
/// assert!(waiter.leave()); // with what it was granted, which is to be passed on
/// assert!(!waiter.leave());
///
/// // For several of what there is, if that is counted.
/// assert!(waiter.join_asking(&mut cx, &list, 3, || true).is_pending());
/// assert_eq!(list.wake_while(|asks| asks <= 2), 0);
/// assert_eq!(list.wake_while(|asks| asks <= 3), 1);
/// ```
pub struct Waiter {
    /// The index of the node, in a list or granted. [`END`] before it joins a list and after it has ended or left.
    node: u32,
    /// The index of the list. Valid while it is in that list.
    list: u32,
    /// The line that waits.
    pub(crate) at: &'static Location<'static>,
    /// The indexes are those of this thread's arena.
    stays: PhantomData<*const ()>,
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
        self.has_joined() && WAITS.with_borrow(|waits| waits.nodes.get(self.node).is_granted())
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
        let registered = WAITS.with_borrow_mut(|waits| {
            if waits.nodes.is_linked(node) {
                let waiting = waits.lists[self.list as usize].clone();
                waits.unlink(&waiting, node);
            }
            waits.remove(node)
        });
        let granted = registered.is_granted();
        note::ended(node, registered.task(), granted, self.at);
        drop_foreign(registered.into_waker());
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

    /// Joins the back of the list; ready if there is nothing to wait for. That is asked after foreign code has run: the
    /// clone of a waker, and the drop of a clone that is not needed.
    ///
    /// # Panics
    /// When it has joined a list already.
    #[inline]
    pub fn join_if(&mut self, cx: &Context<'_>, list: &WaitList, must_wait: impl Fn() -> bool) -> Poll<()> {
        self.join_asking(cx, list, 1, must_wait)
    }

    /// As [`join_if`](Waiter::join_if), for one that asks for so much, which [`WaitList::wake_while`] is told.
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
        let Some(registered) = whom_to_wake(cx, must_wait) else { return Poll::Ready(()) };
        self.join(list.open(), registered, asks);
        Poll::Pending
    }

    /// Joins the back of a list.
    #[inline]
    pub(super) fn join(&mut self, (waiting, index): (&Waiting, u32), registered: Registered, asks: u32) {
        assert!(!self.has_joined(), "a waiter joins a list while it is in one; poll() it, or leave() first");
        let task = note::is_watched().then(|| registered.task().cloned());
        self.list = index;
        self.node = WAITS.with_borrow_mut(|waits| {
            let node = waits.insert(registered, (self.at, asks));
            waiting.order.push_back(&mut waits.nodes, node);
            node
        });
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
            self.renew(cx.waker());
            if !self.ends_granted() {
                return Poll::Pending;
            }
        }
        Poll::Ready(())
    }

    #[inline]
    fn ends_granted(&mut self) -> bool {
        assert!(self.has_joined(), "a waiter is polled that is in no list; wait() and join_if() join one");
        let node = self.node;
        let granted = WAITS.with_borrow_mut(|waits| waits.nodes.get(node).is_granted().then(|| waits.remove(node)));
        // With nothing borrowed: its runtime may go with it.
        let Some(registered) = granted else { return false };
        self.node = END;
        note::ended(node, registered.task(), true, self.at);
        true
    }

    /// Registers whom this waker wakes, if that is somebody else. The clone of the new waker and the drop of the old
    /// one run foreign code, which may grant the node meanwhile.
    #[cold]
    fn renew(&self, waker: &Waker) {
        if WAITS.with_borrow(|waits| waits.nodes.get(self.node).is_current(waker)) {
            return;
        }
        let wakee = Wakee::of(waker);
        let outdated = WAITS.with_borrow_mut(|waits| {
            let registered = waits.nodes.get(self.node);
            if registered.is_granted() {
                return wakee;
            }
            if registered.is_dying() {
                // Its task was passed over, perhaps, and another one polls it now.
                waits.lists.get(self.list as usize).into_iter().for_each(|waiting| waiting.passed.set(END));
            }
            waits.nodes.get_mut(self.node).replace(wakee)
        });
        note::renewed(self.node, outdated);
    }
}

/// Whom to wake for one that waits if it must; none if there is nothing to wait for.
#[inline]
pub(super) fn whom_to_wake(cx: &Context<'_>, must_wait: impl Fn() -> bool) -> Option<Registered> {
    if !must_wait() {
        return None;
    }
    match wakee::owner(cx.waker()) {
        Some(task) => Some(Registered::of_task(task)),
        None => clone_foreign(cx, must_wait).map(Registered::new),
    }
}

/// The same for one that is polled with the waker of elsewhere: the clone of it is foreign code, after which it is
/// asked again whether there is anything to wait for.
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

/// Drops a waker that nobody needs any more, in the drop of whoever left it.
pub(super) fn drop_foreign(waker: Option<Waker>) {
    if let Some(waker) = waker {
        panics::go_on_with_first(catch_unwind(AssertUnwindSafe(|| drop(waker))).err());
    }
}
