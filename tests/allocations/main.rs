//! What the runtime allocates: one block for a detached task, two for a joined one, and nothing to
//! wait, to wake, to sleep or to yield; and what it still holds after a million tasks.
//!
//! The counters are those of the process, and a test harness has a thread of its own that allocates
//! when it likes. So this is a program without one: it makes the checks one after the other.

mod leaks;
mod steady;
mod waves;

use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    // The whole or nothing: a filter, `--ignored` or `--list` asks for other tests.
    if std::env::args()
        .skip(1)
        .any(|argument| argument == "--ignored" || argument == "--list" || !argument.starts_with('-'))
    {
        return;
    }
    let checks: [fn(); 18] = [
        waves::a_million_tasks_leave_no_more_live_bytes_than_the_first_two_waves,
        leaks::everything_that_is_made_and_dropped_anywhere_leaves_nothing_behind,
        leaks::objects_that_one_runtime_after_another_waits_for_keep_nothing_of_these,
        waves::the_debug_mode_forgets_the_objects_that_are_gone,
        waves::a_thread_that_has_ended_leaves_nothing_behind,
        steady::the_count_sees_what_a_watched_run_allocates,
        steady::a_detached_task_costs_one_block,
        steady::a_joined_task_costs_at_most_two_blocks,
        steady::nothing_is_allocated_to_wait_for_an_event_or_to_set_it,
        steady::nothing_is_allocated_to_wait_for_an_event_in_futures_unordered,
        steady::nothing_is_allocated_to_await_the_end_of_a_task,
        steady::nothing_is_allocated_to_await_a_join_handle,
        steady::nothing_is_allocated_to_wake,
        steady::nothing_is_allocated_to_yield,
        steady::nothing_is_allocated_to_sleep,
        steady::nothing_is_allocated_to_drop_a_sleep_or_a_wait,
        steady::nothing_is_allocated_to_cancel,
        steady::what_a_semaphore_allocates_for_its_holders_goes_with_it,
    ];
    checks.iter().for_each(|check| check());
    println!("{} passed, 0 failed", checks.len());
}
