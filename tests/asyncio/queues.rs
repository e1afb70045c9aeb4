//! The tests that CPython 3.13 has for asyncio's `Queue`, `LifoQueue` and `PriorityQueue`, all 41
//! of `test_queues.py`. These do not apply:
//!
//! | class | test | why not |
//! |-|-|-|
//! | QueueBasic | test_generic_alias | what a queue holds is known to the compiler alone |
//! | QueuePut | test_float_maxsize | a capacity counts items: 1.3 does not compile |

mod basic;
mod get;
mod join;
mod lifo;
mod priority;
mod put;
mod shutdown;

use crate::ledger::Case::{self, Adapted, NotApplicable, Ported};
use crate::ledger::{Class, assert_count, assert_table};
use greenlight::spawn_detached;
use greenlight::sync::{QueueOver, Store};
use std::future::Future;

/// Whether the Debug output of a queue has this field.
fn shows<T, S: Store<T>>(field: &str, queue: &QueueOver<T, S>) -> bool {
    format!("{queue:?}").contains(field)
}

/// Calls a function 10 milliseconds from now. In asyncio: `loop.call_later(0.01, ...)`.
fn call_later(act: impl FnOnce() + 'static) {
    let elapsed = greenlight::sleep(std::time::Duration::from_millis(10));
    spawn_detached(async move {
        elapsed.await;
        act();
    });
}

/// Waits for an item of a queue that nobody closes.
async fn get<T, S: Store<T>>(queue: &QueueOver<T, S>) -> T {
    queue.get().await.expect("nobody closes the queue")
}

/// Puts an item into a queue that nobody closes.
fn put<T, S: Store<T>>(queue: &QueueOver<T, S>, item: T) -> impl Future<Output = ()> {
    let put = queue.put(item);
    async { put.await.expect("nobody closes the queue") }
}

/// Puts 1, 3 and 2, and yields what comes out.
async fn order(queue: QueueOver<i32, impl Store<i32>>) -> [i32; 3] {
    for item in [1, 3, 2] {
        put(&queue, item).await;
    }
    [get(&queue).await, get(&queue).await, get(&queue).await]
}

const TEXT: Case = Adapted(&["the text of an object"]);

/// The tests of `QueueBasicTests`, in their order there.
const BASIC: [(&str, Case); 7] = [
    ("test_repr", TEXT),
    ("test_str", TEXT),
    ("test_generic_alias", NotApplicable("what a queue holds is known to the compiler alone")),
    ("test_empty", Ported),
    ("test_full", Ported),
    ("test_order", Ported),
    ("test_maxsize", Ported),
];

/// The tests of `QueueGetTests`, in their order there.
const GET: [(&str, Case); 9] = [
    ("test_blocking_get", Ported),
    ("test_get_with_putters", Ported),
    ("test_blocking_get_wait", Ported),
    ("test_nonblocking_get", Ported),
    ("test_nonblocking_get_exception", Ported),
    ("test_get_cancelled_race", Ported),
    ("test_get_with_waiting_putters", Ported),
    ("test_why_are_getters_waiting", Ported),
    ("test_cancelled_getters_not_being_held_in_self_getters", Ported),
];

/// The tests of `QueuePutTests`, in their order there.
const PUT: [(&str, Case); 14] = [
    ("test_blocking_put", Ported),
    ("test_blocking_put_wait", Ported),
    ("test_nonblocking_put", Ported),
    ("test_get_cancel_drop_one_pending_reader", Ported),
    ("test_get_cancel_drop_many_pending_readers", Ported),
    ("test_put_cancel_drop", Ported),
    ("test_nonblocking_put_exception", Ported),
    ("test_float_maxsize", NotApplicable("a capacity counts items: 1.3 does not compile")),
    ("test_put_cancelled", Ported),
    ("test_put_cancelled_race", Ported),
    ("test_put_with_waiting_getters", Ported),
    ("test_why_are_putters_waiting", Ported),
    ("test_cancelled_puts_not_being_held_in_self_putters", Ported),
    ("test_cancelled_put_silence_value_error_exception", Ported),
];

/// The test of `LifoQueueTests`, and that of `PriorityQueueTests`.
const ORDER: [(&str, Case); 1] = [("test_order", Ported)];

/// The tests of `_QueueJoinTestMixin`, in their order there.
const JOIN: [(&str, Case); 4] = [
    ("test_task_done_underflow", Ported),
    ("test_task_done", Ported),
    ("test_join_empty_queue", Ported),
    ("test_format", Ported),
];

/// The tests of `_QueueShutdownTestMixin`, in their order there.
const SHUTDOWN: [(&str, Case); 5] = [
    ("test_format", Ported),
    ("test_shutdown_empty", Ported),
    ("test_shutdown_nonempty", Ported),
    ("test_shutdown_immediate", Ported),
    ("test_shutdown_immediate_with_unfinished", Ported),
];

pub(crate) const CLASSES: &[Class] = &[
    Class {
        name: "QueueBasic",
        origin: ("test_queues", "QueueBasicTests"),
        cases: &BASIC,
        sources: &[include_str!("queues/basic.rs")],
    },
    Class {
        name: "QueueGet",
        origin: ("test_queues", "QueueGetTests"),
        cases: &GET,
        sources: &[include_str!("queues/get.rs")],
    },
    Class {
        name: "QueuePut",
        origin: ("test_queues", "QueuePutTests"),
        cases: &PUT,
        sources: &[include_str!("queues/put.rs")],
    },
    Class {
        name: "LifoQueue",
        origin: ("test_queues", "LifoQueueTests"),
        cases: &ORDER,
        sources: &[include_str!("queues/lifo.rs")],
    },
    Class {
        name: "PriorityQueue",
        origin: ("test_queues", "PriorityQueueTests"),
        cases: &ORDER,
        sources: &[include_str!("queues/priority.rs")],
    },
    Class {
        name: "QueueJoin",
        origin: ("test_queues", "_QueueJoinTestMixin"),
        cases: &JOIN,
        sources: &[include_str!("queues/join.rs")],
    },
    Class {
        name: "QueueShutdown",
        origin: ("test_queues", "_QueueShutdownTestMixin"),
        cases: &SHUTDOWN,
        sources: &[include_str!("queues/shutdown.rs")],
    },
];

#[test]
fn the_table_above_names_those_that_do_not_apply() {
    assert_table(CLASSES, include_str!("queues.rs"));
}

#[test]
fn every_test_of_the_file_is_in_a_list() {
    assert_count(CLASSES, 41);
}
