//! Text that comes from outside, in the form in which it is printed: what every name, message and error goes through before
//! it is in a report, a dump, a trace or an error. It knows characters, and nothing of what they are about.

use std::fmt::{self, Write};
use std::sync::Arc;

/// Prints on one line, in the order of reading, and without codes that a terminal would obey: each control and format character
/// becomes its escape, as `\n` or `\u{202e}`.
///
/// Names of tasks and objects, messages of panics and errors of groups have gone through this wherever greenlight prints
/// them. A program that prints other text from outside in its own reports can put it through the same.
///
/// ```
/// use greenlight::trace::Printable;
/// assert_eq!(Printable("red \x1b[31m\n").to_string(), r"red \u{1b}[31m\n");
/// assert_eq!(Printable("Zoë, 門").to_string(), "Zoë, 門");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Printable<T>(
    /// What is printed.
    pub T,
);

impl<T: fmt::Display> fmt::Display for Printable<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = &self.0;
        if f.alternate() { write!(Escaping(f), "{text:#}") } else { write!(Escaping(f), "{text}") }
    }
}

/// Escapes what is written to it.
struct Escaping<'a, 'f>(&'a mut fmt::Formatter<'f>);

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some(place) = rest.find(is_escaped) {
            let (before, behind) = rest.split_at(place);
            let mut characters = behind.chars();
            self.0.write_str(before)?;
            characters.next().map_or(Ok(()), |c| write!(self.0, "{}", c.escape_default()))?;
            rest = characters.as_str();
        }
        self.0.write_str(rest)
    }
}

/// A name as it is printed. One that has nothing to escape costs no allocation.
pub(crate) fn printable(name: Arc<str>) -> Arc<str> {
    if name.contains(is_escaped) { Printable(&name).to_string().into() } else { name }
}

/// The characters of the general categories Cc, Cf, Zl and Zp of Unicode 16, which change how a line is shown or where it ends,
/// and those between them that are reserved for more of the kind.
fn is_escaped(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{600}'..='\u{605}'
                | '\u{61c}'
                | '\u{6dd}'
                | '\u{70f}'
                | '\u{890}'..='\u{891}'
                | '\u{8e2}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{110bd}'
                | '\u{110cd}'
                | '\u{13430}'..='\u{1343f}'
                | '\u{1bca0}'..='\u{1bca3}'
                | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e007f}'
        )
}
