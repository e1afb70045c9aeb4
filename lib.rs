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
//!         seen.wait().await; // parks: the task is in the wait list of the event now
//!         "crossed"
//!     };
//!     let signal = async move {
//!         sleep(Duration::from_millis(2)).await;
//!         light.set(); // wakes: the task moves to the ready queue
//!     };
//!     gather!(pedestrian, signal).await.0
//! });
//! assert_eq!(crossed, "crossed");
//! ```
//!
//! It does what CPython's asyncio does, in the same order but for the rows of a table in `docs/ARCHITECTURE.md`, and it
//! can tell why: who woke whom, on what a task waits and since which line, and that nobody can ever run again. What
//! stands for asyncio's idioms, and for tokio's, is in `docs/FROM_ASYNCIO.md` and `docs/FROM_TOKIO.md`.
//!
//! # What is there
//!
//! - Tasks: [`run`], [`spawn`], [`JoinHandle`], [`Task`]; several of them: [`gather!`], [`wait`](wait()),
//!   [`as_completed`], [`TaskGroup`].
//! - Time: [`sleep`], [`timeout`], [`interval`], and a clock that is [virtual](Builder::virtual_clock) if it is to be.
//! - The first of several futures: [`race!`].
//! - Primitives, in [`sync`]: [`Event`](sync::Event), [`Lock`](sync::Lock), [`Condition`](sync::Condition),
//!   [`Semaphore`](sync::Semaphore), [`Barrier`](sync::Barrier), [`Queue`](sync::Queue), [`promise`](sync::promise());
//!   in [`waiters`] what they are made of.
//! - Printing: [`say!`].
//! - Other threads: [`Remote`]. Other executors: [`Runtime::enter`]; by hand, [`Runtime::turn`].
//! - Looking in: [`dump`](dump()), [`trace`], [`Stalled`], and the [debug mode](Builder::debug).
//!
//! A *turn* is one pass of the loop. What a task wakes runs in the next one: a *hop* later.
//!
//! # The life of one wake
//!
//! 1. [`spawn`] boxes the future. `Core::spawn` in `runtime/life.rs` has `Table::insert` give the task a cell, and puts
//!    the cell into the ready queue.
//! 2. The next turn, `Core::turn` in `runtime/executor.rs`, takes the whole queue as its batch. `Core::run_batch` takes
//!    the future out of the cell, and `Core::poll` polls it, while nothing is borrowed that the future could ask for.
//! 3. The future polls [`Event::wait`](sync::Event::wait), which joins the wait list by `Waiter::join_if` in
//!    `runtime/waiter.rs`. `whom_to_wake` there decides what it leaves in the list: the task itself, where the waker is
//!    the task's own (`owner` in `runtime/wakee.rs`), and otherwise a clone of the waker.
//! 4. The poll returns `Pending`; `TaskCell::suspend` in `runtime/task.rs` takes the future back, and the task is
//!    parked.
//! 5. Another task calls [`Event::set`](sync::Event::set), and so `WaitList::wake_all` in `runtime/waits.rs`.
//!    `wake_each` there unlinks and marks each waiter, and queues its task by `TaskCell::wakes_unwatched`, unless it is
//!    in the queue. Foreign wakers are woken after that, in `wake_left`, with nothing borrowed; where somebody watches,
//!    so are the tasks, by `TaskCell::wake`.
//! 6. The next turn polls the task again. `Waiter::poll` finds its node marked, and the wait is over.
//!
//! # The files, in the order of learning
//!
//! Who wakes my task? Read these five in `runtime/`, and `sync/event`:
//!
//! - `task`: a future in a cell, with the flags that say where it is in its life;
//! - `executor`: the loop that polls what is ready;
//! - `wakee`: whom a waiting future wakes, which is the waiter rule;
//! - `waiter`: how a future waits, in a place of a wait list;
//! - `waits`: the wait list of an object, and granting.
//!
//! What these rest on:
//!
//! - `life`: how a task is spawned and queued, and what becomes of its future, its output and its panic at the end;
//! - `body`: what a task runs;
//! - `waker`: what a waker points at, and what other threads send;
//! - `arena`: where all waits of a thread are kept;
//! - `table`: which tasks are alive, by slot and id;
//! - `join`: handles, and how a task hands over its output;
//! - `listeners`: who is told of the ends of several tasks;
//! - `spawn`: how futures become tasks;
//! - `time`: sleeps, yields, and the firing of timers;
//! - `context`: the parts of a runtime, and which one the code of this thread runs in;
//! - `run`: the runtime as its user holds it, driven turn after turn and parked in between;
//! - `remote`: the way in from other threads;
//! - `panics`: of two at once, which one goes on;
//! - `failure`: why a task yielded no output, in words;
//! - `say`: the lines of a program itself, on their way out;
//! - `note`: all that the heart knows of being watched;
//! - `inbox`: what other threads send;
//! - `threads`: what it takes from the standard library, so that a model checker can stand in for that;
//! - `clock`: real and virtual time;
//! - `wheel`: the timers, in slots of slots;
//! - `list`: lists that are linked by index.
//!
//! `sync/` has a file for each primitive and for what is built of tasks: `event`, `lock`, `notifies`, `condition`,
//! `shown`, `wait_in`, `grant_list`, `semaphore`, `owned`, `barrier`, `store`, `queue_over`, `queue_waits`, `queue`,
//! `promise`, `timeout`, `race`, `gather`, `wait`, `group_error`, `group_output`, `group_members`, `group_spawner`,
//! `task_group`, `interval`.
//!
//! Those who watch, which a wake goes on without, are `runtime/watch/`: `printable`, `reporter`, `state`, `kind`,
//! `future_type`, `ids`, `names`, `trace`, `polls`, `runtimes`, `lost`, `facts`, `told`, `told_of_tasks`, `holds`,
//! `dump`, `standing`, `text`, `shown`, `stall`, `ask`, `help`, `report`, `tree`, `watchers`, `check_lists`,
//! `check_waits`, `check`, `suspicion`.
//!
//! Those who hear what happens, and know no more of a run than that, are `runtime/observe/`: `recorder`, `sentence`,
//! `unheard`, `pending`, `debug`, `rows`, `story`, `steps`, `schedule`, `fault`, `explored`, `perfetto`, `page`,
//! `file`.
//!
//! Who tries the schedules of a program is `runtime/explore/`: `plan`, `hush`, `invariants`, `watchdog`, `scene`,
//! `player`, `session`, `progress`, `explorer`, `search`, `replay`.
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
    //! An event tells what became of which task or object, and what brought it about: its [`cause`](TraceEvent::cause)
    //! is the number of another event, the poll, timer, thread or drop during which it happened. Following the causes
    //! back answers who woke whom. What a primitive wakes or grants has an *act*, too: its [`via`](TraceEvent::via) is
    //! the number of the set, notify, release or end of a task that did it, with its line. Tasks, objects and waits are
    //! numbered in the order in which a run meets them, so the same program gives the same trace.
    //!
    //! A wait is told by its [number](TraceEvent::wait) when it begins ([`Waits`](Kind::Waits)), when it is
    //! [`Granted`](Kind::Granted), when another task polls it ([`WaitMoved`](Kind::WaitMoved)), and when it is over
    //! ([`Waited`](Kind::Waited), [`Leaves`](Kind::Leaves)); a sleep in the same way. An object is told before it is
    //! named first ([`ObjectMade`](Kind::ObjectMade)), and once it is gone ([`ObjectGone`](Kind::ObjectGone)).
    //!
    //! An event comes after what it tells has taken effect, but for a few: [`PollBegan`](Kind::PollBegan) and
    //! [`Dropping`](Kind::Dropping) come before the future is polled or dropped, [`LockReleased`](Kind::LockReleased)
    //! before the lock is free, [`BarrierReset`](Kind::BarrierReset) and [`BarrierAborted`](Kind::BarrierAborted)
    //! before the barrier lets anybody go. An act comes before those whom it wakes are granted, each of which is told
    //! after it.
    //!
    //! Who receives the events is an [`Observer`]: a [`Recorder`] that keeps them, or a [`TraceFile`] that writes them
    //! down: rows in the schema of `docs/TRACE.md`, from which the whole state can be rebuilt, sentences, Perfetto's
    //! form, or a [`page`] that replays the run. `GREENLIGHT_TRACE=FILE` has any program traced so, without a change to
    //! it.
    //!
    //! With no [`Observer`] installed, each place that has something to tell costs one branch, on a flag.

    pub use crate::runtime::observe::{Recorder, Story, TraceFile, page, page_with};
    pub use crate::runtime::watch::{Kind, ObjectLabel, Observer, Printable, Purpose, TaskLabel, TraceEvent, mark};
}

pub mod explore {
    //! Every schedule of a program, tried: see [`explore`](crate::explore()), and `docs/EXPLORE.md`.
    //!
    //! On one thread a poll is atomic. So the schedules of a program are few enough to try them all, on the program
    //! itself, with its own primitives: who of those that are ready runs next; whether time jumps although somebody is
    //! ready, if asked; where a task is cancelled, if asked.

    pub use crate::runtime::explore::{Explorer, Ready, Scene, always, finally};
    pub use crate::runtime::observe::{Act, Deviation, Explored, Failed, Fault, Found, NoSchedule, Pick, Schedule};
}

pub mod waiters {
    //! What a primitive is made of, for one that is not in [`sync`](crate::sync): its waiters, first in, first out.
    //!
    //! A primitive has its state in cells, and a [`WaitList`] that says what it is. A future that waits has a
    //! [`Waiter`] with the line that waits, and its poll is [`Waiter::wait`]: it joins the list if it must wait, and is
    //! ready once it was *granted*. Who changes the state so that others may go on grants them:
    //! [`wake_all`](WaitList::wake_all), [`wake_while`](WaitList::wake_while), [`grant_first`](WaitList::grant_first).
    //! A granted waiter has left the list and has not run: if its future is dropped then, the future passes on what it
    //! was granted, or that is lost. [`tell`](WaitList::tell) names what is done in traces, and
    //! [`hold`](WaitList::hold) who has the object. Stall reports, dumps and traces know the list by themselves.
    //! Everything stays on its thread, and no misuse breaks a list.
    //!
    //! An event that lets one waiter through for each `set`, whole; `examples/rwlock.rs` is a lock for readers and
    //! writers:
    //!
    //! ```
    //! use greenlight::waiters::{WaitList, Waiter};
    //! use std::{cell::Cell, future::Future, panic::Location, pin::Pin, rc::Rc};
    //! use std::task::{Context, Poll, ready};
    //!
    //! struct AutoReset {
    //!     is_set: Cell<bool>,
    //!     waiters: WaitList,
    //! }
    //!
    //! impl AutoReset {
    //!     #[track_caller]
    //!     fn set(&self) {
    //!         self.waiters.tell(Location::caller(), "sets");
    //!         self.pass_on();
    //!     }
    //!
    //!     fn pass_on(&self) {
    //!         match self.waiters.grant_first() {
    //!             Some(grant) => grant.wake(),
    //!             None => self.is_set.set(true),
    //!         }
    //!     }
    //!
    //!     #[track_caller]
    //!     fn wait(&self) -> Wait<'_> {
    //!         Wait { event: self, waiter: Waiter::new(Location::caller()) }
    //!     }
    //! }
    //!
    //! struct Wait<'a> {
    //!     event: &'a AutoReset,
    //!     waiter: Waiter,
    //! }
    //!
    //! impl Future for Wait<'_> {
    //!     type Output = ();
    //!
    //!     fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
    //!         let Wait { event, waiter } = &mut *self;
    //!         // One who has waited was granted the set itself; who comes and finds it uses it up.
    //!         let waited = waiter.has_joined();
    //!         ready!(waiter.wait(cx, &event.waiters, || !event.is_set.get()));
    //!         if !waited {
    //!             event.is_set.set(false);
    //!         }
    //!         Poll::Ready(())
    //!     }
    //! }
    //!
    //! impl Drop for Wait<'_> {
    //!     fn drop(&mut self) {
    //!         if self.waiter.leave() {
    //!             self.event.pass_on();
    //!         }
    //!     }
    //! }
    //!
    //! let stalled = greenlight::try_run(async {
    //!     let waiters = WaitList::new("auto-reset event").named("bell");
    //!     let bell = Rc::new(AutoReset { is_set: Cell::new(false), waiters });
    //!     let guest = greenlight::spawn({
    //!         let bell = bell.clone();
    //!         async move { bell.wait().await }
    //!     });
    //!     bell.set();
    //!     guest.await.unwrap();
    //!     bell.wait().await; // nobody sets it again
    //! });
    //! let report = stalled.unwrap_err().to_string();
    //! assert!(report.contains("waits on auto-reset event `bell`"), "{report}");
    //! ```

    pub use crate::runtime::watch::Held;
    pub use crate::runtime::{Grant, WaitList, Waiter};
}

pub use runtime::explore::{explore, replay, try_explore};
pub use runtime::watch::dump::{self, dump, tasks, try_dump};
pub use runtime::watch::{NoAnswer, Polled, Stalled};
pub use runtime::{
    Builder, Ended, Instant, JoinError, JoinHandle, PanicPayload, Remote, Runtime, RuntimeGone, Sleep, Spawner, Task,
    TaskBuilder, TaskId, Turn, WeakRemote, YieldNow, current, now, remote, run, sleep, sleep_until, spawn,
    spawn_detached, spawner, task, try_current, try_run, yield_now,
};
#[doc(inline)]
pub use sync::{
    AsCompleted, Cause, Deadline, Elapsed, Failure, GroupError, GroupOutput, GroupOver, GroupResult, GroupSpawner,
    GroupTaskBuilder, Interval, Missed, TaskGroup, Until, as_completed, gather, gather_tasks, interval, race, timeout,
    timeout_at, wait,
};

#[doc(hidden)]
pub use runtime::say_line;
#[doc(hidden)]
pub use sync::{Raced, Racers, gather_tuple, race_any};

#[cfg(doctest)]
#[doc = include_str!("README.md")]
struct Readme;

#[cfg(doctest)]
#[doc = include_str!("docs/FROM_ASYNCIO.md")]
struct FromAsyncio;

#[cfg(doctest)]
#[doc = include_str!("docs/FROM_TOKIO.md")]
struct FromTokio;

#[cfg(doctest)]
#[doc = include_str!("docs/EXPLORE.md")]
struct Explore;

#[cfg(doctest)]
#[doc = include_str!("docs/WATCHING.md")]
struct Watching;
