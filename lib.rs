//! A single-threaded async runtime with asyncio's `Event` and `Condition` built in, written to be read.
//!
//! ```
//! use greenlight::{gather, sleep, sync::Event};
//! use std::{rc::Rc, time::Duration};
//!
//! let crossed = greenlight::run(async {
//!     let light = Rc::new(Event::new());
//!     let seen = light.clone();
//!     let pedestrian = async move {
//!         seen.wait().await; // parks: the task's id is in the wait list of the event now
//!         "crossed"
//!     };
//!     let signal = async move {
//!         sleep(Duration::from_millis(2)).await;
//!         light.set(); // wakes: the id moves to the ready queue
//!     };
//!     gather!(pedestrian, signal).await.0
//! });
//! assert_eq!(crossed, "crossed");
//! ```
//!
//! It does what CPython's asyncio does, in the same order, and it can tell why: who woke whom, on
//! what a task waits and since which line, and that nobody can ever run again.
//!
//! # The life of one wake
//!
//! 1. [`spawn`] puts a future into a slot of the task table and its key into the ready queue:
//!    `Table::insert` in `runtime/table.rs`.
//! 2. In the next turn `Core::run_batch` takes the future out of its slot and polls it with nothing
//!    borrowed: `Core::poll` in `runtime/executor.rs`.
//! 3. The future polls [`Event::wait`](sync::Event::wait), which joins the wait list:
//!    `Waiter::join` in `runtime/waiter.rs`. `Wakee::of` in `runtime/wakers.rs` decides what it
//!    leaves there: the task's id, or a clone of a foreign waker.
//! 4. The poll returns `Pending`; `Slot::suspend` in `runtime/task.rs` takes the future back, and
//!    the task is parked.
//! 5. Another task calls [`Event::set`](sync::Event::set). `wake_all` in `runtime/grants.rs` unlinks
//!    and marks every waiter first, and wakes them after: `Table::wake` queues each once.
//! 6. The next turn polls the task again. `Waiter::poll` finds its node marked, and the wait is over.
//!
//! # The files, in reading order
//!
//! `runtime/`: `list`, `clock`, `threads`, `inbox`, `failure`, `ready`, `wheel`, `task`, `held`, `table`, `context`,
//! `note`, `panics`, `wakers`, `wakes`, `waits`, `grants`, `waiter`, `executor`, `time`, `outcome`, `join`, `spawn`,
//! `remote`, `drive`, `run`. Each uses only those before it. Then `sync/`: `event`, `lock`, `condition`, `line`,
//! `semaphore`, `barrier`, `store`, `queue`, `queue_waits`, `timeout`, `race`, `hop`, `gather`, `wait`,
//! `group_error`, `group_output`, `task_group`, `interval`.
//!
//! Those who watch, which a wake goes on without, are `runtime/watch/`: `printable`, `reporter`, `trace`, `polls`,
//! `passed`, `gone`, `lost`, `facts`, `holds`, `standing`, `dump`, `ask`, `recorder`, `text`, `future_type`, `stall`,
//! `help`, `report`, `tree`, `pending`, `unheard`, `debug`, `check_waits`, `check`, `suspicion`.
//!
//! # What is absent, on purpose
//!
//! Worker threads, work stealing, I/O, priorities, a budget of polls, and `unsafe` code. A future
//! that needs I/O brings its own reactor: any waker wakes a task, from any thread. `examples/echo.rs`
//! is a TCP server on async-net's.

mod runtime;
pub mod sync;

pub mod trace {
    //! What happened, as events: the one schema that every way of watching a run reads.
    //!
    //! An event tells what became of which task or object, and what brought it about: its
    //! [`cause`](TraceEvent::cause) is the number of another event, the poll, timer, thread or drop during which it
    //! happened. Following the causes back answers who woke whom. Tasks and objects are numbered in the order in which a
    //! run meets them, so the same program gives the same trace.
    //!
    //! With no [`Observer`] installed, tracing costs one branch a step.

    pub use crate::runtime::{Kind, ObjectLabel, Observer, Printable, Recorder, TaskLabel, TraceEvent};
}

pub use runtime::watch::dump::{self, dump, tasks, try_dump};
pub use runtime::{
    Builder, Ended, Instant, JoinError, JoinHandle, NoAnswer, PanicPayload, Polled, Remote, Runtime, RuntimeGone,
    Sleep, Spawner, Stalled, Task, TaskBuilder, TaskId, Turn, WeakRemote, YieldNow, now, remote, run, sleep,
    sleep_until, spawn, spawn_detached, spawner, task, try_run, yield_now,
};
pub use sync::{
    AsCompleted, Cause, Deadline, Elapsed, Failure, GroupError, GroupOutput, GroupOver, GroupSpawner, Interval,
    TaskGroup, Until, as_completed, gather, gather_tasks, interval, race, timeout, timeout_at, wait,
};

#[doc(hidden)]
pub use sync::gather_tuple;

#[cfg(doctest)]
#[doc = include_str!("README.md")]
struct Readme;

#[cfg(doctest)]
#[doc = include_str!("docs/FROM_ASYNCIO.md")]
struct FromAsyncio;

#[cfg(doctest)]
#[doc = include_str!("docs/WATCHING.md")]
struct Watching;
