//! stderr: explanations, counts, reports and complaints. It may be closed too, which is nobody's
//! concern.

use crate::{cli, clock};
use greenlight::{Builder, Runtime};
use std::fmt;
use std::io::{self, Write};

/// Prints a line about a program that is not the program's own.
macro_rules! note {
    ($($line:tt)*) => {
        $crate::stderr::note_line(&mut $crate::stderr::Stderr, format_args!($($line)*))
    };
}
pub(crate) use note;

/// What [`note!`] expands to.
pub(crate) fn note_line(notes: &mut dyn Write, line: fmt::Arguments<'_>) {
    let _ = writeln!(notes, "{line}");
}

/// Prints what went wrong.
pub(crate) fn complain(notes: &mut dyn Write, what: fmt::Arguments<'_>) {
    let error = cli::STYLES.get_error();
    note_line(notes, format_args!("{error}error:{error:#} {what}"));
}

/// Prints a report of a runtime as the runtime itself would, with the clock out of the way.
pub(crate) fn report(report: &str) {
    note!("greenlight: {report}");
}

/// A builder of a runtime whose reports go here.
pub(crate) fn reporting() -> Builder {
    Runtime::builder().debug(is_debugging()).on_report(report)
}

/// Whether the environment turns the debug mode on: the rule is that of [`Builder::debug`].
pub(crate) fn is_debugging() -> bool {
    std::env::var_os("GREENLIGHT_DEBUG").is_some_and(|value| !value.is_empty() && value != "0")
}

/// stderr, in colours if it shows any, with the clock out of the way. Writing to it never fails.
#[derive(Debug)]
pub(crate) struct Stderr;

impl Write for Stderr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _hidden = clock::hide();
        let _ = anstream::stderr().write_all(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let _ = io::stderr().flush();
        Ok(())
    }
}
