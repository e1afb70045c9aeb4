//! The command from the outside: how it ends when what it prints or writes goes nowhere.

use std::fs::File;
use std::process::{Command, Output, Stdio};

fn benches(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_benches"));
    command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// How it ends when nobody reads what it prints, as behind `head`.
fn unread(arguments: &[&str]) -> Output {
    let (reader, writer) = std::io::pipe().expect("the system has pipes");
    drop(reader);
    benches(arguments).stdout(writer).output().expect("it starts")
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn it_ends_quietly_when_nobody_reads_on() {
    for arguments in [&["--list"][..], &["--quick", "--rows", "yield, 1 task"]] {
        let output = unread(arguments);
        assert_eq!((output.status.code(), said(&output)), (Some(0), String::new()), "{arguments:?}");
    }
}

#[test]
fn a_full_disk_is_said_with_the_name_of_what_cannot_be_written() {
    for option in ["--json", "--plot"] {
        let output = benches(&["--quick", "--rows", "yield, 1 task", option, "/dev/full"]).output().expect("it starts");
        assert_eq!(output.status.code(), Some(1), "{option}: {}", said(&output));
        assert!(said(&output).starts_with("/dev/full cannot be written: "), "{option}: {}", said(&output));
        assert_eq!(said(&output).lines().count(), 1, "{option}: {}", said(&output));
    }
    let full = File::create("/dev/full").expect("the system has it");
    let output = benches(&["--list"]).stdout(full).output().expect("it starts");
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
    assert!(said(&output).starts_with("the tables cannot be written to stdout: "), "{}", said(&output));
}

#[test]
fn what_no_row_is_called_is_said_to_be_so() {
    let output = benches(&["--rows", "nothing"]).output().expect("it starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(said(&output).contains("no row's name holds nothing"), "{}", said(&output));
}
