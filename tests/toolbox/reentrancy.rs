//! Foreign code may do anything while somebody waits with a semaphore, a barrier, a queue, a group
//! or for the ends of tasks: give what the wait is for, wait too, drop who stands in line, close,
//! abort, panic. `matrix` goes through every waiting method and every moment at which foreign code
//! runs; the others have the cases that are worth a name.

mod barrier;
mod ends;
#[path = "../runtime/foreign.rs"]
mod foreign;
mod groups;
mod items;
mod matrix;
mod objects;
mod observers;
mod orders;
mod outliving;
mod queue;
mod semaphore;

use foreign::{Foreign, Shared, poll};
use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::task::{Wake, Waker};

/// A waker that acts when it is cloned for the first time.
fn cloned(act: impl FnOnce() + 'static) -> Waker {
    Foreign::default().on_clone(act).waker()
}

/// A waker that acts when it is woken for the first time.
fn woken(act: impl FnOnce() + 'static) -> Waker {
    let act = Cell::new(Some(act));
    let acting = move || {
        if let Some(act) = act.take() {
            act();
        }
    };
    Foreign::default().on_wake(acting).waker()
}

/// A waker that acts when the last of its clones is dropped.
fn forgotten(act: impl FnOnce() + 'static) -> Waker {
    struct Last {
        _waker: Waker,
    }
    impl Wake for Last {
        fn wake(self: Arc<Self>) {}
    }
    Arc::new(Last { _waker: Foreign::default().on_drop(act).waker() }).into()
}

/// Whether a future is ready, now that it is polled with that waker.
fn is_ready_with(future: &Shared, waker: &Waker) -> bool {
    let mut future = future.borrow_mut();
    poll(future.as_mut().expect("it was not dropped").as_mut(), waker).is_ready()
}

/// Whether it panics.
fn panics<T>(act: impl FnOnce() -> T) -> bool {
    catch_unwind(AssertUnwindSafe(act)).is_err()
}
