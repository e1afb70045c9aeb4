//! asyncio's primitives. They stay on their thread, need no lock of their own, and work under any executor.
//!
//! Share them by reference inside one future, or by `Rc` among tasks. They are not poisoned by panics: a task that
//! panics ends alone.

mod event;

mod lock;

mod condition;

mod timeout;

mod race;

mod gather;

mod interval;

pub use condition::{Condition, ConditionWait, Woke};
pub use event::{Event, EventWait};
pub use gather::{gather, gather_tasks, gather_tuple};
pub use interval::{Interval, interval};
pub use lock::{Lock, LockGuard, LockWait};
pub use race::race;
pub use timeout::{Deadline, Elapsed, timeout, timeout_at};
