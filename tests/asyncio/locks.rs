//! The tests that CPython 3.13 has for asyncio's `Lock`, `Event`, `Condition`, `Semaphore` and
//! `Barrier`, all 75 of `test_locks.py`. These do not apply:
//!
//! | class | test | why not |
//! |-|-|-|
//! | Lock | test_lock_doesnt_accept_loop_parameter | there is no parameter for a loop |
//! | Condition | test_cancelled_error_wakeup | a cancelled task is dropped: no exception |
//! | Condition | test_cancelled_error_re_aquire | a cancelled task is dropped: no exception |
//! | Semaphore | test_semaphore_value | permits are counted without a sign: -1 does not compile |

mod barrier;
mod broken_barrier;
mod condition;
mod event;
mod lock;
mod semaphore;

use crate::ledger::Case::{self, Adapted, NotApplicable, Ported};
use crate::ledger::{Class, assert_count, assert_table};

const NO_EXCEPTION: Case = NotApplicable("a cancelled task is dropped: no exception");

const NO_GUARD: Case = Adapted(&["`Lock.release`, `notify` without the lock"]);

const NOT_HELD: Case = Adapted(&["`Condition.wait`, cancelled"]);

const COUNTED: Case = Adapted(&["a waiter that was woken and has not run"]);

/// The tests of `LockTests`, in their order there.
const LOCK: [(&str, Case); 12] = [
    ("test_repr", Ported),
    ("test_lock", Ported),
    ("test_lock_doesnt_accept_loop_parameter", NotApplicable("there is no parameter for a loop")),
    ("test_lock_by_with_statement", Ported),
    ("test_acquire", Ported),
    ("test_acquire_cancel", Ported),
    ("test_cancel_race", Ported),
    ("test_cancel_release_race", Ported),
    ("test_finished_waiter_cancelled", Ported),
    ("test_release_not_acquired", NO_GUARD),
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
    ("test_clear_with_waiters", COUNTED),
];

/// The tests of `ConditionTests`, in their order there.
const CONDITION: [(&str, Case); 20] = [
    ("test_wait", Ported),
    ("test_wait_cancel", NOT_HELD),
    ("test_wait_cancel_contested", NOT_HELD),
    ("test_wait_cancel_after_notify", NOT_HELD),
    ("test_wait_unacquired", NO_GUARD),
    ("test_wait_for", Ported),
    ("test_wait_for_unacquired", NO_GUARD),
    ("test_notify", Ported),
    ("test_notify_all", Ported),
    ("test_notify_unacquired", NO_GUARD),
    ("test_notify_all_unacquired", NO_GUARD),
    ("test_repr", Ported),
    ("test_context_manager", Ported),
    ("test_explicit_lock", Ported),
    ("test_ambiguous_loops", Adapted(&["what is awaited in a second event loop"])),
    ("test_timeout_in_block", NOT_HELD),
    ("test_cancelled_error_wakeup", NO_EXCEPTION),
    ("test_cancelled_error_re_aquire", NO_EXCEPTION),
    ("test_cancelled_wakeup", NOT_HELD),
    ("test_cancelled_wakeup_relock", NOT_HELD),
];

/// The tests of `SemaphoreTests`, in their order there.
const SEMAPHORE: [(&str, Case); 15] = [
    ("test_initial_value_zero", Ported),
    ("test_repr", Ported),
    ("test_semaphore", Ported),
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
    ("test_acquire_fifo_order_4", COUNTED),
];

/// The tests of `BarrierTests`, in their order there.
const BARRIER: [(&str, Case); 22] = [
    ("test_barrier", Ported),
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
    ("test_filling_tasks_cancel_one", Adapted(&["a barrier's party that was cancelled"])),
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

pub(crate) const CLASSES: &[Class] = &[
    Class {
        name: "Lock",
        origin: ("test_locks", "LockTests"),
        cases: &LOCK,
        sources: &[include_str!("locks/lock.rs")],
    },
    Class {
        name: "Event",
        origin: ("test_locks", "EventTests"),
        cases: &EVENT,
        sources: &[include_str!("locks/event.rs")],
    },
    Class {
        name: "Condition",
        origin: ("test_locks", "ConditionTests"),
        cases: &CONDITION,
        sources: &[include_str!("locks/condition.rs")],
    },
    Class {
        name: "Semaphore",
        origin: ("test_locks", "SemaphoreTests"),
        cases: &SEMAPHORE,
        sources: &[include_str!("locks/semaphore.rs")],
    },
    Class {
        name: "Barrier",
        origin: ("test_locks", "BarrierTests"),
        cases: &BARRIER,
        sources: &[include_str!("locks/barrier.rs"), include_str!("locks/broken_barrier.rs")],
    },
];

#[test]
fn the_table_above_names_those_that_do_not_apply() {
    assert_table(CLASSES, include_str!("locks.rs"));
}

#[test]
fn every_test_of_the_file_is_in_a_list() {
    assert_count(CLASSES, 75);
}
