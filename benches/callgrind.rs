//! Instructions, as callgrind counts them: the difference of two runs, so that nothing but the operations is in it.

use crate::contenders::{self, Contender};
use crate::progress::Progress;
use crate::rows::{Kind, ROWS, Row};
use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

/// A run of fewer operations is too short for rounds to be alike.
const OPERATIONS: usize = 10_000;

/// Whether valgrind is installed.
pub fn is_installed() -> bool {
    let version = Command::new("valgrind").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    version.is_ok_and(|status| status.success())
}

/// Whether instructions are what this row is about.
pub fn counts(row: &Row) -> bool {
    row.kind == Kind::Cpu && row.ours
}

/// Instructions for an operation of a row by each contender that runs it.
///
/// # Errors
/// When a run of callgrind gives no figure; the error says what it printed.
pub fn row(row: &Row, contenders: &[Contender], progress: &mut Progress) -> Result<Vec<(&'static str, f64)>, String> {
    let running = contenders.iter().filter(|contender| contender.work(row).is_some());
    let mut count = |contender: &Contender| {
        progress.show(format_args!("callgrind: {}, {}", row.name, contender.name));
        Ok((contender.name, per_operation(row, contender.name)?))
    };
    running.map(&mut count).collect()
}

/// Instructions for an operation of a row by that contender.
///
/// # Errors
/// When a run of callgrind gives no figure.
pub fn per_operation(row: &Row, contender: &str) -> Result<f64, String> {
    let this = env::current_exe().map_err(|error| format!("this program does not know where it is: {error}"))?;
    per_operation_of(&this, row, contender)
}

/// The same as that build of this program has it.
///
/// # Errors
/// When a run of callgrind gives no figure.
pub fn per_operation_of(program: &Path, row: &Row, contender: &str) -> Result<f64, String> {
    let operations = OPERATIONS.next_multiple_of(row.step);
    let (once, twice) = (count(program, row, contender, operations)?, count(program, row, contender, 2 * operations)?);
    Ok((twice - once) / operations as f64)
}

fn count(program: &Path, row: &Row, contender: &str, operations: usize) -> Result<f64, String> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args(["--one", row.name, contender, &operations.to_string()])
        .output()
        .map_err(|error| format!("valgrind does not start: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let figure = collected(&said).filter(|_| output.status.success());
    figure.ok_or_else(|| format!("{contender} in \"{}\": callgrind gave no figure, and said:\n{said}", row.name))
}

/// The line `==1== Collected : 123` of what callgrind says.
fn collected(said: &str) -> Option<f64> {
    said.lines().find_map(|line| line.split_once("Collected : "))?.1.trim().parse().ok()
}

/// Runs one program once, as callgrind watches. False if there is no such row or contender.
pub fn run_one(row: &str, contender: &str, operations: usize) -> bool {
    let row = ROWS.iter().find(|known| known.name == row);
    let contender = contenders::all().into_iter().find(|known| known.name == contender);
    let work = row.and_then(|row| contender?.work(row));
    work.map(|work| work(operations)).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figure_is_read_off_what_callgrind_says() {
        let said = "==7== \n==7== Events    : Ir\n==7== Collected : 4242\n==7== \n==7== I   refs:      4,242\n";
        assert_eq!(collected(said), Some(4242.0));
        assert_eq!(collected("==7== Events    : Ir\n"), None);
    }
}
