//! Granting: whom of a wait list is given what they wait for, and who is passed over.
//!
//! A waiter that is woken is *granted* first: it is marked and leaves its list, so whatever runs before the waiter does
//! finds it gone from there, and the waiter finds the mark.

use super::context::Core;
use super::task::Wakee;
use super::waits::WAITS;
use super::wakes::{Wakes, wake_foreign};
use super::watch::facts::Holder;
use std::rc::Rc;

/// Whether every waiter of the list belongs to a task that was cancelled and is not dropped yet.
pub(super) fn all_dying(list: u32) -> bool {
    WAITS.with_borrow_mut(|waits| waits.first_living(list).is_none())
}

/// A waiter that was granted and is to be woken.
#[must_use]
pub(crate) struct Grant {
    /// The node of the waiter.
    pub(crate) node: u32,
    /// Whether its task was cancelled already, and will be dropped instead of polled.
    pub(crate) dying: bool,
    holder: Holder,
    core: Option<Rc<Core>>,
    wakee: Wakee,
}

impl Grant {
    /// The waiter, as the holder of what it was granted.
    pub(crate) fn holder(&self) -> Holder {
        self.holder
    }

    /// Wakes it. A foreign waker is foreign code.
    pub(crate) fn wake(self) {
        match self.wakee {
            Wakee::Task(key) => self.core.expect("a task waits in its runtime").wake(key),
            Wakee::Waker(waker, _) => wake_foreign(waker),
        }
    }
}

/// Grants the first waiter in line.
pub(super) fn grant_first(list: u32) -> Option<Grant> {
    WAITS.with_borrow_mut(|waits| {
        let index = waits.lists[list as usize].order.first()?;
        let node = waits.nodes.get(index);
        let (dying, holder) = (node.is_dying(), node.holder());
        let (core, wakee) = waits.grant(index);
        Some(Grant { node: index, dying, holder, core, wakee })
    })
}

/// Grants every waiter, the dying too, and wakes them after; see
/// [`WaitList::wake_all`](super::waiter::WaitList::wake_all).
pub(super) fn wake_all(list: u32) -> usize {
    let mut wakes = Wakes::take();
    WAITS.with_borrow_mut(|waits| {
        while let Some(index) = waits.lists[list as usize].order.first() {
            let (core, wakee) = waits.grant(index);
            wakes.add(core, wakee);
        }
    });
    wakes.deliver()
}

/// Grants those who are not dying, from the front of the line, as long as what each asks for `suffices`, and wakes them
/// after. What they wait for is still there if another task polls a wait that was passed over; `owes` says that those are
/// owed what nobody else took.
pub(super) fn wake_while(list: u32, owes: bool, mut suffices: impl FnMut(usize) -> bool) -> usize {
    let mut wakes = Wakes::take();
    WAITS.with_borrow_mut(|waits| {
        while let Some(index) = waits.first_living(list).filter(|&index| suffices(waits.nodes.get(index).asks)) {
            let (core, wakee) = waits.grant(index);
            wakes.add(core, wakee);
        }
        if owes {
            waits.owe(list, suffices);
        }
    });
    wakes.deliver()
}
