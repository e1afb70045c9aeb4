//! How far a long run is: at a terminal one line on stderr that is overwritten, elsewhere a line now and then.

use std::fmt::Arguments;
use std::io::{IsTerminal, Write, stderr};
use std::time::{Duration, Instant};

/// Writing more often than that only costs.
const PACE: Duration = Duration::from_millis(100);

/// Where all lines stay, they are few.
const PACE_OF_A_LOG: Duration = Duration::from_secs(10);

/// The line on stderr.
#[derive(Debug)]
pub struct Progress {
    terminal: bool,
    /// When something was said last. At a terminal none while no line is there; in a log since the start.
    written: Option<Instant>,
}

impl Progress {
    /// Of a run that begins.
    pub fn start() -> Self {
        let terminal = stderr().is_terminal();
        Progress { terminal, written: (!terminal).then(Instant::now) }
    }

    /// Says what is done now, if it is time to say something.
    pub fn show(&mut self, what: Arguments<'_>) {
        let pace = if self.terminal { PACE } else { PACE_OF_A_LOG };
        if self.written.is_none_or(|at| at.elapsed() > pace) {
            self.written = Some(Instant::now());
            // A terminal that is gone has nobody to tell.
            _ = if self.terminal {
                write!(stderr(), "\r\x1b[K{what}").and_then(|()| stderr().flush())
            } else {
                writeln!(stderr(), "{what}")
            };
        }
    }

    /// Says something that stays.
    pub fn say(&mut self, what: Arguments<'_>) {
        self.done();
        _ = writeln!(stderr(), "{what}");
    }

    /// Takes the line away.
    pub fn done(&mut self) {
        if self.terminal && self.written.take().is_some() {
            _ = write!(stderr(), "\r\x1b[K").and_then(|()| stderr().flush());
        }
    }
}
