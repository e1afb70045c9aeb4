//! Objects that are gone. Wherever one is dropped, each runtime of its thread that has told of it in a trace or a dump forgets
//! it: also one in which nothing runs just then, and one that nobody observes.

use super::super::context::{self, Core};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};

thread_local! {
    /// The runtimes that have told of an object, by its identity.
    static TELLERS: RefCell<BTreeMap<u64, Vec<Weak<Core>>>> = const { RefCell::new(BTreeMap::new()) };
}

impl Core {
    /// The ordinal of an object in the trace and the dumps of this runtime.
    pub(in crate::runtime) fn object_number(&self, identity: u64) -> u64 {
        self.watchers.trace.object_number(identity).unwrap_or_else(|| {
            // They are gone while the thread itself ends.
            let _ = TELLERS.try_with(|tellers| {
                let mut tellers = tellers.borrow_mut();
                let tellers = tellers.entry(identity).or_default();
                tellers.retain(|core| core.strong_count() > 0);
                tellers.push(self.me.clone());
            });
            self.watchers.trace.meet(identity)
        })
    }
}

/// The object is gone. Observers are told inside their runtime, with nothing borrowed.
pub(in crate::runtime) fn forget(identity: u64) {
    let tellers = TELLERS.try_with(|tellers| tellers.borrow_mut().remove(&identity).unwrap_or_default());
    let tellers = tellers.unwrap_or_else(|_| context::current().iter().map(Rc::downgrade).collect());
    for core in tellers.iter().filter_map(Weak::upgrade) {
        let _entered = context::enter(core.clone());
        core.watchers.trace.forget(identity);
    }
}
