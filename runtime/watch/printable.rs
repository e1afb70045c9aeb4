//! Text that comes from outside, in the form in which it is printed: what every name, message and error goes through
//! before it is in a report, a dump, a trace or an error. It knows characters, and nothing of what they are about.

use std::fmt::{self, Write};
use std::sync::Arc;

/// Prints on one line, in the order of reading, and without codes that a terminal would obey: each control and format
/// character becomes its escape, as `\n` or `\u{202e}`.
///
/// Names of tasks and objects, messages of panics and errors of groups have gone through this wherever greenlight
/// prints them. A program that prints other text from outside in its own reports can put it through the same.
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

/// Where the characters begin and end that change how a line is shown or where it ends: those of the general categories
/// Cc, Cf, Zl and Zp of Unicode 16, and those between them that are reserved for more of the kind.
const EDGES: [u32; 42] = [
    0, 0x20, 0x7f, 0xa0, 0xad, 0xae, 0x600, 0x606, 0x61c, 0x61d, 0x6dd, 0x6de, 0x70f, 0x710, 0x890, 0x892, 0x8e2,
    0x8e3, 0x180e, 0x180f, 0x200b, 0x2010, 0x2028, 0x202f, 0x2060, 0x2070, 0xfeff, 0xff00, 0xfff0, 0xfffc, 0x110bd,
    0x110be, 0x110cd, 0x110ce, 0x13430, 0x13440, 0x1bca0, 0x1bca4, 0x1d173, 0x1d17b, 0xe0000, 0xe0080,
];

fn is_escaped(c: char) -> bool {
    EDGES.partition_point(|&edge| edge <= u32::from(c)) % 2 == 1
}
