//! The lists of CPython's tests of `timeout`, `wait_for` and `TaskGroup`, in their order there:
//! what became of each.

use crate::ledger::Case::{self, Adapted, NotApplicable, Ported};
use crate::ledger::{Class, assert_count, assert_table};

const NO_CHAIN: Case = NotApplicable("an error has no chain of exceptions");

const AWAITS_NO_MORE: Case = NotApplicable("a future that is dropped does not await");

const ENDS_AT_ONCE: Case = NotApplicable("a cancelled task does not run on");

const AWAITED_BY_VALUE: Case = NotApplicable("awaiting a timeout takes it: there is no twice");

const ONE_KIND_OF_PANIC: Case = NotApplicable("there is one kind of panic, that of test_taskgroup_19");

const JOINED_ONCE: Case = NotApplicable("join takes the group: nobody joins it twice");

const CANCELLED: Case = Adapted(&["a cancelled task"]);

const NO_TIME: Case = Adapted(&["a timeout of no time at all, or whose deadline has passed"]);

const NOT_OWNED: Case = Adapted(&["cancelling who awaits a task"]);

const MOVED: Case = Adapted(&["a deadline that is moved before its timeout begins, or once that is over"]);

const OWNER_CANCELLED: Case = Adapted(&["the owner of a `TaskGroup` is cancelled"]);

const NO_TASK_OF_THE_GROUP: Case = Adapted(&["a task of a group fails"]);

const BODY_FAILS: Case = Adapted(&["the body of a group fails"]);

/// The tests of `TimeoutTests`, in their order there.
const TIMEOUT: [(&str, Case); 34] = [
    ("test_timeout_basic", Ported),
    ("test_timeout_at_basic", Ported),
    ("test_nested_timeouts", Adapted(&["two nested timeouts with one deadline"])),
    ("test_waiter_cancelled", Ported),
    ("test_timeout_not_called", Ported),
    ("test_timeout_disabled", Ported),
    ("test_timeout_at_disabled", Ported),
    ("test_timeout_zero", Ported),
    ("test_timeout_zero_sleep_zero", NO_TIME),
    ("test_timeout_in_the_past_sleep_zero", NO_TIME),
    ("test_foreign_exception_passed", Ported),
    ("test_timeout_exception_context", NO_CHAIN),
    ("test_foreign_exception_on_timeout", Ported),
    ("test_foreign_exception_on_timeout_2", NO_CHAIN),
    ("test_foreign_cancel_doesnt_timeout_if_not_expired", Ported),
    ("test_outer_task_is_not_cancelled", Ported),
    ("test_nested_timeouts_concurrent", Ported),
    ("test_nested_timeouts_loop_busy", Ported),
    ("test_reschedule", Ported),
    ("test_repr_active", Ported),
    ("test_repr_expired", Ported),
    ("test_repr_finished", NotApplicable("nothing is left of it to be printed")),
    ("test_repr_disabled", Ported),
    ("test_nested_timeout_in_finally", AWAITS_NO_MORE),
    ("test_timeout_after_cancellation", ENDS_AT_ONCE),
    ("test_cancel_in_timeout_after_cancellation", ENDS_AT_ONCE),
    ("test_timeout_already_entered", AWAITED_BY_VALUE),
    ("test_timeout_double_enter", AWAITED_BY_VALUE),
    ("test_timeout_finished", MOVED),
    ("test_timeout_expired", MOVED),
    ("test_timeout_expiring", MOVED),
    ("test_timeout_not_entered", MOVED),
    ("test_timeout_without_task", MOVED),
    ("test_timeout_taskgroup", OWNER_CANCELLED),
];

/// The tests of `AsyncioWaitForTest`, in their order there.
const WAIT_FOR: [(&str, Case); 16] = [
    ("test_asyncio_wait_for_cancelled", CANCELLED),
    ("test_asyncio_wait_for_timeout", CANCELLED),
    ("test_wait_for_timeout_less_then_0_or_0_future_done", Ported),
    ("test_wait_for_timeout_less_then_0_or_0_coroutine_do_not_started", NO_TIME),
    ("test_wait_for_timeout_less_then_0_or_0", NOT_OWNED),
    ("test_wait_for", NOT_OWNED),
    ("test_wait_for_blocking", Ported),
    ("test_wait_for_race_condition", Ported),
    ("test_wait_for_cancellation_race_condition", CANCELLED),
    ("test_wait_for_waits_for_task_cancellation", CANCELLED),
    ("test_wait_for_waits_for_task_cancellation_w_timeout_0", CANCELLED),
    ("test_wait_for_reraises_exception_during_cancellation", Ported),
    ("test_cancel_blocking_wait_for", NOT_OWNED),
    ("test_cancel_wait_for", NOT_OWNED),
    ("test_wait_for_cancel_suppressed", CANCELLED),
    ("test_wait_for_issue86296", Ported),
];

/// The tests of `WaitForShieldTests`, in their order there.
const WAIT_FOR_SHIELD: [(&str, Case); 3] =
    [("test_zero_timeout", Ported), ("test_none_timeout", Ported), ("test_shielded_timeout", Ported)];

/// The tests of `TestTaskGroup`, in their order there.
const TASK_GROUP: [(&str, Case); 39] = [
    ("test_taskgroup_01", Ported),
    ("test_taskgroup_02", Ported),
    ("test_taskgroup_03", Ported),
    ("test_taskgroup_04", Ported),
    ("test_cancel_children_on_child_error", NO_TASK_OF_THE_GROUP),
    ("test_cancellation", OWNER_CANCELLED),
    ("test_taskgroup_07", OWNER_CANCELLED),
    ("test_taskgroup_08", OWNER_CANCELLED),
    ("test_taskgroup_09", BODY_FAILS),
    ("test_taskgroup_10", BODY_FAILS),
    ("test_taskgroup_11", OWNER_CANCELLED),
    ("test_taskgroup_12", OWNER_CANCELLED),
    ("test_taskgroup_13", NO_TASK_OF_THE_GROUP),
    ("test_taskgroup_14", NO_TASK_OF_THE_GROUP),
    ("test_taskgroup_15", CANCELLED),
    ("test_taskgroup_16", CANCELLED),
    ("test_taskgroup_17", Ported),
    ("test_taskgroup_18", BODY_FAILS),
    ("test_taskgroup_19", NO_TASK_OF_THE_GROUP),
    ("test_taskgroup_20", NotApplicable("no failure goes past a group: there is no KeyboardInterrupt")),
    ("test_taskgroup_20a", ONE_KIND_OF_PANIC),
    ("test_taskgroup_21a", NO_TASK_OF_THE_GROUP),
    ("test_taskgroup_22", Ported),
    ("test_taskgroup_23", Ported),
    ("test_taskgroup_24", Ported),
    ("test_taskgroup_25", Ported),
    ("test_taskgroup_task_name", Ported),
    ("test_taskgroup_task_context", NotApplicable("there are no context variables")),
    ("test_taskgroup_no_create_task_after_failure", Ported),
    ("test_taskgroup_context_manager_exit_raises", NO_TASK_OF_THE_GROUP),
    ("test_taskgroup_already_entered", JOINED_ONCE),
    ("test_taskgroup_double_enter", JOINED_ONCE),
    ("test_taskgroup_finished", Ported),
    ("test_taskgroup_not_entered", Adapted(&["a group that was not entered"])),
    ("test_taskgroup_without_parent_task", Ported),
    ("test_coro_closed_when_tg_closed", Ported),
    ("test_cancelling_level_preserved", Ported),
    ("test_nested_groups_both_cancelled", NO_TASK_OF_THE_GROUP),
    ("test_error_and_cancel", OWNER_CANCELLED),
];

pub(crate) const CLASSES: &[Class] = &[
    Class {
        name: "Timeout",
        origin: ("test_timeouts", "TimeoutTests"),
        cases: &TIMEOUT,
        sources: &[include_str!("timeouts.rs")],
    },
    Class {
        name: "WaitFor",
        origin: ("test_waitfor", "AsyncioWaitForTest"),
        cases: &WAIT_FOR,
        sources: &[include_str!("waitfor.rs")],
    },
    Class {
        name: "WaitForShield",
        origin: ("test_waitfor", "WaitForShieldTests"),
        cases: &WAIT_FOR_SHIELD,
        sources: &[include_str!("shield.rs")],
    },
    Class {
        name: "TaskGroup",
        origin: ("test_taskgroups", "TestTaskGroup"),
        cases: &TASK_GROUP,
        sources: &[include_str!("taskgroups.rs")],
    },
];

#[test]
fn the_tables_of_these_files_name_those_that_do_not_apply() {
    let files = [include_str!("timeouts.rs"), include_str!("waitfor.rs"), include_str!("shield.rs")];
    assert_table(&CLASSES[..3], &files.concat());
    assert_table(&CLASSES[3..], include_str!("taskgroups.rs"));
}

#[test]
fn every_test_of_the_three_files_is_in_a_list() {
    assert_count(&CLASSES[..1], 34);
    assert_count(&CLASSES[1..3], 19);
    assert_count(&CLASSES[3..], 39);
}
