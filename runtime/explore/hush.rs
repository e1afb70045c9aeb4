//! Panics while schedules are explored: there may be many thousands of them, so they are kept and not printed.

use super::super::failure::panic_message;
use super::super::join;
use super::fault::Fault;
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

/// From now on they are printed. Returns those that were kept.
pub(super) fn end() -> Vec<Fault> {
    KEPT.take().unwrap_or_default()
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
