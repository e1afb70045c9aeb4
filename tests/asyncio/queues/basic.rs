//! CPython's `QueueBasicTests`, each under its name there.

use super::{get, order, put, shows};
use crate::ports::result;
use greenlight::sync::{Queue, TryPutError};
use greenlight::{spawn, yield_now};
use stage::{run, shared};
use std::cell::RefCell;

/// Asserts what the Debug output tells of queues that a test has made in the same way.
fn assert_shown(name: &str, bounded: impl Fn(usize) -> Queue<i32>) {
    run(async {
        let queue = shared(bounded(5));
        assert!(shows(&format!("Queue {{ name: {name}, len: 0, "), queue), "{queue:?}");

        let getter = spawn(get(queue));
        yield_now().await;
        assert!(shows("getters: 1,", queue), "{queue:?}");
        queue.try_put(0).unwrap();
        assert_eq!(getter.await.unwrap(), 0);

        let queue = shared(bounded(1));
        queue.try_put(1).unwrap();
        let putter = spawn(put(queue, 2));
        yield_now().await;
        assert!(shows("putters: 1,", queue), "{queue:?}");
        assert_eq!(queue.try_get(), Ok(1));
        putter.await.unwrap();

        let queue = bounded(5);
        queue.try_put(1).unwrap();
        assert!(shows("len: 1,", &queue), "{queue:?}");
    });
}

#[test]
fn test_repr() {
    // Adapted: asyncio's text has the address of the queue, and its items. This one has its name,
    // and counts the items. Row: the text of an object.
    assert_shown(r#"Some("orders")"#, |capacity| Queue::bounded(capacity).named("orders"));
}

#[test]
fn test_str() {
    // Adapted: asyncio has a second text, without the address. Here a queue may have no name.
    // Row: the text of an object.
    assert_shown("None", Queue::bounded);
}

#[test]
fn test_empty() {
    run(async {
        let queue = Queue::unbounded();
        assert!(queue.is_empty());
        put(&queue, 1).await;
        assert!(!queue.is_empty());
        assert_eq!(get(&queue).await, 1);
        assert!(queue.is_empty());
    });
}

#[test]
fn test_full() {
    run(async {
        // Whether a queue is full is what it answers to one who would put.
        let queue = Queue::unbounded();
        assert!(queue.try_put(1).is_ok());

        let queue = Queue::bounded(1);
        put(&queue, 1).await;
        assert!(queue.try_put(2) == Err(TryPutError::Full(2)));
    });
}

#[test]
fn test_order() {
    assert_eq!(run(order(Queue::unbounded())), [1, 3, 2]);
}

#[test]
fn test_maxsize() {
    let queue = shared(Queue::bounded(2));
    assert_eq!(queue.capacity(), Some(2));
    let have_been_put = shared(RefCell::new(Vec::new()));
    run(async {
        let putter = spawn(async {
            for item in 0..3 {
                put(queue, item).await;
                have_been_put.borrow_mut().push(item);
            }
            true
        });
        for _ in 0..2 {
            yield_now().await;
        }
        assert_eq!(*have_been_put.borrow(), [0, 1]);
        assert_eq!(get(queue).await, 0);

        yield_now().await;
        assert_eq!(*have_been_put.borrow(), [0, 1, 2]);
        assert_eq!(get(queue).await, 1);
        assert_eq!(get(queue).await, 2);
        assert!(result(putter).await);
    });
}
