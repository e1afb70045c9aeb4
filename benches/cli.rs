//! What the command takes, and what its exit codes mean.

use clap::Parser;
use std::path::PathBuf;

const AFTER: &str = "\
The first table is 80 columns wide, that of everybody 122. Results go to stdout, progress and complaints to stderr. \
NO_COLOR is heeded.

Exit codes: 0 it ran, or nobody reads on; 1 a file or stdout cannot be written, callgrind gives no figure, or a row costs \
more than its baseline or the other program; 2 the arguments make no sense, or no row has such a name. A row in which a \
peer is ahead is a result, not a failure.";

/// greenlight beside its peers: every row by every contender, in interleaved rounds in one process, on thread CPU time.
#[derive(Debug, Parser)]
#[command(name = "benches", after_help = AFTER)]
pub struct Arguments {
    /// Only rows whose name holds this text, whatever the case; may be given several times
    #[arg(long, value_name = "PATTERN")]
    pub rows: Vec<String>,

    /// Fewer rounds: the whole takes less than a minute
    #[arg(long)]
    pub quick: bool,

    /// Write the figures to this file
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,

    /// Draw the rows that count to this file
    #[arg(long, value_name = "FILE.svg")]
    pub plot: Option<PathBuf>,

    /// Print the figures as Markdown, as docs/PERFORMANCE.md has them
    #[arg(long)]
    pub markdown: bool,

    /// Say what each row means and which contender is what, and run nothing
    #[arg(long, conflicts_with_all = ["quick", "json", "plot", "markdown", "instructions"])]
    pub list: bool,

    /// Count instructions with callgrind instead of time, as the difference of two sizes; says so where there is no
    /// valgrind
    #[arg(long, conflicts_with_all = ["quick", "json", "plot", "markdown"])]
    pub instructions: bool,

    /// Hold greenlight's guarded rows to the instructions in instructions.txt
    #[arg(long, requires = "instructions", conflicts_with = "rows")]
    pub check: bool,

    /// Write the instructions of greenlight's guarded rows to instructions.txt
    #[arg(long, requires = "instructions", conflicts_with_all = ["rows", "check"])]
    pub bless: bool,

    /// Compare greenlight's instructions with those of another build of this program, such as one of a changed library; ends
    /// with 1 if a row costs over 3 % more here
    #[arg(long, value_name = "PROGRAM", requires = "instructions", conflicts_with_all = ["check", "bless"])]
    pub against: Option<PathBuf>,

    /// Measure what it costs for each event to be watched, and print that as Markdown
    #[arg(long, conflicts_with_all = ["quick", "json", "plot", "markdown", "instructions", "list", "rows"])]
    pub observed: bool,

    /// Measure how many schedules of a program are explored in a second, and print that as Markdown
    #[arg(long, conflicts_with_all = ["quick", "json", "plot", "markdown", "instructions", "list", "rows", "observed"])]
    pub explored: bool,

    /// Run one program once, for callgrind to watch
    #[arg(long, hide = true, num_args = 3, value_names = ["ROW", "CONTENDER", "OPERATIONS"])]
    pub one: Vec<String>,
}
