//! The tests that CPython 3.13 has for asyncio's `Lock`, `Event`, `Condition`, `Semaphore` and
//! `Barrier`, all 75 of `test_locks.py`: every case that applies, under its original's name. A
//! comment that begins with "Adapted" says where and why a port differs by design. `queues` has
//! those of `test_queues.py`, `groups` those of `test_timeouts.py`, `test_waitfor.py` and
//! `test_taskgroups.py`. Of `test_locks.py` these do not apply:
//!
//! | class | test | why not |
//! |-|-|-|
//! | Lock | test_lock | a lock is no future: awaiting it does not compile |
//! | Lock | test_lock_doesnt_accept_loop_parameter | there is no parameter for a loop |
//! | Lock | test_lock_by_with_statement | there is no `with` that could do without awaiting |
//! | Condition | test_cancelled_error_wakeup | a cancelled task is dropped: no exception |
//! | Condition | test_cancelled_error_re_aquire | a cancelled task is dropped: no exception |
//! | Semaphore | test_semaphore | a semaphore is no future: awaiting it does not compile |
//! | Semaphore | test_semaphore_value | permits are counted without a sign: -1 does not compile |
//! | Barrier | test_barrier | a barrier is no future: awaiting it does not compile |

mod barrier;
mod broken_barrier;
mod condition;
mod event;
mod groups;
mod lock;
mod queues;
mod semaphore;
mod stage;

/// What became of a test.
enum Case {
    Ported,
    /// With the reason.
    NotApplicable(&'static str),
}

use Case::{NotApplicable, Ported};

const NO_EXCEPTION: Case = NotApplicable("a cancelled task is dropped: no exception");

/// The tests of `LockTests`, in their order there.
const LOCK: [(&str, Case); 12] = [
    ("test_repr", Ported),
    ("test_lock", NotApplicable("a lock is no future: awaiting it does not compile")),
    ("test_lock_doesnt_accept_loop_parameter", NotApplicable("there is no parameter for a loop")),
    ("test_lock_by_with_statement", NotApplicable("there is no `with` that could do without awaiting")),
    ("test_acquire", Ported),
    ("test_acquire_cancel", Ported),
    ("test_cancel_race", Ported),
    ("test_cancel_release_race", Ported),
    ("test_finished_waiter_cancelled", Ported),
    ("test_release_not_acquired", Ported),
    ("test_release_no_waiters", Ported),
    ("test_context_manager", Ported),
];

/// The tests of `EventTests`, in their order there.
const EVENT: [(&str, Case); 6] = [
    ("test_repr", Ported),
    ("test_wait", Ported),
    ("test_wait_on_set", Ported),
    ("test_wait_cancel", Ported),
    ("test_clear", Ported),
    ("test_clear_with_waiters", Ported),
];

/// The tests of `ConditionTests`, in their order there.
const CONDITION: [(&str, Case); 20] = [
    ("test_wait", Ported),
    ("test_wait_cancel", Ported),
    ("test_wait_cancel_contested", Ported),
    ("test_wait_cancel_after_notify", Ported),
    ("test_wait_unacquired", Ported),
    ("test_wait_for", Ported),
    ("test_wait_for_unacquired", Ported),
    ("test_notify", Ported),
    ("test_notify_all", Ported),
    ("test_notify_unacquired", Ported),
    ("test_notify_all_unacquired", Ported),
    ("test_repr", Ported),
    ("test_context_manager", Ported),
    ("test_explicit_lock", Ported),
    ("test_ambiguous_loops", Ported),
    ("test_timeout_in_block", Ported),
    ("test_cancelled_error_wakeup", NO_EXCEPTION),
    ("test_cancelled_error_re_aquire", NO_EXCEPTION),
    ("test_cancelled_wakeup", Ported),
    ("test_cancelled_wakeup_relock", Ported),
];

/// The tests of `SemaphoreTests`, in their order there.
const SEMAPHORE: [(&str, Case); 15] = [
    ("test_initial_value_zero", Ported),
    ("test_repr", Ported),
    ("test_semaphore", NotApplicable("a semaphore is no future: awaiting it does not compile")),
    ("test_semaphore_value", NotApplicable("permits are counted without a sign: -1 does not compile")),
    ("test_acquire", Ported),
    ("test_acquire_cancel", Ported),
    ("test_acquire_cancel_before_awoken", Ported),
    ("test_acquire_hang", Ported),
    ("test_acquire_no_hang", Ported),
    ("test_release_not_acquired", Ported),
    ("test_release_no_waiters", Ported),
    ("test_acquire_fifo_order", Ported),
    ("test_acquire_fifo_order_2", Ported),
    ("test_acquire_fifo_order_3", Ported),
    ("test_acquire_fifo_order_4", Ported),
];

/// The tests of `BarrierTests`, in their order there.
const BARRIER: [(&str, Case); 22] = [
    ("test_barrier", NotApplicable("a barrier is no future: awaiting it does not compile")),
    ("test_repr", Ported),
    ("test_barrier_parties", Ported),
    ("test_context_manager", Ported),
    ("test_filling_one_task", Ported),
    ("test_filling_one_task_twice", Ported),
    ("test_filling_task_by_task", Ported),
    ("test_filling_tasks_wait_twice", Ported),
    ("test_filling_tasks_check_return_value", Ported),
    ("test_draining_state", Ported),
    ("test_blocking_tasks_while_draining", Ported),
    ("test_filling_tasks_cancel_one", Ported),
    ("test_reset_barrier", Ported),
    ("test_reset_barrier_while_tasks_waiting", Ported),
    ("test_reset_barrier_when_tasks_half_draining", Ported),
    ("test_reset_barrier_when_tasks_half_draining_half_blocking", Ported),
    ("test_reset_barrier_while_tasks_waiting_and_waiting_again", Ported),
    ("test_reset_barrier_while_tasks_draining", Ported),
    ("test_abort_barrier", Ported),
    ("test_abort_barrier_when_tasks_half_draining_half_blocking", Ported),
    ("test_abort_barrier_when_exception", Ported),
    ("test_abort_barrier_when_exception_then_resetting", Ported),
];

/// The tests of one class of the original.
struct Class {
    name: &'static str,
    cases: &'static [(&'static str, Case)],
    /// The sources of the ports, in the order of the cases.
    sources: &'static [&'static str],
}

const CLASSES: [Class; 5] = [
    Class { name: "Lock", cases: &LOCK, sources: &[include_str!("lock.rs")] },
    Class { name: "Event", cases: &EVENT, sources: &[include_str!("event.rs")] },
    Class { name: "Condition", cases: &CONDITION, sources: &[include_str!("condition.rs")] },
    Class { name: "Semaphore", cases: &SEMAPHORE, sources: &[include_str!("semaphore.rs")] },
    Class {
        name: "Barrier",
        cases: &BARRIER,
        sources: &[include_str!("barrier.rs"), include_str!("broken_barrier.rs")],
    },
];

/// The names of the functions below a `#[test]`.
fn tests_in(source: &'static str) -> Vec<&'static str> {
    let parts = source.split("\n#[test]\nfn ").skip(1);
    parts.map(|part| part.split_once('(').expect("a function has parameters").0).collect()
}

/// Every case that applies is ported, and stands in the place that it has in the original.
fn assert_ported(classes: &[Class]) {
    for class in classes {
        let ported = class.cases.iter().filter(|(_, case)| matches!(case, Ported)).map(|(name, _)| *name);
        let found: Vec<_> = class.sources.iter().flat_map(|source| tests_in(source)).collect();
        assert_eq!(found, ported.collect::<Vec<_>>(), "{}", class.name);
    }
}

/// The lists of a file's classes are as long together as the file.
fn assert_count(classes: &[Class], tests: usize) {
    let counts = classes.iter().map(|class| class.cases.len());
    assert_eq!(counts.sum::<usize>(), tests);
}

/// The table at the top of a file names those that do not apply, and no others.
fn assert_table(classes: &[Class], file: &str) {
    let mut rows = Vec::new();
    for Class { name: class, cases, .. } in classes {
        for (name, case) in *cases {
            if let NotApplicable(reason) = case {
                rows.push(format!("//! | {class} | {name} | {reason} |"));
            }
        }
    }
    let table: Vec<_> = file.lines().filter(|line| line.starts_with("//! |")).skip(2).collect();
    assert_eq!(table, rows);
}

#[test]
fn every_test_that_applies_is_ported_in_its_place() {
    assert_ported(&CLASSES);
}

#[test]
fn the_table_above_names_those_that_do_not_apply() {
    assert_table(&CLASSES, include_str!("main.rs"));
}

#[test]
fn every_test_of_the_file_is_in_a_list() {
    assert_count(&CLASSES, 75);
}
