//! Plays scenario files, the ones that `tests/oracle` plays on CPython's asyncio, on greenlight,
//! and prints the same logs.
//!
//! What a scenario is, and what its log lines mean, stands in `tests/oracle/SCENARIOS.md`.

mod parse;
mod play;
mod script;

use crate::stderr::{Stderr, complain};
use std::io::{self, Write};
use std::path::Path;

/// Plays each scenario of a file, in order, and writes a line of JSON for each, with its `name` and
/// its `log`. One that cannot be played gets a line on stderr instead. Returns whether all could be
/// played.
///
/// # Errors
/// When the file cannot be read, or the output cannot be written.
pub(crate) fn play(file: &Path, out: &mut dyn Write) -> io::Result<bool> {
    let text = std::fs::read(file)?;
    let mut all_played = true;
    for (number, line) in (1..).zip(text.split(|&byte| byte == b'\n')) {
        if line.trim_ascii().is_empty() {
            continue;
        }
        match play_line(line) {
            Ok(played) => writeln!(out, "{played}")?,
            Err(why) => {
                let place = file.display();
                complain(&mut Stderr, format_args!("{place}:{number}: {why}"));
                all_played = false;
            }
        }
    }
    Ok(all_played)
}

fn play_line(line: &[u8]) -> Result<String, String> {
    let scenario = parse::scenario(line)?;
    let name = serde_json::Value::from(scenario.name.as_str());
    let log = serde_json::Value::from(play::play(scenario)?);
    Ok(format!(r#"{{"name": {name}, "log": {log}}}"#))
}
