//! A soak: random programs over everything that greenlight has, step after step for as long as one
//! likes, each turn compared with a model. What it finds is shrunk to a few lines, which
//! `found.rs` replays from then on.
//!
//! `cargo test --release --test soak -- --ignored soak` plays until it is stopped, or
//! `GREENLIGHT_SOAK` steps. `GREENLIGHT_SEED` is the seed of the first epoch; each next one has the
//! next seed, so that an epoch is repeated by its own seed alone.

mod actor;
mod found;
mod holders;
mod make;
mod model;
mod play;
#[path = "../seed.rs"]
mod seed;
mod shrink;
mod step;
mod watchdog;
mod watched;
mod world;

use play::{Checks, Played};
use seed::{seed, setting};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::fmt::Display;
use std::io::{Write, stderr};
use std::time::{Duration, Instant};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The steps of an epoch, after which the world ends.
const EPOCH: u64 = 100_000;

/// In one of so many epochs the runtime is checked after each turn, beside the model.
const CHECKED: u64 = 8;

/// What epochs may leave behind in all: what the thread's buffers have grown to.
const KEPT_BYTES: usize = 64 << 20;

#[test]
fn a_short_soak_finds_nothing() {
    let seed = seed();
    for epoch in 0..20 {
        play_epoch(seed + epoch, 3000);
    }
}

#[test]
#[ignore = "it plays until it is stopped, or for GREENLIGHT_SOAK steps"]
fn soak() {
    let (first, steps) = (seed(), setting("GREENLIGHT_SOAK").unwrap_or(u64::MAX));
    announce(format_args!("soaking from GREENLIGHT_SEED={first}"));
    let (mut seed, mut done, mut turns, mut tasks) = (first, 0, 0, 0);
    let (begin, mut told) = (Instant::now(), Instant::now());
    let region = Region::new(ALLOCATOR);
    while done < steps {
        let played = play_epoch(seed, EPOCH.min(steps - done));
        (seed, done, turns, tasks) = (seed + 1, done + played.steps, turns + played.turns, tasks.max(played.tasks));
        let change = region.change();
        let kept = change.bytes_allocated.saturating_sub(change.bytes_deallocated);
        assert!(kept < KEPT_BYTES, "{} epochs have left {kept} bytes behind", seed - first);
        if told.elapsed() > Duration::from_secs(10) || done >= steps {
            told = Instant::now();
            let rate = done as f64 / begin.elapsed().as_secs_f64();
            announce(format_args!(
                "{done} steps in {turns} turns, {} epochs, up to {tasks} tasks at once, {rate:.0} steps/s, {kept} bytes kept, \
                 next GREENLIGHT_SEED={seed}",
                seed - first
            ));
        }
    }
}

/// Plays one epoch, and panics with what it finds, shrunk to a scenario.
fn play_epoch(seed: u64, steps: u64) -> Played {
    watchdog::watch(seed);
    let scenario = make::scenario(seed, steps);
    let checks = if seed.is_multiple_of(CHECKED) { Checks::Everything } else { Checks::Model };
    play::play(&scenario, checks).unwrap_or_else(|found| {
        announce(format_args!(
            "found at step {} with GREENLIGHT_SEED={seed}: {}\nshrinking it",
            found.step, found.what
        ));
        let smallest = shrink::shrink(scenario, checks);
        let lines: Vec<_> = smallest.iter().map(ToString::to_string).collect();
        let again = play::play_apart(&smallest, checks)
            .err()
            .map_or("nothing, if it is played once more".into(), |found| found.what);
        panic!(
            "the soak found, at step {} of the epoch with seed {seed}:\n{}\n\n\
            its smallest scenario, for tests/soak/found.rs:\n{}\n\nwhich finds:\n{again}\n\n\
            GREENLIGHT_SEED={seed} GREENLIGHT_SOAK={steps} cargo test --release --test soak -- --ignored soak\n\
            repeats it",
            found.step,
            found.what,
            lines.join("\n"),
        )
    })
}

/// Prints a line even if the test passes.
fn announce(what: impl Display) {
    writeln!(stderr(), "{what}").expect("stderr can be written");
}
