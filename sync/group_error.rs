//! What a `TaskGroup` says of tasks that failed, and of itself when it is over.

use crate::PanicPayload;
use crate::trace::Printable;
use std::any::Any;
use std::error::Error;
use std::fmt;
use std::panic::Location;
use std::sync::Arc;

/// A group takes no more tasks. In asyncio: a `RuntimeError`.
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
    Panic(PanicPayload),
}

/// Tasks of a group failed. In asyncio: an `ExceptionGroup`.
///
/// Its [source](Error::source) is the first [`Failure`], and that of a failure its [`PanicPayload`], or its error if
/// that is in a box: `Box<dyn Error>` or `Box<dyn Error + Send + Sync>`. It is `Send` and `Sync` if the errors are.
///
/// ```
/// use greenlight::{Failure, TaskGroup};
/// use std::error::Error;
///
/// async fn dinner() -> Result<(), Box<dyn Error + Send + Sync>> {
///     let mut group = TaskGroup::new();
///     group.task("soup").spawn(async { Err("no salt left".to_string()) });
///     Ok(group.join().await?)
/// }
/// let error = greenlight::run(dinner()).unwrap_err();
/// let first: &Failure<String> = error.source().unwrap().downcast_ref().unwrap();
/// assert_eq!(first.name.as_deref(), Some("soup"));
/// assert_eq!(error.to_string(), format!("1 task of the group failed: {first}"));
/// ```
///
/// What failed is looked at in the order of the failures, or taken out:
///
/// ```
/// use greenlight::{Cause, TaskGroup};
///
/// greenlight::run(async {
///     let mut group = TaskGroup::new();
///     group.spawn(async { Err("no salt") });
///     group.spawn(async { panic!("no pot") });
///     let failed = group.join().await.unwrap_err();
///     assert_eq!(failed.failures().len(), 2);
///     for failure in failed.into_failures() {
///         match failure.cause {
///             Cause::Error(error) => assert_eq!(error, "no salt"),
///             Cause::Panic(payload) => assert_eq!(payload.to_string(), "no pot"),
///         }
///     }
/// });
/// ```
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
            "the task group made at {} takes no more tasks: it is over, was cancelled, or one of its tasks has failed; spawn the task \
            before, or outside of it",
            self.made
        )
    }
}

/// Prints which task it is, by its name and the line that spawned it, and why it failed.
impl<E: fmt::Display> fmt::Display for Failure<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure { name, spawned_at, cause } = self;
        match name {
            Some(name) => write!(f, "task `{}` (spawned at {spawned_at}): {cause}", Printable(name)),
            None => write!(f, "the task spawned at {spawned_at}: {cause}"),
        }
    }
}

impl<E: fmt::Display> fmt::Display for Cause<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Error(error) => Printable(error).fmt(f),
            Cause::Panic(payload) => write!(f, "panicked: {payload}"),
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
            Cause::Error(error) => failure.field("error", &escaped(error)).finish(),
            Cause::Panic(payload) => failure.field("panic", payload).finish(),
        }
    }
}

impl<E: fmt::Debug> fmt::Debug for Cause<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::Error(error) => f.debug_tuple("Error").field(&escaped(error)).finish(),
            Cause::Panic(payload) => f.debug_tuple("Panic").field(payload).finish(),
        }
    }
}

/// An error as it prints for `{:?}`, which may be its text as it is.
fn escaped(error: &impl fmt::Debug) -> impl fmt::Debug {
    fmt::from_fn(move |f| write!(f, "{}", Printable(format_args!("{error:?}"))))
}

impl<E: fmt::Debug> fmt::Debug for GroupError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GroupError").field("failures", &self.failures).finish()
    }
}

impl Error for GroupOver {}

impl<E: fmt::Debug + fmt::Display + 'static> Error for GroupError<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.failures.first().map(|first| first as &dyn Error)
    }
}

impl<E: fmt::Debug + fmt::Display + 'static> Error for Failure<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.source()
    }
}

impl<E: fmt::Debug + fmt::Display + 'static> Error for Cause<E> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Cause::Error(error) => boxed(error),
            Cause::Panic(payload) => Some(payload),
        }
    }
}

/// The error in a box. A group asks of its errors only that they can be printed, so what is in no box is not known to
/// be an error.
fn boxed(error: &dyn Any) -> Option<&(dyn Error + 'static)> {
    let sent = error.downcast_ref::<Box<dyn Error + Send + Sync>>().map(|error| &**error as &dyn Error);
    sent.or(error.downcast_ref::<Box<dyn Error>>().map(|error| &**error))
}
