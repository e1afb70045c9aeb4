//! The guard: what some rows of ours cost in instructions, in a file that is committed. A noisy machine does not
//! disturb it, so a regression is seen the day it is made.

use crate::callgrind;
use crate::contenders::OURS;
use crate::progress::Progress;
use crate::rows::{ROWS, Row};
use std::fmt::Write;
use std::fs;

/// Where the counts are kept, beside the sources.
pub const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.txt");

/// The rows that are held to their counts: every hot path once.
pub const GUARDED: [&str; 9] = [
    "yield, 1,000 tasks",
    "spawn and join 1,000",
    "spawn detached 1,000",
    "Event, broadcast to 1,000",
    "Condition, hand-off",
    "Lock, free",
    "Lock, hand-off chain",
    "Queue of one",
    "timer, virtual clock",
];

/// What another compiler or C library may cost. More is a regression, or a baseline of its own commit.
const SLACK: f64 = 0.05;

const HEAD: &str = "\
# Instructions of an operation of greenlight's, counted by callgrind. `benches --instructions --check` holds them to
# within 5 %, `benches --instructions --bless` writes this file. Raise a count only in a commit of its own that says why.
";

/// A guarded row: what it costs now, and what the file says.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Held {
    /// The row's name.
    pub row: &'static str,
    /// Instructions that were counted now.
    pub now: f64,
    /// Instructions that the file allows, before the slack. None if the file does not know the row.
    pub allowed: Option<f64>,
}

/// What has become of a guarded row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Within the slack of what the file says.
    Held,
    /// It costs more.
    Dearer,
    /// It costs less, by more than the slack: the file could hold it to that.
    Cheaper,
    /// The file has no count of it.
    Unknown,
}

impl Held {
    /// What has become of it.
    pub fn verdict(self) -> Verdict {
        match self.allowed {
            None => Verdict::Unknown,
            Some(allowed) if self.now > allowed * (1.0 + SLACK) => Verdict::Dearer,
            Some(allowed) if self.now < allowed * (1.0 - SLACK) => Verdict::Cheaper,
            Some(_) => Verdict::Held,
        }
    }
}

/// Counts all guarded rows.
///
/// # Errors
/// When callgrind gives no figure, or the file cannot be read.
pub fn check(progress: &mut Progress) -> Result<Vec<Held>, String> {
    let text = fs::read_to_string(FILE).map_err(|error| format!("{FILE} cannot be read: {error}"))?;
    let known = parse(&text)?;
    let mut check = |row: &'static Row| {
        progress.show(format_args!("callgrind: {}", row.name));
        let allowed = known.iter().find(|(name, _)| name == row.name).map(|(_, count)| *count);
        Ok(Held { row: row.name, now: callgrind::per_operation(row, OURS)?, allowed })
    };
    let guarded = ROWS.iter().filter(|row| GUARDED.contains(&row.name));
    let held = guarded.map(&mut check).collect();
    progress.done();
    held
}

/// Writes the counts of now to the file.
///
/// # Errors
/// When the file cannot be written.
pub fn bless(held: &[Held]) -> Result<(), String> {
    let counts: Vec<_> = held.iter().map(|held| (held.row, held.now)).collect();
    fs::write(FILE, print(&counts)).map_err(|error| format!("{FILE} cannot be written: {error}"))
}

fn print(counts: &[(&str, f64)]) -> String {
    let mut text = HEAD.to_owned();
    for (name, count) in counts {
        writeln!(text, "{count:5.0}  {name}").expect("a string takes all");
    }
    text
}

fn parse(text: &str) -> Result<Vec<(String, f64)>, String> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let parse = |line: &str| {
        let (count, name) = line.trim().split_once("  ")?;
        Some((name.to_owned(), count.parse().ok()?))
    };
    lines.map(|line| parse(line).ok_or_else(|| format!("{FILE} has a line that is no count and row: {line}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let counts = [("yield, 1,000 tasks", 342.0), ("Lock, free", 247.0)];
        let read = parse(&print(&counts)).expect("it is well-formed");
        assert_eq!(read, counts.map(|(name, count)| (name.to_owned(), count)));
    }

    #[test]
    fn a_line_that_is_no_count_is_shown() {
        assert!(parse("many  Lock, free\n").expect_err("many is no number").contains("many  Lock, free"));
    }

    #[test]
    fn a_count_may_be_off_by_the_slack() {
        let verdict = |now, allowed| Held { row: "Lock, free", now, allowed }.verdict();
        assert_eq!(verdict(104.0, Some(100.0)), Verdict::Held);
        assert_eq!(verdict(106.0, Some(100.0)), Verdict::Dearer);
        assert_eq!(verdict(94.0, Some(100.0)), Verdict::Cheaper);
        assert_eq!(verdict(94.0, None), Verdict::Unknown);
    }

    #[test]
    fn every_guarded_row_is_one_that_callgrind_counts() {
        for guarded in GUARDED {
            assert!(ROWS.iter().any(|row| row.name == guarded && callgrind::counts(row)), "there is no row {guarded}");
        }
    }
}
