//! The `greenlight-demos` binary from the outside: what it prints where, and its exit code.

mod alone;
mod commands;
mod debug;
mod drive;
mod explore;
mod golden;
mod graph;
mod interrupt;
mod lines;
mod output;
mod outside;
mod programs;
mod screen;
mod teaching;
mod terminal;
mod tour;
mod traces;
mod twins;
mod workshop;

use std::process::{Command, Output};

/// The binary, told nothing by the environment about colours or tracing.
fn demos(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_greenlight-demos"));
    command.args(args);
    for variable in
        ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "GREENLIGHT_DEBUG", "GREENLIGHT_TRACE", "GREENLIGHT_SCHEDULE"]
    {
        command.env_remove(variable);
    }
    command
}

/// How a command ended that was run to its end.
struct Ended {
    code: Option<i32>,
    stdout: String,
    stderr: String,
}

fn end(command: &mut Command) -> Ended {
    let Output { status, stdout, stderr } = command.output().expect("the command can be started");
    Ended {
        code: status.code(),
        stdout: String::from_utf8(stdout).expect("stdout is text"),
        stderr: String::from_utf8(stderr).expect("stderr is text"),
    }
}

fn run(args: &[&str]) -> Ended {
    end(&mut demos(args))
}

/// The names that `list` prints.
fn names() -> Vec<String> {
    let listed = run(&["list"]).stdout;
    let name = |line: &str| line.split_whitespace().next().map(str::to_owned);
    listed.lines().filter_map(name).collect()
}
