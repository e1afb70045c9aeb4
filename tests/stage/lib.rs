//! What the tests stand on, in whatever binary: a runtime whose time is virtual, a log that tasks write to and that counts
//! hops, guards that act when they are dropped, the panic of a misuse, and a process for what may abort.
//!
//! What tasks share lives to the end of the process, as in Python: a [`Log`] and what is [`shared`] may be named by every
//! task and closure, without a handle of its own.

pub mod fold;
pub mod foreign;
pub mod model;
mod panics;
mod process;
mod quoted;

pub use panics::{Panicked, message, panic_of, refusal};
pub use process::{again, ended_again, in_time, tell_cases};
pub use quoted::{quoted, unlined, unwrapped};

use greenlight::sync::{QueueOver, Store};
use greenlight::trace::{Observer, Recorder, TraceEvent};
use greenlight::{Builder, Failure, GroupError, Runtime, yield_now};
use std::cell::{Cell, RefCell};
use std::fmt::{Debug, Display, Formatter};
use std::future::{Future, pending, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

/// Virtual time, and a look at every invariant after each turn.
fn checked() -> Builder {
    Runtime::builder().virtual_clock().check_every_turn()
}

/// A runtime whose time is virtual.
pub fn standing() -> Runtime {
    checked().build()
}

/// A runtime whose time is virtual, and everything that happens in it.
pub fn recorded() -> (Runtime, Rc<Recorder>) {
    let recorder = Rc::new(Recorder::default());
    (checked().observer(recorder.clone()).build(), recorder)
}

/// A runtime whose time is virtual, and a log of what it reports.
pub fn reporting() -> (Runtime, Log) {
    let reports = Log::default();
    (reports.heard_by(checked()).build(), reports)
}

/// Runs a program in virtual time.
#[track_caller]
pub fn run<F: Future>(program: F) -> F::Output {
    standing().run(program)
}

/// Runs a program in virtual time, with a log that counts its turns.
#[track_caller]
pub fn counted<F: Future>(program: impl FnOnce(Log) -> F) -> F::Output {
    let log = Log::default();
    checked().observer(Rc::new(log)).build().run(program(log))
}

/// Runs a program in virtual time, and yields what it said, also while the tasks that were left were dropped.
#[track_caller]
pub fn lines<F: Future<Output = ()>>(program: impl FnOnce(Log) -> F) -> Vec<String> {
    let kept = Cell::new(Log::default());
    counted(|log| {
        kept.set(log);
        program(log)
    });
    kept.get().take()
}

/// As [`lines`], with nobody who watches, or checks: so no turns are counted.
#[track_caller]
pub fn unwatched<F: Future<Output = ()>>(program: impl FnOnce(Log) -> F) -> Vec<String> {
    let log = Log::default();
    Runtime::builder().virtual_clock().build().run(program(log));
    log.take()
}

/// Runs a program on the real clock that leaves its runtime nothing to report.
#[track_caller]
pub fn run_unreported<T>(program: impl FnOnce(&Runtime) -> T) -> T {
    let log = Log::default();
    // The runtime would catch a panic in here.
    let output = program(&log.heard_by(Runtime::builder()).build());
    assert_eq!(log.take(), [""; 0], "a false alarm");
    output
}

/// An object that lives to the end of the process, so that every task may name it, and hold a guard of it.
pub fn shared<T>(object: T) -> &'static T {
    Box::leak(Box::new(object))
}

/// Lets so many turns pass.
pub async fn turns(count: usize) {
    for _ in 0..count {
        yield_now().await;
    }
}

/// The output of a future, unless so many turns pass before: then it is dropped, ready or not.
pub async fn within<T>(count: usize, future: impl Future<Output = T>) -> Option<T> {
    let (mut passing, mut future) = (pin!(turns(count)), pin!(future));
    poll_fn(|cx| match passing.as_mut().poll(cx) {
        Poll::Ready(()) => Poll::Ready(None),
        Poll::Pending => future.as_mut().poll(cx).map(Some),
    })
    .await
}

/// Puts items into a queue that has room for them.
pub fn fill<S: Store<u32>>(queue: &QueueOver<u32, S>, items: impl IntoIterator<Item = u32>) {
    for item in items {
        queue.try_put(item).expect("the queue has room");
    }
}

/// Which tasks of a group failed, and why, without the lines that spawned them.
pub fn failures<E: Display>(failed: &GroupError<E>) -> String {
    let failure = |Failure { name, cause, .. }: &Failure<E>| match name {
        Some(name) => format!("{name}: {cause}"),
        None => cause.to_string(),
    };
    failed.failures().iter().map(failure).collect::<Vec<_>>().join("; ")
}

/// Lines in the order in which a program says them, and the turns between a cause and its effect.
#[derive(Clone, Copy)]
pub struct Log(&'static Said);

#[derive(Default)]
struct Said {
    lines: RefCell<Vec<String>>,
    /// The present turn, as the observer of a program that is [`counted`] learns it.
    turn: Cell<u64>,
    cause: Cell<u64>,
}

impl Log {
    /// Says a line.
    pub fn say(self, line: impl Into<String>) {
        self.0.lines.borrow_mut().push(line.into());
    }

    /// What was said since the last call.
    pub fn take(self) -> Vec<String> {
        self.0.lines.take()
    }

    /// A guard that says a line when it is dropped.
    pub fn at_drop(self, line: impl Into<String>) -> AtDrop {
        AtDrop { log: self, line: line.into() }
    }

    /// A future that says a line when it is polled, and one when it is dropped, and is never ready.
    pub fn sleeper(self, name: &str) -> impl Future<Output = ()> + use<> {
        let name = name.to_string();
        async move {
            let _guard = self.at_drop(format!("{name} dropped"));
            self.say(format!("{name} runs"));
            pending::<()>().await;
        }
    }

    /// Has a runtime say here what it reports.
    pub fn heard_by(self, builder: Builder) -> Builder {
        builder.on_report(move |report| self.say(report))
    }

    /// The cause is now.
    pub fn begin(self) {
        self.0.cause.set(self.turn());
    }

    /// The number of the present turn.
    pub fn turn(self) -> u64 {
        self.0.turn.get()
    }

    /// How many turns ago the cause was.
    pub fn count(self) -> u64 {
        self.turn() - self.0.cause.get()
    }

    /// Says a line, and how many turns ago the cause was.
    pub fn say_hops(self, line: &str) {
        self.say(format!("{line} after {}", self.count()));
    }
}

impl Default for Log {
    fn default() -> Log {
        Log(shared(Said::default()))
    }
}

impl Debug for Log {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        self.0.lines.borrow().fmt(f)
    }
}

impl Observer for Log {
    fn on_event(&self, event: &TraceEvent) {
        self.0.turn.set(event.turn);
    }
}

/// What [`Log::at_drop`] returns.
#[derive(Debug)]
pub struct AtDrop {
    log: Log,
    line: String,
}

impl Drop for AtDrop {
    fn drop(&mut self) {
        self.log.say(std::mem::take(&mut self.line));
    }
}

/// A guard that acts when it is dropped.
pub fn on_drop<F: FnMut()>(act: F) -> OnDrop<F> {
    OnDrop(act)
}

/// What [`on_drop`] returns.
pub struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

impl<F: FnMut()> Debug for OnDrop<F> {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str("OnDrop")
    }
}

/// Where a task leaves a clone of its waker.
pub type LeftWaker = Rc<RefCell<Option<Waker>>>;

/// A future that leaves its waker there, says that it runs whenever it is polled, and is never ready.
pub async fn leave_waker(name: &'static str, waker: LeftWaker, log: Log) {
    poll_fn(|cx| {
        log.say(format!("{name} runs"));
        *waker.borrow_mut() = Some(cx.waker().clone());
        Poll::<()>::Pending
    })
    .await;
}

/// The waker that a task left.
pub fn left(waker: &LeftWaker) -> Waker {
    waker.borrow().clone().expect("the task has run")
}
