//! A scenario that is ready to be played: every name in it is resolved, and every operation is
//! complete.

use greenlight::sync::Event;
use std::rc::Rc;
use std::time::Duration;

/// One scenario.
pub(super) struct Scenario {
    pub(super) name: String,
    pub(super) tasks: Vec<Part>,
    /// The tasks that main starts.
    pub(super) start: Vec<TaskIndex>,
}

/// What one task of a scenario does.
pub(super) struct Part {
    pub(super) name: Rc<str>,
    pub(super) block: Block,
}

/// A task, by its place in [`Scenario::tasks`].
pub(super) type TaskIndex = usize;

/// Operations, one after the other.
pub(super) type Block = Vec<Op>;

/// One operation.
pub(super) struct Op {
    /// The operation as it stands in the file, joined by spaces, blocks left out: what it logs.
    pub(super) words: String,
    pub(super) action: Action,
}

/// What an operation does. It holds the objects that it uses.
pub(super) enum Action {
    Say,
    Yield,
    Sleep(Duration),
    Start(TaskIndex),
    Join(TaskIndex),
    Cancel(TaskIndex),
    Fail(String),
    Repeat(u64, Block),
    Gather(Vec<TaskIndex>),
    Set(Rc<Event>),
    Clear(Rc<Event>),
    IsSet(Rc<Event>),
    WaitForEvent(Rc<Event>),
}
