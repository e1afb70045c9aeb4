//! The executor. Its files in reading order, from the ground up: each uses only those before it.

mod list;

mod clock;

mod threads;

mod inbox;

mod failure;

mod ready;

mod wheel;

mod task;

mod held;

mod table;

mod context;

mod note;

mod panics;

mod wakers;

mod wakes;

mod waits;

mod grants;

mod waiter;

mod executor;

mod time;

mod outcome;

mod join;

mod spawn;

mod remote;

mod drive;

mod run;

pub(crate) mod watch;

pub use clock::Instant;
pub use executor::Turn;
pub use failure::{JoinError, PanicPayload};
pub use join::{Ended, JoinHandle, Task};
pub use ready::TaskId;
pub use remote::{Remote, RuntimeGone, WeakRemote, remote};
pub use run::{Builder, Runtime, run, try_run};
pub use spawn::{Spawner, TaskBuilder, spawn, spawn_detached, spawner, task};
pub use time::{Sleep, YieldNow, now, sleep, sleep_until, yield_now};
pub use watch::ask::NoAnswer;
pub use watch::polls::Polled;
pub use watch::printable::Printable;
pub use watch::recorder::Recorder;
pub use watch::stall::Stalled;
pub use watch::trace::{Kind, ObjectLabel, Observer, TaskLabel, TraceEvent};

// The door: all that sync/ may use of the runtime.
#[rustfmt::skip]
pub(crate) use {context::expect_current, watch::facts::{Holder, ObjectState}, watch::holds::Holds, watch::lost::contain, panics::{both, drop_each}, watch::printable::printable, spawn::{spawn_joined, spawn_plain}, task::Watch, time::sleep_until_at, waiter::{WaitList, Waiter}};
