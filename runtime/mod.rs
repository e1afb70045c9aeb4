//! The heart. Its files from the ground up: each uses only those before it. The front page of the crate has them in the
//! order of learning.

mod list;

mod clock;

mod threads;

mod inbox;

mod note;

mod failure;

mod wheel;

mod listeners;

mod waker;

mod body;

mod task;

mod table;

mod wakee;

mod context;

mod panics;

mod arena;

mod waits;

mod waiter;

mod say;

mod time;

mod life;

mod remote;

mod executor;

mod join;

mod spawn;

mod run;

pub(crate) mod watch;

pub(crate) mod observe;

pub(crate) mod explore;

/// A line of source: one that spawns, waits, holds, signals.
type Line = &'static std::panic::Location<'static>;

pub use clock::Instant;
pub use executor::Turn;
pub use failure::{JoinError, PanicPayload, RuntimeGone};
pub use join::{Ended, JoinHandle, Task, current, try_current};
pub use remote::{Remote, WeakRemote, remote};
pub use run::{Builder, Runtime, run, try_run};
pub use say::say_line;
pub use spawn::{Spawner, TaskBuilder, spawn, spawn_detached, spawner, task};
pub use task::TaskId;
pub use time::{Sleep, YieldNow, now, sleep, sleep_until, yield_now};
pub use waiter::Waiter;
pub use waits::{Grant, WaitList};

// The door: all that sync/ may use of the runtime.
pub(crate) use self::{
    context::expect_current,
    listeners::Listener,
    note::{About, Holder, ObjectState, Purpose, begin_hold, contain, end_hold, here, printable, unname_hold},
    panics::{both, drop_each},
    spawn::spawn_joined,
    time::sleep_for,
};
