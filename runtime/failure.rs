//! Why there is no answer, in words: the error of a join handle, what a panic left behind, and that a runtime is gone.

use super::note::Printable;
use std::any::Any;
use std::error::Error;
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// The payload of a panic, in an error. It prints as what the panic said.
///
/// It may be shared among threads, since nobody looks at the payload itself before it is taken out.
///
/// ```
/// use greenlight::{Cause, TaskGroup};
///
/// let failed = greenlight::run(async {
///     let mut group = TaskGroup::<String>::new();
///     group.spawn(async { std::panic::panic_any(404) });
///     group.join().await.unwrap_err()
/// });
/// let failure = failed.into_failures().remove(0);
/// let Cause::Panic(payload) = failure.cause else { panic!("it has returned no error") };
/// assert_eq!(payload.to_string(), "(a payload that is not a string)");
/// assert_eq!(payload.into_inner().downcast_ref(), Some(&404));
/// ```
pub struct PanicPayload(Mutex<Box<dyn Any + Send>>);

impl PanicPayload {
    pub(crate) fn new(payload: Box<dyn Any + Send>) -> Self {
        PanicPayload(Mutex::new(payload))
    }

    /// The payload, to look at or to resume.
    pub fn into_inner(self) -> Box<dyn Any + Send> {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Display for PanicPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let payload = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Printable(panic_message(&**payload)).fmt(f)
    }
}

impl fmt::Debug for PanicPayload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let payload = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        f.debug_tuple("PanicPayload").field(&panic_message(&**payload)).finish()
    }
}

impl Error for PanicPayload {}

/// What a panic said.
pub(super) fn panic_message(payload: &(dyn Any + Send)) -> &str {
    match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
        (Some(message), _) => message,
        (_, Some(message)) => message,
        _ => "(a payload that is not a string)",
    }
}

/// Why a task yielded no output. In asyncio: `CancelledError`, or whatever the task raised.
///
/// The [source](Error::source) of that of a panic is its [`PanicPayload`].
///
/// ```
/// use std::error::Error;
///
/// fn answer() -> Result<u8, Box<dyn Error + Send + Sync>> {
///     let oracle = || greenlight::task("oracle").spawn(async { panic!("no answer") });
///     greenlight::run(async { Ok(oracle().await?) })
/// }
/// let error = answer().unwrap_err();
/// assert!(error.to_string().starts_with("task `oracle` (spawned at "));
/// assert!(error.to_string().ends_with(") panicked: no answer"));
/// assert_eq!(error.source().unwrap().to_string(), "no answer");
/// ```
///
/// What to do about it is for whoever awaits the task:
///
/// ```
/// use greenlight::{JoinError, spawn};
///
/// /// Yields none for a task that was cancelled, and goes on with a panic.
/// fn unless_cancelled<T>(outcome: Result<T, JoinError>) -> Option<T> {
///     match outcome.map_err(|error| error.into_panic()) {
///         Ok(output) => Some(output),
///         Err(Ok(payload)) => std::panic::resume_unwind(payload),
///         Err(Err(cancelled)) => None.filter(|_| cancelled.is_cancelled()),
///     }
/// }
/// greenlight::run(async {
///     let (kept, cancelled) = (spawn(async { 1 }), spawn(async { 2 }));
///     cancelled.cancel();
///     assert_eq!(unless_cancelled(kept.await), Some(1));
///     assert_eq!(unless_cancelled(cancelled.await), None);
/// });
/// ```
pub struct JoinError {
    task: String,
    /// None if the task was cancelled.
    panic: Option<PanicPayload>,
}

impl JoinError {
    pub(super) fn cancelled(task: &impl fmt::Display) -> Self {
        JoinError { task: task.to_string(), panic: None }
    }

    pub(super) fn panicked(task: &impl fmt::Display, payload: Box<dyn Any + Send>) -> Self {
        JoinError { task: task.to_string(), panic: Some(PanicPayload::new(payload)) }
    }

    /// Whether the task was cancelled, or its runtime ended before it did. In asyncio: `cancelled`.
    pub fn is_cancelled(&self) -> bool {
        self.panic.is_none()
    }

    /// Whether the task panicked.
    pub fn is_panic(&self) -> bool {
        self.panic.is_some()
    }

    /// The payload of the panic, to look at or to resume. In asyncio: `exception`.
    ///
    /// # Errors
    /// Hands the error back if the task was cancelled.
    pub fn into_panic(self) -> Result<Box<dyn Any + Send>, JoinError> {
        match self {
            JoinError { panic: Some(payload), .. } => Ok(payload.into_inner()),
            cancelled => Err(cancelled),
        }
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.panic {
            None => write!(f, "{} was cancelled", self.task),
            Some(payload) => write!(f, "{} panicked: {payload}", self.task),
        }
    }
}

impl fmt::Debug for JoinError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JoinError({self})")
    }
}

impl Error for JoinError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.panic.as_ref().map(|payload| payload as &dyn Error)
    }
}

/// The runtime that a [`Remote`](crate::Remote) leads to has ended. In asyncio: the `RuntimeError` of a closed loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuntimeGone;

impl fmt::Display for RuntimeGone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the runtime of this Remote is gone; let its threads end before the runtime does")
    }
}

impl std::error::Error for RuntimeGone {}
