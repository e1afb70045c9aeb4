//! Reads the names that are given on the command line, and says which was meant.

use crate::explore::Subject;
use crate::levels::{self, LEVELS, Level};
use crate::programs::{PROGRAMS, Program};
use crate::races;
use clap::builder::{PossibleValue, StyledStr, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Error};
use std::ffi::OsStr;
use std::path::Path;

/// Reads the name of a program, or of a file of scenarios.
#[derive(Clone, Debug)]
pub(crate) struct SubjectParser;

impl TypedValueParser for SubjectParser {
    type Value = Subject;

    fn parse_ref(&self, command: &clap::Command, arg: Option<&Arg>, value: &OsStr) -> Result<Self::Value, Error> {
        let file = Path::new(value);
        if file.extension().is_some() || file.components().count() > 1 {
            return Ok(Subject::Scenarios(file.into()));
        }
        NameParser.parse_ref(command, arg, value).map(Subject::Program)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(races::all().map(value)))
    }
}

/// Reads the name of a level.
#[derive(Clone, Debug)]
pub(crate) struct LevelParser;

impl TypedValueParser for LevelParser {
    type Value = &'static Level;

    fn parse_ref(&self, command: &clap::Command, arg: Option<&Arg>, value: &OsStr) -> Result<Self::Value, Error> {
        let name = value.to_string_lossy();
        let unknown = || unknown(command, arg, &name, levels::nearest(&name).name, "`drive` names all levels");
        levels::find(&name).ok_or_else(unknown)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(LEVELS.iter().map(|level| PossibleValue::new(level.name).help(level.asks))))
    }
}

fn value(program: &Program) -> PossibleValue {
    PossibleValue::new(program.name).help(program.about)
}

/// Reads the name of a program.
#[derive(Clone, Debug)]
pub(crate) struct NameParser;

impl TypedValueParser for NameParser {
    type Value = &'static Program;

    fn parse_ref(&self, command: &clap::Command, arg: Option<&Arg>, value: &OsStr) -> Result<Self::Value, Error> {
        let name = value.to_string_lossy();
        let named = races::all().find(|program| program.name == name);
        let all = "`list` names the demos, and `explore` the races";
        named.ok_or_else(|| unknown(command, arg, &name, races::nearest(&name).name, all))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(PROGRAMS.iter().map(value)))
    }
}

/// A name that there is not, and the nearest that there is.
fn unknown(command: &clap::Command, arg: Option<&Arg>, name: &str, nearest: &str, all: &'static str) -> Error {
    let mut error = Error::new(ErrorKind::InvalidValue).with_cmd(command);
    error.insert(ContextKind::InvalidArg, ContextValue::String(arg.map(Arg::to_string).unwrap_or_default()));
    error.insert(ContextKind::InvalidValue, ContextValue::String(name.into()));
    error.insert(ContextKind::SuggestedValue, ContextValue::String(nearest.into()));
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![StyledStr::from(all)]));
    error
}
