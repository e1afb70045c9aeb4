//! The executor. Its files in reading order, from the ground up: each uses only those before it.

mod list;

mod clock;

mod threads;

mod inbox;

pub mod trace;

mod ready;

mod wheel;

mod task;

mod table;

mod context;

mod wakers;

mod waits;

mod executor;

mod time;

mod join;

mod gather;

mod remote;

mod stall;

mod run;

pub use clock::Instant;
pub use executor::Turn;
pub use gather::{gather, gather_handles, gather_tasks};
pub use join::{Ended, JoinError, JoinHandle, Task, TaskBuilder, spawn, spawn_detached, task};
pub use ready::TaskId;
pub use remote::{Remote, RuntimeGone, Spawner, remote, spawner};
pub use run::{Builder, Runtime, run, try_run};
pub use stall::{Stalled, StalledTask};
pub use time::{Interval, Sleep, YieldNow, interval, now, sleep, sleep_until, yield_now};

// The door: all that sync/ may use of the runtime.
pub(crate) use waits::{WaitList, Waiter};
