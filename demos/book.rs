//! Has the package of the book build it: a front, so that whoever only runs demos does not compile the book.

use crate::run::Outcome;
use crate::stderr::{Stderr, complain};
use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus};

/// The project that this was compiled from.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Builds the book, and opens it in a browser if that is asked for. What is amiss was said by who builds it.
pub(crate) fn build(opens: bool) -> Outcome {
    match ask_cargo(opens) {
        Ok(status) if status.success() => Outcome::Ended,
        Ok(_) => Outcome::Failed,
        Err(error) => {
            let why = if Path::new(ROOT).join("docs/book").is_dir() {
                format!("cannot run cargo: {error}")
            } else {
                format!("the book is built from the project's own folder, and {ROOT} is not there any more")
            };
            complain(&mut Stderr, format_args!("{why}"));
            Outcome::Failed
        }
    }
}

fn ask_cargo(opens: bool) -> io::Result<ExitStatus> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["run", "--package", "greenlight-book", "--"]).args(opens.then_some("--open"));
    cargo.current_dir(ROOT).status()
}
