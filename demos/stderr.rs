//! stderr: explanations, counts, reports and complaints. It may be closed too, which is nobody's
//! concern.

use crate::{cli, clock, stdout};
use anstyle::{AnsiColor, Style};
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

/// A builder of a runtime whose reports go here, and whose lines go to stdout.
pub(crate) fn reporting() -> Builder {
    Runtime::builder().on_report(report).on_say(stdout::say_line)
}

/// A report with the names of its tasks, its circles and its help standing out. What is the matter gets a line of its own,
/// below the one that names the demo.
pub(crate) fn highlighted(report: &str) -> String {
    let (bold, circle, help) = (Style::new().bold(), AnsiColor::Yellow.on_default(), AnsiColor::Cyan.on_default());
    let (when, rest) = report.split_once(": ").unwrap_or((report, ""));
    let mut lines = rest.lines().peekable();
    let mut told = format!("{bold}{when}:{bold:#}\n   ");
    while let Some(part) = lines.next_if(|line| !line.starts_with("  ") || line.starts_with("    ")) {
        told += &format!(" {}", part.trim_start());
    }
    let mut is_circle = false;
    for line in lines {
        is_circle = line.starts_with("  ")
            && (line.contains(" waits: ") || line.contains(" itself: ") || is_circle && line.starts_with("      "));
        let line = match line.strip_prefix("  ").unwrap_or(line) {
            line if is_circle => format!("{circle}{line}{circle:#}"),
            line if line.starts_with("help:") => line.replacen("help:", &format!("{help}help:{help:#}"), 1),
            line => match line.split_once(", spawned at ") {
                Some((name, at)) => format!("{bold}{name}{bold:#}, spawned at {at}"),
                None => line.to_string(),
            },
        };
        told += &format!("\n  {line}");
    }
    told
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
