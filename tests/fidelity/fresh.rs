//! Random scenarios, new in each run, against the newest CPython of this machine, as it is or patched where greenlight
//! differs by design.
//!
//! `GREENLIGHT_SEED` repeats a run, `GREENLIGHT_FRESH` says how many scenarios of each profile it
//! plays.

use crate::difference::assert_agree;
use crate::oracle::Oracle;
use crate::player;
use crate::scenario::{Scenario, oracle_folder, scenarios};
use crate::seed::{seed, setting};
use std::fmt::Display;
use std::fs;
use std::io::{Write, stderr};

const COUNT: u64 = 300;

/// How many of the larger ones, which take an asyncio that is patched.
const PATCHED_COUNT: u64 = 50;

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
fn fresh_scenarios_with_queues_and_cancelled_tasks_play_as_on_cpython() {
    agree("queue-cancel");
}

#[test]
fn fresh_scenarios_with_queues_and_timeouts_play_as_on_cpython() {
    agree("queue-timeout");
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

#[test]
fn fresh_scenarios_with_cancels_aimed_at_grants_play_as_on_patched_cpython() {
    agree_as_greenlight("grants");
}

#[test]
fn fresh_scenarios_with_permits_and_cancelled_tasks_play_as_on_patched_cpython() {
    agree_as_greenlight("permits");
}

#[test]
fn fresh_scenarios_with_conditions_and_cancelled_tasks_play_as_on_patched_cpython() {
    agree_as_greenlight("condition-cancel");
}

#[test]
fn fresh_scenarios_with_barriers_that_are_reset_aborted_and_left_play_as_on_patched_cpython() {
    agree_as_greenlight("barrier-cancel");
}

#[test]
fn fresh_scenarios_with_queues_of_every_order_that_many_use_and_somebody_closes_play_as_on_patched_cpython() {
    agree_as_greenlight("queues");
}

#[test]
fn fresh_scenarios_with_equal_deadlines_play_as_on_patched_cpython() {
    agree_as_greenlight("ties");
}

#[test]
fn fresh_scenarios_with_deadlines_that_are_moved_play_as_on_patched_cpython() {
    agree_as_greenlight("deadlines");
}

#[test]
fn fresh_scenarios_with_tasks_that_wait_for_tasks_play_as_on_patched_cpython() {
    agree_as_greenlight("tasks");
}

#[test]
fn fresh_scenarios_with_groups_whose_bodies_and_tasks_spawn_play_as_on_patched_cpython() {
    agree_as_greenlight("groups");
}

#[test]
fn fresh_scenarios_with_timeouts_in_groups_in_gathers_play_as_on_patched_cpython() {
    agree_as_greenlight("nested");
}

#[test]
fn fresh_scenarios_with_everything_play_as_on_patched_cpython() {
    agree_as_greenlight("everything");
}

#[test]
fn fresh_scenarios_with_crowds_play_as_on_patched_cpython() {
    agree_as_greenlight("crowd");
}

#[test]
fn the_smallest_scenarios_play_as_on_cpython_and_only_late_permits_are_left_out() {
    let Some(oracle) = oracle("directed scenarios") else { return };
    let text = fs::read_to_string(oracle_folder().join("directed.jsonl")).expect("the directed scenarios are there");
    let left_out = compare("directed scenarios", oracle, &scenarios(&text), "they are in tests/oracle/directed.jsonl");
    let late =
        ["sem-grants-all-free-permits-at-once", "sem-cancelled-grant-frees-all", "sem-cancelled-waiter-frees-all"];
    assert!(left_out.is_empty() || left_out == late, "{oracle} leaves out {left_out:?}");
}

fn agree(profile: &str) {
    let what = format!("fresh scenarios of the profile {profile}");
    let Some(oracle) = oracle(&what) else { return };
    let (scenarios, hint) = fresh(&what, oracle, profile, COUNT);
    compare(&what, oracle, &scenarios, &hint);
}

/// As [`agree`], with an asyncio that differs from CPython's where greenlight does by design: nothing is left out.
fn agree_as_greenlight(profile: &str) {
    let what = format!("fresh scenarios of the profile {profile} as greenlight");
    let Some(oracle) = oracle(&what) else { return };
    if !oracle.can_be_patched() {
        return announce(format_args!("SKIPPED: no {what}, because the patches do not fit {oracle}, but 3.13"));
    }
    let (scenarios, hint) = fresh(&what, oracle, profile, PATCHED_COUNT);
    let file = player::write(&what.replace(' ', "-"), &scenarios);
    assert_agree(&scenarios, &oracle.play_as_greenlight(&file), &player::play(&file), &format!("{hint} ({oracle})"));
}

fn fresh(what: &str, oracle: &Oracle, profile: &str, count: u64) -> (Vec<Scenario>, String) {
    let seed = seed();
    let count = setting("GREENLIGHT_FRESH").unwrap_or(count);
    let hint = format!("GREENLIGHT_SEED={seed} GREENLIGHT_FRESH={count} repeats them");
    announce(format_args!("playing {what} against {oracle}: {hint}"));
    (oracle.generate(profile, seed, count), hint)
}

/// Says so if there is nobody to ask.
fn oracle(what: &str) -> Option<&'static Oracle> {
    let newest = Oracle::newest();
    if newest.is_none() {
        announce(format_args!("SKIPPED: no {what}, because there is no CPython from 3.11 on"));
    }
    newest
}

/// Fails if a scenario plays differently here, and returns the names of those that were left out
/// because this CPython is too old for them.
fn compare(what: &str, oracle: &Oracle, scenarios: &[Scenario], hint: &str) -> Vec<String> {
    let file = player::write(&what.replace(' ', "-"), scenarios);
    let cpython = oracle.play(&file);
    assert_agree(scenarios, &cpython, &player::play(&file), &format!("{hint} ({oracle})"));
    let late = cpython.into_iter().filter(|played| played.lagging);
    let left_out: Vec<_> = late.map(|played| played.name).collect();
    if !left_out.is_empty() {
        let (late, all) = (left_out.len(), scenarios.len());
        announce(format_args!("SKIPPED: {late} of {all} {what}, where {oracle} grants a semaphore's permits late"));
    }
    left_out
}

/// Prints a line even if the test passes.
fn announce(what: impl Display) {
    writeln!(stderr(), "{what}").expect("stderr can be written");
}
