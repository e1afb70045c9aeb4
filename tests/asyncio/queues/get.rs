//! CPython's `QueueGetTests`, each under its name there.

use super::{call_later, get, put, shows};
use crate::ports::{cancelled, result};
use greenlight::sync::{Event, Queue, TryGetError};
use greenlight::{spawn, timeout, yield_now};
use stage::{run, shared};
use std::cell::Cell;
use std::time::Duration;

#[test]
fn test_blocking_get() {
    run(async {
        let queue = Queue::unbounded();
        queue.try_put(1).unwrap();
        assert_eq!(get(&queue).await, 1);
    });
}

#[test]
fn test_get_with_putters() {
    let queue = shared(Queue::bounded(1));
    run(async {
        put(queue, 1).await;
        // Nobody can be smuggled into the line of a queue, so a task joins it.
        let putter = spawn(put(queue, 2));
        yield_now().await;
        assert!(shows("putters: 1,", queue));

        assert_eq!(get(queue).await, 1);
        assert!(shows("putters: 0,", queue));
        yield_now().await;
        result(putter).await;
    });
}

#[test]
fn test_blocking_get_wait() {
    let queue = shared(Queue::unbounded());
    let started = shared(Event::new());
    let finished = shared(Cell::new(false));
    run(async {
        let getter = spawn(async {
            started.set();
            let item = get(queue).await;
            finished.set(true);
            item
        });
        started.wait().await;
        assert!(!finished.get());
        call_later(|| queue.try_put(1).unwrap());
        let item = getter.await.unwrap();
        assert!(finished.get());
        assert_eq!(item, 1);
    });
}

#[test]
fn test_nonblocking_get() {
    let queue = Queue::unbounded();
    queue.try_put(1).unwrap();
    assert_eq!(queue.try_get(), Ok(1));
}

#[test]
fn test_nonblocking_get_exception() {
    let queue = Queue::<i32>::unbounded();
    assert_eq!(queue.try_get(), Err(TryGetError::Empty));
}

#[test]
fn test_get_cancelled_race() {
    let queue = shared(Queue::unbounded());
    run(async {
        let [t1, t2] = [(), ()].map(|()| spawn(get(queue)));
        yield_now().await;

        t1.task().cancel();
        yield_now().await;
        assert!(cancelled(t1).await);

        put(queue, "a").await;
        yield_now().await;
        assert_eq!(result(t2).await, "a");
    });
}

#[test]
fn test_get_with_waiting_putters() {
    let queue = shared(Queue::bounded(1));
    run(async {
        let _putters = ["a", "b"].map(|item| spawn(put(queue, item)));
        assert_eq!(get(queue).await, "a");
        assert_eq!(get(queue).await, "b");
    });
}

#[test]
fn test_why_are_getters_waiting() {
    let queue = shared(Queue::bounded(1));
    run(async {
        let producer = spawn(async {
            for item in 0..5 {
                put(queue, item).await;
            }
        });
        let consumer = spawn(async {
            for _ in 0..5 {
                get(queue).await;
            }
        });
        producer.await.unwrap();
        consumer.await.unwrap();
        assert!(queue.is_empty());
    });
}

#[test]
fn test_cancelled_getters_not_being_held_in_self_getters() {
    run(async {
        let queue = Queue::<i32>::bounded(5);
        assert!(timeout(Duration::from_millis(100), queue.get()).await.is_err());
        assert!(shows("getters: 0,", &queue));
    });
}
