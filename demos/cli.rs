//! What can be asked for, and how the help puts it.

use crate::explain::{Explaining, wrapped};
use crate::programs::{self, Options, PROGRAMS, Program};
use crate::run::Time;
use crate::stderr::Stderr;
use clap::builder::styling::{AnsiColor, Styles};
use clap::builder::{PossibleValue, StyledStr, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Args, CommandFactory, Error, Parser, Subcommand, ValueHint};
use greenlight::trace::{Observer, Printable, TraceFile};
use std::ffi::OsStr;
use std::io;
use std::path::PathBuf;
use std::rc::Rc;

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
the demo stalled: nothing in it could ever run again; 130 it was ended by Ctrl-C.";

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

const AFTER_PAGE: &str = "\
The page is one file, which a browser opens from wherever it lies. A trace is rows of \
JSON, as docs/TRACE.md has them; `run NAME --trace FILE.jsonl` writes one, and so does \
GREENLIGHT_TRACE=FILE.jsonl in the environment of any program on greenlight.";

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
    Show {
        #[arg(value_name = "NAME", value_parser = NameParser)]
        program: &'static Program,
        /// Its twin for Python's asyncio, which prints the same lines
        #[arg(long)]
        python: bool,
    },
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
    /// Print a shell's completion script, as for `source <(greenlight-demos completions bash)`
    Completions { shell: clap_complete::Shell },
}

#[derive(Args, Debug)]
pub(crate) struct Run {
    #[arg(value_name = "NAME", value_parser = NameParser)]
    pub(crate) program: &'static Program,
    /// Wait for real seconds
    #[arg(long)]
    pub(crate) real_time: bool,
    /// Play virtual time N times as fast as real time, for whoever watches
    #[arg(long, value_name = "N", conflicts_with = "real_time", value_parser = parse_speed)]
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

/// Reads how many times as fast as real time something is to be.
fn parse_speed(typed: &str) -> Result<f64, String> {
    let speed: f64 = typed.parse().map_err(|_| "it is no number".to_string())?;
    let is_possible = (1e-3..=1e6).contains(&speed);
    is_possible.then_some(speed).ok_or_else(|| "it is to be from 0.001 to 1000000".to_string())
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
            Some(ticks) => Ok(Options { ticks }),
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
            wrong("run", ErrorKind::ValueValidation, wrapped(&message, WIDTH - "error: ".len()).join("\n"))
        })?;
        Ok(Some(file.titled(self.program.name).with_source(self.program.file(), self.program.source)))
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

/// What is wrong with the arguments of a subcommand.
fn wrong(subcommand: &str, kind: ErrorKind, message: String) -> Error {
    let mut command = Cli::command();
    command.build();
    command.find_subcommand_mut(subcommand).expect("it is a subcommand").error(kind, message)
}

/// Reads the name of a demo.
#[derive(Clone, Debug)]
struct NameParser;

impl TypedValueParser for NameParser {
    type Value = &'static Program;

    fn parse_ref(&self, command: &clap::Command, arg: Option<&Arg>, value: &OsStr) -> Result<Self::Value, Error> {
        let name = value.to_string_lossy();
        let named = PROGRAMS.iter().find(|program| program.name == name);
        named.ok_or_else(|| {
            let arg = arg.map(Arg::to_string).unwrap_or_default();
            let nearest = programs::nearest(&name).name.to_owned();
            let mut error = Error::new(ErrorKind::InvalidValue).with_cmd(command);
            error.insert(ContextKind::InvalidArg, ContextValue::String(arg));
            error.insert(ContextKind::InvalidValue, ContextValue::String(name.into_owned()));
            error.insert(ContextKind::SuggestedValue, ContextValue::String(nearest));
            let all = StyledStr::from("`list` names all of them");
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![all]));
            error
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let value = |program: &Program| PossibleValue::new(program.name).help(program.about);
        Some(Box::new(PROGRAMS.iter().map(value)))
    }
}
