//! What becomes of a joined task: the place that its job and its handle share, and the error for one that yielded
//! nothing.

use super::panics::panic_message;
use super::task::Job;
use futures_task::LocalFutureObj;
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::fmt;
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

    pub(super) fn has_panicked(&self) -> bool {
        let outcome = self.outcome.take();
        let panicked = matches!(outcome, Some(Err(Failure::Panicked(_))));
        self.outcome.set(outcome);
        panicked
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

    fn end(&self, cancelled: bool) {
        let future = self.future.take();
        let output = match (cancelled, self.detached.get()) {
            (true, _) => self.outcome.replace(Some(Err(Failure::Cancelled))),
            (false, true) => self.outcome.take(),
            (false, false) => None,
        };
        drop(future);
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

/// Why a task yielded no output.
pub struct JoinError {
    pub(super) task: String,
    pub(super) failure: Failure,
}

pub(super) enum Failure {
    Cancelled,
    Panicked(Box<dyn Any + Send>),
}

impl JoinError {
    /// Whether the task was cancelled, or its runtime ended before it did.
    pub fn is_cancelled(&self) -> bool {
        matches!(self.failure, Failure::Cancelled)
    }

    /// Whether the task panicked.
    pub fn is_panic(&self) -> bool {
        matches!(self.failure, Failure::Panicked(_))
    }

    /// The payload of the panic, to look at or to resume; the error itself if the task was cancelled.
    ///
    /// # Errors
    /// Hands the error back if the task was cancelled.
    pub fn into_panic(self) -> Result<Box<dyn Any + Send>, JoinError> {
        match self.failure {
            Failure::Panicked(payload) => Ok(payload),
            Failure::Cancelled => Err(self),
        }
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.failure {
            Failure::Cancelled => write!(f, "{} was cancelled", self.task),
            Failure::Panicked(payload) => {
                write!(f, "{} panicked: {}", self.task, panic_message(&**payload))
            }
        }
    }
}

impl fmt::Debug for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JoinError({self})")
    }
}

impl std::error::Error for JoinError {}
