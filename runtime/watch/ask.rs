//! Asking a runtime what its tasks wait for, on its own thread or from another, and why there may be no answer.

use super::super::context;
use super::super::remote::{Remote, WeakRemote};
use super::super::run::Runtime;
use super::super::waker::Message;
use super::dump::{Dump, TaskInfo, try_dump};
use super::polls::Polled;
use super::stall::Stalled;
use std::fmt;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

/// Why a runtime does not say what its tasks wait for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// It has ended.
    RuntimeGone,
    /// It was asked on its own thread, but not inside it: it cannot take a turn before the question is over.
    OwnThread,
    /// It took no turn.
    NoTurn {
        /// For how long.
        waited: Duration,
        /// The task that it was polling or dropping when the patience was at its end; known in the
        /// [debug mode](crate::Builder::debug) only.
        polled: Option<Polled>,
    },
}

impl Runtime {
    /// Every task that has not ended, in the order of spawning, and what it waits for. In asyncio: `all_tasks`.
    pub fn tasks(&self) -> Vec<TaskInfo> {
        self.core.dump().tasks
    }

    /// Every task and what it waits for, to print as a tree; see [`dump`](crate::dump()).
    pub fn dump(&self) -> Dump {
        self.core.dump()
    }

    /// Who waits for what, after a turn that was [`Turn::Stalled`](crate::Turn::Stalled) or at any time.
    ///
    /// ```
    /// use greenlight::{Runtime, Turn, sync::Event};
    ///
    /// let runtime = Runtime::builder().build();
    /// runtime.task("walker").spawn_detached(async { Event::new().named("light").wait().await });
    /// runtime.turn();
    /// assert_eq!(runtime.turn(), Turn::Stalled);
    /// let report = runtime.stalled().to_string();
    /// assert!(report.contains("walker") && report.contains("waits on event `light`"), "{report}");
    /// ```
    pub fn stalled(&self) -> Stalled {
        self.core.stalled_or_not()
    }
}

impl Remote {
    /// What every task of the runtime waits for; see [`WeakRemote::dump`].
    ///
    /// # Errors
    /// When the runtime is gone, or cannot answer, or took no turn for so long.
    ///
    /// ```
    /// use greenlight::{NoAnswer, remote};
    /// use std::time::Duration;
    ///
    /// let (remote, dump) = greenlight::run(async {
    ///     let remote = remote();
    ///     let dump = remote.dump(Duration::ZERO); // inside the runtime it takes no time
    ///     (remote, dump)
    /// });
    /// assert_eq!(dump.unwrap().tasks[0].label.to_string(), "main");
    /// assert_eq!(remote.dump(Duration::from_secs(1)).unwrap_err(), NoAnswer::RuntimeGone);
    /// ```
    pub fn dump(&self, patience: Duration) -> Result<Dump, NoAnswer> {
        self.downgrade().dump(patience)
    }
}

impl WeakRemote {
    /// What every task of the runtime waits for: asks, and waits for the runtime to answer at its next turn, but not
    /// longer than `patience`. On the runtime's own thread it answers at once, inside the runtime, or not at all.
    ///
    /// A runtime that takes no turn has, as a rule, a task that does not let go of it: in the
    /// [debug mode](crate::Builder::debug) the error names it.
    ///
    /// # Errors
    /// When the runtime is gone, or cannot answer on its own thread, or took no turn for so long.
    ///
    /// ```
    /// use std::time::Duration;
    /// greenlight::run(async {
    ///     let weak = greenlight::remote().downgrade();
    ///     let watcher = std::thread::spawn(move || weak.dump(Duration::from_secs(5)));
    ///     while !watcher.is_finished() {
    ///         greenlight::sleep(Duration::from_millis(1)).await;
    ///     }
    ///     let dump = watcher.join().unwrap().expect("main takes a turn every millisecond");
    ///     assert_eq!(dump.tasks[0].label.to_string(), "main");
    /// });
    /// ```
    pub fn dump(&self, patience: Duration) -> Result<Dump, NoAnswer> {
        if let Some(core) = context::current().filter(|core| Arc::ptr_eq(&core.inbox, &self.inbox)) {
            return Ok(core.dump());
        }
        if self.inbox.is_closed() {
            return Err(NoAnswer::RuntimeGone);
        }
        if self.inbox.owner.id() == thread::current().id() {
            return Err(NoAnswer::OwnThread);
        }
        let (answer, answered) = sync_channel(1);
        // Nobody listens any more once the patience is at its end.
        let ask = Message::Ask(Box::new(move || _ = try_dump().map(|dump| answer.send(dump))));
        self.inbox.send(ask).then_some(()).ok_or(NoAnswer::RuntimeGone)?;
        answered.recv_timeout(patience).map_err(|error| match error {
            RecvTimeoutError::Timeout => {
                NoAnswer::NoTurn { waited: patience, polled: self.polls.as_ref().and_then(|polls| polls.polled()) }
            }
            RecvTimeoutError::Disconnected => NoAnswer::RuntimeGone,
        })
    }
}

impl fmt::Display for NoAnswer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoAnswer::RuntimeGone => f.write_str("the runtime is gone, and its tasks with it"),
            NoAnswer::OwnThread => f.write_str(
                "this is the runtime's own thread, on which it takes no turn before this is over: call Runtime::dump, \
                or ask inside Runtime::enter, in a task, or on another thread",
            ),
            NoAnswer::NoTurn { waited, polled: Some(polled) } => {
                write!(f, "the runtime took no turn for {waited:?}: it has been {polled}")
            }
            NoAnswer::NoTurn { waited, polled: None } => write!(
                f,
                "the runtime took no turn for {waited:?}: nobody runs it, or one of its tasks is in a long poll, which \
                GREENLIGHT_DEBUG=1 would name"
            ),
        }
    }
}

impl std::error::Error for NoAnswer {}
