//! stdout: a program's own lines, or what was asked for, and nothing else.
//!
//! A reader that has seen enough closes its end, as `head -1` does. `println!` panics then. Here
//! the process ends at once, quietly and with 0: it did what was wanted of it, and nobody is left
//! to talk to.

use crate::clock;
use crate::stderr::{Stderr, complain};
use std::io::{self, Write};
use std::process::exit;

/// Prints a line of a program.
pub(crate) fn say_line(line: &str) {
    bear(Stdout.write_all(format!("{line}\n").as_bytes()));
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
