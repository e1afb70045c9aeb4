//! The run: round after round, every row by every contender, so that what disturbs the machine disturbs all of them.

use crate::contenders::Contender;
use crate::heap::Scales;
use crate::progress::Progress;
use crate::results::{Figure, Line, growing};
use crate::rows::{Row, Work};
use crate::statistics::Samples;
use std::time::{Duration, Instant};

/// How much is run.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How many samples are taken of each program, as far as the patience reaches.
    pub rounds: usize,
    /// So long all samples of one program may take together, but for the last. A program of which one sample takes five
    /// times as long, as its growth foretells, is not run.
    pub patience: Duration,
}

impl Plan {
    /// Some minutes.
    pub const WHOLE: Plan = Plan { rounds: 15, patience: Duration::from_secs(3) };
    /// Less than one minute.
    pub const QUICK: Plan = Plan { rounds: 5, patience: Duration::from_secs(1) };
}

/// A program, and what came of it so far.
struct Trial {
    row: usize,
    contender: &'static str,
    work: Work,
    samples: Samples,
    spent: Duration,
    /// True once growth has foretold more than the patience.
    given_up: bool,
}

/// What a run gave.
#[derive(Debug)]
pub struct Outcome {
    /// The rows that somebody ran.
    pub lines: Vec<Line>,
    /// Programs that would have taken too long: row and contender.
    pub given_up: Vec<(&'static str, &'static str)>,
}

/// Runs these rows by these contenders.
pub fn run(rows: &[&'static Row], contenders: &[Contender], plan: Plan, progress: &mut Progress) -> Outcome {
    let scales = rows.iter().any(|row| row.kind.is_heap()).then(|| Scales::find(progress)).flatten();
    let mut trials = trials(rows, contenders);
    for round in 1..=plan.rounds {
        for index in 0..trials.len() {
            let row = rows[trials[index].row];
            progress.show(format_args!("round {round} of {}: {}", plan.rounds, row.name));
            if row.kind.is_heap() {
                // What is counted is the same in every round.
                let weight = scales.as_ref().filter(|_| round == 1);
                let weight = weight.and_then(|scales| scales.weigh(row, trials[index].contender, progress));
                trials[index].samples.extend(weight);
            } else if trials[index].spent < plan.patience && !trials[index].given_up {
                trials[index].given_up = foretold(&trials, index, rows) > plan.patience * 5;
                if !trials[index].given_up {
                    trials[index].sample(row);
                }
            }
        }
    }
    progress.done();
    outcome(rows, &trials)
}

fn trials(rows: &[&'static Row], contenders: &[Contender]) -> Vec<Trial> {
    let of = |row: usize| {
        contenders.iter().filter_map(move |contender| {
            let (work, samples) = (contender.work(rows[row])?, Samples::default());
            Some(Trial { row, contender: contender.name, work, samples, spent: Duration::ZERO, given_up: false })
        })
    };
    (0..rows.len()).flat_map(of).collect()
}

impl Trial {
    fn sample(&mut self, row: &Row) {
        let start = Instant::now();
        let cost = (self.work)(row.operations);
        self.spent += start.elapsed();
        self.samples.extend(Some(cost));
    }
}

/// How long the first sample of a row of growth will take: what an operation costs goes on growing as it did between
/// the two rows before, of a tenth and a hundredth as many. No time, if nothing is known.
fn foretold(trials: &[Trial], index: usize, rows: &[&'static Row]) -> Duration {
    let trial = &trials[index];
    let Some((what, _)) = growing(rows[trial.row]).filter(|_| trial.samples.is_empty()) else { return Duration::ZERO };
    let before: Vec<_> = trials[..index]
        .iter()
        .filter(|before| before.contender == trial.contender)
        .filter(|before| growing(rows[before.row]).is_some_and(|(grows, _)| grows == what))
        .collect();
    if before.iter().any(|before| before.given_up) {
        return Duration::MAX;
    }
    let cost = match before[..] {
        [] => 0.0,
        [last] => last.samples.least(),
        [.., first, last] => last.samples.least() * (last.samples.least() / first.samples.least()).max(1.0),
    };
    Duration::from_nanos((cost * rows[trial.row].operations as f64) as u64)
}

fn outcome(rows: &[&'static Row], trials: &[Trial]) -> Outcome {
    let line = |(index, row): (usize, &&'static Row)| {
        let ran = trials.iter().filter(|trial| trial.row == index && !trial.samples.is_empty());
        Line { row, figures: ran.map(|trial| (trial.contender, Figure::of(row.kind, &trial.samples))).collect() }
    };
    let given_up = trials.iter().filter(|trial| trial.given_up);
    Outcome {
        lines: rows.iter().enumerate().map(line).filter(|line| !line.figures.is_empty()).collect(),
        given_up: given_up.map(|trial| (rows[trial.row].name, trial.contender)).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contenders::OURS;
    use crate::rows::{ROWS, Works};

    const PLAN: Plan = Plan { rounds: 3, patience: Duration::from_millis(100) };

    fn outcome_of(works: Works) -> Outcome {
        let rows: Vec<_> = ROWS.iter().filter(|row| works.iter().any(|(name, _)| *name == row.name)).collect();
        run(&rows, &[Contender { name: OURS, what: "a sham", works }], PLAN, &mut Progress::start())
    }

    #[test]
    fn a_row_has_the_figures_of_those_that_ran_it() {
        let outcome = outcome_of(vec![("Lock, free", |_| 7.0)]);
        assert_eq!(outcome.lines.len(), 1);
        let expected = Figure { least: 7.0, middle: 7.0, wide: false };
        assert_eq!(outcome.lines[0].figures, [(OURS, expected)]);
    }

    #[test]
    fn what_grows_out_of_all_patience_is_left_out() {
        // Ten times as dear among ten times as many: the last row would take 20 seconds.
        let outcome = outcome_of(vec![
            ("Lock at 1,000", |_| 10.0),
            ("Lock at 10,000", |_| 1000.0),
            ("Lock at 100,000", |_| panic!("nobody runs this")),
        ]);
        assert_eq!(outcome.given_up, [("Lock at 100,000", OURS)]);
        assert_eq!(outcome.lines.len(), 2);
    }

    #[test]
    fn what_grows_as_it_may_is_run() {
        let outcome =
            outcome_of(vec![("Lock at 1,000", |_| 50.0), ("Lock at 10,000", |_| 90.0), ("Lock at 100,000", |_| 200.0)]);
        assert_eq!((outcome.given_up, outcome.lines.len()), (vec![], 3));
    }
}
