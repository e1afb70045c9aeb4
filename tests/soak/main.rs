//! A soak: random programs over everything that greenlight has, step after step for as long as one
//! likes, compared with a model turn by turn. What it finds is shrunk to a few lines, which
//! `found.rs` replays from then on.
//!
//! `cargo test --release --test soak -- --ignored soak` plays until it is stopped, or
//! `GREENLIGHT_SOAK` steps. `GREENLIGHT_SEED` is the seed of the first epoch; each next one has the
//! next seed, so that an epoch is repeated by its own seed alone.

mod actor;
mod found;
mod holders;
mod make;
mod play;
#[path = "../seed.rs"]
mod seed;
mod shrink;
mod step;
mod timers;
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

/// So many steps of each other epoch are played with these checks before all of it is played without.
const PRELUDE: u64 = 400;

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
        assert!(
            kept < KEPT_BYTES,
            "{} epochs, up to GREENLIGHT_SEED={}, have left {kept} bytes behind, far more than the buffers of a thread grow \
            to: something outlives its world, and keeps neither a name of it nor its runtime. The lines above tell \
            whether it came with one epoch or with each",
            seed - first,
            seed - 1,
        );
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

/// Plays one epoch.
fn play_epoch(seed: u64, steps: u64) -> Played {
    watchdog::watch(seed);
    if seed.is_multiple_of(CHECKED) {
        return play_or_shrink(seed, steps, Checks::Everything);
    }
    play_or_shrink(seed, steps.min(PRELUDE), Checks::Everything);
    play_or_shrink(seed, steps, Checks::Model)
}

/// Plays so many steps, and panics with what they find, shrunk to a scenario.
fn play_or_shrink(seed: u64, steps: u64, checks: Checks) -> Played {
    let scenario = make::scenario(seed, steps);
    play::play(&scenario, checks).unwrap_or_else(|found| {
        announce(format_args!(
            "found at step {} with GREENLIGHT_SEED={seed}: {}\nshrinking it",
            found.step, found.what
        ));
        let smallest = shrink::shrink(scenario, checks, &found.what);
        let lines: Vec<_> = smallest.iter().map(ToString::to_string).collect();
        let again = play::play_apart(&smallest, checks)
            .err()
            .map_or("nothing, if it is played once more".into(), |found| found.what);
        panic!(
            "the soak found, at step {} of the epoch with seed {seed}:\n{}\n\n\
            its smallest scenario, for tests/soak/found.rs:\n{}\n\nwhich finds:\n{again}\n\n\
            in which `verb a b [body]`:\n{}\n\n\
            GREENLIGHT_SEED={seed} GREENLIGHT_SOAK={steps} cargo test --release --test soak -- --ignored soak\n\
            repeats it",
            found.step,
            found.what,
            lines.join("\n"),
            step::legend(&smallest),
        )
    })
}

/// Prints a line even if the test passes.
fn announce(what: impl Display) {
    writeln!(stderr(), "{what}").expect("stderr can be written");
}
