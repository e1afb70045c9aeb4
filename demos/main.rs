//! The `greenlight-demos` binary: the tutorials' programs on greenlight, to run, to read and to change.
//!
//! `cli` says what can be asked for, `programs` holds the demos, `run` plays them. stdout carries a
//! program's own lines and what was asked for; everything else goes to stderr.

mod clock;
mod stderr;
mod stdout;

mod interrupt;

mod check;

mod explain;

mod page;

mod book;

mod transcript;

mod programs;
mod races;
mod run;
mod scenario;

mod levels;

mod graph;

mod explore;

mod player;

mod pane;

mod progress;

#[cfg(test)]
#[path = "../tests/seed.rs"]
mod seed;
mod tour;

mod drive;

mod workshop;

mod names;

mod cli;

use clap::{CommandFactory, Parser};
use cli::{Cli, Command};
use explore::Files;
use greenlight::trace::Printable;
use programs::{PROGRAMS, Program};
use run::Outcome;
use std::path::Path;
use std::process::ExitCode;
use stderr::{Stderr, complain};
use stdout::Stdout;

fn main() -> ExitCode {
    // What is wrong with an argument quotes it.
    let quotable = |_| Cli::parse_from(std::env::args_os().map(|argument| Printable(argument.display()).to_string()));
    let command = Cli::try_parse().unwrap_or_else(quotable).command;
    interrupt::listen();
    let outcome = match command {
        Command::List => print(&list(PROGRAMS.iter())),
        Command::Run(run) => {
            let options = run.options().unwrap_or_else(|error| error.exit());
            let observers = run.observers().unwrap_or_else(|error| error.exit());
            run::run(run.program, options, run.time(), observers, &mut Stderr).outcome
        }
        Command::Show(show) => print(show.text().unwrap_or_else(|error| error.exit())),
        Command::Tour { plain } if plain || !tour::is_possible() => run::tour(PROGRAMS, &mut Stderr),
        Command::Tour { .. } => tour::tour(PROGRAMS),
        Command::Transcript { program } => run::transcribe(program),
        Command::Play { file } => play(&file),
        Command::Explore(explore) => match &explore.subject {
            None => print(&list(races::RACES.iter().map(|race| &race.program))),
            Some(subject) => {
                let files = Files { trace: explore.trace.as_deref(), html: explore.html() };
                explore::explore(subject, &explore.bounds(), files)
            }
        },
        Command::Drive(drive) => match drive.level {
            None => drive::list(),
            Some(level) => drive::play(level, drive.picks.as_deref(), drive.trace.as_deref())
                .unwrap_or_else(|why| drive.wrong(why).exit()),
        },
        Command::Workshop(asked) => workshop::run(&asked).unwrap_or_else(|error| error.exit()),
        Command::Page { traces, out } => page::make(&traces, out),
        Command::Book { open } => book::build(open),
        Command::Completions { shell } => print(&completions(shell)),
    };
    outcome.exit_code().into()
}

fn print(text: &str) -> Outcome {
    stdout::print(text);
    Outcome::Ended
}

/// The names of programs, a line each.
fn list(programs: impl Iterator<Item = &'static Program> + Clone) -> String {
    let width = programs.clone().map(|program| program.name.len()).max().unwrap_or(0);
    let line = |program: &Program| {
        let name = cli::STYLES.get_literal();
        let padding = width - program.name.len();
        format!("{name}{}{name:#}{:padding$}  {}\n", program.name, "", program.about)
    };
    programs.map(line).collect()
}

fn play(file: &Path) -> Outcome {
    let _ticking = clock::start();
    match scenario::play(file, &mut Stdout) {
        Ok(true) => Outcome::Ended,
        Ok(false) => Outcome::Failed,
        Err(error) => {
            stdout::end_if_closed(&error);
            complain(&mut Stderr, format_args!("cannot play {}: {error}", Printable(file.display())));
            Outcome::Failed
        }
    }
}

fn completions(shell: clap_complete::Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), cli::NAME, &mut script);
    String::from_utf8(script).expect("a completion script is text")
}
