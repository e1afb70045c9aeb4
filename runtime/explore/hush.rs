//! Panics while schedules are explored: there may be many thousands of them, so they are kept and not printed.

use super::super::failure::panic_message;
use super::super::join;
use super::super::observe::Fault;
use std::cell::RefCell;
use std::panic::{self, PanicHookInfo};
use std::sync::Once;

thread_local! {
    /// The panics of the schedule that this thread explores; none while it explores none.
    static KEPT: RefCell<Option<Vec<Fault>>> = const { RefCell::new(None) };
}

/// The hook is put before the one that is there, once in a process.
static HOOK: Once = Once::new();

/// From now on the panics of this thread are kept.
pub(super) fn begin() {
    HOOK.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !KEPT.try_with(|kept| keep(kept, info)).unwrap_or(false) {
                before(info);
            }
        }));
    });
    KEPT.replace(Some(Vec::new()));
}

/// From now on they are printed.
pub(super) fn end() {
    KEPT.take();
}

/// The last panic of which that is so, by the task and the message; with these words, if there is none.
pub(super) fn panic_of(is_it: impl Fn(&str, &str) -> bool, otherwise: &str) -> Fault {
    let is_it = |fault: &&Fault| matches!(fault, Fault::Panicked { task, message, .. } if is_it(task, message));
    let kept = KEPT.with_borrow(|kept| kept.iter().flatten().rev().find(is_it).cloned());
    let unknown = || Fault::Panicked { task: "a task".into(), message: otherwise.into(), at: String::new() };
    kept.unwrap_or_else(unknown)
}

fn keep(kept: &RefCell<Option<Vec<Fault>>>, info: &PanicHookInfo<'_>) -> bool {
    let Ok(mut kept) = kept.try_borrow_mut() else { return false };
    let Some(kept) = &mut *kept else { return false };
    let spawned = |task: &join::Task| format!("the task spawned at {}", task.spawned_at());
    let name = |task: join::Task| task.name().map_or_else(|| spawned(&task), str::to_string);
    let task = join::try_current().map_or_else(|| "the program".into(), name);
    let at = info.location().map(ToString::to_string).unwrap_or_default();
    kept.push(Fault::Panicked { task, message: panic_message(info.payload()).into(), at });
    true
}
