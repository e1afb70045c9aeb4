//! How far an exploration is, for whoever waits at a terminal.

use std::io::{IsTerminal, Write, stderr};
use std::time::Duration;

/// What takes less is over before anybody asks.
const SILENCE: Duration = Duration::from_secs(2);

/// How often the line changes.
const PERIOD: Duration = Duration::from_millis(200);

/// A line on stderr that is written over again and again, if that is a terminal.
#[derive(Default)]
pub(super) struct Progress {
    /// When the line was written last.
    told: Option<Duration>,
}

impl Progress {
    /// So much was tried until then; of so much, if that is known; with so many deviations.
    pub(super) fn tell(
        &mut self,
        now: Duration,
        tried: u64,
        of: Option<u64>,
        deviations: Option<usize>,
        faults: usize,
    ) {
        let next = self.told.map_or(SILENCE, |told| told + PERIOD);
        if now < next || !stderr().is_terminal() {
            return;
        }
        self.told = Some(now);
        let done = |of: u64| (tried * 20 / of.max(1)).min(20) as usize;
        let bar = of.map(|of| format!("[{:20}] ", "=".repeat(done(of)))).unwrap_or_default();
        let stage = deviations.map(|deviations| format!(", {deviations} deviations in each")).unwrap_or_default();
        let line = format!("{bar}{tried} schedules{stage}, {faults} found to fail, {} s", now.as_secs());
        // What goes wrong with a line like this harms nobody.
        _ = write!(stderr(), "\r{line:.79}\x1b[K");
        _ = stderr().flush();
    }

    /// The line goes.
    pub(super) fn end(&mut self) {
        if self.told.take().is_some() {
            _ = write!(stderr(), "\r\x1b[K");
        }
    }
}
