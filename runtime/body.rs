//! What a cell runs.

use std::any::{Any, type_name};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// What a cell runs: the future of a task, or a callback.
pub(super) enum Body {
    /// The future that `run` was given, of that type: it stays on the stack of `run`, which polls it.
    Main(&'static str),
    /// A future whose end nobody awaits through a handle.
    Detached(Pin<Box<dyn Work>>),
    /// A future with a place for its output.
    Joined(Rc<dyn Job>),
    /// No task at all, but a call that is due in the next turn.
    Callback(Box<dyn FnOnce()>),
}

/// The future of main, which lives on the stack of `run`. Without a context it is dropped, and after that its output.
pub(super) type Main<'a> = dyn FnMut(Option<&mut Context<'_>>) -> Poll<()> + 'a;

/// A future that knows the name of its type.
pub(super) trait Work {
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()>;
    fn type_name(&self) -> &'static str;
}

impl<F: Future<Output = ()>> Work for F {
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        Future::poll(self, cx)
    }

    fn type_name(&self) -> &'static str {
        type_name::<F>()
    }
}

/// A future and the place where its outcome goes, shared with the join handle. Each method but the last runs foreign
/// code.
pub(super) trait Job {
    fn poll(&self, cx: &mut Context<'_>) -> Poll<()>;

    /// Drops the future.
    fn drop_future(&self);

    /// Drops the output of a job that has not `returned` or that no handle is left to fetch it from.
    fn drop_output(&self, returned: bool);

    /// Stores the payload of a panic; hands it back if no handle is left to fetch it.
    fn panicked(&self, payload: Box<dyn Any + Send>) -> Result<(), Box<dyn Any + Send>>;

    fn type_name(&self) -> &'static str;
}
