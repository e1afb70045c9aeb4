//! The tests that CPython 3.13 has for `asyncio.run` and `asyncio.Runner`, all 29 of `test_runners.py`, and those of
//! `test_pep492.py` on what is entered. These do not apply:
//!
//! | class | test | why not |
//! |-|-|-|
//! | Run | test_asyncio_run_only_coro | what is no future does not compile |
//! | Run | test_asyncio_run_set_event_loop | there is no policy of loops, and no factory |
//! | Run | test_asyncio_run_without_uncancel | a cancel is not taken back |
//! | Run | test_asyncio_run_loop_factory | there is no policy of loops, and no factory |
//! | Run | test_loop_factory_default_event_loop | there is no policy of loops, and no factory |
//! | Runner | test_custom_factory | there is no policy of loops, and no factory |
//! | Runner | test_run_non_coro | what is no future does not compile |
//! | Runner | test_run_future | a run is given a future, of whatever type |
//! | Runner | test_explicit_close | a runtime that is dropped has no name |
//! | Runner | test_double_close | a runtime that is dropped has no name |
//! | Runner | test_second_with_block_raises | a runtime that is dropped has no name |
//! | Runner | test_run_keeps_context | there are no context variables |
//! | Runner | test_interrupt_cancelled_task | a run whose main is cancelled panics |
//! | Runner | test_signal_install_not_supported_ok | who hears signals is up to the program |
//! | Runner | test_set_event_loop_called_once | there is no policy of loops, and no factory |

mod entered;
mod run;
mod runner;

use crate::ledger::Case::{self, NotApplicable, Ported};
use crate::ledger::{Class, assert_count, assert_table};
use greenlight::{Runtime, spawn_detached};
use stage::Log;
use std::future::pending;

/// Whether a run tells of a task that is pending at its end, as one in debug mode does.
fn is_in_debug_mode(debug: bool) -> bool {
    let reports = Log::default();
    let runtime = reports.heard_by(Runtime::builder().virtual_clock().debug(debug)).build();
    runtime.run(async { drop(spawn_detached(pending())) });
    reports.take().iter().any(|report| report.starts_with("pending: "))
}

const NO_POLICY: Case = NotApplicable("there is no policy of loops, and no factory");

const NO_NAME: Case = NotApplicable("a runtime that is dropped has no name");

const NO_FUTURE: Case = NotApplicable("what is no future does not compile");

/// The tests of `RunTests`, in their order there.
const RUN: [(&str, Case); 12] = [
    ("test_asyncio_run_return", Ported),
    ("test_asyncio_run_raises", Ported),
    ("test_asyncio_run_only_coro", NO_FUTURE),
    ("test_asyncio_run_debug", Ported),
    ("test_asyncio_run_from_running_loop", Ported),
    ("test_asyncio_run_cancels_hanging_tasks", Ported),
    ("test_asyncio_run_reports_hanging_tasks_errors", Ported),
    ("test_asyncio_run_closes_gens_after_hanging_tasks_errors", Ported),
    ("test_asyncio_run_set_event_loop", NO_POLICY),
    ("test_asyncio_run_without_uncancel", NotApplicable("a cancel is not taken back")),
    ("test_asyncio_run_loop_factory", NO_POLICY),
    ("test_loop_factory_default_event_loop", NO_POLICY),
];

/// The tests of `RunnerTests`, in their order there.
const RUNNER: [(&str, Case); 17] = [
    ("test_non_debug", Ported),
    ("test_debug", Ported),
    ("test_custom_factory", NO_POLICY),
    ("test_run", Ported),
    ("test_run_non_coro", NO_FUTURE),
    ("test_run_future", NotApplicable("a run is given a future, of whatever type")),
    ("test_explicit_close", NO_NAME),
    ("test_double_close", NO_NAME),
    ("test_second_with_block_raises", NO_NAME),
    ("test_run_keeps_context", NotApplicable("there are no context variables")),
    ("test_recursive_run", Ported),
    ("test_interrupt_call_soon", Ported),
    ("test_interrupt_wait", Ported),
    ("test_interrupt_cancelled_task", NotApplicable("a run whose main is cancelled panics")),
    ("test_signal_install_not_supported_ok", NotApplicable("who hears signals is up to the program")),
    ("test_set_event_loop_called_once", NO_POLICY),
    ("test_no_repr_is_call_on_the_task_result", Ported),
];

/// The tests of `LockTests` in `test_pep492.py`, in their order there.
const ENTERED: [(&str, Case); 2] =
    [("test_context_manager_async_with", Ported), ("test_context_manager_with_await", Ported)];

pub(crate) const CLASSES: &[Class] = &[
    Class { name: "Run", origin: ("test_runners", "RunTests"), cases: &RUN, sources: &[include_str!("runs/run.rs")] },
    Class {
        name: "Runner",
        origin: ("test_runners", "RunnerTests"),
        cases: &RUNNER,
        sources: &[include_str!("runs/runner.rs")],
    },
    Class {
        name: "Entered",
        origin: ("test_pep492", "LockTests"),
        cases: &ENTERED,
        sources: &[include_str!("runs/entered.rs")],
    },
];

#[test]
fn the_table_above_names_those_that_do_not_apply() {
    assert_table(CLASSES, include_str!("runs.rs"));
}

#[test]
fn every_test_of_these_classes_is_in_a_list() {
    assert_count(&CLASSES[..2], 29);
    assert_count(&CLASSES[2..], 2);
}
