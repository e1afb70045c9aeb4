//! What checks need besides.

use crate::log::What;
use crate::session;
use std::cell::Cell;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::task::Poll;
use std::thread;

thread_local! {
    static NAPS: Cell<usize> = const { Cell::new(0) };
}

/// `thread::park`, counted: it tells an executor that sleeps from one that spins, which the time alone does not.
///
/// ```
/// std::thread::current().unpark(); // so that it does not sleep
/// kit::park();
/// assert_eq!(kit::naps(), 1);
/// ```
pub fn park() {
    NAPS.set(NAPS.get() + 1);
    let session = session::current();
    session.add(0, What::Parks);
    thread::park();
    session.add(0, What::Unparked);
}

/// How often this thread has called [`park`].
pub fn naps() -> usize {
    NAPS.get()
}

/// Runs code that the learner's own code calls, and that may come back to it at once: a wake, a poll, the drop of a
/// future. If that finds a `RefCell` borrowed, the panic says who was to let go of it.
///
/// ```should_panic
/// let line = std::cell::RefCell::new(vec!["alice", "bob"]);
/// for _ in line.borrow().iter() {
///     // wake() ran while your code held a borrow of a RefCell, and came back to it: …
///     kit::called_from("wake()", || line.borrow_mut().clear());
/// }
/// ```
///
/// # Panics
/// With the panic of that code, or with what explains it.
#[track_caller]
pub fn called_from<R>(what: &str, code: impl FnOnce() -> R) -> R {
    catch_unwind(AssertUnwindSafe(code)).unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<String>().map_or("", String::as_str);
        if text.contains("already borrowed") || text.contains("already mutably borrowed") {
            panic!(
                "{what} ran while your code held a borrow of a RefCell, and came back to it: take out what you need, let \
                 go of the borrow, then call {what}"
            )
        }
        resume_unwind(payload)
    })
}

/// Lets others run first: it wakes itself, and is ready at its second poll.
///
/// ```
/// let mut guest = kit::Hand::new("guest", kit::yield_now());
/// assert!(guest.poll().is_pending());
/// guest.woken();
/// guest.ready();
/// ```
pub async fn yield_now() {
    let mut has_yielded = false;
    poll_fn(|cx| {
        if has_yielded {
            return Poll::Ready(());
        }
        has_yielded = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
