//! Foreign code may do anything while a lock is handed on, a condition notifies or a deadline
//! moves: take or try the lock, drop waiters, register new ones, notify again, step the runtime,
//! panic. By where it runs: in a waker that is woken, by a release or by a notify; in one that is
//! cloned or dropped; in a future's `Drop`. After each the lock is free in the end, and nobody is
//! lost.
//!
//! So it may while somebody waits with a semaphore, a barrier, a queue, a group or for the ends of tasks: give what
//! the wait is for, wait too, drop who stands in line, close, abort. `matrix` goes through every waiting method of all
//! primitives and every moment at which foreign code runs, for who waits alone, first, and in the middle; the others have the
//! cases that ask for more than that.

mod barrier;
mod cloning;
mod deadlines;
mod drops;
mod ends;
mod groups;
mod items;
mod matrix;
mod notifying;
mod objects;
mod observers;
mod orders;
mod outliving;
mod queue;
mod releasing;
mod renewing;
mod semaphore;

use greenlight::Runtime;
use greenlight::sync::{Condition, Lock};
use stage::Log;
use stage::foreign::{Foreign, Shared, parked, poll};
use std::fmt::Debug;
use std::future::{Future, pending};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Wake, Waker};

/// Who has had a lock, in order.
type Names = Vec<&'static str>;

type Signed = Rc<Lock<Names>>;

/// A wait for the lock, which signs and lets go of it.
fn ask(lock: &Signed, name: &'static str) -> impl Future<Output = ()> + use<> {
    let lock = lock.clone();
    async move { lock.lock().await.push(name) }
}

/// Somebody who holds the lock until it is abandoned.
fn hold(lock: &Signed) -> Shared {
    let lock = lock.clone();
    let holding = async move {
        let _guard = lock.lock().await;
        pending().await
    };
    parked(holding, Waker::noop())
}

/// A wait for a notify, which signs and lets go of the lock.
fn wait(condition: &Rc<Condition<Names>>, name: &'static str) -> impl Future<Output = ()> + use<> {
    let condition = condition.clone();
    async move {
        let guard = condition.lock().await;
        condition.wait(guard).await.push(name);
    }
}

/// A waker that says a line.
fn saying(log: Log, line: &'static str) -> Waker {
    Foreign::default().on_wake(move || log.say(line)).waker()
}

/// A waker that acts when it is woken, and can act once.
fn woken(act: impl FnOnce() + 'static) -> Foreign {
    let act = std::cell::Cell::new(Some(act));
    Foreign::default().on_wake(move || {
        if let Some(act) = act.take() {
            act();
        }
    })
}

/// As [`woken`], with nothing else to do.
fn acting(act: impl FnOnce() + 'static) -> Waker {
    woken(act).waker()
}

/// A waker that acts when it is cloned for the first time.
fn cloned(act: impl FnOnce() + 'static) -> Waker {
    Foreign::default().on_clone(act).waker()
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

/// Takes a lock that nobody holds.
fn signed(lock: &Lock<Names>) -> Names {
    assert_eq!(waiting(lock), 0, "somebody still waits");
    lock.try_lock().expect("nobody holds it").clone()
}

/// How many stand in line, as a primitive prints it.
fn waiting(primitive: &impl Debug) -> usize {
    let printed = format!("{primitive:?}");
    let (_, waiters) = printed.split_once("waiters: ").expect("a primitive prints its waiters");
    let digits = waiters.split(|c: char| !c.is_ascii_digit()).next();
    digits.and_then(|digits| digits.parse().ok()).expect("a number follows")
}

/// A runtime that a waker can step, and that tells nobody of what panics.
fn steppable() -> Rc<Runtime> {
    Rc::new(Runtime::builder().virtual_clock().on_report(|_| {}).build())
}

/// Steps often enough for the end of a task to be told.
fn step(runtime: &Runtime) {
    (0..4).for_each(|_| _ = runtime.turn());
}
