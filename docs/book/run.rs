//! Runs a program of the book in a process of its own, and keeps what it printed and the traces of its runs.

use crate::programs::Program;
use crate::{ROOT, made, write_down};
use std::env::current_exe;
use std::fs::read_to_string;
use std::io::{self, PipeReader, Read, pipe};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

/// A program that takes longer hangs.
const LIMIT: Duration = Duration::from_secs(20);

/// What runs it in a process of its own, on the clock that it is written for.
pub(crate) fn inside(program: &Program) -> io::Result<Command> {
    let mut command = Command::new(current_exe()?);
    let clock = if program.is_on_real_time { "real" } else { "virtual" };
    command.args(["--inside", program.name]).env("GREENLIGHT_CLOCK", clock);
    Ok(command)
}

/// Runs it, writes down what it printed, and gives the traces of its runtimes, one after the other, each with its name.
pub(crate) fn run(program: &Program) -> Result<Vec<(String, String)>, String> {
    let name = program.name;
    let called = |number| if number == 1 { name.to_string() } else { format!("{name}-{number}") };
    let traces = |number| made(&format!("{}.jsonl", called(number)));
    let failed = |error| format!("`{name}` cannot be run: {error}");
    let (printed, stdout) = pipe().map_err(failed)?;
    let (said, stderr) = pipe().map_err(failed)?;
    let mut command = inside(program).map_err(failed)?;
    command.current_dir(ROOT).stdin(Stdio::null()).stdout(stdout).stderr(stderr);
    for variable in ["GREENLIGHT_DEBUG", "GREENLIGHT_SCHEDULE"] {
        command.env_remove(variable);
    }
    let mut child = command.env("GREENLIGHT_TRACE", traces(1)).env("RUST_BACKTRACE", "0").spawn().map_err(failed)?;
    // The command holds the ends that are written to, and a reader comes to its end when nobody does.
    drop(command);
    let (printed, said) = (all_of(printed), all_of(said));
    let (Ok(printed), Ok(said)) = (printed.recv_timeout(LIMIT), said.recv_timeout(LIMIT)) else {
        let _ = child.kill().and_then(|()| child.wait());
        return Err(format!("`{name}` has not come to its end within {} seconds", LIMIT.as_secs()));
    };
    let status = child.wait().map_err(failed)?;
    if !status.success() {
        return Err(format!("`{name}` failed, with {status}:\n{printed}{said}"));
    }
    if !said.is_empty() {
        return Err(format!("`{name}` says on stderr what no chapter shows:\n{said}"));
    }
    write_down(&made(&format!("{name}.txt")), &without_detours(&printed))?;
    let traces = (1..).map(|number| (called(number), traces(number))).take_while(|(_, trace)| trace.exists());
    let read = traces.map(|(called, trace)| {
        let rows = read_to_string(&trace).map_err(|error| format!("cannot read {}: {error}", trace.display()))?;
        let rows = titled(&without_detours(&rows), &called);
        Ok((called, rows))
    });
    read.collect()
}

/// A trace is called by its executable, which is the same for all programs of the book.
fn titled(trace: &str, name: &str) -> String {
    let program = |name: &str| format!("\"program\":\"{name}\"");
    trace.replacen(&program(env!("CARGO_PKG_NAME")), &program(name), 1)
}

/// The paths of the demos that a program of the book is made of, as the demos themselves have them.
fn without_detours(text: &str) -> String {
    text.replace("docs/book/programs/../../../", "")
        .replace(r"docs\\book\\programs\\../../../", "")
        .replace(r"docs\book\programs\../../../", "")
}

/// Reads on a thread of its own, so that one can stop to wait for it.
fn all_of(mut reader: PipeReader) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = reader.read_to_end(&mut bytes);
        let _ = sender.send(String::from_utf8_lossy(&bytes).into_owned());
    });
    receiver
}
