//! What the tasks are called by that nobody has named: the function of their future, or the line that spawned them.

use super::super::Line;
use super::super::context::Core;
use super::super::task::TaskCell;
use super::future_type;
use super::ids::IdHasher;
use std::cell::Cell;
use std::collections::HashMap;
use std::fmt;
use std::hash::BuildHasherDefault;
use std::panic::Location;
use std::rc::Rc;
use std::sync::Arc;

/// What a task is called by that nobody has named. Two of a runtime are never called the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Called {
    by: Arc<str>,
    /// It is called by a line, and not by a function.
    is_line: bool,
    /// How many tasks were called by that, with this one.
    count: usize,
}

/// What tasks of one type are called by that one line spawns, and how many are called by that.
type Alike = (Arc<str>, bool, Rc<Cell<usize>>);

/// What the tasks of one runtime are called by that have no name.
#[derive(Default)]
pub(super) struct Names {
    /// By the places of the names of their types, and of the lines that spawned them.
    alike: HashMap<(*const u8, *const Location<'static>), Alike, BuildHasherDefault<IdHasher>>,
    counts: HashMap<Arc<str>, Rc<Cell<usize>>>,
}

impl Core {
    /// What a task is called by that nobody has named; another name each time.
    pub(super) fn call(&self, task: &TaskCell) -> Called {
        // The type of one that is polled just now is not to be had.
        let (type_name, line) = (task.type_name().unwrap_or_default(), task.spawned.get());
        let mut names = self.watchers.trace.names.borrow_mut();
        let Names { alike, counts } = &mut *names;
        let (by, is_line, count) = alike.entry((type_name.as_ptr(), line)).or_insert_with(|| {
            let function = future_type::function(type_name);
            let is_line = function.is_none();
            let by = function.unwrap_or_else(|| spawned_at(line));
            (by.clone(), is_line, counts.entry(by).or_default().clone())
        });
        count.set(count.get() + 1);
        Called { by: by.clone(), is_line: *is_line, count: count.get() }
    }
}

impl fmt::Display for Called {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Called { by, is_line, count } = self;
        match count {
            1 => f.write_str(by),
            _ if *is_line => write!(f, "{by} ({count})"),
            _ => write!(f, "{by} {count}"),
        }
    }
}

/// The file and the line, without the path.
fn spawned_at(line: Line) -> Arc<str> {
    let file = line.file().rsplit(['/', '\\']).next().unwrap_or_default();
    format!("{file}:{}", line.line()).into()
}
