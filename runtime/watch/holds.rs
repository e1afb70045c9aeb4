//! Who holds an object of which there may be several holders, such as the permits of a semaphore, and since which line.
//! Only the reports read this.

use super::super::Line;
use super::super::waits::WaitList;
use super::facts::Holder;
use super::state::ObjectState;
use slab::Slab;
use std::cell::RefCell;
use std::collections::HashMap;
use std::marker::PhantomData;
use std::panic::Location;

thread_local! {
    /// Each hold of this thread that was told of, and the identity of its object.
    static HELD: RefCell<Slab<(u64, Holder)>> = const { RefCell::new(Slab::new()) };
}

/// The task that is being polled has taken so many permits of the object of that list, at this line. Returns what names
/// the hold until it ends; nobody, while the thread ends and nobody reads this any more.
// Apart, so that the rest of an acquire is small enough to become part of the future that awaits it: a permit that is
// handed over in memory costs as much as all of this.
#[inline(never)]
pub(crate) fn begin_hold(list: &WaitList, permits: usize, at: Line) -> usize {
    let holder = Holder { permits, ..Holder::here(at) };
    HELD.try_with(|held| held.borrow_mut().insert((list.about().identity(), holder))).unwrap_or(usize::MAX)
}

/// Whoever had taken that has it no more.
#[inline]
pub(crate) fn end_hold(hold: usize) {
    let _ = HELD.try_with(|held| held.borrow_mut().try_remove(hold));
}

/// What was taken may be in anybody's hands: it is held in nobody's name.
pub(crate) fn unname_hold(hold: usize) {
    let _ =
        HELD.try_with(|held| held.borrow_mut().get_mut(hold).map(|(_, holder)| holder.task = crate::TaskId::NOBODY));
}

/// That somebody holds an object, for the reports: what [`WaitList::hold`] returns. Keep it in the guard of the object;
/// dropping it ends the hold. It may outlive its list.
#[derive(Debug)]
#[must_use = "the reports take the object for free at once if this is not kept"]
pub struct Held {
    hold: usize,
    /// The hold is one of this thread.
    stays: PhantomData<*const ()>,
}

impl WaitList {
    /// Lets the reports know that the task that is polled now holds the object, since this line, until what is returned
    /// is dropped. Any number of holds may be under way; of an object that was ever held, those are told as holders too
    /// who were granted it and have not run since.
    ///
    /// Nothing that runs depends on it.
    ///
    /// ```
    /// use greenlight::waiters::{WaitList, Waiter};
    /// use std::{future::poll_fn, panic::Location};
    ///
    /// let stalled = greenlight::try_run(async {
    ///     let list = WaitList::new("turnstile").named("gate");
    ///     let here = Location::caller();
    ///     let _held = list.hold(here);
    ///     let mut waiter = Waiter::new(here);
    ///     poll_fn(|cx| waiter.wait(cx, &list, || true)).await;
    /// });
    /// let report = stalled.unwrap_err().to_string();
    /// assert!(report.contains("waits on turnstile `gate`"), "{report}");
    /// assert!(report.contains("taken by main"), "{report}");
    /// ```
    pub fn hold(&self, at: &'static Location<'static>) -> Held {
        let about = self.about();
        if let ObjectState::Other { is_held: false } = about.state.get() {
            about.state.set(ObjectState::Other { is_held: true });
        }
        Held { hold: begin_hold(self, 1, at), stays: PhantomData }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        end_hold(self.hold);
    }
}

/// Who holds which object, of those of which there may be several holders.
pub(super) fn by_object() -> HashMap<u64, Vec<Holder>> {
    let mut holders: HashMap<u64, Vec<Holder>> = HashMap::new();
    // They are gone while the thread itself ends, which may be what drops a runtime.
    let _ = HELD.try_with(|held| {
        let held = held.borrow();
        // Whoever has asked for no permits holds none.
        let holds = held.iter().map(|(_, &hold)| hold).filter(|(_, holder)| holder.permits > 0);
        holds.for_each(|(identity, holder)| holders.entry(identity).or_default().push(holder));
    });
    holders
}
