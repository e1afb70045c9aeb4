//! `GroupOutput`: what a task of a group leaves for the one who joins the group.

use crate::Task;
use crate::runtime::contain;
use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

/// The output of a task of a group: what [`TaskGroup::spawn_with_output`](super::TaskGroup::spawn_with_output)
/// returns.
pub struct GroupOutput<T: 'static> {
    pub(super) task: Task,
    pub(super) output: Rc<Cell<Option<T>>>,
}

impl<T> GroupOutput<T> {
    /// The output. None before the task has ended, if it failed or was cancelled, and after it was taken.
    pub fn take(&self) -> Option<T> {
        self.output.take()
    }

    /// The task.
    pub fn task(&self) -> &Task {
        &self.task
    }
}

/// Who drops this has nothing to do with what the output does when it is dropped.
impl<T> Drop for GroupOutput<T> {
    fn drop(&mut self) {
        let output = self.output.take();
        if output.is_some() && std::mem::needs_drop::<T>() {
            self.task.discard(Untaken { task: self.task.clone(), output });
        }
    }
}

/// An output that nobody took.
struct Untaken<T> {
    task: Task,
    output: Option<T>,
}

impl<T> Drop for Untaken<T> {
    fn drop(&mut self) {
        let what = format_args!("lost: the output of {}, which nobody took, panicked when it was dropped", self.task);
        contain(what, || drop(self.output.take()));
    }
}

impl<T> fmt::Debug for GroupOutput<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupOutput").field("task", &self.task).finish_non_exhaustive()
    }
}
