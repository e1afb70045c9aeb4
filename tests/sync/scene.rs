//! What the tests of this binary stand on: a runtime with virtual time, a log, a count of turns,
//! and objects that every task can name.

use crate::stage::Hops;
use futures::future::select;
use greenlight::sync::{QueueOver, Store};
use greenlight::{Failure, GroupError, Runtime, yield_now};
use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::Rc;

/// Runs a program in virtual time.
#[track_caller]
pub(crate) fn run<F: Future>(program: F) -> F::Output {
    Runtime::builder().virtual_clock().check_every_turn().build().run(program)
}

/// Runs a program and yields what it said.
#[track_caller]
pub(crate) fn lines<F: Future<Output = ()>>(program: impl FnOnce(Log) -> F) -> Vec<String> {
    let said = Rc::<RefCell<Vec<String>>>::default();
    // Also what is said when the tasks that are left are dropped.
    Hops::counted(|hops| program(Log { said: said.clone(), hops }));
    said.take()
}

/// An object that lives to the end of the process, so that any task may name it.
pub(crate) fn shared<T>(object: T) -> &'static T {
    Box::leak(Box::new(object))
}

/// Which tasks of a group failed, and why, without the lines that spawned them.
pub(crate) fn failures<E: fmt::Display>(failed: &GroupError<E>) -> String {
    let failure = |Failure { name, cause, .. }: &Failure<E>| match name {
        Some(name) => format!("{name}: {cause}"),
        None => cause.to_string(),
    };
    failed.failures().iter().map(failure).collect::<Vec<_>>().join("; ")
}

/// Lets so many turns pass.
pub(crate) async fn turns(count: usize) {
    for _ in 0..count {
        yield_now().await;
    }
}

/// Puts items into a queue that has room for them.
pub(crate) fn fill<S: Store<u32>>(queue: &QueueOver<u32, S>, items: impl IntoIterator<Item = u32>) {
    for item in items {
        queue.try_put(item).expect("the queue has room");
    }
}

/// Drops a future once so many turns have passed.
pub(crate) async fn within(count: usize, future: impl Future<Output = ()>) {
    select(pin!(future), pin!(turns(count))).await;
}

/// Lines in the order in which a program says them.
#[derive(Clone, Default)]
pub(crate) struct Log {
    said: Rc<RefCell<Vec<String>>>,
    hops: Hops,
}

impl Log {
    pub(crate) fn say(&self, line: impl Into<String>) {
        self.said.borrow_mut().push(line.into());
    }

    /// Counts hops from now on.
    pub(crate) fn begin(&self) {
        self.hops.begin();
    }

    /// Says a line, and how many turns ago the cause was.
    pub(crate) fn say_hops(&self, line: &str) {
        self.say(format!("{line} after {}", self.hops.count()));
    }

    /// What was said since the last call.
    pub(crate) fn take(&self) -> Vec<String> {
        self.said.take()
    }

    /// Says a line when it is dropped.
    pub(crate) fn at_drop(&self, line: impl Into<String>) -> AtDrop {
        AtDrop { log: self.clone(), line: line.into() }
    }
}

/// What [`Log::at_drop`] returns.
pub(crate) struct AtDrop {
    log: Log,
    line: String,
}

impl Drop for AtDrop {
    fn drop(&mut self) {
        self.log.say(std::mem::take(&mut self.line));
    }
}

/// The message that a misuse panics with.
#[track_caller]
pub(crate) fn refusal<T>(misuse: impl FnOnce() -> T) -> String {
    let Err(payload) = catch_unwind(AssertUnwindSafe(misuse)) else { panic!("the misuse passed") };
    message(&*payload)
}

/// What a panic says.
pub(crate) fn message(payload: &dyn Any) -> String {
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref::<String>().cloned()).expect("the panic says something")
}
