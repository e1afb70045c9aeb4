//! What the tasks are called by that nobody has named: the function of their future, or the line that spawned them.

use super::super::Line;
use super::super::context::Core;
use super::super::task::{TaskCell, TaskId};
use super::future_type;
use super::ids::ById;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// What the tasks of one runtime are called by that have no name.
#[derive(Default)]
pub(super) struct Names {
    /// By their ids. Those of tasks that have ended are forgotten once they are many.
    called: ById<TaskId, Arc<str>>,
    /// How many were called by each.
    count: HashMap<Arc<str>, usize>,
}

/// So many names of tasks that may have ended are kept at least.
const KEPT: usize = 16;

impl Core {
    /// What a task is called by that nobody has named. Two are never called the same.
    pub(super) fn called(&self, task: &TaskCell) -> Arc<str> {
        let (id, mut names) = (task.id.get(), self.watchers.trace.names.borrow_mut());
        if let Some(called) = names.called.get(&id) {
            return called.clone();
        }
        let Some(type_name) = task.type_name() else { return spawned_at(task.spawned.get()) };
        let function = future_type::function(type_name);
        let is_function = function.is_some();
        let called = function.unwrap_or_else(|| spawned_at(task.spawned.get()));
        let count = names.count.entry(called.clone()).or_default();
        *count += 1;
        let called = match *count {
            1 => called,
            count if is_function => format!("{called} {count}").into(),
            count => format!("{called} ({count})").into(),
        };
        if names.called.len() >= KEPT + 2 * self.table.borrow().tasks.len() {
            let table = self.table.borrow();
            let living: HashSet<_> = table.tasks.iter().map(|(_, task)| task.id.get()).collect();
            names.called.retain(|id, _| living.contains(id));
        }
        names.called.insert(id, called.clone());
        called
    }
}

/// The file and the line, without the path.
fn spawned_at(line: Line) -> Arc<str> {
    let file = line.file().rsplit(['/', '\\']).next().unwrap_or_default();
    format!("{file}:{}", line.line()).into()
}
