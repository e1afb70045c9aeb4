//! Ends the process when no turn ends any more: a loop inside of a turn says nothing by itself, and nobody can be asked
//! from inside.

use crate::announce;
use std::process;
use std::sync::Once;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Duration;

/// A turn takes milliseconds, also on a machine that has other things to do.
const PATIENCE: Duration = Duration::from_secs(60);

static TURNS: AtomicU64 = AtomicU64::new(0);
static STEP: AtomicU64 = AtomicU64::new(0);
static SEED: AtomicU64 = AtomicU64::new(0);

/// Watches from now on, on behalf of the epoch with that seed.
pub(crate) fn watch(seed: u64) {
    static ONCE: Once = Once::new();
    SEED.store(seed, Ordering::Relaxed);
    ONCE.call_once(|| {
        thread::spawn(|| {
            let mut seen = u64::MAX;
            while seen != TURNS.load(Ordering::Relaxed) {
                seen = TURNS.load(Ordering::Relaxed);
                thread::sleep(PATIENCE);
            }
            let (step, seed) = (STEP.load(Ordering::Relaxed), SEED.load(Ordering::Relaxed));
            announce(format_args!(
                "the soak found a turn that has not ended for {PATIENCE:?}, after step {step} with GREENLIGHT_SEED={seed}"
            ));
            process::exit(101);
        });
    });
}

/// Notes that a turn has ended, after so many steps of its epoch.
pub(crate) fn turn_ended(step: u64) {
    STEP.store(step, Ordering::Relaxed);
    TURNS.fetch_add(1, Ordering::Relaxed);
}
