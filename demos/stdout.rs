//! stdout: a program's own lines, or what was asked for, and nothing else.
//!
//! A reader that has seen enough closes its end, as `head -1` does. `println!` panics then. Here
//! the process ends, quietly and with 0: it did what was wanted of it, and nobody is left to talk
//! to.

use crate::stderr::{Stderr, complain};
use crate::{clock, interrupt};
use std::io::{self, Write};
use std::process::exit;
use std::sync::Mutex;

/// Why a line of a program was not printed.
static LOST: Mutex<Option<io::Error>> = Mutex::new(None);

/// Prints a line of a program. If that is not possible, the program is stopped, so that those who watch it come to an
/// end, too; [`end_if_lost`] is for what follows.
pub(crate) fn say_line(line: &str) {
    let mut lost = lost();
    if lost.is_none() {
        *lost = Stdout.write_all(format!("{line}\n").as_bytes()).err();
        lost.iter().for_each(|_| interrupt::stop());
    }
}

/// Ends the process if a line of the program that was played could not be printed.
pub(crate) fn end_if_lost() {
    bear(lost().take().map_or(Ok(()), Err));
}

fn lost() -> std::sync::MutexGuard<'static, Option<io::Error>> {
    LOST.lock().expect("nobody panics while it is locked")
}

/// Prints what was asked for, in colours if stdout shows any.
pub(crate) fn print(text: &str) {
    let mut stdout = anstream::stdout();
    bear(write!(stdout, "{text}").and_then(|()| stdout.flush()));
}

fn bear(written: io::Result<()>) {
    if let Err(error) = written {
        end_if_closed(&error);
        complain(&mut Stderr, format_args!("cannot write to stdout: {error}"));
        exit(1);
    }
}

/// Ends the process if this is the error of writing to a reader that is gone.
pub(crate) fn end_if_closed(error: &io::Error) {
    if error.kind() == io::ErrorKind::BrokenPipe {
        let _hidden = clock::hide();
        exit(0);
    }
}

/// stdout, with the clock out of the way.
#[derive(Debug)]
pub(crate) struct Stdout;

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _hidden = clock::hide();
        io::stdout().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stdout().flush()
    }
}
