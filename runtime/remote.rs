//! The way in from other threads.

use super::context::{self, Core, Outside};
use super::task::Message;
use futures_task::{FutureObj, Spawn, SpawnError};
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::sync::Arc;

/// A handle to the current runtime for other threads. In asyncio: what `call_soon_threadsafe` needs the loop for.
///
/// # Panics
/// Outside a runtime.
#[track_caller]
pub fn remote() -> Remote {
    context::expect_current("remote() was called").remote()
}

/// Spawns futures onto a runtime from other threads.
///
/// While a `Remote` is alive, a runtime in which nobody can run is not stalled: it waits. Dropping the last one makes it
/// look again.
///
/// The primitives of [`sync`](crate::sync) stay on their thread. To set an [`Event`](crate::sync::Event) from another
/// one, spawn a future that does it there:
///
/// ```
/// use greenlight::sync::Event;
/// use std::rc::Rc;
/// thread_local! { static DONE: Rc<Event> = Rc::new(Event::new()) }
///
/// greenlight::run(async {
///     let remote = greenlight::remote();
///     let worker = std::thread::spawn(move || {
///         remote.spawn(async { DONE.with(|done| done.set()) }).expect("the runtime waits for it");
///     });
///     let done = DONE.with(Rc::clone);
///     done.wait().await;
///     worker.join().unwrap();
/// });
/// ```
#[derive(Clone)]
pub struct Remote {
    outside: Arc<Outside>,
}

impl Remote {
    /// Sends a future to the runtime, which spawns it at its next turn.
    ///
    /// # Errors
    /// Drops the future and says so if the runtime is gone. A runtime that ends before its next turn drops it too.
    #[track_caller]
    pub fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) -> Result<(), RuntimeGone> {
        let message = Message::Spawn(FutureObj::new(Box::new(future)), Location::caller());
        self.outside.inbox.send(message).map_err(|_| RuntimeGone)
    }
}

impl Core {
    pub(super) fn remote(&self) -> Remote {
        let mut remotes = self.remotes.borrow_mut();
        let outside = remotes.upgrade().unwrap_or_else(|| {
            let outside = Arc::new(Outside { inbox: self.inbox.clone() });
            *remotes = Arc::downgrade(&outside);
            outside
        });
        Remote { outside }
    }
}

impl Spawn for Remote {
    #[track_caller]
    fn spawn_obj(&self, future: FutureObj<'static, ()>) -> Result<(), SpawnError> {
        let message = Message::Spawn(future, Location::caller());
        self.outside.inbox.send(message).map_err(|_| SpawnError::shutdown())
    }

    fn status(&self) -> Result<(), SpawnError> {
        if self.outside.inbox.is_closed() { Err(SpawnError::shutdown()) } else { Ok(()) }
    }
}

/// The runtime that a [`Remote`] leads to has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuntimeGone;

impl fmt::Display for RuntimeGone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the runtime of this Remote is gone; let its threads end before the runtime does")
    }
}

impl std::error::Error for RuntimeGone {}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Remote").finish_non_exhaustive()
    }
}
