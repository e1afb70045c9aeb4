//! Objects that are gone. Wherever one is dropped, each runtime of its thread that has told of it in a trace or a dump forgets
//! it: also one in which nothing runs just then, and one that nobody observes.

use super::context::{self, Core};
use std::cell::RefCell;
use std::rc::{Rc, Weak};

thread_local! {
    /// The runtimes that have told of objects.
    static TELLERS: RefCell<Vec<Weak<Core>>> = const { RefCell::new(Vec::new()) };
}

impl Core {
    /// The ordinal of an object in the trace and the dumps of this runtime.
    pub(super) fn object_number(&self, identity: u64) -> u64 {
        if self.trace.has_met_none() {
            // They are gone while the thread itself ends.
            let _ = TELLERS.try_with(|tellers| {
                let mut tellers = tellers.borrow_mut();
                tellers.retain(|core| core.strong_count() > 0);
                tellers.push(self.me.clone());
            });
        }
        self.trace.object_number(identity)
    }
}

/// The object is gone. Observers are told inside their runtime, with nothing borrowed.
pub(super) fn forget(identity: u64) {
    let knows = |core: &Rc<Core>| core.trace.knows(identity);
    let of_all = |tellers: &RefCell<Vec<Weak<Core>>>| -> Vec<_> {
        tellers.borrow().iter().filter_map(Weak::upgrade).filter(knows).collect()
    };
    let knowing = TELLERS.try_with(of_all).unwrap_or_else(|_| context::current().into_iter().filter(knows).collect());
    for core in knowing {
        let _entered = context::enter(core.clone());
        core.trace.forget(identity);
    }
}
