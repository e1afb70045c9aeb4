//! What a `TaskGroup` says of tasks that failed, and of itself when it is over.

use crate::runtime::panic_message;
use std::any::Any;
use std::error::Error;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

/// A group takes no more tasks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GroupOver {
    pub(super) made: &'static Location<'static>,
}

/// A task of a group that failed.
pub struct Failure<E> {
    /// Its name, if it has one.
    pub name: Option<Arc<str>>,
    /// The line that spawned it.
    pub spawned_at: &'static Location<'static>,
    /// Why.
    pub cause: Cause<E>,
}

/// Why a task of a group failed.
pub enum Cause<E> {
    /// It returned this error.
    Error(E),
    /// It panicked with this payload.
    Panic(Box<dyn Any + Send>),
}

/// Tasks of a group failed. In asyncio: an `ExceptionGroup`.
pub struct GroupError<E> {
    pub(super) failures: Vec<Failure<E>>,
}

impl<E> GroupError<E> {
    /// The tasks that failed, in the order in which they did.
    pub fn failures(&self) -> &[Failure<E>] {
        &self.failures
    }

    /// The failures, to keep.
    pub fn into_failures(self) -> Vec<Failure<E>> {
        self.failures
    }
}

impl fmt::Display for GroupOver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the task group made at {} takes no more tasks: it is over, or one of its tasks has failed; spawn the task \
            before, or outside of it",
            self.made
        )
    }
}

impl<E: fmt::Display> fmt::Display for Failure<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(name) = &self.name {
            write!(f, "{name}: ")?;
        }
        self.cause.fmt(f)
    }
}

impl<E: fmt::Display> fmt::Display for Cause<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Error(error) => error.fmt(f),
            Cause::Panic(payload) => write!(f, "panicked: {}", panic_message(&**payload)),
        }
    }
}

impl<E: fmt::Display> fmt::Display for GroupError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.failures.len();
        write!(f, "{count} task{} of the group failed: ", if count == 1 { "" } else { "s" })?;
        for (index, failure) in self.failures.iter().enumerate() {
            write!(f, "{}{failure}", if index == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

impl<E: fmt::Debug> fmt::Debug for Failure<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut failure = f.debug_struct("Failure");
        failure.field("name", &self.name).field("spawned_at", &format_args!("{}", self.spawned_at));
        match &self.cause {
            Cause::Error(error) => failure.field("error", error).finish(),
            Cause::Panic(payload) => failure.field("panic", &panic_message(&**payload)).finish(),
        }
    }
}

impl<E: fmt::Debug> fmt::Debug for Cause<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Error(error) => f.debug_tuple("Error").field(error).finish(),
            Cause::Panic(payload) => f.debug_tuple("Panic").field(&panic_message(&**payload)).finish(),
        }
    }
}

impl<E: fmt::Debug> fmt::Debug for GroupError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupError").field("failures", &self.failures).finish()
    }
}

impl Error for GroupOver {}

impl<E: fmt::Debug + fmt::Display> Error for GroupError<E> {}
