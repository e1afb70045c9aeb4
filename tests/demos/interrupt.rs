//! Ctrl-C, as a shell sends it: what is played is dropped in order, stderr says who was waiting for what, and the exit
//! code is 130.

use crate::demos;
use crate::lines::{CROSSWALK, PULSE};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// After this long, a process that was interrupted is taken for stuck.
const PATIENCE: Duration = Duration::from_secs(30);

/// A command under way, whose streams are read here. It does not outlive the test.
pub(crate) struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    stderr: ChildStderr,
}

impl Running {
    pub(crate) fn start(args: &[&str]) -> Running {
        Running::start_command(demos(args))
    }

    fn start_command(mut command: Command) -> Running {
        let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary can be started");
        let stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let stderr = child.stderr.take().expect("stderr is piped");
        Running { child, stdout, stderr }
    }

    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("stdout is text");
        line
    }

    pub(crate) fn press_ctrl_c(&self) {
        let pressed = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(pressed.expect("there is a `kill`").success());
    }

    /// Waits for the end of the process, and yields its exit code.
    pub(crate) fn exit_code(&mut self) -> Option<i32> {
        let since = Instant::now();
        while since.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().expect("the process can be waited for") {
                return status.code();
            }
            thread::sleep(Duration::from_millis(5));
        }
        panic!("after {PATIENCE:?} the process still runs");
    }

    /// Presses Ctrl-C until the process ends, and yields its exit code.
    fn exit_code_of_pressing_on(&mut self) -> Option<i32> {
        let since = Instant::now();
        while self.child.try_wait().expect("the process can be waited for").is_none() {
            assert!(since.elapsed() < PATIENCE, "after {PATIENCE:?} of Ctrl-C the process still runs");
            self.press_ctrl_c();
            thread::sleep(Duration::from_millis(50));
        }
        self.exit_code()
    }

    /// What was left on stdout and stderr.
    fn rest(&mut self) -> (String, String) {
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.stdout.read_to_string(&mut stdout).expect("stdout is text");
        self.stderr.read_to_string(&mut stderr).expect("stderr is text");
        (stdout, stderr)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, unless the test fails.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

#[test]
fn a_program_that_waits_for_real_seconds_ends_at_once_with_130_and_the_lines_so_far() {
    let mut running = Running::start(&["run", "crosswalk", "--real-time"]);
    let began = Instant::now();
    let before = running.line() + &running.line();
    running.press_ctrl_c();
    let code = running.exit_code();
    let (after, stderr) = running.rest();
    if began.elapsed() < Duration::from_secs(2) {
        assert_eq!(before.clone() + &after, "Pedestrian is waiting for the signal.\nTraffic light is red.\n");
    }
    assert_eq!(code, Some(130));
    assert!(stderr.contains("\n    waits on event `light`, at demos/programs/crosswalk.rs:"), "{stderr}");
    says_who_waited(&stderr);
    assert!(CROSSWALK.starts_with(&(before + &after)));
}

/// The report of a run that was interrupted, at 80 columns.
fn says_who_waited(stderr: &str) {
    assert!(stderr.starts_with("interrupted:\n    stopped from outside at t="), "{stderr}");
    assert!(stderr.contains("\n  main, spawned at demos/"), "{stderr}");
    assert!(stderr.ends_with("\n  help: these tasks had not ended\n"), "{stderr}");
    assert!(stderr.lines().all(|line| line.chars().count() <= 80), "{stderr}");
}

#[test]
fn virtual_time_that_is_played_for_those_who_watch_ends_at_once_too() {
    let mut running = Running::start(&["run", "timeouts", "--speed", "0.01"]);
    assert_eq!(running.line(), "The first kettle is on.\n");
    let began = Instant::now();
    running.press_ctrl_c();
    assert_eq!(running.exit_code(), Some(130));
    assert!(began.elapsed() < Duration::from_secs(50), "a second of it takes 100");
    let (after, stderr) = running.rest();
    says_who_waited(&stderr);
    assert!(stderr.contains("stopped from outside at t=0.000000s"), "it stopped before time went on: {stderr}");
    assert_eq!(after, "The first kettle is switched off.\n", "it is dropped, and nobody runs after it was stopped");
}

#[test]
fn a_program_that_writes_without_a_pause_ends_after_a_whole_line() {
    let mut running = Running::start(&["run", "periodic", "--ticks", "4000000000"]);
    let first = running.line();
    running.press_ctrl_c();
    let mut rest = String::new();
    running.stdout.read_to_string(&mut rest).expect("stdout is text");
    assert_eq!(running.exit_code(), Some(130));
    says_who_waited(&running.rest().1);
    let lines = first + &rest;
    assert!(lines.ends_with('\n'), "the last line is whole");
    assert!(PULSE.repeat(lines.len() / PULSE.len() + 1).starts_with(&lines));
}

#[test]
fn what_a_program_holds_is_dropped_in_order_and_says_so() {
    let mut running = Running::start(&["run", "timeouts", "--real-time"]);
    let before = running.line();
    running.press_ctrl_c();
    let code = running.exit_code();
    let (after, stderr) = running.rest();
    assert_eq!(before, "The first kettle is on.\n");
    assert_eq!(after, "The first kettle is switched off.\n");
    assert_eq!(code, Some(130));
    assert!(stderr.contains("\n    sleeps until t="), "{stderr}");
    says_who_waited(&stderr);
}

#[test]
fn a_program_whose_lines_nobody_reads_any_more_ends_at_the_second_ctrl_c() {
    let mut running = Running::start(&["run", "periodic", "--ticks", "4000000000"]);
    assert_eq!(running.line(), "Task 0 performing operation.\n");
    // The pipe is full soon, and the first Ctrl-C waits for the line that is being written.
    assert_eq!(running.exit_code_of_pressing_on(), Some(130));
}

/// Starts to play a scenario with that one task, after one that ends.
fn play(name: &str, block: &str) -> Running {
    let mut running = Running::start(&["play", &scenarios(name, block)]);
    assert_eq!(running.line(), "{\"name\": \"short\", \"log\": [\"0 a say hi\",\"0 a end\",\"0 main end\"]}\n");
    running
}

/// Starts to explore a scenario with that one task, after one that ends.
fn explore(name: &str, block: &str, args: &[&str]) -> Running {
    let mut running = Running::start(&[&["explore", &scenarios(name, block)], args].concat());
    assert_eq!(running.line(), "short: 1 schedule tried, 1 different order: all that there are\n");
    running
}

/// A file of two scenarios, of which the first ends, and the second has that one task.
fn scenarios(name: &str, block: &str) -> String {
    let scenarios = format!(
        r#"{{"name": "short", "order": "exact", "objects": {{}}, "tasks": {{"a": [["say", "hi"]]}}, "start": ["a"]}}
{{"name": "{name}", "order": "exact", "objects": {{}}, "tasks": {{"b": {block}}}, "start": ["b"]}}
"#
    );
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.jsonl"));
    fs::write(&file, scenarios).expect("the folder for tests can be written to");
    file.to_str().expect("the path is text").to_string()
}

#[test]
fn a_scenario_that_goes_on_for_ever_ends_at_once_with_130() {
    let mut running = play("endless", r#"[["repeat", 1000000000, [["repeat", 1000000000, [["yield"]]]]]]"#);
    running.press_ctrl_c();
    let code = running.exit_code();
    let (stdout, stderr) = running.rest();
    assert_eq!((code, &*stdout), (Some(130), ""));
    // Nobody waits between two scenarios.
    if stderr != "interrupted\n" {
        says_who_waited(&stderr);
    }
}

#[test]
fn a_program_that_is_stuck_in_one_poll_ends_at_the_second_ctrl_c() {
    let mut running = play("stuck", r#"[["repeat", 1000000000, [["repeat", 1000000000, []]]]]"#);
    // Time to begin; a Ctrl-C between the two scenarios ends the process at once, with a word.
    thread::sleep(Duration::from_millis(100));
    assert_eq!(running.exit_code_of_pressing_on(), Some(130));
    let (stdout, stderr) = running.rest();
    assert_eq!(stdout, "");
    if !["", "interrupted\n"].contains(&stderr.as_str()) {
        says_who_waited(&stderr);
    }
}

#[test]
fn an_exploration_ends_with_what_was_found_so_far_and_130() {
    let block = r#"[["gather", ["b2", "b3", "b4"]]], "b2": [["repeat", 20, [["yield"]]]],
        "b3": [["repeat", 20, [["yield"]]]], "b4": [["repeat", 20, [["yield"]]]]"#;
    let mut running = explore("many", &block.replace('\n', " "), &["--deferrals", "99", "--schedules", "1000000000"]);
    running.press_ctrl_c();
    let code = running.exit_code();
    let (stdout, stderr) = running.rest();
    assert_eq!((code, &*stderr), (Some(130), ""));
    // Between two scenarios, the second is not begun.
    assert!(stdout.is_empty() || stdout.starts_with("many: ") && stdout.contains("it was stopped"), "{stdout}");
}

#[test]
fn an_exploration_that_is_stuck_in_one_poll_ends_at_the_second_ctrl_c() {
    let mut running = explore("stuck-too", r#"[["repeat", 1000000000, [["repeat", 1000000000, []]]]]"#, &[]);
    // The first one has it end once the poll is over.
    running.press_ctrl_c();
    thread::sleep(Duration::from_millis(100));
    let code = running.exit_code_of_pressing_on();
    let (stdout, stderr) = running.rest();
    assert_eq!((code, &*stdout, &*stderr), (Some(130), "", ""));
}

#[test]
fn a_poll_that_never_ends_ends_an_exploration_with_5_and_the_name_of_the_task() {
    let endless = r#"[["repeat", 1000000000, [["repeat", 1000000000, []]]]]"#;
    let mut running = explore("stuck-alone", endless, &["--patience", "0.3"]);
    let code = running.exit_code();
    let (stdout, stderr) = running.rest();
    assert_eq!((code, &*stdout), (Some(5), ""));
    assert!(stderr.starts_with("greenlight: a poll of b has taken 300ms in the schedule gl1:, "), "{stderr}");
}
