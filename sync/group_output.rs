//! `GroupOutput`: what a task of a group leaves for the one who joins the group.

use crate::Task;
use crate::runtime::contain;
use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

/// The output of a task of a group: what [`TaskGroup::spawn_with_output`](super::TaskGroup::spawn_with_output)
/// returns.
///
/// Dropping it drops the output, at once or as the task ends, and leaves the task alone.
///
/// ```
/// use greenlight::TaskGroup;
///
/// greenlight::run(async {
///     let mut group = TaskGroup::<String>::new();
///     let squares = [2, 3].map(|n: u32| group.spawn_with_output(async move { Ok(n * n) }));
///     assert_eq!(squares[0].take(), None); // not before it has ended
///     group.join().await.expect("nobody fails");
///     assert_eq!(squares.each_ref().map(|square| square.take()), [Some(4), Some(9)]);
///     assert!(squares[0].take().is_none() && squares[0].task().is_finished());
/// });
/// ```
pub struct GroupOutput<T: 'static> {
    pub(super) task: Task,
    pub(super) output: Rc<Cell<Option<T>>>,
}

impl<T> GroupOutput<T> {
    /// The output. None before the task has returned, if it failed or was cancelled before that, and after it was
    /// taken.
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
