//! The `greenlight-book` binary: runs the programs of the book, makes answers, pictures and replay pages of their runs,
//! and has mdBook build the book around these.

mod chapters;
mod drawing;
mod excerpt;
mod picture;
mod programs;
mod run;
mod step;

use chapters::{PREDICT, chapters, questions_alone};
use clap::Parser;
use excerpt::excerpts;
use greenlight::trace::page_with;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use programs::{PROGRAMS, Program};
use std::env::set_current_dir;
use std::fs::{create_dir_all, read_to_string, remove_dir_all, write};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;
use std::{env, thread};
use step::steps;

/// The project, from which the lines of a trace name their files.
const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

const BOOK: &str = env!("CARGO_MANIFEST_DIR");

/// The mdBook that the book is written for.
const VERSION: &str = "0.5.";

/// A build that is over sooner shows no progress.
const PATIENCE: Duration = Duration::from_secs(2);

/// What installs the mdBook that the book is written for.
const INSTALL: &str = "cargo install mdbook --version 0.5.4 --locked";

/// Builds the book of greenlight: runs its programs, and has mdBook put their answers, pictures and pages into its
/// chapters
#[derive(Debug, Parser)]
#[command(name = "greenlight-book", max_term_width = 80)]
struct Arguments {
    /// Open the book in a browser
    #[arg(long, conflicts_with = "no_mdbook")]
    open: bool,
    /// Make the answers, pictures and pages alone
    #[arg(long)]
    no_mdbook: bool,
    /// Run one program of the book, as it is run for the book
    #[arg(long, value_name = "NAME", exclusive = true)]
    program: Option<String>,
    /// Be a program of the book
    #[arg(long, value_name = "NAME", exclusive = true, hide = true)]
    inside: Option<String>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let outcome = match (&arguments.inside, &arguments.program) {
        (Some(name), _) => find(name).map(|program| (program.main)()),
        (None, Some(name)) => find(name).and_then(alone),
        (None, None) => build(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::FAILURE
        }
    }
}

fn find(name: &str) -> Result<&'static Program, String> {
    programs::find(name).ok_or_else(|| {
        let nearest = PROGRAMS.iter().map(|program| program.name).min_by_key(|known| strsim::osa_distance(known, name));
        format!("the book has no program `{name}`; is it `{}`?", nearest.unwrap_or_default())
    })
}

/// Runs a program, and lets it print.
fn alone(program: &Program) -> Result<(), String> {
    let status = run::inside(program).and_then(|mut command| command.status());
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{}` failed, with {status}", program.name)),
        Err(error) => Err(format!("`{}` cannot be run: {error}", program.name)),
    }
}

fn build(arguments: &Arguments) -> Result<(), String> {
    // The pages look for the sources that their traces name.
    set_current_dir(ROOT).map_err(|error| format!("cannot go to {ROOT}: {error}"))?;
    // What was made of a program that is there no more goes, too.
    let folder = made("");
    let emptied = if folder.exists() { remove_dir_all(&folder) } else { Ok(()) };
    let emptied = emptied.and_then(|()| create_dir_all(&folder));
    emptied.map_err(|error| format!("cannot empty {}: {error}", folder.display()))?;
    let progress = progress(PROGRAMS.len());
    let ran = PROGRAMS.iter().try_for_each(|program| {
        progress.set_message(program.name);
        make(program)?;
        progress.inc(1);
        Ok::<_, String>(())
    });
    // What is printed from here on has the terminal to itself.
    progress.finish_and_clear();
    ran?;
    let src = Path::new(BOOK).join("src");
    let chapters = chapters(&src)?;
    write_down(&src.join(PREDICT), &questions_alone(&chapters))?;
    for excerpt in excerpts(&chapters)? {
        let source = read(&excerpt.file)?;
        write_down(&made(&excerpt.path()), &excerpt.cut(&source)?)?;
    }
    for step in steps(&chapters)? {
        let trace = made(&step.trace());
        let trace = read_to_string(&trace).map_err(|error| format!("cannot read {}: {error}", trace.display()))?;
        write_down(&made(&step.path()), &step.find(&trace)?.to_string())?;
    }
    if arguments.no_mdbook { Ok(()) } else { mdbook(arguments.open) }
}

/// A bar on the terminal, if there is one, and this takes its time.
fn progress(programs: usize) -> ProgressBar {
    let progress = ProgressBar::with_draw_target(Some(programs as u64), ProgressDrawTarget::hidden());
    let style = ProgressStyle::with_template("{bar:30} {pos} of {len} programs: {msg}");
    progress.set_style(style.expect("it is a template"));
    let late = progress.clone();
    thread::spawn(move || {
        thread::sleep(PATIENCE);
        if !late.is_finished() {
            late.set_draw_target(ProgressDrawTarget::stderr());
            late.tick();
        }
    });
    progress
}

/// Runs a program, and makes a picture and a page of each of its runs.
fn make(program: &Program) -> Result<(), String> {
    let file = program.file();
    let source = read(&file)?;
    for (name, trace) in run::run(program)? {
        let page = page_with(&name, &[&trace], &[(&file, &source)]);
        let picture =
            picture::picture(&trace).map_err(|why| format!("the trace of `{name}` makes no picture: {why}"))?;
        for (ending, text) in [("html", page), ("svg", picture)] {
            write_down(&made(&format!("{name}.{ending}")), &text)?;
        }
    }
    Ok(())
}

fn mdbook(opens: bool) -> Result<(), String> {
    let cannot = |error: io::Error| match error.kind() {
        ErrorKind::NotFound => format!(
            "mdBook is not installed, which makes the pages of the chapters. The answers, pictures and replay pages \
             are made, in {}. This installs it, once, and takes some minutes:\n\n  {INSTALL}\n",
            place(&made(""))
        ),
        _ => format!("cannot run mdbook: {error}"),
    };
    let version = Command::new("mdbook").arg("--version").output().map_err(cannot)?;
    let version = String::from_utf8_lossy(&version.stdout).trim().trim_start_matches("mdbook v").to_string();
    if !version.starts_with(VERSION) {
        let what = format!("mdBook {version} is installed, and the book is written for {VERSION}.");
        return Err(format!("{what} This installs that:\n\n  {INSTALL}\n"));
    }
    let mut command = Command::new("mdbook");
    command.arg("build").arg(BOOK).args(opens.then_some("--open"));
    if env::var_os("MDBOOK_LOG").is_none() {
        command.env("MDBOOK_LOG", "warn");
    }
    // What it prints itself is for people, too.
    let status = command.stdout(io::stderr()).status().map_err(cannot)?;
    if !status.success() {
        return Err(format!("mdbook failed, with {status}"));
    }
    println!("{}", place(&Path::new(BOOK).join("made/index.html")));
    Ok(())
}

/// Where something is, for people.
fn place(path: &Path) -> String {
    path.canonicalize().unwrap_or_else(|_| path.to_path_buf()).display().to_string()
}

/// Reads a file of the project.
fn read(file: &str) -> Result<String, String> {
    read_to_string(Path::new(ROOT).join(file)).map_err(|error| format!("cannot read {file}: {error}"))
}

/// Writes a file, and makes the folder for it.
fn write_down(path: &Path, text: &str) -> Result<(), String> {
    let folder = path.parent().map_or(Ok(()), create_dir_all);
    folder.and_then(|()| write(path, text)).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// A file among what is made of the programs' runs.
fn made(file: &str) -> PathBuf {
    Path::new(BOOK).join("src/made").join(file)
}
