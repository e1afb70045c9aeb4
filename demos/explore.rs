//! Explores programs and scenarios: prints what was tried, or which schedules fail, and writes the trace of the smallest
//! of these.

use crate::explain::wrapped;
use crate::graph::{Heading, Page};
use crate::programs::{Options, Program};
use crate::races::{self, Tries};
use crate::run::Outcome;
use crate::stderr::{Stderr, complain, note};
use crate::{interrupt, scenario, stdout};
use anstyle::{AnsiColor, Style};
use greenlight::explore::{Explorer, Found, Schedule};
use greenlight::trace::{Kind, Observer, Printable, TraceEvent, TraceFile, page_with};
use std::cell::Cell;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

/// As wide as what is said beside a report.
const WIDTH: usize = 80;

/// What is explored.
#[derive(Clone, Debug)]
pub(crate) enum Subject {
    Program(&'static Program),
    /// A file of scenarios.
    Scenarios(PathBuf),
}

/// Which orders of the tasks are tried.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Orders {
    /// Those with the fewest deviations first, up to so many.
    Deferrals(usize),
    All,
    /// By lot, with this seed.
    Random(u64),
}

/// How it is explored. What is not said is as the program asks for, or the explorer has it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Bounds {
    pub(crate) orders: Option<Orders>,
    pub(crate) schedules: Option<u64>,
    pub(crate) late: bool,
    /// The names of the tasks that may be cancelled.
    pub(crate) cancel: Vec<String>,
    /// How long one poll may take that does nothing with greenlight.
    pub(crate) patience: Option<Duration>,
}

impl Bounds {
    fn explorer(&self, tries: Tries) -> Explorer {
        let mut explorer = Explorer::new().until(interrupt::was_pressed);
        explorer = match (self.orders, tries) {
            (Some(Orders::Deferrals(most)), _) => explorer.deferrals(most),
            (Some(Orders::Random(seed)), _) => explorer.random(seed),
            (Some(Orders::All), _) | (None, Tries::EveryOrder) => explorer.exhaustive(),
            (None, _) => explorer,
        };
        if self.late || tries == Tries::LateClock {
            explorer = explorer.late_clock();
        }
        let of_program = if let Tries::Cancel(task) = tries { Some(task.to_string()) } else { None };
        let cancelled: Vec<_> = if self.cancel.is_empty() { Vec::from_iter(of_program) } else { self.cancel.clone() };
        if !cancelled.is_empty() {
            explorer = explorer.cancels(cancelled, 1);
        }
        let explorer = self.patience.into_iter().fold(explorer, Explorer::patience);
        self.schedules.into_iter().fold(explorer, Explorer::schedules)
    }
}

/// Where a trace goes, and what is needed for it.
struct Trace<'a> {
    path: &'a Path,
    title: &'a str,
    sources: &'a [(&'a str, &'a str)],
}

/// What is written beside the report.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Files<'a> {
    pub(crate) trace: Option<&'a Path>,
    pub(crate) html: Option<Page<'a>>,
}

/// Explores it, and prints what came of that. Ctrl-C ends it with what was found so far.
pub(crate) fn explore(subject: &Subject, bounds: &Bounds, files: Files<'_>) -> Outcome {
    let Files { trace, html } = files;
    let _ending = interrupt::end_by_oneself();
    match subject {
        Subject::Program(program) => {
            let race = races::find(program.name);
            race.iter().for_each(|race| introduce(program, race.see));
            let sources = [(program.file, program.source)];
            let trace = trace.map(|path| Trace { path, title: program.name, sources: &sources });
            let explorer = bounds.explorer(race.map_or(Tries::Deferrals, |race| race.tries));
            let options = Options { notes: false, ..Options::default() };
            let start = || (program.start)(options);
            let mut outcome = explore_one("", &explorer, trace.as_ref(), start);
            if let Some(page) = html {
                let (Program { name: title, about, source, .. }, see) = (program, race.map_or("", |race| race.see));
                outcome = page.write(Heading { title, about, see, source }, &explorer, start, outcome);
            }
            if outcome == Outcome::Found {
                lead_on(program.name);
            }
            outcome
        }
        Subject::Scenarios(file) => explore_scenarios(file, bounds, files),
    }
}

/// Says what there is to see.
fn introduce(program: &Program, see: &str) {
    let (bold, dimmed) = (Style::new().bold(), Style::new().dimmed());
    note!("{bold}{}{bold:#}{dimmed}: {}{dimmed:#}", program.name, program.about);
    for line in wrapped(see, WIDTH) {
        note!("{dimmed}{}{dimmed:#}", line.trim_start());
    }
    note!("");
}

/// Says where to go on from a fault.
fn lead_on(name: &str) {
    let repaired = format!("{name}-repaired");
    let repairs = races::find(&repaired).map(|_| format!(", and `explore {repaired}` what repairs it"));
    let told = format!("`run {name}` is the program, `show {name}` its source{}.", repairs.unwrap_or_default());
    let dimmed = Style::new().dimmed();
    wrapped(&told, WIDTH).iter().for_each(|line| note!("{dimmed}{}{dimmed:#}", line.trim_start()));
}

/// Every scenario of a file. The trace is that of the first which fails, and the page that of the first.
fn explore_scenarios(file: &Path, bounds: &Bounds, Files { mut trace, mut html }: Files<'_>) -> Outcome {
    let mut worst = Outcome::Ended;
    let explorer = bounds.explorer(Tries::Deferrals);
    let all_played = scenario::each(file, |name, start| {
        if interrupt::was_pressed() {
            worst = if worst == Outcome::Ended { Outcome::Interrupted } else { worst };
            return;
        }
        let traced = trace.map(|path| Trace { path, title: name, sources: &[] });
        let outcome = explore_one(&format!("{}: ", Printable(name)), &explorer, traced.as_ref(), start);
        if outcome != Outcome::Ended {
            // A fault that was found is not forgotten where Ctrl-C ends what follows.
            worst = if worst == Outcome::Ended { outcome } else { worst };
            trace = None;
        }
        if let Some(page) = html.take() {
            let heading = Heading { title: name, about: "", see: "", source: "" };
            worst = page.write(heading, &explorer, start, worst);
        }
    });
    match all_played {
        Ok(true) => worst,
        Ok(false) => Outcome::Failed,
        Err(error) => {
            complain(&mut Stderr, format_args!("cannot explore {}: {error}", Printable(file.display())));
            Outcome::Failed
        }
    }
}

/// Explores what that starts, and prints what came of it behind that name.
fn explore_one<F: Future>(
    name: &str,
    explorer: &Explorer,
    trace: Option<&Trace<'_>>,
    start: impl Fn() -> F,
) -> Outcome {
    let failed = match explorer.try_run(&start) {
        Ok(explored) => {
            stdout::print(&(wrapped(&format!("{name}{explored}"), WIDTH).join("\n") + "\n"));
            if let Some(Trace { path, .. }) = trace {
                note!("{} is not written, as no schedule fails", Printable(path.display()));
            }
            return if interrupt::was_pressed() { Outcome::Interrupted } else { Outcome::Ended };
        }
        Err(failed) => failed,
    };
    stdout::print(&highlighted(name, &failed.to_string()));
    let written = trace.map_or(Ok(()), |trace| {
        // That it fails is known.
        let play = |schedule: &Schedule, file| _ = explorer.play(schedule, vec![Rc::new(Beginning::of(file))], &start);
        trace.write(&failed.found[0], &play)
    });
    match written {
        Ok(()) => Outcome::Found,
        Err(why) => {
            complain(&mut Stderr, format_args!("{why}"));
            Outcome::Failed
        }
    }
}

/// A report with what fails, where that deviates, and what helps standing out. The first sentence stands behind a name.
fn highlighted(name: &str, report: &str) -> String {
    let (first, rest) = report.split_once("\n\n").unwrap_or((report, ""));
    let first = first.split_whitespace().collect::<Vec<_>>().join(" ");
    let first = wrapped(&format!("{name}{first}"), WIDTH).join("\n");
    let (bold, deviation, help) = (Style::new().bold(), AnsiColor::Yellow.on_default(), AnsiColor::Cyan.on_default());
    let line = |line: &str| match line.trim_start() {
        text if text.starts_with("> ") => format!("{deviation}{line}{deviation:#}\n"),
        text if text.starts_with("help: ") => line.replacen("help:", &format!("{help}help:{help:#}"), 1) + "\n",
        _ if line.starts_with(|c: char| c.is_ascii_digit()) => format!("{bold}{line}{bold:#}\n"),
        _ => format!("{line}\n"),
    };
    format!("{bold}{first}{bold:#}\n\n{}", rest.lines().map(line).collect::<String>())
}

/// Writes a trace, and nothing more once a poll may never end: a million times the same is read by nobody.
struct Beginning {
    file: TraceFile,
    /// How many events the present poll has.
    of_poll: Cell<u32>,
}

/// A poll of more events is taken for one that never ends.
const LONGEST: u32 = 10_000;

impl Beginning {
    fn of(file: TraceFile) -> Self {
        Beginning { file, of_poll: Cell::new(0) }
    }
}

impl Observer for Beginning {
    fn on_event(&self, event: &TraceEvent) {
        if self.of_poll.get() < LONGEST {
            self.of_poll.set(if event.kind == Kind::PollBegan { 0 } else { self.of_poll.get() + 1 });
            self.file.on_event(event);
        }
    }
}

impl Trace<'_> {
    /// Writes the trace of the smallest schedule that has a fault. A page shows it beside the nearest that passes.
    fn write(&self, found: &Found, play: &dyn Fn(&Schedule, TraceFile)) -> Result<(), String> {
        let path = Printable(self.path.display());
        let written = match &found.nearest {
            Some(nearest) if self.path.extension().is_some_and(|ending| ending == "html") => {
                let traces = [&found.schedule, nearest].map(|schedule| self.rows(schedule, play));
                let [failing, passing] = traces;
                failing.and_then(|failing| {
                    let title = format!("{}: {}, beside {nearest}", self.title, found.schedule);
                    fs::write(self.path, page_with(&title, &[&failing, &passing?], self.sources))
                })
            }
            _ => TraceFile::create(self.path).map(|file| {
                let file = file.titled(format!("{}: {}", self.title, found.schedule));
                let with = |file: TraceFile, (name, text): &(&str, &str)| file.with_source(*name, *text);
                play(&found.schedule, self.sources.iter().fold(file, with));
            }),
        };
        written.map_err(|error| format!("cannot write a trace to {path}: {error}"))?;
        note!("{path} has the trace");
        Ok(())
    }

    /// The rows of a schedule, which are written beside the page first.
    fn rows(&self, schedule: &Schedule, play: &dyn Fn(&Schedule, TraceFile)) -> io::Result<String> {
        let file = TraceFile::create(self.path.with_extension("rows.jsonl"))?.titled(schedule.to_string());
        let path = file.path().to_path_buf();
        play(schedule, file);
        let rows = fs::read_to_string(&path);
        fs::remove_file(&path)?;
        rows
    }
}
