//! Who holds the permits of a semaphore, and since which line. A semaphore counts its permits and knows nobody's name:
//! only the reports read this.

use super::list::{Arena, List};
use super::waits::Holder;
use std::cell::RefCell;
use std::collections::HashMap;

thread_local! {
    static HOLDS: RefCell<Holds> = const { RefCell::new(Holds { holds: Arena::new(), order: List::new() }) };
}

/// What is held on this thread, in the order of taking.
struct Holds {
    holds: Arena<Hold>,
    order: List,
}

/// What one holder has of one object.
struct Hold {
    /// The identity of the object.
    identity: u64,
    holder: Holder,
}

/// Says that the task that made this holds a part of an object, until it is dropped. One that is leaked says so for ever.
pub(crate) struct Holding {
    /// The index of its hold.
    index: u32,
}

impl Holding {
    pub(crate) fn new(identity: u64, holder: Holder) -> Self {
        HOLDS.with_borrow_mut(|Holds { holds, order }| {
            let index = holds.insert(Hold { identity, holder });
            order.push_back(holds, index);
            Holding { index }
        })
    }
}

impl Drop for Holding {
    fn drop(&mut self) {
        // The holds are gone only while the thread itself ends.
        let _ = HOLDS.try_with(|all| {
            let Holds { holds, order } = &mut *all.borrow_mut();
            order.unlink(holds, self.index);
            holds.remove(self.index);
        });
    }
}

/// Who holds a part of which object, first those who took theirs first.
pub(super) fn by_object() -> HashMap<u64, Vec<Holder>> {
    HOLDS.with_borrow(|Holds { holds, order }| {
        let mut by_object: HashMap<u64, Vec<Holder>> = HashMap::new();
        for Hold { identity, holder } in order.iter(holds).map(|index| holds.get(index)) {
            by_object.entry(*identity).or_default().push(*holder);
        }
        by_object
    })
}

/// Checks the list of holds.
///
/// # Panics
/// When it is broken.
pub(super) fn check() {
    HOLDS.with_borrow(|Holds { holds, order }| {
        let (listed, kept) = (order.check(holds, |_, _| {}), holds.iter().count());
        assert!(listed == kept, "{kept} holds are kept, and the list leads to {listed}");
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[should_panic(expected = "1 holds are kept, and the list leads to 0")]
    fn a_hold_that_the_list_has_lost_is_found() {
        let here = Holder::here(1, std::panic::Location::caller());
        HOLDS.with_borrow_mut(|all| all.holds.insert(Hold { identity: 1, holder: here }));
        check();
    }
}
