//! The tests that CPython 3.13 has for asyncio's tasks, and for `wait`, `as_completed`, `shield`, `gather`,
//! `run_coroutine_threadsafe` and `sleep`: those of `test_tasks.py`, but for the classes that are about its own
//! implementations and what only they have. These do not apply:
//!
//! | about | test | why not |
//! |-|-|-|
//! | Task | test_generic_alias | what a task yields is known to the compiler alone |
//! | Task | test_task_cancel_message_getter | no message goes with a cancel |
//! | Task | test_task_cancel_message_setter | no message goes with a cancel |
//! | Task | test_task_del_collect | it is about Python's collector |
//! | Task | test_ensure_future_future | a future is awaited as it is, or spawned |
//! | Task | test_ensure_future_task | a future is awaited as it is, or spawned |
//! | Task | test_ensure_future_awaitable | a future is awaited as it is, or spawned |
//! | Task | test_ensure_future_task_awaitable | a future is awaited as it is, or spawned |
//! | Task | test_ensure_future_neither | what is no future does not compile |
//! | Task | test_ensure_future_error_msg | what is no future does not compile |
//! | Task | test_get_stack | a task has no frames |
//! | Task | test_task_set_name_pylong | a name is text |
//! | Task | test_task_repr_name_not_str | a name is text |
//! | Task | test_exception_chaining_after_await | an error has no chain of exceptions |
//! | Task | test_exception_chaining_after_await_with_context_cycle | an error has no chain of exceptions |
//! | Task | test_uncancel_basic | a cancel is not taken back |
//! | Task | test_uncancel_resets_must_cancel | a cancel is not taken back |
//! | Task | test_cancel_with_message_then_future_result | no message goes with a cancel |
//! | Task | test_cancel_with_message_then_future_exception | no message goes with a cancel |
//! | Task | test_cancellation_exception_context | an error has no chain of exceptions |
//! | Task | test_cancel_traceback_for_future_result | an error has no traceback |
//! | Task | test_cancel_traceback_for_future_exception | an error has no traceback |
//! | Task | test_log_traceback | it is about a private flag of a task |
//! | Task | test_sleep_when_delay_is_nan | a duration is a number |
//! | Task | test_task_set_methods | a task's outcome is what its future yields |
//! | Task | test_baseexception_during_cancel | there is one kind of panic, and it ends no run but main's |
//! | Task | test_iscoroutinefunction | what is no future does not compile |
//! | Task | test_coroutine_non_gen_function | what is no future does not compile |
//! | Task | test_coroutine_non_gen_function_return_future | what is no future does not compile |
//! | Task | test_log_destroyed_pending_task | the runtime owns its tasks: none is destroyed |
//! | Task | test_exception_traceback | an error has no traceback |
//! | Task | test_error_in_call_soon | the runtime owns its tasks: none is destroyed |
//! | Task | test_create_task_with_noncoroutine | what is no future does not compile |
//! | Task | test_context_1 | there are no context variables |
//! | Task | test_context_2 | there are no context variables |
//! | Task | test_context_3 | there are no context variables |
//! | Task | test_context_4 | there are no context variables |
//! | Task | test_context_5 | there are no context variables |
//! | Task | test_context_6 | there are no context variables |
//! | Task | test_get_coro | a task has no frames |
//! | Task | test_get_context | there are no context variables |
//! | Wait | test_wait_duplicate_coroutines | a handle is one: it is in no list twice |
//! | AsCompleted | test_as_completed_reverse_wait | one end is awaited at a time: next_ended borrows |
//! | AsCompleted | test_as_completed_concurrent | one end is awaited at a time: next_ended borrows |
//! | AsCompleted | test_as_completed_duplicate_coroutines | a handle is one: it is in no list twice |
//! | AsCompleted | test_as_completed_invalid_args | what is no list of handles does not compile |
//! | CancelGather | test_cancel_gather_1 | a gather is no task: who is cancelled is the one who awaits it |
//! | GatherBase | test_env_var_debug | it is about a variable that Python reads |
//! | CoroutineGather | test_duplicate_coroutines | a future is one: it is in no list twice |
//! | CoroutineGather | test_issue46672 | what is no future does not compile |
//! | Threadsafe | test_run_coroutine_threadsafe_task_cancelled | a future that a thread spawns has no task to cancel it by |
//! | Threadsafe | test_run_coroutine_threadsafe_task_factory_exception | there is no factory of tasks |

mod as_completed;
mod cancel_gather;
mod coroutine_gather;
mod future_gather;
mod gather;
mod shield;
mod sleep;
mod task;
mod threadsafe;
mod wait;

use crate::ledger::Case::{self, Adapted, NotApplicable, Ported};
use crate::ledger::{Class, assert_count, assert_table};
use greenlight::sleep;
use greenlight::sync::Event;
use stage::{message, shared};
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

const ANOTHER_RUNTIME: Case = Adapted(&["what is awaited in a second event loop"]);

const TEXT: Case = Adapted(&["the text of an object"]);

const CANCELLED: Case = Adapted(&["a cancelled task"]);

const NOT_OWNED: Case = Adapted(&["cancelling who awaits a task"]);

const STOPPED: Case = Adapted(&["a run that is stopped"]);

const FORGIVEN: Case = Adapted(&["cancelling a task that has failed"]);

/// The tests of `BaseTaskTests` on a task itself, in their order there.
const TASK: [(&str, Case); 76] = [
    ("test_generic_alias", NotApplicable("what a task yields is known to the compiler alone")),
    ("test_task_cancel_message_getter", NotApplicable("no message goes with a cancel")),
    ("test_task_cancel_message_setter", NotApplicable("no message goes with a cancel")),
    ("test_task_del_collect", NotApplicable("it is about Python's collector")),
    ("test_other_loop_future", ANOTHER_RUNTIME),
    ("test_task_awaits_on_itself", Ported),
    ("test_task_class", Ported),
    ("test_ensure_future_coroutine", Ported),
    ("test_ensure_future_future", NotApplicable("a future is awaited as it is, or spawned")),
    ("test_ensure_future_task", NotApplicable("a future is awaited as it is, or spawned")),
    ("test_ensure_future_awaitable", NotApplicable("a future is awaited as it is, or spawned")),
    ("test_ensure_future_task_awaitable", NotApplicable("a future is awaited as it is, or spawned")),
    ("test_ensure_future_neither", NotApplicable("what is no future does not compile")),
    ("test_ensure_future_error_msg", NotApplicable("what is no future does not compile")),
    ("test_get_stack", NotApplicable("a task has no frames")),
    ("test_task_repr", TEXT),
    ("test_task_repr_autogenerated", TEXT),
    ("test_task_set_name_pylong", NotApplicable("a name is text")),
    ("test_task_repr_name_not_str", NotApplicable("a name is text")),
    ("test_task_repr_wait_for", Ported),
    ("test_task_basics", Ported),
    ("test_exception_chaining_after_await", NotApplicable("an error has no chain of exceptions")),
    ("test_exception_chaining_after_await_with_context_cycle", NotApplicable("an error has no chain of exceptions")),
    ("test_cancelling", Ported),
    ("test_uncancel_basic", NotApplicable("a cancel is not taken back")),
    ("test_uncancel_structured_blocks", Ported),
    ("test_uncancel_resets_must_cancel", NotApplicable("a cancel is not taken back")),
    ("test_cancel", Ported),
    ("test_cancel_with_message_then_future_result", NotApplicable("no message goes with a cancel")),
    ("test_cancel_with_message_then_future_exception", NotApplicable("no message goes with a cancel")),
    ("test_cancellation_exception_context", NotApplicable("an error has no chain of exceptions")),
    ("test_cancel_with_message_before_starting_task", Ported),
    ("test_cancel_yield", Ported),
    ("test_cancel_inner_future", A_VALUE),
    ("test_cancel_both_task_and_inner_future", Ported),
    ("test_cancel_task_catching", CANCELLED),
    ("test_cancel_task_ignoring", CANCELLED),
    ("test_cancel_current_task", Ported),
    ("test_cancel_at_end", Ported),
    ("test_cancel_awaited_task", NOT_OWNED),
    ("test_cancel_traceback_for_future_result", NotApplicable("an error has no traceback")),
    ("test_cancel_traceback_for_future_exception", NotApplicable("an error has no traceback")),
    ("test_stop_while_run_in_complete", STOPPED),
    ("test_log_traceback", NotApplicable("it is about a private flag of a task")),
    ("test_sleep", Ported),
    ("test_sleep_when_delay_is_nan", NotApplicable("a duration is a number")),
    ("test_sleep_cancel", Ported),
    ("test_task_cancel_sleeping_task", Ported),
    ("test_task_cancel_waiter_future", Ported),
    ("test_task_set_methods", NotApplicable("a task's outcome is what its future yields")),
    ("test_step_result_future", Ported),
    ("test_baseexception_during_cancel", NotApplicable("there is one kind of panic, and it ends no run but main's")),
    ("test_iscoroutinefunction", NotApplicable("what is no future does not compile")),
    ("test_coroutine_non_gen_function", NotApplicable("what is no future does not compile")),
    ("test_coroutine_non_gen_function_return_future", NotApplicable("what is no future does not compile")),
    ("test_current_task", Ported),
    ("test_current_task_with_interleaving_tasks", Ported),
    ("test_yield_future_passes_cancel", CANCELLED),
    ("test_log_destroyed_pending_task", NotApplicable("the runtime owns its tasks: none is destroyed")),
    ("test_tb_logger_not_called_after_cancel", FORGIVEN),
    ("test_task_source_traceback", Ported),
    ("test_exception_traceback", NotApplicable("an error has no traceback")),
    ("test_error_in_call_soon", NotApplicable("the runtime owns its tasks: none is destroyed")),
    ("test_create_task_with_noncoroutine", NotApplicable("what is no future does not compile")),
    ("test_create_task_with_async_function", Ported),
    ("test_create_task_with_asynclike_function", Ported),
    ("test_bare_create_task", Ported),
    ("test_bare_create_named_task", Ported),
    ("test_context_1", NotApplicable("there are no context variables")),
    ("test_context_2", NotApplicable("there are no context variables")),
    ("test_context_3", NotApplicable("there are no context variables")),
    ("test_context_4", NotApplicable("there are no context variables")),
    ("test_context_5", NotApplicable("there are no context variables")),
    ("test_context_6", NotApplicable("there are no context variables")),
    ("test_get_coro", NotApplicable("a task has no frames")),
    ("test_get_context", NotApplicable("there are no context variables")),
];

/// The tests of `RunCoroutineThreadsafeTests`, in their order there.
const THREADSAFE: [(&str, Case); 5] = [
    ("test_run_coroutine_threadsafe", Ported),
    ("test_run_coroutine_threadsafe_with_exception", Ported),
    ("test_run_coroutine_threadsafe_with_timeout", NOT_OWNED),
    (
        "test_run_coroutine_threadsafe_task_cancelled",
        NotApplicable("a future that a thread spawns has no task to cancel it by"),
    ),
    ("test_run_coroutine_threadsafe_task_factory_exception", NotApplicable("there is no factory of tasks")),
];

/// The test of `SleepTests`.
const SLEEP: [(&str, Case); 1] = [("test_sleep_zero", Ported)];

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
    ("test_constructor_heterogenous_futures", ANOTHER_RUNTIME),
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
        name: "Task",
        origin: ("test_tasks", "BaseTaskTests"),
        cases: &TASK,
        sources: &[include_str!("tasks/task.rs")],
    },
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
    Class {
        name: "Threadsafe",
        origin: ("test_tasks", "RunCoroutineThreadsafeTests"),
        cases: &THREADSAFE,
        sources: &[include_str!("tasks/threadsafe.rs")],
    },
    Class {
        name: "Sleep",
        origin: ("test_tasks", "SleepTests"),
        cases: &SLEEP,
        sources: &[include_str!("tasks/sleep.rs")],
    },
];

#[test]
fn the_table_above_names_those_that_do_not_apply() {
    assert_table(CLASSES, include_str!("tasks.rs"));
}

#[test]
fn every_test_of_these_classes_is_in_a_list() {
    assert_count(&CLASSES[..5], 114);
    assert_count(&CLASSES[5..8], 19);
    assert_count(&CLASSES[8..], 6);
}
