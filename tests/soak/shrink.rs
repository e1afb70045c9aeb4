//! Makes the scenario of a finding as small as it gets: halves, then lines, then steps, then
//! numbers. It is delta debugging, on tasks first, because a scenario has a hundred thousand steps
//! and only a few of them matter. What finds something else is no smaller scenario of it.

use crate::play::{Checks, play_apart};
use crate::step::{Line, Scenario, Step};
use std::sync::Arc;

/// So many scenarios are tried.
const TRIES: usize = 50_000;

/// The smallest scenario that still finds the same kind of thing.
pub(crate) fn shrink(scenario: Scenario, checks: Checks, found: &str) -> Scenario {
    let mut shrinking = Shrinking { smallest: scenario, checks, kind: kind(found), left: TRIES };
    loop {
        let before = shrinking.smallest.clone();
        shrinking.drop_lines();
        shrinking.drop_steps();
        shrinking.lessen_numbers();
        if shrinking.smallest == before || shrinking.left == 0 {
            return shrinking.smallest;
        }
    }
}

struct Shrinking {
    smallest: Scenario,
    checks: Checks,
    /// What a smaller scenario has to find.
    kind: Vec<String>,
    left: usize,
}

/// What two findings of one kind have in common: the words of the first two lines, without the numbers between them.
fn kind(found: &str) -> Vec<String> {
    let head: Vec<_> = found.lines().take(2).collect();
    let head = head.join(" ");
    let words = head.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() > 2);
    words.map(str::to_string).collect()
}

impl Shrinking {
    /// Keeps the scenario if it finds the same kind of thing.
    fn try_smaller(&mut self, scenario: Scenario) -> bool {
        if self.left == 0 || scenario == self.smallest {
            return false;
        }
        self.left -= 1;
        let found = play_apart(&scenario, self.checks).err();
        let finds = found.is_some_and(|found| kind(&found.what) == self.kind);
        if finds {
            self.smallest = scenario;
        }
        finds
    }

    /// Drops runs of lines, from half of them down to single ones.
    fn drop_lines(&mut self) {
        let mut run = self.smallest.len().div_ceil(2);
        while run > 0 {
            // From the end: what comes after a finding goes first.
            let mut end = self.smallest.len();
            while end > 0 && self.left > 0 {
                let start = end.saturating_sub(run);
                let mut fewer = self.smallest.clone();
                fewer.drain(start..end);
                self.try_smaller(fewer);
                end = start;
            }
            run /= 2;
        }
    }

    /// Drops the steps of each task, or puts their bodies in their place.
    fn drop_steps(&mut self) {
        for line in 0..self.smallest.len() {
            let Line::Task(number, steps) = self.smallest[line].clone() else { continue };
            let mut kept = steps.to_vec();
            let mut smaller = |steps: &[Step]| {
                let mut scenario = self.smallest.clone();
                scenario[line] = Line::Task(number, steps.into());
                self.try_smaller(scenario)
            };
            shrink_steps(&mut kept, &mut smaller);
        }
    }

    /// Lowers the number of each task and of its steps, as far as it goes at once.
    fn lessen_numbers(&mut self) {
        for line in 0..self.smallest.len() {
            match self.smallest[line].clone() {
                Line::Turns(count) => {
                    for fewer in [1, 0, count / 2].into_iter().filter(|&fewer| fewer < count) {
                        let mut scenario = self.smallest.clone();
                        scenario[line] = Line::Turns(fewer);
                        if self.try_smaller(scenario) {
                            break;
                        }
                    }
                }
                Line::Task(number, steps) => {
                    let mut smaller = |steps: &[Step]| {
                        let mut scenario = self.smallest.clone();
                        scenario[line] = Line::Task(number, steps.into());
                        self.try_smaller(scenario)
                    };
                    lessen_steps(&mut steps.to_vec(), &mut smaller);
                }
            }
        }
    }
}

/// Drops steps as long as `finds` says so.
fn shrink_steps(steps: &mut Vec<Step>, finds: &mut dyn FnMut(&[Step]) -> bool) {
    for index in (0..steps.len()).rev() {
        let step = steps[index].clone();
        let mut without = steps.clone();
        without.remove(index);
        if finds(&without) {
            *steps = without;
            continue;
        }
        let mut opened = steps.clone();
        opened.splice(index..=index, step.body.iter().cloned());
        if !step.body.is_empty() && finds(&opened) {
            *steps = opened;
            continue;
        }
        let mut body = step.body.to_vec();
        let mut with_body = |body: &[Step]| {
            let mut changed = steps.clone();
            changed[index].body = body.into();
            finds(&changed)
        };
        shrink_steps(&mut body, &mut with_body);
        steps[index].body = body.into();
    }
}

/// Lowers numbers as long as `finds` says so.
fn lessen_steps(steps: &mut Vec<Step>, finds: &mut dyn FnMut(&[Step]) -> bool) {
    for index in 0..steps.len() {
        for lower in [0, 1, steps[index].amount / 2] {
            let mut changed = steps.clone();
            changed[index].amount = lower;
            if lower < steps[index].amount && finds(&changed) {
                *steps = changed;
                break;
            }
        }
        let mut body = steps[index].body.to_vec();
        let mut with_body = |body: &[Step]| {
            let mut changed = steps.clone();
            changed[index].body = Arc::from(body);
            finds(&changed)
        };
        lessen_steps(&mut body, &mut with_body);
        steps[index].body = body.into();
    }
}

#[test]
fn two_findings_that_differ_in_their_numbers_are_of_one_kind() {
    let found = "panicked at runtime/wheel.rs:140:9:\ntimer 3 for 1.5ms is in slot 65\nand more";
    assert_eq!(kind(found), kind("panicked at runtime/wheel.rs:140:9:\ntimer 12 for 900µs is in slot 7"));
    assert_ne!(kind(found), kind("panicked at runtime/wheel.rs:140:9:\nslot 65 has no bit"));
}
