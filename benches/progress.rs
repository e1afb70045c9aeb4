//! How far a long run is, for whoever sits at the terminal: one line on stderr that is overwritten, and nothing where
//! stderr is no terminal.

use std::fmt::Arguments;
use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

/// Writing more often than that only costs.
const PACE: Duration = Duration::from_millis(100);

/// The line on stderr.
#[derive(Debug)]
pub struct Progress {
    terminal: bool,
    written: Option<Instant>,
}

impl Progress {
    /// Of a run that begins.
    pub fn start() -> Self {
        Progress { terminal: stderr().is_terminal(), written: None }
    }

    /// Says what is done now, if it is time to say something.
    pub fn show(&mut self, what: Arguments<'_>) {
        if self.terminal && self.written.is_none_or(|at| at.elapsed() > PACE) {
            self.written = Some(Instant::now());
            // A terminal that is gone has nobody to tell.
            _ = write!(stderr(), "\r\x1b[K{what}").and_then(|()| stderr().flush());
        }
    }

    /// Says something that stays.
    pub fn say(&mut self, what: Arguments<'_>) {
        self.done();
        _ = writeln!(stderr(), "{what}");
    }

    /// Takes the line away.
    pub fn done(&mut self) {
        if self.written.take().is_some() {
            _ = write!(stderr(), "\r\x1b[K").and_then(|()| stderr().flush());
        }
    }
}
