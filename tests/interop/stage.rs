//! What the tests of this binary stand on: a log, a runtime in virtual time, and an outer limit for what takes real
//! time, so that a lost wake fails with a message and does not hang.

use futures::future::{Either, select};
use greenlight::{Runtime, yield_now};
use std::cell::RefCell;
use std::future::Future;
use std::panic::resume_unwind;
use std::pin::pin;
use std::rc::Rc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// After this long, what takes real time is taken for stuck.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs a program of real time on a thread of its own, and fails if it does not end.
pub(crate) fn in_time<T: Send + 'static>(program: impl FnOnce() -> T + Send + 'static) -> T {
    let (tell, told) = channel();
    let thread = thread::spawn(move || {
        let output = program();
        tell.send(()).expect("the test waits");
        output
    });
    match told.recv_timeout(PATIENCE) {
        Err(RecvTimeoutError::Timeout) => panic!("after {PATIENCE:?} the program still runs: a wake was lost"),
        Ok(()) | Err(RecvTimeoutError::Disconnected) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
    }
}

/// Runs a program in virtual time and yields what it said.
#[track_caller]
pub(crate) fn lines<F: Future<Output = ()>>(program: impl FnOnce(Log) -> F) -> Vec<String> {
    let log = Log::default();
    Runtime::builder().virtual_clock().build().run(program(log.clone()));
    log.take()
}

/// Runs a program on the real clock that leaves its runtime nothing to report.
pub(crate) fn run_unreported<T>(program: impl FnOnce(&Runtime) -> T) -> T {
    let log = Log::default();
    let reports = log.clone();
    // The runtime would catch a panic in here.
    let output = program(&Runtime::builder().on_report(move |report| reports.say(report)).build());
    assert_eq!(log.take(), Vec::<String>::new(), "a false alarm");
    output
}

/// Lets so many turns pass.
pub(crate) async fn turns(count: usize) {
    for _ in 0..count {
        yield_now().await;
    }
}

/// The output of a future, unless so many turns pass before: then it is dropped, ready or not.
pub(crate) async fn within<T>(count: usize, future: impl Future<Output = T>) -> Option<T> {
    match select(pin!(turns(count)), pin!(future)).await {
        Either::Left(_) => None,
        Either::Right((output, _)) => Some(output),
    }
}

/// Lines in the order in which a program says them.
#[derive(Clone, Default)]
pub(crate) struct Log {
    said: Rc<RefCell<Vec<String>>>,
}

impl Log {
    pub(crate) fn say(&self, line: impl Into<String>) {
        self.said.borrow_mut().push(line.into());
    }

    /// What was said since the last call.
    pub(crate) fn take(&self) -> Vec<String> {
        self.said.take()
    }

    /// A guard that says a line when it is dropped.
    pub(crate) fn at_drop(&self, line: &'static str) -> SayOnDrop {
        SayOnDrop(self.clone(), line)
    }
}

/// What [`Log::at_drop`] returns.
pub(crate) struct SayOnDrop(Log, &'static str);

impl Drop for SayOnDrop {
    fn drop(&mut self) {
        self.0.say(self.1);
    }
}
