//! The command: it reads what is asked for, runs it, and shows the figures.

use anstream::{AutoStream, eprintln, stderr, stdout};
use benches::baseline::{self, Held, Verdict};
use benches::callgrind;
use benches::cli::Arguments;
use benches::contenders::{self, Contender, OURS};
use benches::progress::Progress;
use benches::rows::{ROWS, Row};
use benches::run::{self, Outcome, Plan};
use benches::trouble::Trouble;
use benches::{explored, json, machine, markdown, observed, plot, table};
use clap::Parser;
use std::fs;
use std::io::{self, Stdout, Write};
use std::path::Path;
use std::process::ExitCode;

/// What goes wrong while it runs.
const FAILED: u8 = 1;

/// What makes no sense as it is asked.
const USAGE: u8 = 2;

/// So many percent of instructions a row may cost more here than in another build.
const MORE_THAN_ANOTHER: f64 = 3.0;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let [row, contender, operations] = &arguments.one[..] {
        return one(row, contender, operations);
    }
    if arguments.observed || arguments.explored {
        let table = if arguments.observed { observed::markdown() } else { explored::markdown() };
        let told = writeln!(stdout(), "{}\n\n{}", machine::line(), table.trim_end());
        return told.map_or_else(|error| end(error.to_string(), FAILED), |()| ExitCode::SUCCESS);
    }
    let rows = match chosen(&arguments.rows) {
        Ok(rows) => rows,
        Err(said) => return end(said, USAGE),
    };
    let contenders = contenders::all();
    let done = if arguments.list {
        list(&rows, &contenders)
    } else if arguments.instructions {
        instructions(&arguments, &rows, &contenders)
    } else {
        time(&arguments, &rows, &contenders)
    };
    match done {
        Ok(()) | Err(Trouble::NobodyReads) => ExitCode::SUCCESS,
        Err(Trouble::Said(said)) => end(said, FAILED),
    }
}

fn end(said: String, code: u8) -> ExitCode {
    // Where stderr is gone the code still says it.
    _ = writeln!(stderr(), "{said}");
    ExitCode::from(code)
}

fn one(row: &str, contender: &str, operations: &str) -> ExitCode {
    let ran = operations.parse().is_ok_and(|operations| callgrind::run_one(row, contender, operations));
    if ran { ExitCode::SUCCESS } else { end(format!("{contender} does not run {row} {operations} times"), USAGE) }
}

/// The rows whose names hold one of the patterns, or all.
fn chosen(patterns: &[String]) -> Result<Vec<&'static Row>, String> {
    let patterns: Vec<_> = patterns.iter().map(|pattern| pattern.to_lowercase()).collect();
    let asked =
        |row: &&Row| patterns.is_empty() || patterns.iter().any(|asked| row.name.to_lowercase().contains(asked));
    let rows: Vec<_> = ROWS.iter().filter(asked).collect();
    if rows.is_empty() {
        return Err(format!("no row's name holds {}; benches --list names them all", patterns.join(" or ")));
    }
    Ok(rows)
}

fn list(rows: &[&'static Row], contenders: &[Contender]) -> Result<(), Trouble> {
    let mut out = stdout();
    for contender in contenders {
        writeln!(out, "{:12} {}", contender.name, contender.what)?;
    }
    writeln!(out)?;
    for row in rows {
        writeln!(out, "{:32} {}", row.name, row.about)?;
    }
    Ok(())
}

fn time(arguments: &Arguments, rows: &[&'static Row], contenders: &[Contender]) -> Result<(), Trouble> {
    let plan = if arguments.quick { Plan::QUICK } else { Plan::WHOLE };
    let machine = machine::line();
    let outcome = run::run(rows, contenders, plan, &mut Progress::start());
    let lines = &outcome.lines;
    // The files first: they are wanted also where whoever reads the tables has seen enough.
    write(arguments.json.as_deref(), || json::text(lines))?;
    write(arguments.plot.as_deref(), || plot::svg(lines))?;
    if arguments.markdown {
        write!(stdout(), "{}", markdown::text(&outcome, contenders, &machine))?;
    } else {
        show_tables(&mut stdout(), &outcome, contenders)?;
    }
    Ok(())
}

fn show_tables(out: &mut AutoStream<Stdout>, outcome: &Outcome, contenders: &[Contender]) -> io::Result<()> {
    let lines = &outcome.lines;
    writeln!(out, "{}", table::comparison(lines))?;
    writeln!(out, "{}", table::everybody(lines, contenders))?;
    let growth = table::growth(lines, contenders);
    if !growth.is_empty() {
        writeln!(out, "{growth}")?;
    }
    write!(out, "{}", table::notes(outcome))
}

fn write(path: Option<&Path>, text: impl FnOnce() -> String) -> Result<(), String> {
    let Some(path) = path else { return Ok(()) };
    fs::write(path, text()).map_err(|error| format!("{} cannot be written: {error}", path.display()))
}

fn instructions(arguments: &Arguments, rows: &[&'static Row], contenders: &[Contender]) -> Result<(), Trouble> {
    if !callgrind::is_installed() {
        eprintln!("skipped: there is no valgrind here, so no instructions are counted; install it to have them");
        return Ok(());
    }
    let mut progress = Progress::start();
    if arguments.check || arguments.bless {
        let held = baseline::check(&mut progress)?;
        show(&held)?;
        return if arguments.bless { Ok(baseline::bless(&held)?) } else { verdict(&held) };
    }
    let counted: Vec<_> = rows.iter().copied().filter(|row| callgrind::counts(row)).collect();
    if let Some(other) = &arguments.against {
        return against(other, &counted, &mut progress);
    }
    let mut out = stdout();
    writeln!(out, "{}", table::names("instructions", contenders))?;
    for row in counted {
        let counts = callgrind::row(row, contenders, &mut progress)?;
        progress.done();
        writeln!(out, "{}", table::counts(row, &counts, contenders))?;
    }
    Ok(())
}

/// Each row here and in another build of this program.
fn against(other: &Path, rows: &[&'static Row], progress: &mut Progress) -> Result<(), Trouble> {
    let mut out = stdout();
    let mut dearer = Vec::new();
    writeln!(out, "{:32}{:>8}{:>8}{:>8}", "instructions", "here", "there", "")?;
    for row in rows {
        progress.show(format_args!("callgrind: {}", row.name));
        let (here, there) = (callgrind::per_operation(row, OURS)?, callgrind::per_operation_of(other, row, OURS)?);
        progress.done();
        let more = (here / there - 1.0) * 100.0;
        writeln!(out, "{:32}{here:>8.0}{there:>8.0}{more:>+7.1}%", row.name)?;
        if more > MORE_THAN_ANOTHER {
            dearer.push(row.name);
        }
    }
    if dearer.is_empty() {
        return Ok(());
    }
    Err(Trouble::Said(format!("over {MORE_THAN_ANOTHER} % dearer than {}: {}.", other.display(), dearer.join("; "))))
}

fn show(held: &[Held]) -> io::Result<()> {
    let mut out = stdout();
    writeln!(out, "{:32}{:>8}{:>10}", "instructions", "now", "baseline")?;
    for held in held {
        let baseline = held.allowed.map_or("–".into(), |allowed| format!("{allowed:.0}"));
        writeln!(out, "{:32}{:>8.0}{baseline:>10}", held.row, held.now)?;
    }
    Ok(())
}

/// What there is to do about the guarded rows.
fn verdict(held: &[Held]) -> Result<(), Trouble> {
    let rows = |verdict| held.iter().filter(|held| held.verdict() == verdict).map(|held| held.row).collect::<Vec<_>>();
    let (dearer, cheaper, unknown) = (rows(Verdict::Dearer), rows(Verdict::Cheaper), rows(Verdict::Unknown));
    if !cheaper.is_empty() {
        writeln!(stdout(), "cheaper than the baseline, which --bless would hold them to: {}", cheaper.join("; "))?;
    }
    if dearer.is_empty() && unknown.is_empty() {
        return Ok(());
    }
    Err(Trouble::Said(format!(
        "dearer than the baseline by more than the slack, or not in it: {}.\nEither find what costs more (callgrind of \
         `benches --one ROW greenlight 100000` shows it by function), or accept it: run benches --instructions --bless, and \
         commit {} alone, with the reason.",
        [dearer, unknown].concat().join("; "),
        baseline::FILE
    )))
}
