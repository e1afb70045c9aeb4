//! The panic of a misuse: what it says, and where.

use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;

/// A panic: what it said, and from which line of which file.
#[derive(Debug, PartialEq)]
pub struct Panicked {
    /// What it said.
    pub message: String,
    /// The line that it names.
    pub line: u32,
    /// The file of that line.
    pub file: String,
}

thread_local! {
    static WATCHED: Cell<bool> = const { Cell::new(false) };
    /// The file and line of the first panic of this thread while it was watched.
    static PLACE: RefCell<Option<(String, u32)>> = const { RefCell::new(None) };
}

/// The panic of a misuse. It resumes through the run in which it happens, so its place is noted when it begins.
#[track_caller]
pub fn panic_of<T>(misuse: impl FnOnce() -> T) -> Panicked {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let loud = take_hook();
        set_hook(Box::new(move |panic| {
            if !WATCHED.get() {
                return loud(panic);
            }
            let place = panic.location().expect("a panic has a place");
            PLACE.with_borrow_mut(|first| _ = first.get_or_insert_with(|| (place.file().to_string(), place.line())));
        }));
    });
    WATCHED.set(true);
    let panicked = catch_unwind(AssertUnwindSafe(misuse)).err();
    WATCHED.set(false);
    let Some(payload) = panicked else { panic!("the misuse passed") };
    let (file, line) = PLACE.take().expect("the panic passed the hook");
    Panicked { message: message(&*payload), line, file }
}

/// The message that a misuse panics with.
#[track_caller]
pub fn refusal<T>(misuse: impl FnOnce() -> T) -> String {
    panic_of(misuse).message
}

/// What a panic says.
pub fn message(payload: &dyn Any) -> String {
    let text = payload.downcast_ref::<&str>().map(ToString::to_string);
    text.or_else(|| payload.downcast_ref::<String>().cloned()).expect("the panic says something")
}
