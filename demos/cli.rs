//! What can be asked for, and how the help puts it.

use crate::programs::{self, Options, PROGRAMS, Program};
use clap::builder::styling::{AnsiColor, Styles};
use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Args, CommandFactory, Error, Parser, Subcommand, ValueHint};
use std::ffi::OsStr;
use std::path::PathBuf;

pub(crate) const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const AFTER_HELP: &str = "\
Start with `demos tour`, then `demos show crosswalk`.

stdout carries a demo's own lines only; explanations, counts and reports go to stderr.

Exit codes: 0 all went well; 1 the demo failed; 2 the command line was wrong;
3 the demo stalled: nothing in it could ever run again; 130 it was ended by Ctrl-C.";

/// The asyncio tutorials' programs on greenlight: run them, read them, change them
#[derive(Debug, Parser)]
#[command(name = "demos", version, after_help = AFTER_HELP, styles = STYLES, max_term_width = 100)]
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
    /// Run all demos, on virtual time, with a line of explanation each
    Tour,
    /// Play a file of scenarios and print each one's log
    Play {
        #[arg(value_name = "FILE.jsonl", value_hint = ValueHint::FilePath)]
        file: PathBuf,
    },
    /// Print a shell's completion script, as for `source <(demos completions bash)`
    Completions { shell: clap_complete::Shell },
}

#[derive(Args, Debug)]
pub(crate) struct Run {
    #[arg(value_name = "NAME", value_parser = NameParser)]
    pub(crate) program: &'static Program,
    /// Wait for real seconds
    #[arg(long)]
    pub(crate) real_time: bool,
    /// How many pulses there are, in a demo that has no end of its own [default: 3]
    #[arg(long, value_name = "N")]
    pub(crate) ticks: Option<u32>,
}

impl Run {
    pub(crate) fn options(&self) -> Result<Options, Error> {
        match self.ticks {
            Some(_) if !self.program.takes_ticks => Err(self.no_ticks()),
            Some(ticks) => Ok(Options { ticks }),
            None => Ok(Options::default()),
        }
    }

    fn no_ticks(&self) -> Error {
        let with: Vec<_> = PROGRAMS
            .iter()
            .filter(|program| program.takes_ticks)
            .map(|program| format!("`{}`", program.name))
            .collect();
        let message = format!(
            "the demo `{}` ends by itself and takes no --ticks; it is for {}",
            self.program.name,
            with.join(", ")
        );
        let mut command = Cli::command();
        command.build();
        command.find_subcommand_mut("run").expect("`run` is a subcommand").error(ErrorKind::ArgumentConflict, message)
    }
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
            let names = PROGRAMS.iter().map(|program| program.name.to_owned());
            let nearest = programs::nearest(&name).name.to_owned();
            let mut error = Error::new(ErrorKind::InvalidValue).with_cmd(command);
            error.insert(ContextKind::InvalidArg, ContextValue::String(arg));
            error.insert(ContextKind::InvalidValue, ContextValue::String(name.into_owned()));
            error.insert(ContextKind::ValidValue, ContextValue::Strings(names.collect()));
            error.insert(ContextKind::SuggestedValue, ContextValue::String(nearest));
            error
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let value = |program: &Program| PossibleValue::new(program.name).help(program.about);
        Some(Box::new(PROGRAMS.iter().map(value)))
    }
}
