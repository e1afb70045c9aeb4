//! At a terminal of 80 columns: no line is broken, colours and the clock are there, and NO_COLOR takes the colours away. Beside
//! it, the same into a pipe.

use crate::explore::FAULTS;
use crate::{names, run};
use anstream::adapter::strip_str;
use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};
use std::io::{ErrorKind, Read, Write, stderr};

const COLUMNS: u16 = 80;

/// What a command shows at a terminal, with its codes, and how it ended; none, said aloud, where there is no terminal.
fn shown(args: &[&str], environment: &[(&str, &str)]) -> Option<(String, Option<i32>)> {
    let Ok((mut pty, slave)) = open() else {
        // Past the capture of the test harness, which shows nothing of a test that passes.
        _ = writeln!(stderr(), "skipped: there are no pseudo-terminals");
        return None;
    };
    pty.resize(Size::new(24, COLUMNS)).expect("a pseudo-terminal has a size");
    let mut command = Command::new(env!("CARGO_BIN_EXE_greenlight-demos")).args(args).env("TERM", "xterm-256color");
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "GREENLIGHT_DEBUG", "COLUMNS"] {
        command = command.env_remove(variable);
    }
    for (variable, value) in environment {
        command = command.env(variable, value);
    }
    let mut child = command.spawn(slave).expect("the binary can be started");
    let shown = read_all(&mut pty);
    Some((shown, child.wait().expect("it was started").code()))
}

fn read_all(pty: &mut Pty) -> String {
    let (mut shown, mut part) = (Vec::new(), [0; 4096]);
    loop {
        match pty.read(&mut part) {
            Ok(0) => break,
            Ok(count) => shown.extend_from_slice(&part[..count]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // So a pseudo-terminal says that nobody writes to it any more.
            Err(_) => break,
        }
    }
    String::from_utf8(shown).expect("what is shown is text")
}

/// The lines as they stand there in the end: what comes behind a carriage return covers what was before it.
fn lines(shown: &str) -> Vec<String> {
    let covered = |line: &str| line.trim_end_matches('\r').rsplit('\r').next().unwrap_or_default().to_string();
    strip_str(shown).to_string().lines().map(covered).collect()
}

/// Every command that says something to people; what it shows of sources and scripts is as wide as these.
fn commands() -> Vec<Vec<String>> {
    let words = [
        "--help",
        "help run",
        "help show",
        "help play",
        "help completions",
        "help tour",
        "help explore",
        "list",
        "explore",
        "explore last-saet",
        "explore club",
        "explore lost-baton-repaired",
        "tour --plain",
        "dance",
    ];
    let wrong = ["run", "run croswalk", "run crosswalk --ticks 5", "run periodic --ticks many", "play nowhere.jsonl"];
    let commands = words.iter().chain(&wrong).map(|line| line.split(' ').map(str::to_string).collect());
    let played = names().into_iter().map(|name| vec!["run".into(), name]);
    let explored = FAULTS.iter().map(|(name, ..)| vec!["explore".into(), name.to_string()]);
    commands.chain(played).chain(explored).collect()
}

#[test]
fn no_line_is_broken_at_80_columns_and_what_stands_there_is_what_a_pipe_gets() {
    for command in commands() {
        let args: Vec<&str> = command.iter().map(String::as_str).collect();
        let Some((shown, code)) = shown(&args, &[]) else { return };
        for line in lines(&shown) {
            assert!(line.chars().count() <= COLUMNS.into(), "{args:?} shows a line that the terminal breaks: {line}");
        }
        let piped = run(&args);
        assert_eq!(code, piped.code, "{args:?}");
        let mut at_the_terminal: Vec<_> = lines(&shown).into_iter().filter(|line| !line.trim().is_empty()).collect();
        let mut piped: Vec<_> = (piped.stdout + &piped.stderr).lines().map(str::to_string).collect();
        piped.retain(|line| !line.trim().is_empty());
        // Two pipes have no order between them, the tour counts its milliseconds, and a thread
        // takes its time.
        for lines in [&mut at_the_terminal, &mut piped] {
            lines.retain(|line| !line.contains(" s of their own time in ") && !line.contains(", thread.rs:"));
            lines.sort();
        }
        assert_eq!(at_the_terminal, piped, "{args:?}");
    }
}

#[test]
fn colours_are_at_the_terminal_and_no_color_takes_them_away() {
    for args in
        [&["--help"][..], &["list"], &["tour", "--plain"], &["run", "croswalk"], &["run", "club"], &["explore", "club"]]
    {
        let Some((coloured, _)) = shown(args, &[]) else { return };
        assert!(coloured.contains("\x1b["), "{args:?} shows colours at a terminal");
        let Some((plain, _)) = shown(args, &[("NO_COLOR", "1")]) else { return };
        assert!(!plain.contains("\x1b[3"), "{args:?} obeys NO_COLOR");
    }
}

#[test]
fn the_clock_ticks_where_a_program_takes_its_time_and_is_gone_when_it_has_ended() {
    let Some((shown, code)) = shown(&["run", "crosswalk", "--speed", "3"], &[]) else { return };
    assert_eq!(code, Some(0));
    assert!(strip_str(&shown).to_string().contains(" s\r"), "{shown:?}");
    let at_the_end = lines(&shown);
    assert_eq!(at_the_end.join("\n").trim_end(), crate::lines::CROSSWALK.trim_end(), "{shown:?}");
    assert!(!run(&["run", "crosswalk", "--speed", "3"]).stderr.contains(" s"), "a pipe has no clock");
}
