//! `say!`: the lines of a program itself, on their way to stdout or to whoever takes them over.

use super::context;
use std::fmt;
use std::io::{ErrorKind, Write, stdout};
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};

/// Prints a line to stdout, as `println!` does, and bears a closed pipe. In asyncio: `print`.
///
/// Where nobody reads any more, as behind `| head -1`, the line is lost and the program goes on.
/// [`Builder::on_say`](crate::Builder::on_say) takes the lines of a runtime over, as a test does that looks at them:
/// its harness captures none.
///
/// # Panics
/// With the panic of whoever takes the lines over; when stdout cannot be written to for another reason, such as a full
/// disk.
///
/// ```
/// use greenlight::{Runtime, say};
/// use std::{cell::RefCell, rc::Rc};
///
/// let said = Rc::new(RefCell::new(Vec::new()));
/// let heard = said.clone();
/// let hear = move |line: &str| heard.borrow_mut().push(line.to_string());
/// let runtime = Runtime::builder().on_say(hear).build();
/// runtime.run(async { say!("{} green bottles", 10) });
/// assert_eq!(*said.borrow(), ["10 green bottles"]);
/// ```
#[macro_export]
macro_rules! say {
    () => {
        $crate::say!("")
    };
    ($($line:tt)*) => {
        $crate::say_line(::std::format_args!($($line)*))
    };
}

/// What [`say!`](crate::say!) expands to.
#[doc(hidden)]
#[track_caller]
pub fn say_line(line: fmt::Arguments<'_>) {
    let line = line.to_string();
    let core = context::current();
    let Some(core) = core else { return print(&line) };
    core.note_said(&line, Location::caller());
    if let Some(receiver) = core.watchers.said.take() {
        // It is away meanwhile: what it says itself goes to stdout, and not round and round.
        let heard = catch_unwind(AssertUnwindSafe(|| receiver.hear(&line)));
        core.watchers.said.set(Some(receiver));
        heard.unwrap_or_else(|panic| resume_unwind(panic));
    } else {
        print(&line);
    }
}

#[track_caller]
fn print(line: &str) {
    if let Err(error) = stdout().write_all(format!("{line}\n").as_bytes())
        && error.kind() != ErrorKind::BrokenPipe
    {
        panic!("say!() cannot write to stdout: {error}; make room there, or have Builder::on_say take the lines");
    }
}
