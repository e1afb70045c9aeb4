//! The rows: what each is called, what it counts, how much of it is run, and what it means; and the programs behind
//! them, written once for all contenders.

pub(crate) mod barriers;
pub(crate) mod conditions;
pub(crate) mod events;
pub(crate) mod floors;
pub(crate) mod locks;
pub(crate) mod memory;
pub(crate) mod queues;
mod table;
pub(crate) mod tasks;
pub(crate) mod threads;
pub(crate) mod timers;

pub use table::{ROWS, unlike};

use crate::contender::{Clock, Tasks, Timers};
use std::cell::Cell;
use std::future::Future;
use std::rc::Rc;

/// A program: it runs about so many operations on a fresh executor and gives the cost of one. How many it runs is the
/// next lower multiple of the number of its tasks.
pub type Work = fn(usize) -> f64;

/// Programs by the names of their rows.
pub type Works = Vec<(&'static str, Work)>;

/// What a row takes the cost of an operation to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nanoseconds of the thread's work. The least of all rounds is the one that was disturbed least.
    Cpu,
    /// Nanoseconds that pass. The middle of all rounds is what one may expect.
    Wall,
    /// Bytes of live memory, counted in a process of its own.
    Bytes,
    /// Allocations, counted in a process of its own.
    Allocations,
}

impl Kind {
    /// As the table and the file name it.
    pub fn unit(self) -> &'static str {
        match self {
            Kind::Cpu | Kind::Wall => "ns",
            Kind::Bytes => "bytes",
            Kind::Allocations => "allocations",
        }
    }

    /// Whether it is counted by the allocator instead of being timed.
    pub fn is_heap(self) -> bool {
        matches!(self, Kind::Bytes | Kind::Allocations)
    }
}

/// A row of the table.
#[derive(Debug)]
pub struct Row {
    /// What the table and the file call it.
    pub name: &'static str,
    /// What its figures are.
    pub kind: Kind,
    /// Whether it counts for us against our peers. Growth, lateness and memory inform, and have bounds of their own.
    pub ours: bool,
    /// How many operations one sample runs: enough to take some milliseconds.
    pub operations: usize,
    /// How many operations make one round of its program. A sample is of a multiple.
    pub step: usize,
    /// What an operation is.
    pub about: &'static str,
}

fn work(name: &'static str, work: Work) -> (&'static str, Work) {
    (name, work)
}

/// Runs a program as a task, so that no contender's special case for main is in it.
fn driven<C: Tasks, F: Future<Output = f64> + 'static>(program: impl FnOnce(C) -> F + 'static) -> f64 {
    C::run(|executor| drive(executor, program))
}

/// The same, on an executor with timers.
fn driven_timed<C: Timers, F: Future<Output = f64> + 'static>(
    clock: Clock,
    program: impl FnOnce(C) -> F + 'static,
) -> f64 {
    C::run_timed(clock, |executor| drive(executor, program))
}

async fn drive<C: Tasks, F: Future<Output = f64> + 'static>(
    executor: C,
    program: impl FnOnce(C) -> F + 'static,
) -> f64 {
    let cost = Rc::new(Cell::new(None));
    let (sink, inner) = (cost.clone(), executor.clone());
    let handle = executor.spawn(async move { sink.set(Some(program(inner).await)) });
    handle.await;
    cost.get().expect("a program does not panic")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contenders::{self, OURS};
    use std::collections::BTreeSet;

    #[test]
    fn every_row_is_run_by_us_and_every_program_has_its_row() {
        let rows: BTreeSet<_> = ROWS.iter().map(|row| row.name).collect();
        assert_eq!(rows.len(), ROWS.len(), "two rows have one name");
        for contender in contenders::all() {
            let names: BTreeSet<_> = contender.works.iter().map(|(name, _)| *name).collect();
            assert_eq!(names.len(), contender.works.len(), "{} runs a row twice", contender.name);
            assert!(names.is_subset(&rows), "{}: {:?}", contender.name, names.difference(&rows));
            assert!(contender.name != OURS || names == rows, "we do not run {:?}", rows.difference(&names));
        }
    }

    #[test]
    fn a_sample_is_of_whole_rounds() {
        for row in ROWS {
            assert_eq!(row.operations % row.step, 0, "{}", row.name);
        }
    }

    #[test]
    fn every_program_runs_to_its_end() {
        // The largest ones do the same with more, and take long without optimisation.
        for row in ROWS.iter().filter(|row| row.step <= 1000) {
            for contender in contenders::all() {
                if let Some(work) = contender.work(row) {
                    let cost = work(row.step.max(2));
                    assert!(cost.is_finite() && cost >= 0.0, "{} in {}: {cost}", contender.name, row.name);
                }
            }
        }
    }
}
