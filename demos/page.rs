//! Makes the page that replays a trace from a file, whoever wrote that.

use crate::check::check;
use crate::races;
use crate::run::Outcome;
use crate::stderr::{Stderr, complain};
use crate::stdout;
use greenlight::trace::{Printable, page_with};
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

/// No browser shows a longer trace.
const LONGEST: u64 = 256 << 20;

/// Makes a page of traces, and prints where it is.
pub(crate) fn make(traces: &[PathBuf], out: Option<PathBuf>) -> Outcome {
    let out = out.unwrap_or_else(|| traces[0].with_extension("html"));
    let sources: Vec<_> = races::all().map(|program| (program.file, program.source)).collect();
    match write(traces, &out, &sources) {
        Ok(()) => {
            stdout::print(&format!("{}\n", Printable(out.display())));
            Outcome::Ended
        }
        Err(why) => {
            complain(&mut Stderr, format_args!("{why}"));
            Outcome::Failed
        }
    }
}

/// Makes a page of traces in that file, of programs with these sources.
pub(crate) fn write(traces: &[PathBuf], out: &Path, sources: &[(&str, &str)]) -> Result<(), String> {
    if traces.iter().any(|trace| trace == out) {
        return Err(format!("{} is a trace; name another file for the page, with -o", Printable(out.display())));
    }
    let texts: Vec<_> = traces.iter().map(|file| read(file)).collect::<Result<_, _>>()?;
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    let names: Vec<_> = traces.iter().map(|file| file.file_stem().unwrap_or_default().to_string_lossy()).collect();
    let page = page_with(&names.join(" and "), &texts, sources);
    fs::write(out, page).map_err(|error| format!("cannot write {}: {error}", Printable(out.display())))
}

/// The text of a trace.
fn read(file: &Path) -> Result<String, String> {
    let name = Printable(file.display());
    let mut bytes = Vec::new();
    let read = File::open(file).and_then(|file| file.take(LONGEST + 1).read_to_end(&mut bytes));
    read.map_err(|error| format!("cannot read {name}: {error}"))?;
    if bytes.len() as u64 > LONGEST {
        return Err(format!("{name} is longer than {} MiB, and no browser shows so much", LONGEST >> 20));
    }
    let text = String::from_utf8(bytes).map_err(|_| format!("{name} is no trace: it is not UTF-8"))?;
    check(&text).map_err(|why| format!("{name} is no trace: {why}"))?;
    Ok(text)
}
