//! The scenarios in `tests/oracle` against the answers that CPython gave when they were recorded.

use crate::difference::assert_agree;
use crate::player;
use crate::scenario::{answers, oracle_folder, scenarios};
use std::fs;

const HINT: &str = "CPython's answers were recorded by tests/oracle/record.py";

#[test]
fn recorded_scenarios_with_events_play_as_on_cpython() {
    agree("event", "recorded/event.jsonl", 100);
}

#[test]
fn recorded_scenarios_with_locks_play_as_on_cpython() {
    agree("lock", "recorded/lock.jsonl", 100);
}

#[test]
fn recorded_scenarios_with_semaphores_play_as_on_cpython() {
    agree("semaphore", "recorded/semaphore.jsonl", 100);
}

#[test]
fn recorded_scenarios_with_barriers_play_as_on_cpython() {
    agree("barrier", "recorded/barrier.jsonl", 100);
}

#[test]
fn recorded_scenarios_with_queues_play_as_on_cpython() {
    agree("queue", "recorded/queue.jsonl", 100);
}

#[test]
fn recorded_scenarios_with_queues_and_cancelled_tasks_play_as_on_cpython() {
    agree("queue-cancel", "recorded/queue-cancel.jsonl", 100);
}

#[test]
fn recorded_scenarios_with_queues_and_timeouts_play_as_on_cpython() {
    agree("queue-timeout", "recorded/queue-timeout.jsonl", 100);
}

#[test]
fn recorded_scenarios_with_task_groups_play_as_on_cpython() {
    agree("group", "recorded/group.jsonl", 100);
}

#[test]
fn recorded_scenarios_with_conditions_play_as_on_cpython() {
    agree("condition", "recorded/condition.jsonl", 100);
}

#[test]
fn recorded_scenarios_with_shared_locks_play_as_on_cpython() {
    agree("shared", "recorded/shared.jsonl", 100);
}

#[test]
fn recorded_scenarios_with_cancelled_tasks_play_as_on_cpython() {
    agree("cancel", "recorded/cancel.jsonl", 100);
}

#[test]
fn recorded_scenarios_with_timeouts_play_as_on_cpython() {
    agree("timeout", "recorded/timeout.jsonl", 100);
}

#[test]
fn recorded_scenarios_with_gather_play_as_on_cpython() {
    agree("gather", "recorded/gather.jsonl", 100);
}

#[test]
fn recorded_scenarios_of_all_kinds_play_as_on_cpython() {
    agree("mixed", "recorded/mixed.jsonl", 100);
}

#[test]
fn recorded_scenarios_with_cancels_aimed_at_grants_play_as_on_patched_cpython() {
    agree("grants", "recorded/grants.jsonl", 100);
}

#[test]
fn recorded_scenarios_with_permits_and_cancelled_tasks_play_as_on_patched_cpython() {
    agree("permits", "recorded/permits.jsonl", 100);
}

#[test]
fn recorded_scenarios_with_conditions_and_cancelled_tasks_play_as_on_patched_cpython() {
    agree("condition-cancel", "recorded/condition-cancel.jsonl", 100);
}

#[test]
fn recorded_scenarios_with_barriers_that_are_reset_aborted_and_left_play_as_on_patched_cpython() {
    agree("barrier-cancel", "recorded/barrier-cancel.jsonl", 100);
}

#[test]
fn recorded_scenarios_with_queues_of_every_order_that_many_use_and_somebody_closes_play_as_on_patched_cpython() {
    agree("queues", "recorded/queues.jsonl", 100);
}

#[test]
fn recorded_scenarios_with_equal_deadlines_play_as_on_patched_cpython() {
    agree("ties", "recorded/ties.jsonl", 100);
}

#[test]
fn recorded_scenarios_with_deadlines_that_are_moved_play_as_on_patched_cpython() {
    agree("deadlines", "recorded/deadlines.jsonl", 100);
}

#[test]
fn recorded_scenarios_with_tasks_that_wait_for_tasks_play_as_on_patched_cpython() {
    agree("tasks", "recorded/tasks.jsonl", 100);
}

#[test]
fn recorded_scenarios_with_groups_whose_bodies_and_tasks_spawn_play_as_on_patched_cpython() {
    agree("groups", "recorded/groups.jsonl", 100);
}

#[test]
fn recorded_scenarios_with_timeouts_in_groups_in_gathers_play_as_on_patched_cpython() {
    agree("nested", "recorded/nested.jsonl", 100);
}

#[test]
fn recorded_scenarios_with_everything_play_as_on_patched_cpython() {
    agree("everything", "recorded/everything.jsonl", 100);
}

#[test]
fn recorded_scenarios_with_crowds_play_as_on_patched_cpython() {
    agree("crowd", "recorded/crowd.jsonl", 30);
}

#[test]
fn the_smallest_scenario_of_each_rule_plays_as_on_cpython() {
    agree("directed", "directed.jsonl", 37);
}

/// Plays a file, which holds so many scenarios.
fn agree(name: &str, file: &str, count: usize) {
    let scenarios = scenarios(&read(file));
    assert_eq!(scenarios.len(), count, "{file} is complete");
    let cpython = answers(&read(&format!("recorded/{name}.log.jsonl")));
    let greenlight = player::play(&player::write(name, &scenarios));
    assert_agree(&scenarios, &cpython, &greenlight, HINT);
}

/// A file of tests/oracle.
pub(crate) fn read(file: &str) -> String {
    let path = oracle_folder().join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
