//! asyncio's primitives. They stay on their thread, need no lock of their own, and work under any executor.
//!
//! - [`Event`]: something has happened, and everybody may know.
//! - [`Lock`]: one task at a time. [`Condition`]: the same, and a word from whoever has changed what it guards.
//! - [`Semaphore`]: so many at a time.
//! - [`Barrier`]: nobody goes on before all are there.
//! - [`Queue`], [`LifoQueue`], [`PriorityQueue`]: items from one task to another.
//! - [`promise`]: one value, once.
//!
//! Beside them stands what is built of tasks and waits, which the front page of the crate has, too: [`TaskGroup`],
//! [`gather`], [`timeout`] and others. What is not among them is made of [`waiters`](crate::waiters).
//!
//! Share them by reference inside one future, or by `Rc` among tasks. They are not poisoned by panics: a task that
//! panics ends alone.
//!
//! All of them keep the same promises. Who waits is served first in, first out, and goes on a hop after it was let go.
//! A wait begins with its first poll, and what does not have to wait does not suspend. Each may be dropped at any
//! await: it leaves the wait list, and what it was granted goes to the next if only one can have it. Where nobody can
//! let it go any more, the report of the stall names the object, by the name that `named` gives it, and the lines.

mod event;

mod lock;

mod notifies;

mod condition;

mod shown;

mod wait_in;

mod grant_list;

mod semaphore;

mod owned;

mod barrier;

mod store;

mod queue_over;

mod queue_waits;

mod queue;

mod promise;

mod timeout;

mod race;

mod gather;

mod wait;

mod group_error;

mod group_output;

mod group_members;

mod group_spawner;

mod task_group;

mod interval;

pub use barrier::{Barrier, BarrierTurn, BrokenBarrier};
pub use condition::{Condition, ConditionWait, Woke};
pub use event::{Event, EventWait};
pub use gather::{gather, gather_tasks, gather_tuple};
pub use group_error::{Cause, Failure, GroupError, GroupOver};
pub use group_members::GroupResult;
pub use group_output::GroupOutput;
pub use group_spawner::{GroupSpawner, GroupTaskBuilder};
pub use interval::{Interval, Missed, interval};
pub use lock::{Lock, LockGuard, LockWait};
pub use owned::{OwnedLockGuard, OwnedPermit};
pub use promise::{BrokenPromise, Promise, Promised, promise};
pub use queue::{LifoQueue, PriorityQueue, Queue};
pub use queue_over::QueueOver;
pub use queue_waits::{QueueGet, QueuePut};
pub use race::{Raced, Racers, race, race_any};
pub use semaphore::{Permit, ReleasedTooOften, Semaphore, SemaphoreWait};
pub use store::{Closed, DoneTooOften, PutError, Store, TryGetError, TryPutError};
pub use task_group::TaskGroup;
pub use timeout::{Deadline, Elapsed, timeout, timeout_at};
pub use wait::{AsCompleted, Until, as_completed, wait};
