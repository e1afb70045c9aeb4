//! Properties that hold for all inputs: proptest finds the smallest one for which a property does not, and `GREENLIGHT_SEED`
//! finds that again.

use crate::seed::seed;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngSeed, TestRunner};

/// Has a property hold for so many inputs. A failure says the smallest one that was found, and how to find it again.
#[track_caller]
pub(crate) fn holds_for_all<S: Strategy>(inputs: u32, strategy: S, property: impl Fn(S::Value)) {
    let seed = seed();
    let config =
        Config { cases: inputs, rng_seed: RngSeed::Fixed(seed), failure_persistence: None, ..Config::default() };
    let run = TestRunner::new(config).run(&strategy, |input| {
        property(input);
        Ok(())
    });
    if let Err(error) = run {
        panic!("{error}\nGREENLIGHT_SEED={seed} repeats it");
    }
}
