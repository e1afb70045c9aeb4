//! What came of an exploration: what was tried and what that shows, and the faults that were found.

use super::super::watch::text;
use super::fault::Fault;
use super::schedule::{Pick, Schedule};
use std::error::Error;
use std::fmt::{self, Write};
use std::time::Duration;

/// What was tried. It prints as a sentence that says what that shows.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Explored {
    /// How many schedules were tried.
    pub schedules: u64,
    /// How many of them were different orders: two schedules may come to the same.
    pub orders: u64,
    /// How many of the schedules failed.
    pub failing: u64,
    /// Whether every schedule within the bound on deviations was tried; of an exhaustive exploration, every order.
    pub is_complete: bool,
    /// How long it took, by the real clock.
    pub took: Duration,
    /// Which of all there are these were, in words.
    pub(in crate::runtime) which: String,
}

/// The faults that an exploration has found. It prints as the report for people; the faults are there for programs.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Failed {
    /// The faults, the one with the smallest schedule first.
    pub found: Vec<Found>,
    /// What was tried.
    pub explored: Explored,
}

/// A fault, and what leads to it. Schedules that fail by the same cause are one of these.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Found {
    /// What went wrong, in the smallest schedule.
    pub fault: Fault,
    /// How many of the schedules that were tried have this cause.
    pub count: u64,
    /// The smallest schedule that has it: with the fewest deviations, and found first.
    pub schedule: Schedule,
    /// The schedule that passes and goes along with it for longest; none if none passes.
    pub nearest: Option<Schedule>,
    /// The number of the first step in which that goes another way, from 1, and who runs here and there.
    pub parting: Option<(usize, [String; 2])>,
    /// What happens in the smallest schedule, a line for each poll. Deviations are marked with `>`.
    pub story: Vec<String>,
    pub(in crate::runtime) key: String,
    pub(in crate::runtime) moves: Vec<Pick>,
}

impl fmt::Display for Explored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Explored { orders, which, .. } = self;
        let tried = several(self.schedules, "schedule");
        write!(f, "{tried} tried, {}: {which}", several(*orders, "different order"))
    }
}

impl Error for Failed {}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failed { explored, found } = self;
        let fail = if explored.failing == 1 { "fails" } else { "fail" };
        let failing = several(explored.failing, "schedule");
        let mut report = format!("{failing} {fail}, by {}; {explored}\n", several(found.len() as u64, "cause"));
        for (place, found) in found.iter().enumerate() {
            write!(report, "\n{}. {}\n", place + 1, found.fault.headline())?;
            found.tell(&mut report)?;
        }
        writeln!(f, "{}", text::wrapped(&report))
    }
}

impl Found {
    fn tell(&self, report: &mut String) -> fmt::Result {
        let Found { fault, count, schedule, story, .. } = self;
        let told = fault.to_string();
        if let Fault::Drifts { .. } = fault {
            return writeln!(report, "   {told}");
        }
        let whose = match schedule.deviations.len() {
            0 => "the ordinary order does this",
            _ if schedule.is_fifo() => "greenlight's own order can do this",
            _ => "only where the order is not FIFO",
        };
        let deviations = several(schedule.deviations.len() as u64, "deviation");
        write!(report, "   {}, the smallest with {deviations}: {whose}\n\n", several(*count, "schedule"))?;
        story.iter().try_for_each(|line| writeln!(report, "   {line}"))?;
        if let (Some(nearest), Some((step, [here, there]))) = (&self.nearest, &self.parting) {
            write!(report, "\n   The nearest schedule that passes is {nearest}.\n")?;
            writeln!(report, "   They go apart in step {step}: here {here}, there {there}.")?;
        }
        if told.lines().nth(1).is_some() || matches!(fault, Fault::Panicked { .. }) {
            writeln!(report)?;
            writeln!(report, "{told}")?;
        }
        write!(report, "\n   To see it on a page, run the program with\n")?;
        write!(
            report,
            "     GREENLIGHT_SCHEDULE={schedule}\n     GREENLIGHT_CLOCK=virtual GREENLIGHT_TRACE=out.html\n"
        )?;
        write!(report, "   As a test:\n\n     #[test]\n     fn {}() {{\n", self.test_name())?;
        writeln!(report, "         greenlight::replay(\"{schedule}\", || async {{")?;
        write!(report, "             // the program\n         }});\n     }}\n")
    }

    /// A name for a test, made of what goes wrong.
    fn test_name(&self) -> String {
        let headline = if let Fault::Broken { invariant } = &self.fault { invariant } else { &self.fault.headline() };
        let headline = headline.to_lowercase();
        let words = headline.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        let name = words.take(9).collect::<Vec<_>>().join("_");
        if name.starts_with(|c: char| c.is_ascii_digit()) { format!("in_{name}") } else { name }
    }
}

fn several(count: u64, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
