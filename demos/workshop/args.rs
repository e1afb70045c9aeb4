//! What can be asked of the workshop.

use crate::cli;
use clap::error::ErrorKind;
use clap::{Args, Error, Subcommand};

const AFTER_HELP: &str = "\
N is the number of an exercise or its name; without one, the first that is not done is meant. What a check says, \
pages, hints and solutions go to stdout, all else to stderr. What is done is kept in greenlight/progress among your \
data, or in the file that GREENLIGHT_PROGRESS names. The workshop is docs/workshop of the clone, or the folder that \
GREENLIGHT_WORKSHOP names.

Exit codes: 0 all that was checked is as it should be; 1 a check fails, something does not compile, or a file cannot be \
used; 2 the command line was wrong; 130 it was ended by Ctrl-C.";

const ONE: &str = "Its number or its name";

const NEXT: &str = "Its number or its name [default: the first that is not done]";

#[derive(Args, Debug)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Asked {
    #[command(subcommand)]
    pub(crate) verb: Option<Verb>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Verb {
    /// Check an exercise, up to the first check that fails
    Check {
        #[arg(value_name = "N", help = NEXT)]
        exercise: Option<String>,
        /// Build on your own files of earlier exercises instead of their solutions
        #[arg(long)]
        mine: bool,
    },
    /// Check it again whenever its file is saved, and go on with the next when it is done
    Watch {
        #[arg(value_name = "N", help = NEXT)]
        exercise: Option<String>,
    },
    /// Print the next hint, each time one step further
    Hint {
        #[arg(value_name = "N", help = NEXT)]
        exercise: Option<String>,
    },
    /// Print the page of an exercise
    Show {
        #[arg(value_name = "N", help = NEXT)]
        exercise: Option<String>,
        /// Name its wrong answers; or print one: what is wrong with it, and which check says so
        #[arg(long, value_name = "NAME", num_args = 0..=1)]
        wrong: Option<Option<String>>,
    },
    /// Ask what an exercise lets one predict, wait, then answer
    Predict {
        #[arg(value_name = "N", help = NEXT)]
        exercise: Option<String>,
    },
    /// Begin an exercise anew; your file is kept beside the new one
    Reset {
        #[arg(value_name = "N", help = ONE)]
        exercise: String,
    },
    /// Print the solution of an exercise
    Solution {
        #[arg(value_name = "N", help = ONE)]
        exercise: String,
        /// Print one part of it alone, the K-th that is yours to write, and where that stands
        #[arg(long, value_name = "K")]
        part: Option<usize>,
        /// Print it although the exercise is not done
        #[arg(long)]
        yes: bool,
    },
    /// Check the exercises themselves, for authors: skeletons, solutions, wrong answers, pages
    Verify {
        #[arg(value_name = "N", help = "Their numbers or names [default: all]")]
        exercises: Vec<String>,
    },
}

impl Asked {
    /// What is wrong with the arguments.
    pub(crate) fn wrong(&self, message: String) -> Error {
        cli::wrong("workshop", ErrorKind::ValueValidation, cli::broken(&message))
    }
}
