//! The runtimes of this thread: an object that is gone is forgotten by each that has told of it, also by one in which
//! nothing runs just then, and by one that nobody observes; and a task may wait for what a task of another runtime has.

use super::super::context::{self, Core};
use super::super::table::{BLOCK, TaskIds};
use super::super::task::{TaskCell, TaskId};
use std::cell::RefCell;
use std::rc::{Rc, Weak};

thread_local! {
    /// The runtimes of this thread that have not been dropped, in the order in which they were made.
    static RUNTIMES: RefCell<Vec<Weak<Core>>> = const { RefCell::new(Vec::new()) };
}

/// A runtime was made.
pub(in crate::runtime) fn register(core: &Rc<Core>) {
    // They are gone while the thread ends.
    let _ = RUNTIMES.try_with(|runtimes| runtimes.borrow_mut().push(Rc::downgrade(core)));
}

/// A runtime is dropped.
pub(in crate::runtime) fn unregister(core: &Rc<Core>) {
    let _ = RUNTIMES.try_with(|runtimes| runtimes.borrow_mut().retain(|other| other.as_ptr() != Rc::as_ptr(core)));
}

/// Those of which that is so; while the thread ends, the one that this code runs in, perhaps.
pub(super) fn of_which(is_so: impl Fn(&Core) -> bool) -> Vec<Rc<Core>> {
    let all = |runtimes: &RefCell<Vec<Weak<Core>>>| {
        runtimes.borrow().iter().filter_map(Weak::upgrade).filter(|core| is_so(core)).collect()
    };
    RUNTIMES.try_with(all).unwrap_or_else(|_| context::current().into_iter().filter(|core| is_so(core)).collect())
}

/// The task of that id, in whatever runtime of this thread it is alive, and that runtime.
pub(super) fn find(id: TaskId) -> Option<(Rc<Core>, Rc<TaskCell>)> {
    let home = of_which(|core| core.table.borrow().ids.number(id).is_some()).pop()?;
    let found = home.table.borrow().tasks.iter().find(|(_, task)| task.id.get() == id).map(|(_, task)| task.clone());
    Some((home, found?))
}

impl TaskIds {
    /// How many ids were given out before this one; none if it is another runtime's.
    pub(in crate::runtime) fn number(&self, id: TaskId) -> Option<u64> {
        let block = self.blocks.iter().position(|first| (*first..first + BLOCK).contains(&id.0))?;
        Some(block as u64 * BLOCK + id.0 - self.blocks[block])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_runtimes_never_give_out_the_same_id_however_many_each_gives_out() {
        let [mut early, mut busy, mut late] = [(); 3].map(|()| TaskIds::default());
        let mut others = vec![early.next()];
        // Late takes the block behind busy's. Not later than here: tests that run beside this one take blocks, too.
        let mut given_out = vec![busy.next()];
        others.extend([late.next(), late.next(), early.next()]);
        given_out.extend((0..BLOCK + 1).map(|_| busy.next()));
        assert!(given_out.is_sorted_by(|earlier, later| earlier < later));
        for id in others {
            assert!(!given_out.contains(&id), "{id}");
            assert_eq!(busy.number(id), None);
        }
        assert!(given_out.iter().enumerate().all(|(number, &id)| busy.number(id) == Some(number as u64)));
    }
}
