//! What a program says must hold, looked at while its schedules are explored.

use super::super::observe::Fault;
use super::hush;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};

thread_local! {
    /// What the program that is being explored says must hold; none while nothing is explored.
    static STATED: RefCell<Option<Vec<Invariant>>> = const { RefCell::new(None) };
    /// Whether any of that is to be asked between two polls.
    static ASKS: Cell<bool> = const { Cell::new(false) };
}

struct Invariant {
    what: String,
    /// Whether it is asked at the end alone.
    finally: bool,
    holds: Box<dyn Fn() -> bool>,
}

/// States what must hold whenever another task may look: [`explore`](crate::explore()) asks after each poll, and a
/// schedule in which it does not hold fails. Outside of an exploration nothing is asked.
///
/// It is called in the program that is explored, with what that has made.
///
/// ```
/// use greenlight::{explore::{Explorer, always}, spawn, yield_now};
/// use std::{cell::Cell, rc::Rc};
///
/// let failed = Explorer::new().try_run(|| async {
///     let places = Rc::new(Cell::new(1));
///     let taken = Rc::new(Cell::new(0));
///     let counted = taken.clone();
///     always("no place is taken twice", move || counted.get() <= 1);
///     let guests = [(); 2].map(|()| {
///         let (places, taken) = (places.clone(), taken.clone());
///         spawn(async move {
///             if places.get() > 0 {
///                 yield_now().await; // somebody else may look here
///                 places.set(places.get() - 1);
///                 taken.set(taken.get() + 1);
///             }
///         })
///     });
///     greenlight::gather_tasks(guests).await;
/// });
/// assert!(failed.unwrap_err().to_string().contains("no place is taken twice"));
/// ```
pub fn always(what: impl Into<String>, holds: impl Fn() -> bool + 'static) {
    state(Invariant { what: what.into(), finally: false, holds: Box::new(holds) });
}

/// States what must hold once main has returned and every task is gone; see [`always`].
///
/// ```
/// use greenlight::explore::{Explorer, finally};
/// use std::{cell::Cell, rc::Rc};
///
/// let failed = Explorer::new().try_run(|| async {
///     let told = Rc::new(Cell::new(false));
///     let heard = told.clone();
///     finally("the child has told", move || heard.get());
///     drop(greenlight::spawn(async move { told.set(true) })); // nobody joins it
/// });
/// assert!(failed.unwrap_err().to_string().contains("the child has told"));
/// ```
pub fn finally(what: impl Into<String>, holds: impl Fn() -> bool + 'static) {
    state(Invariant { what: what.into(), finally: true, holds: Box::new(holds) });
}

fn state(invariant: Invariant) {
    STATED.with_borrow_mut(|stated| {
        if let Some(stated) = stated {
            ASKS.set(ASKS.get() || !invariant.finally);
            stated.push(invariant);
        }
    });
}

/// A schedule begins, and what is stated from now on is asked; or it is over.
pub(super) fn ask(asks: bool) {
    ASKS.set(false);
    drop(STATED.replace(asks.then(Vec::new)));
}

/// Whether anything is to be asked between two polls.
#[inline]
pub(super) fn are_stated() -> bool {
    ASKS.get()
}

/// The first that does not hold, or panics; at the end all are asked.
pub(super) fn broken(at_the_end: bool) -> Option<Fault> {
    // They are away while they are asked: what they call may state others.
    let mut asked = STATED.with_borrow_mut(|stated| stated.as_mut().map(std::mem::take))?;
    let fails = |invariant: &&Invariant| (at_the_end || !invariant.finally) && !(invariant.holds)();
    let broken = catch_unwind(AssertUnwindSafe(|| asked.iter().find(fails).map(|broken| broken.what.clone())));
    STATED.with_borrow_mut(|stated| {
        stated.iter_mut().for_each(|stated| stated.splice(..0, asked.drain(..)).for_each(drop))
    });
    match broken {
        Ok(broken) => broken.map(|invariant| Fault::Broken { invariant }),
        Err(_) => Some(hush::panic_of(|_, _| true, "an invariant panicked")),
    }
}
