//! Why the command ends before its end.

use std::io::{Error, ErrorKind};

/// Why it ends.
#[derive(Debug, PartialEq, Eq)]
pub enum Trouble {
    /// Whoever read the output has seen enough, as `head` has: no failure, and nothing to say.
    NobodyReads,
    /// What is to be said of it.
    Said(String),
}

impl From<String> for Trouble {
    fn from(said: String) -> Self {
        Trouble::Said(said)
    }
}

/// Errors of writing to stdout; those of files say their file before they come here.
impl From<Error> for Trouble {
    fn from(error: Error) -> Self {
        match error.kind() {
            ErrorKind::BrokenPipe => Trouble::NobodyReads,
            _ => Trouble::Said(format!("the tables cannot be written to stdout: {error}")),
        }
    }
}
