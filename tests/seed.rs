//! How every random test is repeated: by `GREENLIGHT_SEED`, which each failure prints. Without it a run has a seed of its
//! own, the same for all of its tests.

use std::env;
use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;

/// The seed of this run.
pub(crate) fn seed() -> u64 {
    static SEED: OnceLock<u64> = OnceLock::new();
    *SEED.get_or_init(|| setting("GREENLIGHT_SEED").unwrap_or_else(|| RandomState::new().hash_one(()) % 1_000_000))
}

/// A whole number from the environment.
pub(crate) fn setting(variable: &str) -> Option<u64> {
    let value = env::var(variable).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{variable} is {value:?}; it has to be a whole number")))
}
