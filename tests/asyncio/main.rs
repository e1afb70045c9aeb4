//! The tests that CPython 3.13 has for asyncio's `Lock`, `Event` and `Condition`, in
//! `test_locks.py`: every case that applies, under its original's name. A comment that begins with
//! "Adapted" says where and why a port differs by design. These do not apply:
//!
//! | class | test | why not |
//! |-|-|-|
//! | Lock | test_lock | a lock is no future: awaiting it does not compile |
//! | Lock | test_lock_doesnt_accept_loop_parameter | there is no parameter for a loop |
//! | Lock | test_lock_by_with_statement | there is no `with` that could do without awaiting |
//! | Condition | test_cancelled_error_wakeup | a cancelled task is dropped: no exception |
//! | Condition | test_cancelled_error_re_aquire | a cancelled task is dropped: no exception |

mod condition;
mod event;
mod lock;
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

/// The tests of one class of the original.
struct Class {
    name: &'static str,
    cases: &'static [(&'static str, Case)],
    /// The source of the ports.
    source: &'static str,
}

const CLASSES: [Class; 3] = [
    Class { name: "Lock", cases: &LOCK, source: include_str!("lock.rs") },
    Class { name: "Event", cases: &EVENT, source: include_str!("event.rs") },
    Class { name: "Condition", cases: &CONDITION, source: include_str!("condition.rs") },
];

/// The names of the functions below a `#[test]`.
fn tests_in(source: &'static str) -> Vec<&'static str> {
    let parts = source.split("\n#[test]\nfn ").skip(1);
    parts.map(|part| part.split_once('(').expect("a function has parameters").0).collect()
}

#[test]
fn every_test_that_applies_is_ported_in_its_place() {
    for class in CLASSES {
        let ported = class.cases.iter().filter(|(_, case)| matches!(case, Ported)).map(|(name, _)| *name);
        assert_eq!(tests_in(class.source), ported.collect::<Vec<_>>(), "{}", class.name);
    }
}

#[test]
fn the_table_above_names_those_that_do_not_apply() {
    let mut rows = Vec::new();
    for Class { name: class, cases, .. } in CLASSES {
        for (name, case) in cases {
            if let NotApplicable(reason) = case {
                rows.push(format!("//! | {class} | {name} | {reason} |"));
            }
        }
    }
    let table: Vec<_> = include_str!("main.rs").lines().filter(|line| line.starts_with("//! |")).skip(2).collect();
    assert_eq!(table, rows);
}
