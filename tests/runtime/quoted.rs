//! Reports with the lines that they name instead of the numbers of those lines.

use std::fmt::Display;

/// A report in which every line of that file is quoted instead of numbered, with a mark at the
/// column that the report names. So a snapshot shows whether the right lines are named, and
/// outlives changes of the file.
pub(crate) fn quoted(report: &dyn Display, file: &str, source: &str) -> String {
    let (report, place) = (report.to_string(), format!("{file}:"));
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
    quoted
}
