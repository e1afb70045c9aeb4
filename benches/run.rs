//! The run: round after round, every row by every contender, so that what disturbs the machine disturbs all of them.

use crate::contenders::Contender;
use crate::heap::Scales;
use crate::progress::Progress;
use crate::results::{Figure, Line, growing};
use crate::rows::{Row, Work};
use crate::statistics::Samples;
use cpu_time::ProcessTime;
use std::time::{Duration, Instant};

/// How much is run.
#[derive(Clone, Copy, Debug)]
pub struct Plan {
    /// How many samples are taken of each program, as far as patience and time reach.
    pub rounds: usize,
    /// A sample is of one in so many of a row's operations.
    pub share: usize,
    /// So much CPU time all samples of one program may take together, but for the last. A program of which one sample takes
    /// five times as long, as its growth foretells, is not run.
    pub patience: Duration,
    /// No round but the first begins that would end later than that, by the clock on the wall: beside other jobs CPU time
    /// takes its time.
    pub limit: Duration,
}

impl Plan {
    /// Some minutes, or many beside other jobs.
    pub const WHOLE: Plan = Plan { rounds: 15, share: 1, patience: Duration::from_secs(3), limit: Duration::MAX };
    /// Less than one minute.
    pub const QUICK: Plan =
        Plan { rounds: 5, share: 4, patience: Duration::from_millis(500), limit: Duration::from_secs(40) };

    /// How many operations of a row a sample runs: whole rounds of its program.
    fn operations(self, row: &Row) -> usize {
        (row.operations / self.share).next_multiple_of(row.step)
    }
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
    /// How many rounds there were, of those that were planned.
    pub rounds: (usize, usize),
}

/// Runs these rows by these contenders.
pub fn run(rows: &[&'static Row], contenders: &[Contender], plan: Plan, progress: &mut Progress) -> Outcome {
    let scales = rows.iter().any(|row| row.kind.is_heap()).then(|| Scales::find(progress)).flatten();
    let mut trials = trials(rows, contenders);
    let (start, mut rounds) = (Instant::now(), 0);
    while rounds == 0 || rounds < plan.rounds && start.elapsed().mul_f64(1.0 + 1.0 / rounds as f64) <= plan.limit {
        rounds += 1;
        for index in 0..trials.len() {
            let row = rows[trials[index].row];
            progress.show(format_args!(
                "round {rounds} of {}, {} of {}: {}",
                plan.rounds,
                index + 1,
                trials.len(),
                row.name
            ));
            if row.kind.is_heap() {
                // What is counted is the same in every round.
                let weight = scales.as_ref().filter(|_| rounds == 1);
                let weight = weight.and_then(|scales| scales.weigh(row, trials[index].contender, progress));
                trials[index].samples.extend(weight);
            } else if trials[index].spent < plan.patience && !trials[index].given_up {
                trials[index].given_up = foretold(&trials, index, rows, plan) > plan.patience * 5;
                if !trials[index].given_up {
                    trials[index].sample(plan.operations(row));
                }
            }
        }
    }
    progress.done();
    outcome(rows, &trials, (rounds, plan.rounds))
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
    fn sample(&mut self, operations: usize) {
        let start = ProcessTime::now();
        let cost = (self.work)(operations);
        self.spent += start.elapsed();
        self.samples.extend(Some(cost));
    }
}

/// How long the first sample of a row of growth will take: what an operation costs goes on growing as it did between
/// the two rows before, of a tenth and a hundredth as many. No time, if nothing is known.
fn foretold(trials: &[Trial], index: usize, rows: &[&'static Row], plan: Plan) -> Duration {
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
    Duration::from_nanos((cost * plan.operations(rows[trial.row]) as f64) as u64)
}

fn outcome(rows: &[&'static Row], trials: &[Trial], rounds: (usize, usize)) -> Outcome {
    let line = |(index, row): (usize, &&'static Row)| {
        let ran = trials.iter().filter(|trial| trial.row == index && !trial.samples.is_empty());
        Line { row, figures: ran.map(|trial| (trial.contender, Figure::of(row.kind, &trial.samples))).collect() }
    };
    let given_up = trials.iter().filter(|trial| trial.given_up);
    Outcome {
        lines: rows.iter().enumerate().map(line).filter(|line| !line.figures.is_empty()).collect(),
        given_up: given_up.map(|trial| (rows[trial.row].name, trial.contender)).collect(),
        rounds,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contenders::OURS;
    use crate::rows::{ROWS, Works};

    const PLAN: Plan = Plan { rounds: 3, share: 1, patience: Duration::from_millis(100), limit: Duration::MAX };

    fn outcome_of(works: Works) -> Outcome {
        outcome_by(PLAN, works)
    }

    fn outcome_by(plan: Plan, works: Works) -> Outcome {
        let rows: Vec<_> = ROWS.iter().filter(|row| works.iter().any(|(name, _)| *name == row.name)).collect();
        run(&rows, &[Contender { name: OURS, what: "a sham", works }], plan, &mut Progress::start())
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

    #[test]
    fn a_share_of_a_row_is_whole_rounds_of_its_program() {
        for row in ROWS {
            let operations = Plan::QUICK.operations(row);
            assert!(operations >= row.step && operations <= row.operations, "{}: {operations}", row.name);
            assert_eq!(operations % row.step, 0, "{}", row.name);
        }
    }

    #[test]
    fn when_the_time_is_up_no_other_round_begins() {
        let plan = Plan { limit: Duration::from_nanos(1), ..PLAN };
        assert_eq!(outcome_by(plan, vec![("Lock, free", |_| 7.0)]).rounds, (1, 3));
        assert_eq!(outcome_of(vec![("Lock, free", |_| 7.0)]).rounds, (3, 3));
    }
}
