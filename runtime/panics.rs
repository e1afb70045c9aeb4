//! Panics of foreign code, wherever it is called: whoever runs it on its own behalf receives the first of them, and
//! ends by it if it is a task; every other panic is [told](lost), and ends nobody.

use super::note::lost;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::thread;

/// What is told of a panic that another one forestalls.
pub(super) const SECOND: &str = "lost: a second panic, while the first was on its way";

/// Does the second also when the first panics. The first panic goes on afterwards.
pub(crate) fn both(first: impl FnOnce(), second: impl FnOnce()) {
    let first = catch_unwind(AssertUnwindSafe(first)).err();
    let second = catch_unwind(AssertUnwindSafe(second)).err();
    if first.is_some() || second.is_some() {
        go_on_with_first(first.into_iter().chain(second));
    }
}

/// Drops each of these, in order, also those behind one that panics. The first panic goes on afterwards.
pub(crate) fn drop_each<T>(these: impl Iterator<Item = T>) {
    go_on_with_first(these.filter_map(|this| catch_unwind(AssertUnwindSafe(|| drop(this))).err()));
}

/// Resumes the first of these panics and tells the others. It tells all of them if one is under way already: guards
/// release and wake in their drop, and a second panic that leaves a drop would abort the process.
#[cold]
pub(super) fn go_on_with_first(panics: impl IntoIterator<Item = Box<dyn Any + Send>>) {
    let mut panics = panics.into_iter();
    let first = if thread::panicking() { None } else { panics.next() };
    panics.for_each(|panic| lost::tell(SECOND, panic));
    if let Some(panic) = first {
        resume_unwind(panic);
    }
}
