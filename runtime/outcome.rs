//! What becomes of a joined task: the place that its job and its handle share.

use super::task::Job;
use futures_task::LocalFutureObj;
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// The future of a joined task and the place for its outcome: the one allocation that task and handle share.
pub(super) struct Joined<T> {
    /// None once the task has ended. Borrowed while it is being polled, and by nobody else then.
    future: RefCell<Option<LocalFutureObj<'static, T>>>,
    /// None until the task has ended, and after the handle took it.
    pub(super) outcome: Cell<Option<Result<T, Failure>>>,
    /// Set once the handle is gone: nobody will fetch the outcome.
    pub(super) detached: Cell<bool>,
}

impl<T> Joined<T> {
    pub(super) fn new(future: LocalFutureObj<'static, T>) -> Self {
        Joined { future: RefCell::new(Some(future)), outcome: Cell::new(None), detached: Cell::new(false) }
    }

    /// Looks at the outcome, and leaves it.
    pub(super) fn is(&self, outcome_is: impl FnOnce(&Option<Result<T, Failure>>) -> bool) -> bool {
        let outcome = self.outcome.take();
        let is = outcome_is(&outcome);
        self.outcome.set(outcome);
        is
    }
}

impl<T> Job for Joined<T> {
    fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut future = self.future.borrow_mut();
        let future = future.as_mut().expect("a task that has ended is not polled");
        let output = ready!(Pin::new(future).poll(cx));
        self.outcome.set(Some(Ok(output)));
        Poll::Ready(())
    }

    fn drop_future(&self) {
        drop(self.future.take());
    }

    fn drop_output(&self, returned: bool) {
        let output = match (returned, self.detached.get()) {
            (false, _) => self.outcome.replace(Some(Err(Failure::Cancelled))),
            (true, true) => self.outcome.take(),
            (true, false) => None,
        };
        drop(output);
    }

    fn panicked(&self, payload: Box<dyn Any + Send>) -> Result<(), Box<dyn Any + Send>> {
        if self.detached.get() {
            return Err(payload);
        }
        self.outcome.set(Some(Err(Failure::Panicked(payload))));
        Ok(())
    }
}

/// How a task ended that yielded no output.
pub(super) enum Failure {
    Cancelled,
    Panicked(Box<dyn Any + Send>),
}
