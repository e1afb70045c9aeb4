//! Plays scenario files, the ones that `tests/oracle` plays on CPython's asyncio, on greenlight,
//! and prints the same logs.
//!
//! What a scenario is, and what its log lines mean, stands in `tests/oracle/SCENARIOS.md`.

mod items;
mod objects;
mod parse;
mod perform;
mod play;
mod script;
#[cfg(test)]
mod traced;
mod values;

use crate::stderr::{Stderr, complain};
use greenlight::trace::Printable;
use serde_json::Value;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::Path;
use std::pin::Pin;

/// A longer line is no scenario: what has no end, as a device may have none, is not read until the memory is.
const LONGEST_LINE: u64 = 64 << 20;

/// Plays each scenario of a file, in order, and writes a line of JSON for each, with its `name` and
/// its `log`. One that cannot be played gets a line on stderr instead. Returns whether all could be
/// played.
///
/// # Errors
/// When the file cannot be read, is no file of scenarios, or has a line of more than 64 MiB, or the output cannot be
/// written.
pub(crate) fn play(file: &Path, out: &mut dyn Write) -> io::Result<bool> {
    each_line(file, |line| match play_line(line) {
        Ok(played) => writeln!(out, "{played}").map(Ok),
        Err(why) => Ok(Err(why)),
    })
}

/// Has each scenario of a file explored, in order, by its name and by what starts it afresh. Returns whether all could be
/// read, which is said on stderr of those that could not.
///
/// # Errors
/// When the file cannot be read, is no file of scenarios, or has a line of more than 64 MiB.
pub(crate) fn each(
    file: &Path,
    mut explore: impl FnMut(&str, &dyn Fn() -> Pin<Box<dyn Future<Output = ()>>>),
) -> io::Result<bool> {
    each_line(file, |line| {
        let scenario = parse::scenario(line);
        Ok(scenario.map(|scenario| {
            // Its objects are those of one schedule.
            let again = || parse::scenario(line).expect("it was read before");
            explore(&scenario.name, &|| Box::pin(play::program(again())));
        }))
    })
}

/// Does something with each line of a file of scenarios that is not empty. Returns whether all went well, which is said on
/// stderr of those that did not.
fn each_line(file: &Path, mut act: impl FnMut(&[u8]) -> io::Result<Result<(), String>>) -> io::Result<bool> {
    let mut reader = BufReader::new(File::open(file)?);
    let (mut line, mut number, mut all_well, mut is_one_of_scenarios) = (Vec::new(), 0, true, false);
    while read_line(&mut reader, &mut line)? > 0 {
        number += 1;
        if line.len() as u64 > LONGEST_LINE {
            return Err(io::Error::other(format!("line {number} is longer than 64 MiB, and a scenario is one line")));
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        is_one_of_scenarios = is_one_of_scenarios || matches!(line.trim_ascii().first(), Some(b'{' | b'['));
        if !is_one_of_scenarios {
            // Of a file of anything else one word is enough.
            return Err(io::Error::other(format!("line {number} is no scenario; see `play --help`")));
        }
        if let Err(why) = act(line.trim_ascii_end())? {
            let (place, why) = (Printable(file.display()), Printable(why));
            complain(&mut Stderr, format_args!("{place}:{number}: {why}"));
            all_well = false;
        }
    }
    Ok(all_well)
}

/// Reads a line, or the beginning of one that is too long. Returns how many bytes it has.
fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<usize> {
    line.clear();
    reader.take(LONGEST_LINE + 1).read_until(b'\n', line)
}

fn play_line(line: &[u8]) -> Result<String, String> {
    let scenario = parse::scenario(line)?;
    let name = Value::from(scenario.name.as_str());
    let log = Value::from(play::play(scenario)?);
    Ok(without_codes(&format!(r#"{{"name": {name}, "log": {log}}}"#)))
}

/// JSON that means the same, in which each character that a terminal would obey is escaped. Such characters stand in its
/// strings only.
fn without_codes(json: &str) -> String {
    let mut shown = String::with_capacity(json.len());
    for c in json.chars() {
        if matches!(c, ' '..='~') || Printable(c).to_string().chars().eq([c]) {
            shown.push(c);
        } else {
            c.encode_utf16(&mut [0; 2]).iter().for_each(|unit| shown += &format!("\\u{unit:04x}"));
        }
    }
    shown
}
