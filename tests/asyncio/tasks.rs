//! The tests that CPython 3.13 has for asyncio's `wait`, `as_completed`, `shield` and `gather`: those of
//! `test_tasks.py` that are about them. These do not apply:
//!
//! | about | test | why not |
//! |-|-|-|
//! | Wait | test_wait_duplicate_coroutines | a handle is one: it is in no list twice |
//! | AsCompleted | test_as_completed_reverse_wait | one end is awaited at a time: next_ended borrows |
//! | AsCompleted | test_as_completed_concurrent | one end is awaited at a time: next_ended borrows |
//! | AsCompleted | test_as_completed_duplicate_coroutines | a handle is one: it is in no list twice |
//! | AsCompleted | test_as_completed_invalid_args | what is no list of handles does not compile |
//! | CancelGather | test_cancel_gather_1 | a gather is no task: who is cancelled is the one who awaits it |
//! | GatherBase | test_env_var_debug | it is about a variable that Python reads |
//! | CoroutineGather | test_duplicate_coroutines | a future is one: it is in no list twice |
//! | CoroutineGather | test_issue46672 | what is no future does not compile |

mod as_completed;
mod cancel_gather;
mod coroutine_gather;
mod future_gather;
mod gather;
mod shield;
mod wait;

use crate::ledger::Case::{self, Adapted, NotApplicable, Ported};
use crate::ledger::{Class, assert_count, assert_table};
use crate::stage::shared;
use greenlight::sleep;
use greenlight::sync::Event;
use std::any::Any;
use std::cell::Cell;
use std::panic::{UnwindSafe, catch_unwind};
use std::time::Duration;

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// Sleeps so long, and yields its output.
async fn after<T>(duration: Duration, output: T) -> T {
    sleep(duration).await;
    output
}

/// Lets everybody run who can run without time passing. In asyncio's tests: `_run_loop`.
async fn all_run() {
    sleep(ms(1)).await;
}

/// A value that comes later, or an error. In asyncio: a `Future`.
struct Promise<T> {
    outcome: Cell<Option<Result<T, &'static str>>>,
    settled: Event,
}

impl<T> Promise<T> {
    fn new() -> &'static Self {
        shared(Promise { outcome: Cell::new(None), settled: Event::new() })
    }

    fn set(&self, value: T) {
        self.settle(Ok(value));
    }

    /// Has those who wait for the value panic.
    fn fail(&self, error: &'static str) {
        self.settle(Err(error));
    }

    fn settle(&self, outcome: Result<T, &'static str>) {
        self.outcome.set(Some(outcome));
        self.settled.set();
    }

    /// Waits for the value.
    async fn get(&self) -> T {
        self.settled.wait().await;
        self.outcome.take().expect("one waits for a promise").unwrap_or_else(|error| panic!("{error}"))
    }
}

/// The message of a panic.
fn message(payload: &(dyn Any + Send)) -> &str {
    payload.downcast_ref::<String>().expect("the panic says something")
}

/// Asserts that a function panics outside a runtime, and says which it was.
#[track_caller]
fn assert_needs_a_runtime<T>(name: &str, function: impl FnOnce() -> T + UnwindSafe) {
    let payload = catch_unwind(function).err().expect("there is no runtime");
    let expected = format!("{name}() was called outside a runtime");
    assert!(message(&*payload).starts_with(&expected), "{}", message(&*payload));
}

const ONE_HANDLE: Case = NotApplicable("a handle is one: it is in no list twice");

const ONE_AT_A_TIME: Case = NotApplicable("one end is awaited at a time: next_ended borrows");

const OF_NONE: Case = Adapted(&["`wait` for no tasks"]);

const A_VALUE: Case = Adapted(&["awaiting a task that was cancelled"]);

const CHILD_FAILS: Case = Adapted(&["a child of `gather` that fails"]);

/// The tests of `BaseTaskTests` on `wait`, in their order there.
const WAIT: [(&str, Case); 14] = [
    ("test_wait", Ported),
    ("test_wait_duplicate_coroutines", ONE_HANDLE),
    ("test_wait_errors", OF_NONE),
    ("test_wait_first_completed", Ported),
    ("test_wait_really_done", Ported),
    ("test_wait_first_exception", Ported),
    ("test_wait_first_exception_in_wait", Ported),
    ("test_wait_with_exception", Ported),
    ("test_wait_with_timeout", Ported),
    ("test_wait_concurrent_complete", Ported),
    ("test_wait_with_iterator_of_tasks", Ported),
    ("test_wait_generator", Ported),
    ("test_yield_wait_does_not_shield_cancel", Ported),
    ("test_wait_invalid_args", OF_NONE),
];

/// The tests of `BaseTaskTests` on `as_completed`, in their order there.
const AS_COMPLETED: [(&str, Case); 11] = [
    ("test_as_completed", Ported),
    ("test_as_completed_same_tasks_in_as_out", Ported),
    ("test_as_completed_with_timeout", Ported),
    ("test_as_completed_with_unused_timeout", Ported),
    ("test_as_completed_resume_iterator", Ported),
    ("test_as_completed_reverse_wait", ONE_AT_A_TIME),
    ("test_as_completed_concurrent", ONE_AT_A_TIME),
    ("test_as_completed_duplicate_coroutines", ONE_HANDLE),
    ("test_as_completed_coroutine_without_loop", Ported),
    ("test_as_completed_coroutine_use_running_loop", Ported),
    ("test_as_completed_invalid_args", NotApplicable("what is no list of handles does not compile")),
];

/// The tests of `BaseTaskTests` on `shield`, in their order there.
const SHIELD: [(&str, Case); 11] = [
    ("test_shield_result", Ported),
    ("test_shield_exception", Ported),
    ("test_shield_cancel_inner", A_VALUE),
    ("test_shield_cancel_outer", Ported),
    ("test_shield_shortcut", Ported),
    ("test_shield_effect", Ported),
    ("test_shield_gather", Ported),
    ("test_gather_shield", Ported),
    ("test_shield_coroutine_without_loop", Ported),
    ("test_shield_coroutine_use_running_loop", Ported),
    ("test_shield_coroutine_use_global_loop", Ported),
];

/// The tests of `BaseTaskTests` on `gather`, in their order there.
const CANCEL_GATHER: [(&str, Case); 2] = [
    ("test_cancel_gather_1", NotApplicable("a gather is no task: who is cancelled is the one who awaits it")),
    ("test_cancel_gather_2", Ported),
];

/// The tests of `GatherTestsBase`, in their order there.
const GATHER: [(&str, Case); 5] = [
    ("test_success", Ported),
    ("test_result_exception_success", Ported),
    ("test_one_exception", CHILD_FAILS),
    ("test_return_exceptions", Ported),
    ("test_env_var_debug", NotApplicable("it is about a variable that Python reads")),
];

/// The tests of `FutureGatherTests`, in their order there.
const FUTURE_GATHER: [(&str, Case); 7] = [
    ("test_constructor_empty_sequence_without_loop", Ported),
    ("test_constructor_empty_sequence_use_running_loop", Ported),
    ("test_constructor_empty_sequence_use_global_loop", Ported),
    ("test_constructor_heterogenous_futures", Adapted(&["what is awaited in a second event loop"])),
    ("test_constructor_homogenous_futures", Ported),
    ("test_one_cancellation", A_VALUE),
    ("test_result_exception_one_cancellation", Ported),
];

/// The tests of `CoroutineGatherTests`, in their order there.
const COROUTINE_GATHER: [(&str, Case); 7] = [
    ("test_constructor_without_loop", Ported),
    ("test_constructor_use_running_loop", Ported),
    ("test_constructor_use_global_loop", Ported),
    ("test_duplicate_coroutines", NotApplicable("a future is one: it is in no list twice")),
    ("test_cancellation_broadcast", Adapted(&["cancelling the owner of a `gather`"])),
    ("test_exception_marking", CHILD_FAILS),
    ("test_issue46672", NotApplicable("what is no future does not compile")),
];

pub(crate) const CLASSES: &[Class] = &[
    Class {
        name: "Wait",
        origin: ("test_tasks", "BaseTaskTests"),
        cases: &WAIT,
        sources: &[include_str!("tasks/wait.rs")],
    },
    Class {
        name: "AsCompleted",
        origin: ("test_tasks", "BaseTaskTests"),
        cases: &AS_COMPLETED,
        sources: &[include_str!("tasks/as_completed.rs")],
    },
    Class {
        name: "Shield",
        origin: ("test_tasks", "BaseTaskTests"),
        cases: &SHIELD,
        sources: &[include_str!("tasks/shield.rs")],
    },
    Class {
        name: "CancelGather",
        origin: ("test_tasks", "BaseTaskTests"),
        cases: &CANCEL_GATHER,
        sources: &[include_str!("tasks/cancel_gather.rs")],
    },
    Class {
        name: "GatherBase",
        origin: ("test_tasks", "GatherTestsBase"),
        cases: &GATHER,
        sources: &[include_str!("tasks/gather.rs")],
    },
    Class {
        name: "FutureGather",
        origin: ("test_tasks", "FutureGatherTests"),
        cases: &FUTURE_GATHER,
        sources: &[include_str!("tasks/future_gather.rs")],
    },
    Class {
        name: "CoroutineGather",
        origin: ("test_tasks", "CoroutineGatherTests"),
        cases: &COROUTINE_GATHER,
        sources: &[include_str!("tasks/coroutine_gather.rs")],
    },
];

#[test]
fn the_table_above_names_those_that_do_not_apply() {
    assert_table(CLASSES, include_str!("tasks.rs"));
}

#[test]
fn every_test_on_these_is_in_a_list() {
    assert_count(&CLASSES[..4], 38);
    assert_count(&CLASSES[4..], 19);
}
