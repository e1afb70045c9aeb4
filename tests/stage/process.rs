//! What runs elsewhere: a test again, as a process of its own, since it may abort or wants another environment; and what
//! takes real time, on a thread of its own, so that a lost wake fails with a message and does not hang.

use std::any::type_name_of_val;
use std::env;
use std::panic::resume_unwind;
use std::process::{Command, Output};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

/// After this long, what takes real time is taken for stuck.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs a program of real time on a thread of its own, and fails if it does not end.
pub fn in_time<T: Send + 'static>(program: impl FnOnce() -> T + Send + 'static) -> T {
    let (tell, told) = channel();
    let thread = thread::spawn(move || {
        let output = program();
        tell.send(()).expect("the test waits");
        output
    });
    match told.recv_timeout(PATIENCE) {
        Err(RecvTimeoutError::Timeout) => panic!("after {PATIENCE:?} the program still runs: a wake was lost"),
        Ok(()) | Err(RecvTimeoutError::Disconnected) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
    }
}

/// Set in the process of its own.
const IS_AGAIN: &str = "GREENLIGHT_TEST_IS_AGAIN";

/// Runs a test again as a process of its own, with that environment, and yields what became of it; none in that process. A
/// test that was not found there, or that failed, fails here.
#[track_caller]
pub fn again<T: Fn()>(test: T, environment: &[(&str, &str)]) -> Option<Output> {
    let ended = ended_again(test, environment)?;
    let (out, err) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
    assert!(ended.status.success() && out.contains(" 1 passed;"), "{out}\n{err}");
    Some(ended)
}

/// As [`again`], of a test that may end its process.
pub fn ended_again<T: Fn()>(test: T, environment: &[(&str, &str)]) -> Option<Output> {
    if env::var_os(IS_AGAIN).is_some() {
        return None;
    }
    // Without the name of the binary's own crate.
    let (_, name) = type_name_of_val(&test).split_once("::").expect("a test stands in a crate");
    let mut child = Command::new(env::current_exe().expect("a test knows its file"));
    child.args(["--exact", name, "--nocapture"]).env(IS_AGAIN, "1").envs(environment.iter().copied());
    Some(child.output().expect("a test can be started"))
}

/// Prints the lines in which a matrix that ran elsewhere counts its cases, of which there is one at least.
pub fn tell_cases(ended: &Output) {
    let out = String::from_utf8_lossy(&ended.stdout);
    let told: Vec<_> = out.lines().filter(|line| line.contains(" cases")).collect();
    assert!(!told.is_empty(), "{out}");
    println!("{}", told.join("\n"));
}
