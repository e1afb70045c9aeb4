//! What a program says must hold, looked at while its schedules are explored.

use std::cell::{Cell, RefCell};

thread_local! {
    /// What the program that is being explored says must hold; none while nothing is explored.
    static STATED: RefCell<Option<Stated>> = const { RefCell::new(None) };
    /// Whether anything of that is to be asked between two polls.
    static ASKS: Cell<bool> = const { Cell::new(false) };
}

/// By the moment at which each is looked at.
#[derive(Default)]
struct Stated {
    always: Vec<Invariant>,
    finally: Vec<Invariant>,
}

struct Invariant {
    what: String,
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
    state(what.into(), Box::new(holds), |stated| &mut stated.always);
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
    state(what.into(), Box::new(holds), |stated| &mut stated.finally);
}

fn state(what: String, holds: Box<dyn Fn() -> bool>, when: fn(&mut Stated) -> &mut Vec<Invariant>) {
    STATED.with_borrow_mut(|stated| {
        if let Some(stated) = stated {
            when(stated).push(Invariant { what, holds });
            ASKS.set(!stated.always.is_empty());
        }
    });
}

/// A schedule begins: what is stated from now on is asked.
pub(super) fn begin() {
    ASKS.set(false);
    drop(STATED.replace(Some(Stated::default())));
}

/// It is over.
pub(super) fn end() {
    ASKS.set(false);
    drop(STATED.replace(None));
}

/// Whether anything is to be asked between two polls.
#[inline]
pub(super) fn are_stated() -> bool {
    ASKS.get()
}

/// The first that does not hold between two polls.
pub(super) fn broken_now() -> Option<String> {
    broken(|stated| &mut stated.always)
}

/// The first that does not hold at the end.
pub(super) fn broken_at_last() -> Option<String> {
    broken_now().or_else(|| broken(|stated| &mut stated.finally))
}

/// They are away while they are asked: what they call may state others.
fn broken(when: fn(&mut Stated) -> &mut Vec<Invariant>) -> Option<String> {
    let mut asked = STATED.with_borrow_mut(|stated| stated.as_mut().map(|stated| std::mem::take(when(stated))))?;
    let broken = asked.iter().find(|invariant| !(invariant.holds)()).map(|invariant| invariant.what.clone());
    STATED.with_borrow_mut(|stated| {
        if let Some(stated) = stated {
            asked.append(when(stated));
            *when(stated) = asked;
        }
    });
    broken
}
