//! Who holds the permits of a semaphore, and since which line. A semaphore counts its permits and knows nobody's name:
//! only the reports read this.

use super::super::wakee;
use super::facts::Holder;
use slab::Slab;
use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::panic::Location;
use std::rc::Rc;

/// Those who hold permits of one semaphore.
type Holders = Rc<RefCell<Slab<Holder>>>;

thread_local! {
    /// The holders of every semaphore of the thread of which permits were taken, and its identity.
    static KNOWN: RefCell<Slab<(u64, Holders)>> = const { RefCell::new(Slab::new()) };
}

/// Who has taken permits of one semaphore and has not given them back.
pub(crate) struct Holds {
    /// None until permits are taken for the first time.
    known: OnceCell<Known>,
}

struct Known {
    /// The index among those of the thread; none if they were gone already, as they are while the thread ends.
    index: Option<usize>,
    holders: Holders,
}

impl Holds {
    pub(crate) const fn new() -> Self {
        Holds { known: OnceCell::new() }
    }

    /// The task that is being polled has taken permits of the semaphore with that identity, at this line. Returns what names
    /// the hold until it ends.
    pub(crate) fn begin(
        &self,
        identity: impl FnOnce() -> u64,
        permits: usize,
        at: &'static Location<'static>,
    ) -> usize {
        let known = self.known.get_or_init(|| Known::new(identity()));
        let task = wakee::polled_id();
        known.holders.borrow_mut().insert(Holder { task, since: at, granted: false, permits })
    }

    /// Whoever had taken those permits has them no more.
    pub(crate) fn end(&self, hold: usize) {
        let known = self.known.get().expect("a hold that ends has begun");
        known.holders.borrow_mut().remove(hold);
    }
}

impl Known {
    fn new(identity: u64) -> Self {
        let holders = Holders::default();
        let index = KNOWN.try_with(|known| known.borrow_mut().insert((identity, holders.clone()))).ok();
        Known { index, holders }
    }
}

impl Drop for Known {
    fn drop(&mut self) {
        if let Some(index) = self.index {
            let _ = KNOWN.try_with(|known| known.borrow_mut().remove(index));
        }
    }
}

/// Who holds permits of which semaphore.
pub(in crate::runtime) fn by_object() -> HashMap<u64, Vec<Holder>> {
    let of_one = |(_, (identity, holders)): (usize, &(u64, Holders))| {
        (*identity, holders.borrow().iter().map(|(_, holder)| *holder).collect())
    };
    // They are gone while the thread itself ends, which may be what drops a runtime.
    KNOWN.try_with(|known| known.borrow().iter().map(of_one).collect()).unwrap_or_default()
}
