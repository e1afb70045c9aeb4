//! The enumeration beside greenlight in its ordinary order, and beside formulas.

use crate::enumerate::{enumerate, first_in_first_out};
use crate::played;
use crate::random;
use crate::seed::{seed, setting};
use crate::steps::{Program, Step};
use crate::ways;

use fastrand::Rng;
use greenlight::Runtime;
use std::rc::Rc;

#[test]
fn the_ordinary_order_comes_to_what_the_enumeration_has_for_it() {
    let (first, count) = (seed(), setting("GREENLIGHT_FRESH").unwrap_or(2000));
    for seed in first..first + count {
        let mut rng = Rng::with_seed(seed);
        let tasks = rng.usize(2..5);
        let program = random::program(&mut rng, tasks, 5);
        let runtime = Runtime::builder().virtual_clock().check_every_turn().on_report(|_| {}).build();
        let said = runtime.run(played::main(Rc::new(program.clone())));
        assert_eq!(said, first_in_first_out(&program), "GREENLIGHT_SEED={seed} GREENLIGHT_FRESH=1: {program:#?}");
    }
}

#[test]
fn tasks_that_share_nothing_have_as_many_orders_as_there_are_ways_to_mix_their_polls() {
    for polls in [&[1][..], &[4], &[2, 2], &[3, 2], &[5, 4], &[1, 1, 1], &[3, 3, 3], &[2, 3, 4], &[2, 2, 2, 2]] {
        let program = yielding(polls);
        assert_eq!(orders(&program, 0), ways(polls), "{polls:?}");
    }
}

/// A cancel, and the drop that it leads to, stand in the order of a task in place of the polls that it cuts off.
#[test]
fn a_cancel_is_one_more_thing_to_be_mixed_in() {
    for polls in [&[1][..], &[4], &[2, 2], &[3, 2], &[3, 3, 3], &[2, 3, 4], &[2, 2, 2, 2]] {
        let mut expected = ways(polls);
        for victim in 0..polls.len() {
            for before in 1..polls[victim] {
                let mut cut = polls.to_vec();
                cut[victim] = before + 2;
                expected += ways(&cut);
            }
        }
        assert_eq!(orders(&yielding(polls), 1), expected, "{polls:?}");
    }
}

/// How many orders there are.
fn orders(program: &Program, cancels: usize) -> u64 {
    enumerate(program, cancels, u64::MAX).expect("there is no bound").orders
}

/// Tasks that are polled so often, and yield in between.
fn yielding(polls: &[u64]) -> Program {
    let task = |&polls: &u64| (1..polls).map(|_| Step::Yield).collect();
    Program::new(polls.iter().map(task).collect::<Vec<Vec<_>>>())
}
