//! Who holds the permits of a semaphore, or an object of which there may be several holders, and since which line. Only
//! the reports read this.

use super::super::waits::WaitList;
use super::facts::Holder;
use super::state::ObjectState;
use slab::Slab;
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::fmt;
use std::marker::PhantomData;
use std::panic::Location;
use std::rc::Rc;

thread_local! {
    /// The holders of every semaphore of the thread of which permits were taken, and its identity.
    static LISTED: RefCell<Slab<(u64, Rc<RefCell<Holders>>)>> = const { RefCell::new(Slab::new()) };
    /// Each hold of this thread that a list was told of, and the identity of its object.
    static HELD: RefCell<Slab<(u64, Holder)>> = const { RefCell::new(Slab::new()) };
}

/// Who has taken permits of one semaphore and has not given them back.
pub(crate) struct Holds {
    /// None until permits are taken for the first time.
    listed: OnceCell<Listed>,
}

struct Listed {
    /// The index among those of the thread; none if they were gone already, as they are while the thread ends.
    index: Option<usize>,
    holders: Rc<RefCell<Holders>>,
}

/// Those who hold permits of one semaphore. To begin and to end a hold is a few stores, since every use of a semaphore
/// pays for them.
#[derive(Default)]
struct Holders {
    /// Each has the place that its permits know. One that has none any more left its place free.
    places: Vec<Holder>,
    /// The places that are free.
    free: Vec<usize>,
}

impl Holds {
    pub(crate) const fn new() -> Self {
        Holds { listed: OnceCell::new() }
    }

    /// The task that is being polled has taken permits of the semaphore with that identity, at this line. Returns what
    /// names the hold until it ends.
    // Apart, so that the rest of an acquire is small enough to become part of the future that awaits it: a permit that
    // is handed over in memory costs as much as all of this.
    #[inline(never)]
    pub(crate) fn begin(
        &self,
        identity: impl FnOnce() -> u64,
        permits: usize,
        at: &'static Location<'static>,
    ) -> usize {
        let Listed { holders, .. } = self.listed.get_or_init(|| Listed::new(identity()));
        let holder = Holder { permits, ..Holder::here(at) };
        let Holders { places, free } = &mut *holders.borrow_mut();
        match free.pop() {
            Some(place) => {
                places[place] = holder;
                place
            }
            None => {
                places.push(holder);
                places.len() - 1
            }
        }
    }

    /// Whoever had taken those permits has them no more.
    #[inline]
    pub(crate) fn end(&self, hold: usize) {
        let Listed { holders, .. } = self.listed.get().expect("a hold that ends has begun");
        let Holders { places, free } = &mut *holders.borrow_mut();
        places[hold].permits = 0;
        free.push(hold);
    }
}

impl Listed {
    #[cold]
    fn new(identity: u64) -> Self {
        let holders = Rc::<RefCell<Holders>>::default();
        let index = LISTED.try_with(|listed| listed.borrow_mut().insert((identity, holders.clone()))).ok();
        Listed { index, holders }
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        if let Some(index) = self.index {
            let _ = LISTED.try_with(|listed| listed.borrow_mut().remove(index));
        }
    }
}

/// That somebody holds an object, for the reports: what [`WaitList::hold`] returns. Keep it in the guard of the object;
/// dropping it ends the hold. It may outlive its list.
#[must_use = "the reports take the object for free at once if this is not kept"]
pub struct Held {
    /// None if the thread ends, and nobody reads this any more.
    index: Option<usize>,
    /// The index is one of this thread.
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
        let hold = (about.identity(), Holder::here(at));
        Held { index: HELD.try_with(|held| held.borrow_mut().insert(hold)).ok(), stays: PhantomData }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(index) = self.index {
            let _ = HELD.try_with(|held| held.borrow_mut().remove(index));
        }
    }
}

impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held").finish_non_exhaustive()
    }
}

/// Who holds which object, of those of which there may be several holders.
pub(super) fn by_object() -> HashMap<u64, Vec<Holder>> {
    let of_one = |(_, (identity, holders)): (usize, &(u64, Rc<RefCell<Holders>>))| {
        (*identity, holders.borrow().places.iter().filter(|holder| holder.permits > 0).copied().collect())
    };
    // They are gone while the thread itself ends, which may be what drops a runtime.
    let mut holders: HashMap<u64, Vec<Holder>> =
        LISTED.try_with(|listed| listed.borrow().iter().map(of_one).collect()).unwrap_or_default();
    let _ = HELD.try_with(|held| {
        held.borrow().iter().for_each(|(_, &(identity, holder))| holders.entry(identity).or_default().push(holder));
    });
    holders
}
