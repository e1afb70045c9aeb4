//! Reports with the lines that they name instead of the numbers of those lines.

use std::fmt::Display;
use std::fs::read_to_string;
use std::panic::Location;

/// A report in which every line of the file that calls this is quoted instead of numbered, with a mark at the column that the
/// report names. So a snapshot shows whether the right lines are named, and outlives changes of the file.
#[track_caller]
pub fn quoted(report: impl Display) -> String {
    let file = Location::caller().file();
    // A test runs in the folder of its package.
    let source = read_to_string(file).expect("the file of a test can be read");
    let (report, place) = (unwrapped(&report), format!("{file}:"));
    let mut parts = report.split(&place);
    let mut quoted = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let end = part.find(|c: char| c != ':' && !c.is_ascii_digit()).unwrap_or(part.len());
        let (place, rest) = part.split_at(end);
        let (line, column) = place.split_once(':').expect("a line and a column follow the file");
        let line = source.lines().nth(line.parse::<usize>().unwrap() - 1).expect("the line is in the file");
        let (before, after) = line.split_at(column.parse::<usize>().unwrap() - 1);
        quoted += &format!("[{}»{after}]{rest}", before.trim_start());
    }
    unlined(&quoted)
}

/// The same text in which each task that is called by its line is `a task`, and a further one of the line `a task (2)`.
pub fn unlined(text: &str) -> String {
    let mut parts = text.split(".rs:");
    let mut unlined = parts.next().unwrap_or_default().to_string();
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        // A line with a column is a place in the source.
        let is_column = |c: char| c.is_ascii_digit();
        if end == 0 || part[end..].strip_prefix(':').is_some_and(|column| column.starts_with(is_column)) {
            unlined += ".rs:";
            unlined += part;
            continue;
        }
        let is_of_name = |c: char| c.is_alphanumeric() || c == '_';
        unlined.truncate(unlined.trim_end_matches(is_of_name).len());
        unlined += "a task";
        unlined += &part[end..];
    }
    unlined
}

/// The report of a stall with each of its lines whole: what a line goes on with stands four columns further in. Any other
/// report as it is.
pub fn unwrapped(report: &dyn Display) -> String {
    let report = report.to_string();
    let is_stall = |line: &str| {
        ["stalled", "not stalled", "stopped", "deadlock", "possible", "time stands", "these tasks"]
            .iter()
            .any(|begin| line.starts_with(begin))
    };
    if !is_stall(&report) {
        return report;
    }
    let (mut lines, mut indent) = (Vec::<String>::new(), 0);
    for line in report.lines() {
        let own = line.len() - line.trim_start().len();
        match lines.last_mut() {
            Some(last) if own >= indent + 4 => *last += &format!(" {}", line.trim_start()),
            _ => {
                indent = own;
                lines.push(line.to_string());
            }
        }
    }
    lines.join("\n")
}
