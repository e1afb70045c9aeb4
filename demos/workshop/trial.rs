//! Runs one check in a process of its own: what it does to its process, it does to no other check.

use std::fmt::Write as _;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A check ends itself after a second, and says why it hangs. One that cannot is ended after this long.
const LIMIT: Duration = Duration::from_secs(2);

/// How often it is asked whether it has ended.
const GLANCE: Duration = Duration::from_millis(2);

/// What the environment may tell a program on greenlight, and would tell a check.
const VARIABLES: [&str; 4] = ["GREENLIGHT_CLOCK", "GREENLIGHT_DEBUG", "GREENLIGHT_SCHEDULE", "GREENLIGHT_TRACE"];

/// A check that was run.
#[derive(Debug)]
pub(crate) struct Trial {
    pub(crate) end: End,
    /// In the order in which they came.
    pub(crate) panics: Vec<Panic>,
    /// What it wrote itself, to see something.
    pub(crate) printed: String,
    /// What stands on its stderr, whole.
    pub(crate) stderr: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum End {
    Passed,
    Failed,
    /// The process ended before the check did.
    Aborted,
    /// It had to be ended from outside.
    Overdue,
}

/// A panic, as it was told on stderr.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Panic {
    /// Where it happened, as the compiler names files.
    pub(crate) file: String,
    pub(crate) line: usize,
    pub(crate) message: String,
}

impl Trial {
    /// All that the check says of why it fails.
    pub(crate) fn says(&self) -> String {
        self.panics.iter().fold(String::new(), |mut says, panic| {
            _ = writeln!(says, "{}", panic.message);
            says
        })
    }
}

/// The names of the checks of a program, as it has them.
pub(crate) fn list(checks: &Path) -> io::Result<Vec<String>> {
    let output = Command::new(checks).args(["--list", "--format=terse"]).stdin(Stdio::null()).output()?;
    let listed = String::from_utf8_lossy(&output.stdout);
    Ok(listed.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_string).collect())
}

/// Runs a check, in the folder of its package, which writes the trace of a failure to that file.
pub(crate) fn run(checks: &Path, name: &str, folder: &Path, trace: Option<&Path>) -> io::Result<Trial> {
    let mut command = Command::new(checks);
    command.args(["--exact", name, "--nocapture", "--test-threads=1"]).current_dir(folder);
    // What a panic says would drown in its frames.
    command.env("RUST_BACKTRACE", "0").env("CARGO_MANIFEST_DIR", folder).stdin(Stdio::null());
    VARIABLES.iter().for_each(|variable| _ = command.env_remove(variable));
    trace.iter().for_each(|file| _ = command.env("KIT_TRACE", file));
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let stdout = reading(child.stdout.take().expect("stdout is piped"));
    let stderr = reading(child.stderr.take().expect("stderr is piped"));
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break Some(status);
        }
        if began.elapsed() > LIMIT {
            child.kill()?;
            child.wait()?;
            break None;
        }
        thread::sleep(GLANCE);
    };
    let [stdout, stderr] = [stdout, stderr].map(|reader| reader.join().unwrap_or_default());
    let (panics, beside) = panics(&stderr);
    let printed = printed(&stdout, name) + &beside;
    Ok(Trial { end: end(status, &stdout), panics, printed, stderr })
}

fn end(status: Option<ExitStatus>, stdout: &str) -> End {
    match status.map(|status| status.code()) {
        None => End::Overdue,
        Some(Some(0)) if stdout.contains("running 1 test") => End::Passed,
        // That of the harness, whatever the system.
        Some(Some(101)) => End::Failed,
        Some(_) => End::Aborted,
    }
}

/// Reads to the end on a thread, so that a check that writes much does not wait for a reader.
fn reading(mut from: impl Read + Send + 'static) -> JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read before an error is what there is.
        _ = from.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).replace("\r\n", "\n")
    })
}

/// The panics that stderr tells of, and the rest of it.
fn panics(stderr: &str) -> (Vec<Panic>, String) {
    let (mut panics, mut rest): (Vec<Panic>, _) = (Vec::new(), String::new());
    let mut part = Part::Rest;
    for line in stderr.lines() {
        let begins = begins(line);
        part = match part {
            _ if begins.is_some() => Part::Message,
            // A panic while another unwinds shows its frames, whatever the environment says.
            _ if line.starts_with("stack backtrace:") => Part::Frames,
            _ if ENDS.iter().any(|end| line.starts_with(end)) => Part::End,
            Part::End => Part::Rest,
            same => same,
        };
        if let Some((file, line)) = begins {
            panics.push(Panic { file, line, message: String::new() });
            continue;
        }
        let text = match (part, panics.last_mut()) {
            (Part::Message, Some(panic)) => &mut panic.message,
            (Part::Rest, _) => &mut rest,
            _ => continue,
        };
        text.push_str(line);
        text.push('\n');
    }
    panics.iter_mut().for_each(|panic| panic.message = panic.message.trim_end().to_string());
    let rest = rest.lines().filter(|line| !line.is_empty()).fold(String::new(), |rest, line| rest + line + "\n");
    (panics, rest)
}

/// What a line of stderr belongs to.
#[derive(Clone, Copy, PartialEq)]
enum Part {
    /// Nothing that the panics have written.
    Rest,
    Message,
    Frames,
    /// It is the last line of a panic.
    End,
}

/// How the last line of a panic begins.
const ENDS: [&str; 3] = ["note: ", "thread caused non-unwinding panic", "error: test failed"];

/// The place of the panic that a line begins to tell of, as in `thread 'a' (7) panicked at src/lib.rs:3:5:`.
fn begins(line: &str) -> Option<(String, usize)> {
    let (_, place) = line.strip_prefix("thread '")?.split_once(" panicked at ")?;
    let mut parts = place.strip_suffix(':')?.rsplitn(3, ':');
    let (_column, line, file) = (parts.next()?, parts.next()?, parts.next()?);
    Some((file.replace('\\', "/"), line.parse().ok()?))
}

/// What is on stdout that is not the harness's.
fn printed(stdout: &str, name: &str) -> String {
    let mut printed = String::new();
    for line in stdout.lines() {
        let line = line.strip_prefix(&format!("test {name} ... ")).unwrap_or(line);
        let is_harness = ["running 1 test", "test result: ", "successes:", "failures:"];
        let is_last = ["failures:", "test result: "].iter().any(|begin| line.starts_with(begin));
        if is_last {
            break;
        }
        if !line.is_empty()
            && !["ok", "FAILED"].contains(&line)
            && !is_harness.iter().any(|begin| line.starts_with(begin))
        {
            printed += line;
            printed.push('\n');
        }
    }
    printed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_with_its_place_and_its_message_and_what_was_printed_stays() {
        let stderr = "\
looking
thread 'it_rings' (712) panicked at exercises/01_bell/src/lib.rs:45:9:
not yet implemented: keep
  the waker
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
and on
thread 'it_rings' (712) panicked at exercises/01_bell/src/lib.rs:9:9:
in a destructor
stack backtrace:
   0: std::panicking
             at /rustc/library/std/src/panicking.rs:689:5
note: Some details are omitted
thread 'it_rings' (712) panicked at library/core/src/panicking.rs:233:5:
panic in a destructor during cleanup
thread caused non-unwinding panic. aborting.
";
        let (panics, rest) = panics(stderr);
        let told: Vec<_> = panics.iter().map(|panic| (panic.line, panic.message.as_str())).collect();
        assert_eq!(told[0], (45, "not yet implemented: keep\n  the waker"));
        assert_eq!(told[1..], [(9, "in a destructor"), (233, "panic in a destructor during cleanup")]);
        assert_eq!(panics[0].file, "exercises/01_bell/src/lib.rs");
        assert_eq!(rest, "looking\nand on\n");
    }

    #[test]
    fn what_a_check_prints_itself_is_told_from_what_the_harness_prints() {
        let stdout = "\nrunning 1 test\ntest it_rings ... polled\ntwice\nok\n\ntest result: ok. 1 passed\n";
        assert_eq!(printed(stdout, "it_rings"), "polled\ntwice\n");
        let stdout = "\nrunning 1 test\npolled\ntest it_rings ... FAILED\n\nfailures:\n\nfailures:\n    it_rings\n";
        assert_eq!(printed(stdout, "it_rings"), "polled\n");
    }
}
