//! How labels read as text, and reports within the width of a terminal.

use super::trace::{ObjectLabel, TaskLabel};
use std::fmt;

impl fmt::Display for TaskLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.name, &self.called) {
            (Some(name), _) => f.write_str(name),
            (None, Some(called)) => called.fmt(f),
            (None, None) => write!(f, "task {}", self.number),
        }
    }
}

impl fmt::Display for ObjectLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.name, self.number) {
            (Some(name), _) => write!(f, "{} `{name}`", self.kind),
            (None, Some(number)) => write!(f, "{} {number}", self.kind),
            (None, None) => write!(f, "{}", self.kind),
        }
    }
}

/// How wide a report is, unless a word is longer.
const WIDTH: usize = 80;

/// Breaks the lines of a text between words. What a line goes on with stands four columns further in, as nothing else
/// does.
pub(in crate::runtime) fn wrapped(text: &str) -> String {
    let mut wrapped = String::new();
    for (number, line) in text.lines().enumerate() {
        wrapped += if number > 0 { "\n" } else { "" };
        let told = line.trim_start();
        let indent = line.len() - told.len();
        wrapped.extend(std::iter::repeat_n(' ', indent));
        let mut column = indent;
        for (place, word) in told.split(' ').enumerate() {
            let width = word.chars().count();
            if place > 0 && column + 1 + width > WIDTH {
                wrapped.push('\n');
                wrapped.extend(std::iter::repeat_n(' ', indent + 4));
                column = indent + 4;
            } else if place > 0 {
                wrapped.push(' ');
                column += 1;
            }
            wrapped += word;
            column += width;
        }
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_between_words_and_no_word_breaks() {
        let (short, long) = ("x".repeat(30), "y".repeat(90));
        let text = format!("{short} {short} {short}\n  {long} {short} 345678901\n{short} {short} 345678901 {short}");
        let expected = format!(
            "{short} {short}\n    {short}\n  {long}\n      {short} 345678901\n{short} {short} 345678901\n    {short}"
        );
        assert_eq!(wrapped(&text), expected);
        let full = "z".repeat(39) + " " + &"z".repeat(40);
        assert_eq!(wrapped(&full), full);
        assert_eq!(wrapped(&(full.clone() + "z")), full.replace(' ', "\n    ") + "z");
    }
}
