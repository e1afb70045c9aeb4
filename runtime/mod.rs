//! The executor. Its files in reading order, from the ground up: each uses only those before it.

mod list;

mod clock;

mod threads;

mod inbox;

mod printable;

mod failure;

mod reporter;

mod trace;

mod ready;

mod wheel;

mod task;

mod held;

mod table;

mod polls;

mod passed;

mod context;

mod gone;

mod note;

mod lost;

mod panics;

mod wakers;

mod wakes;

mod facts;

mod waits;

mod grants;

mod holds;

mod standing;

mod waiter;

mod executor;

mod time;

mod outcome;

mod join;

mod spawn;

pub mod dump;

mod remote;

mod ask;

mod recorder;

mod text;

mod future_type;

mod stall;

mod help;

mod report;

mod tree;

mod pending;

mod unheard;

mod debug;

mod check_waits;

mod check;

mod suspicion;

mod drive;

mod run;

pub use ask::NoAnswer;
pub use clock::Instant;
pub use executor::Turn;
pub use failure::{JoinError, PanicPayload};
pub use join::{Ended, JoinHandle, Task};
pub use polls::Polled;
pub use printable::Printable;
pub use ready::TaskId;
pub use recorder::Recorder;
pub use remote::{Remote, RuntimeGone, WeakRemote, remote};
pub use run::{Builder, Runtime, run, try_run};
pub use spawn::{Spawner, TaskBuilder, spawn, spawn_detached, spawner, task};
pub use stall::Stalled;
pub use time::{Sleep, YieldNow, now, sleep, sleep_until, yield_now};
pub use trace::{Kind, ObjectLabel, Observer, TaskLabel, TraceEvent};

// The door: all that sync/ may use of the runtime.
#[rustfmt::skip]
pub(crate) use {context::expect_current, facts::{Holder, ObjectState}, holds::Holds, lost::contain, panics::{both, drop_each}, printable::printable, spawn::{spawn_joined, spawn_plain}, task::Watch, time::sleep_until_at, waiter::{WaitList, Waiter}};
