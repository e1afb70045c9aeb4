//! What can be asked for, and how the help puts it.

use crate::explain::{Explaining, wrapped};
use crate::explore::{Bounds, Orders, Subject};
use crate::graph::{self, Page};
use crate::levels::Level;
use crate::names::{LevelParser, NameParser, SubjectParser};
use crate::programs::{Options, PROGRAMS, Program};
use crate::run::Time;
use crate::stderr::Stderr;
use crate::workshop;
use clap::builder::styling::{AnsiColor, Styles};
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, Error, Parser, Subcommand, ValueHint};
use greenlight::trace::{Observer, Printable, TraceFile};
use std::io;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

pub(crate) const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

/// What the binary is called.
pub(crate) const NAME: &str = "greenlight-demos";

/// As wide as the help and the complaints are, unless the terminal is narrower.
const WIDTH: usize = 80;

const AFTER_HELP: &str = "\
Start with `tour`, then `show crosswalk`.

stdout carries a demo's own lines only; explanations, counts and reports go to \
stderr.

Exit codes: 0 all went well; 1 the demo failed, or a file cannot be used; 2 the command line was wrong; 3 \
the demo stalled: nothing in it could ever run again; 4 and 5 are those of `explore`; 130 it was ended by Ctrl-C.";

const AFTER_PLAY: &str = "\
A scenario is a program as a line of JSON. asyncio plays the same, and prints \
the same log. In this one a walker waits for a light; these two commands write it \
to a file, as one line, and play it:

  printf %s '{\"name\": \"crosswalk\", \"start\": [\"walker\", \"signal\"],' \\
    '\"objects\": {\"light\": {\"kind\": \"event\"}}, \"tasks\": {' \\
    '\"walker\": [[\"wait\", \"light\"], [\"say\", \"crossed\"]],' \\
    '\"signal\": [[\"sleep\", 2000000], [\"set\", \"light\"]]}}' >crosswalk.jsonl
  greenlight-demos play crosswalk.jsonl

A line of its log is the microsecond, the task, and what it does. \
tests/oracle/SCENARIOS.md has the rest.";

const AFTER_EXPLORE: &str = "\
A race is a small program that is wrong in some order of its tasks, and what repairs it is beside it. \
Start with `explore last-seat`, then `show last-seat`.

stdout carries the report: how many schedules were tried and what that shows, or those that fail, each cause once, the \
smallest first. A schedule deviates from the ordinary order by deferrals: the task that is about to run is passed over \
until every task that is ready has run or is deferred.

Exit codes: 0 no schedule fails; 1 a file cannot be used; 2 the command line was wrong; 4 a schedule fails; 5 a poll never \
came to its end; 130 Ctrl-C ended it before one was found. What was found so far is printed then, too.";

const AFTER_DRIVE: &str = "\
A level is a small program with a goal: \"leave Alice waiting for ever for the bell\". On a terminal it is played by keys; \
start with `drive green-light`. Which levels were won is kept in greenlight/progress among your data, or in the file that \
GREENLIGHT_PROGRESS names.";

const AFTER_PAGE: &str = "\
The page is one file, which a browser opens from wherever it lies. A trace is rows of \
JSON, as docs/TRACE.md has them; `run NAME --trace FILE.jsonl` writes one, and so does \
GREENLIGHT_TRACE=FILE.jsonl in the environment of any program on greenlight.";

const AFTER_BOOK: &str = "\
Every program of the book is run, and what it printed, a picture of its run and the page that replays it go into the chapters. \
Without mdBook these are made all the same, and the one command that installs it is named.

stdout carries the place of the book. Exit codes: 0 the book is built; 1 it is not.";

/// The asyncio tutorials' programs on greenlight: run them, read them, change them
#[derive(Debug, Parser)]
#[command(name = NAME, version, after_help = AFTER_HELP, styles = STYLES, max_term_width = WIDTH)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Name the demos, a line each
    List,
    /// Run a demo, on virtual time: its seconds pass in no time
    Run(Run),
    /// Print the source of a demo
    Show(Show),
    /// Go through all demos: the source of each beside its lines, who woke whom, and what to change
    Tour {
        /// Print them all at once, each line behind its time and what led to it; as where there is no terminal
        #[arg(long)]
        plain: bool,
    },
    /// Print what the tour shows of a demo, for the tour
    #[command(hide = true)]
    Transcript {
        #[arg(value_name = "NAME", value_parser = NameParser)]
        program: &'static Program,
    },
    /// Play a file of scenarios and print each one's log
    #[command(after_help = AFTER_PLAY)]
    Play {
        #[arg(value_name = "FILE.jsonl", value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
    /// Try the orders in which the tasks of a program may run, and tell of those that fail
    #[command(after_help = AFTER_EXPLORE)]
    Explore(Explore),
    /// Be the scheduler: pick who runs next, and reach the goal of a level
    #[command(after_help = AFTER_DRIVE)]
    Drive(Drive),
    /// Learn how executors wake tasks: exercises, from a waker to a Condition, and what checks them
    Workshop(workshop::Asked),
    /// Make the page that replays a trace, whoever wrote it, and compares it with others
    #[command(after_help = AFTER_PAGE)]
    Page {
        /// What to replay; the page tells where several differ first
        #[arg(value_name = "TRACE.jsonl", value_hint = ValueHint::FilePath, required = true)]
        traces: Vec<PathBuf>,
        /// Where to write it [default: beside the first trace]
        #[arg(short, value_name = "FILE.html", value_hint = ValueHint::FilePath)]
        out: Option<PathBuf>,
    },
    /// Build the book, which tells how an executor works
    #[command(after_help = AFTER_BOOK)]
    Book {
        /// Open it in a browser
        #[arg(long)]
        open: bool,
    },
    /// Print a shell's completion script, as for `source <(greenlight-demos completions bash)`
    Completions { shell: clap_complete::Shell },
}

#[derive(Args, Debug)]
pub(crate) struct Show {
    #[arg(value_name = "NAME", value_parser = NameParser)]
    program: &'static Program,
    /// Its twin for Python's asyncio, which prints the same lines
    #[arg(long)]
    python: bool,
}

impl Show {
    pub(crate) fn text(&self) -> Result<&'static str, Error> {
        let Program { name, source, python, .. } = self.program;
        let none = || wrong("show", ErrorKind::ArgumentConflict, format!("`{name}` is a race, which has no twin"));
        if self.python { python.ok_or_else(none) } else { Ok(source) }
    }
}

#[derive(Args, Debug)]
pub(crate) struct Explore {
    /// A race, a demo, or a file of scenarios; without one, the races are named, a line each
    #[arg(value_name = "NAME|FILE.jsonl", value_parser = SubjectParser, value_hint = ValueHint::FilePath)]
    #[arg(hide_possible_values = true)]
    pub(crate) subject: Option<Subject>,
    /// Defer tasks up to N times in a schedule [default: 3]
    #[arg(long, value_name = "N")]
    deferrals: Option<usize>,
    /// Try every order of the tasks that are ready, for what is small
    #[arg(long, conflicts_with = "deferrals")]
    exhaustive: bool,
    /// Try orders by lot, for what is too big
    #[arg(long, value_name = "SEED", conflicts_with_all = ["deferrals", "exhaustive"])]
    random: Option<u64>,
    /// Try N schedules at most [default: 1000000]
    #[arg(long, value_name = "N")]
    schedules: Option<u64>,
    /// Have time jump although somebody is ready, too, as on a machine that is busy
    #[arg(long)]
    late: bool,
    /// Cancel the task of this name, too, at each of its awaits; may be said of several
    #[arg(long, value_name = "TASK")]
    cancel: Vec<String>,
    /// End the process when one poll takes so long, and does nothing with greenlight [default: 10]
    #[arg(long, value_name = "SECONDS", value_parser = parse_positive)]
    patience: Option<f64>,
    /// Write down the smallest schedule that fails: FILE.html replays it beside the nearest that passes, and FILE.txt,
    /// FILE.jsonl and FILE.perfetto.json are as with `run`
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, value_parser = parse_trace)]
    pub(crate) trace: Option<PathBuf>,
    /// Make a page on which one is the scheduler: who runs next is picked by hand, in a browser
    #[arg(long, value_name = "FILE.html", value_hint = ValueHint::FilePath, value_parser = parse_html)]
    html: Option<PathBuf>,
    /// Follow the program's choices on that page to N places at most
    #[arg(long, value_name = "N", default_value_t = graph::PLACES, requires = "html")]
    places: usize,
}

impl Explore {
    /// The page that is asked for.
    pub(crate) fn html(&self) -> Option<Page<'_>> {
        self.html.as_deref().map(|path| Page { path, places: self.places })
    }

    pub(crate) fn bounds(&self) -> Bounds {
        let orders = match (self.deferrals, self.random) {
            (Some(most), _) => Some(Orders::Deferrals(most)),
            (None, Some(seed)) => Some(Orders::Random(seed)),
            (None, None) => self.exhaustive.then_some(Orders::All),
        };
        let patience = self.patience.map(Duration::from_secs_f64);
        Bounds { orders, schedules: self.schedules, late: self.late, cancel: self.cancel.clone(), patience }
    }
}

#[derive(Args, Debug)]
pub(crate) struct Drive {
    /// A level; without one, the levels are named with their goals, a line each
    #[arg(value_name = "LEVEL", value_parser = LevelParser, hide_possible_values = true)]
    pub(crate) level: Option<&'static Level>,
    /// Play these, one after the other, and print each board: names of tasks, `next`, or `rest`
    #[arg(long, value_name = "NAMES", requires = "level")]
    pub(crate) picks: Option<String>,
    /// Write down the play: FILE.html replays it in a browser; it goes on to its end in the ordinary order
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, value_parser = parse_trace, requires = "picks")]
    pub(crate) trace: Option<PathBuf>,
}

impl Drive {
    /// What is wrong with a play.
    pub(crate) fn wrong(&self, message: String) -> Error {
        wrong("drive", ErrorKind::ValueValidation, broken(&message))
    }
}

#[derive(Args, Debug)]
pub(crate) struct Run {
    #[arg(value_name = "NAME", value_parser = NameParser)]
    pub(crate) program: &'static Program,
    /// Wait for real seconds
    #[arg(long)]
    pub(crate) real_time: bool,
    /// Play virtual time N times as fast as real time, for whoever watches
    #[arg(long, value_name = "N", conflicts_with = "real_time", value_parser = parse_positive)]
    pub(crate) speed: Option<f64>,
    /// How many pulses there are, in a demo that has no end of its own [default: 3]
    #[arg(long, value_name = "N")]
    pub(crate) ticks: Option<u32>,
    /// Write down who woke whom: FILE.html replays it in a browser, FILE.txt tells it in sentences,
    /// FILE.jsonl is for programs, FILE.perfetto.json for ui.perfetto.dev
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    trace: Option<PathBuf>,
    /// Say what happens between the demo's own lines, on stderr
    #[arg(long)]
    explain: bool,
}

/// Reads where a trace is to be written that may not come to be.
fn parse_trace(typed: &str) -> Result<PathBuf, String> {
    let endings = [".html", ".txt", ".jsonl", ".perfetto.json"];
    let is_one = endings.iter().any(|ending| typed.ends_with(ending));
    is_one.then(|| typed.into()).ok_or_else(|| format!("let it end with {}", endings.join(", ")))
}

/// Reads where a page is to be written.
fn parse_html(typed: &str) -> Result<PathBuf, String> {
    typed.ends_with(".html").then(|| typed.into()).ok_or_else(|| "let it end with .html".to_string())
}

/// Reads how many times as fast as real time something is to be, or for how many seconds.
fn parse_positive(typed: &str) -> Result<f64, String> {
    let number: f64 = typed.parse().map_err(|_| "it is no number".to_string())?;
    let is_possible = (1e-3..=1e6).contains(&number);
    is_possible.then_some(number).ok_or_else(|| "it is to be from 0.001 to 1000000".to_string())
}

impl Run {
    pub(crate) fn time(&self) -> Time {
        match self.speed {
            _ if self.real_time => Time::Real,
            Some(speed) => Time::Played { speed },
            None => Time::Virtual,
        }
    }

    pub(crate) fn options(&self) -> Result<Options, Error> {
        match self.ticks {
            Some(_) if !self.program.takes_ticks => Err(self.no_ticks()),
            Some(ticks) => Ok(Options { ticks, ..Options::default() }),
            None => Ok(Options::default()),
        }
    }

    /// Those who hear what happens.
    pub(crate) fn observers(&self) -> Result<Vec<Rc<dyn Observer>>, Error> {
        let explaining = self.explain.then(|| Rc::new(Explaining::new(Stderr)) as Rc<dyn Observer>);
        let trace = self.trace()?.map(|file| Rc::new(file) as Rc<dyn Observer>);
        Ok(explaining.into_iter().chain(trace).collect())
    }

    /// The file that the run is traced to, which is there and empty then.
    fn trace(&self) -> Result<Option<TraceFile>, Error> {
        let Some(path) = &self.trace else { return Ok(None) };
        let file = TraceFile::create(path).map_err(|error| {
            let message = match error.kind() {
                io::ErrorKind::InvalidInput => Printable(error).to_string(),
                _ => format!("cannot write a trace to {}: {error}", Printable(path.display())),
            };
            let message = format!("{message}. Try --trace {}.html", self.program.name);
            wrong("run", ErrorKind::ValueValidation, broken(&message))
        })?;
        Ok(Some(file.titled(self.program.name).with_source(self.program.file, self.program.source)))
    }

    fn no_ticks(&self) -> Error {
        let with: Vec<_> = PROGRAMS
            .iter()
            .filter(|program| program.takes_ticks)
            .map(|program| format!("`{}`", program.name))
            .collect();
        let message = format!("`{}` ends by itself; --ticks is for {}", self.program.name, with.join(", "));
        wrong("run", ErrorKind::ArgumentConflict, message)
    }
}

/// A complaint, broken to the width.
pub(crate) fn broken(message: &str) -> String {
    wrapped(message, WIDTH - "error: ".len()).join("\n")
}

/// What is wrong with the arguments of a subcommand.
pub(crate) fn wrong(subcommand: &str, kind: ErrorKind, message: String) -> Error {
    let mut command = Cli::command();
    command.build();
    command.find_subcommand_mut(subcommand).expect("it is a subcommand").error(kind, message)
}
