//! stdout and stderr that are closed, full, or no terminal.

use crate::lines::CROSSWALK;
use crate::{Ended, demos, end, run};
use std::io::{BufRead, BufReader, pipe};
use std::process::Stdio;

/// Ends a command whose readers are gone before it starts.
fn end_unread(args: &[&str], stderr_too: bool) -> Ended {
    let closed = || {
        let (reader, writer) = pipe().expect("a pipe can be made");
        drop(reader);
        writer
    };
    let mut command = demos(args);
    command.stdout(closed());
    if stderr_too {
        command.stderr(closed());
    }
    end(&mut command)
}

#[test]
fn a_reader_that_has_seen_enough_ends_the_program_quietly() {
    // More lines than any pipe holds, so that the program is still writing when the reader goes.
    let mut child = demos(&["run", "periodic", "--ticks", "1000000"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary can be started");
    let mut first = String::new();
    let mut reader = BufReader::new(child.stdout.take().expect("stdout is piped"));
    reader.read_line(&mut first).expect("there is a line");
    drop(reader);
    let output = child.wait_with_output().expect("the program ends");
    assert_eq!(first, "Task 0 performing operation.\n");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn every_command_bears_a_closed_stdout() {
    let commands: &[&[&str]] = &[
        &["list"],
        &["run", "crosswalk"],
        &["show", "crosswalk"],
        &["show", "crosswalk", "--python"],
        &["completions", "bash"],
        &["explore"],
        &["explore", "club"],
        &["--help"],
    ];
    for args in commands {
        let Ended { code, stderr, .. } = end_unread(args, false);
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn the_tour_bears_a_closed_stdout_and_a_closed_stderr() {
    assert_eq!(end_unread(&["tour"], true).code, Some(0));
}

#[test]
fn a_scenario_file_bears_a_closed_stdout() {
    let file = format!("{}/../tests/oracle/directed.jsonl", env!("CARGO_MANIFEST_DIR"));
    let Ended { code, stderr, .. } = end_unread(&["play", &file], false);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_1_and_no_panic() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("Linux has /dev/full");
    let Ended { code, stderr, .. } = end(demos(&["run", "crosswalk"]).stdout(full));
    assert_eq!(code, Some(1));
    assert!(stderr.starts_with("error: cannot write to stdout: "), "{stderr}");
}

#[test]
fn nothing_is_coloured_when_it_is_piped() {
    for args in [&["list"][..], &["tour"], &["--help"], &["run", "croswalk"], &["explore", "last-seat"]] {
        let Ended { stdout, stderr, .. } = run(args);
        assert!(!stdout.contains('\x1b'), "{args:?}");
        assert!(!stderr.contains('\x1b'), "{args:?}");
    }
}

#[test]
fn colours_can_be_forced_and_no_color_wins() {
    for args in [&["list"][..], &["tour"], &["--help"], &["run", "croswalk"], &["explore", "last-seat"]] {
        let Ended { stdout, stderr, .. } = end(demos(args).env("CLICOLOR_FORCE", "1"));
        assert!((stdout + &stderr).contains('\x1b'), "{args:?} can be coloured");
        let Ended { stdout, stderr, .. } = end(demos(args).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1"));
        assert!(!(stdout + &stderr).contains('\x1b'), "{args:?} obeys NO_COLOR");
    }
}

#[test]
fn a_programs_own_lines_are_never_coloured() {
    let Ended { stdout, .. } = end(demos(&["run", "crosswalk"]).env("CLICOLOR_FORCE", "1"));
    assert_eq!(stdout, CROSSWALK);
}
