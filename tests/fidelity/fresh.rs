//! Random scenarios, new in each run, against the CPython of this machine.
//!
//! `GREENLIGHT_SEED` repeats a run, `GREENLIGHT_FRESH` says how many scenarios of each profile it
//! plays.

use crate::difference::assert_agree;
use crate::seed::{seed, setting};
use crate::{oracle, player};
use std::fmt::Display;
use std::io::{Write, stderr};

const COUNT: u64 = 300;

#[test]
fn fresh_scenarios_with_events_play_as_on_cpython() {
    agree("event");
}

#[test]
fn fresh_scenarios_with_gather_play_as_on_cpython() {
    agree("gather");
}

#[test]
fn fresh_scenarios_with_cancelled_tasks_play_as_on_cpython() {
    agree("cancel");
}

#[test]
fn fresh_scenarios_with_locks_play_as_on_cpython() {
    agree("lock");
}

#[test]
fn fresh_scenarios_with_conditions_play_as_on_cpython() {
    agree("condition");
}

#[test]
fn fresh_scenarios_with_shared_locks_play_as_on_cpython() {
    agree("shared");
}

#[test]
fn fresh_scenarios_with_semaphores_play_as_on_cpython() {
    agree("semaphore");
}

#[test]
fn fresh_scenarios_with_barriers_play_as_on_cpython() {
    agree("barrier");
}

#[test]
fn fresh_scenarios_with_queues_play_as_on_cpython() {
    agree("queue");
}

#[test]
fn fresh_scenarios_with_task_groups_play_as_on_cpython() {
    agree("group");
}

#[test]
fn fresh_scenarios_with_timeouts_play_as_on_cpython() {
    agree("timeout");
}

#[test]
fn fresh_scenarios_of_all_kinds_play_as_on_cpython() {
    agree("mixed");
}

fn agree(profile: &str) {
    if !oracle::is_at_hand() {
        announce(format_args!(
            "SKIPPED: no fresh scenarios of the profile {profile}, because there is no python3 from 3.11 on"
        ));
        return;
    }
    let seed = seed();
    let count = setting("GREENLIGHT_FRESH").unwrap_or(COUNT);
    let hint = format!("GREENLIGHT_SEED={seed} GREENLIGHT_FRESH={count} repeats them");
    announce(format_args!("playing fresh scenarios of the profile {profile}: {hint}"));
    let scenarios = oracle::generate(profile, seed, usize::try_from(count).expect("so many fit into memory"));
    let file = player::write(&format!("fresh-{profile}"), &scenarios);
    assert_agree(&scenarios, &oracle::play(&file), &player::play(&file), &hint);
}

/// Prints a line even if the test passes.
fn announce(what: impl Display) {
    writeln!(stderr(), "{what}").expect("stderr can be written");
}
