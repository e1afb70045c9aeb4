//! What most tests of this binary stand on: a runtime with virtual time, a log that tasks write to,
//! guards that act when they are dropped, and a count of turns.

use greenlight::Runtime;
use greenlight::trace::{Observer, Recorder, TraceEvent};
use std::cell::{Cell, RefCell};
use std::future::{Future, poll_fn};
use std::rc::Rc;
use std::task::{Poll, Waker};

/// A runtime whose time is virtual.
pub(crate) fn standing() -> Runtime {
    Runtime::builder().virtual_clock().check_every_turn().build()
}

/// A runtime whose time is virtual, and everything that happens in it.
pub(crate) fn recorded() -> (Runtime, Rc<Recorder>) {
    let recorder = Rc::new(Recorder::default());
    let runtime = Runtime::builder().virtual_clock().check_every_turn().observer(recorder.clone()).build();
    (runtime, recorder)
}

/// A runtime whose time is virtual, and a log of what it reports.
pub(crate) fn reporting() -> (Runtime, Log) {
    let reports = Log::default();
    let runtime = Runtime::builder()
        .virtual_clock()
        .check_every_turn()
        .on_report({
            let reports = reports.clone();
            move |report| reports.say(report)
        })
        .build();
    (runtime, reports)
}

/// Lines in the order in which a program says them.
#[derive(Clone, Default)]
pub(crate) struct Log(Rc<RefCell<Vec<String>>>);

impl Log {
    pub(crate) fn say(&self, line: impl Into<String>) {
        self.0.borrow_mut().push(line.into());
    }

    /// What was said since the last call.
    pub(crate) fn take(&self) -> Vec<String> {
        self.0.take()
    }

    /// A guard that says a line when it is dropped.
    pub(crate) fn at_drop(&self, line: &str) -> OnDrop<impl FnMut() + use<>> {
        let (log, line) = (self.clone(), line.to_string());
        on_drop(move || log.say(line.as_str()))
    }

    /// A future that says a line when it is polled, and one when it is dropped, and is never ready.
    pub(crate) fn sleeper(&self, name: &str) -> impl Future<Output = ()> + use<> {
        let (log, name) = (self.clone(), name.to_string());
        async move {
            let _guard = log.at_drop(&format!("{name} dropped"));
            log.say(format!("{name} runs"));
            std::future::pending::<()>().await;
        }
    }
}

/// A guard that acts when it is dropped.
pub(crate) fn on_drop<F: FnMut()>(act: F) -> OnDrop<F> {
    OnDrop(act)
}

/// What [`on_drop`] returns.
pub(crate) struct OnDrop<F: FnMut()>(F);

impl<F: FnMut()> Drop for OnDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

/// Where a task leaves a clone of its waker.
pub(crate) type LeftWaker = Rc<RefCell<Option<Waker>>>;

/// A future that leaves its waker there, says that it runs whenever it is polled, and is never
/// ready.
pub(crate) async fn leave_waker(name: &'static str, waker: LeftWaker, log: Log) {
    poll_fn(|cx| {
        log.say(format!("{name} runs"));
        *waker.borrow_mut() = Some(cx.waker().clone());
        Poll::<()>::Pending
    })
    .await;
}

pub(crate) fn left(waker: &LeftWaker) -> Waker {
    waker.borrow().clone().expect("the task has run")
}

/// Counts the turns between a cause and its effect.
#[derive(Clone, Default)]
pub(crate) struct Hops {
    turn: Rc<Turn>,
    cause: Rc<Cell<u64>>,
}

/// The number of the present turn, as an observer learns it.
#[derive(Default)]
struct Turn(Cell<u64>);

impl Observer for Turn {
    fn on_event(&self, event: &TraceEvent) {
        self.0.set(event.turn);
    }
}

impl Hops {
    /// Runs a program that counts.
    pub(crate) fn counted<F: Future>(program: impl FnOnce(Hops) -> F) -> F::Output {
        let hops = Hops::default();
        let runtime = Runtime::builder().virtual_clock().check_every_turn().observer(hops.turn.clone()).build();
        runtime.run(program(hops))
    }

    /// The cause is now.
    pub(crate) fn begin(&self) {
        self.cause.set(self.turn.0.get());
    }

    /// The number of the present turn.
    pub(crate) fn turn(&self) -> u64 {
        self.turn.0.get()
    }

    /// How many turns ago the cause was.
    pub(crate) fn count(&self) -> u64 {
        self.turn.0.get() - self.cause.get()
    }
}
