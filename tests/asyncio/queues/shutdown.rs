//! CPython's `_QueueShutdownTestMixin`, each test under its name there, for all three kinds of
//! queue. What is refused comes back, and so does what was in a queue that is closed now.

use super::shows;
use crate::ports::result;
use greenlight::sync::{Closed, LifoQueue, PriorityQueue, Queue, QueueOver, Store};
use greenlight::sync::{PutError, TryGetError, TryPutError};
use greenlight::{spawn, yield_now};
use stage::{run, shared};

type Item = &'static str;

/// Asserts that nothing can be put, and nothing taken.
async fn assert_is_shut_down(queue: &QueueOver<Item, impl Store<Item>>) {
    assert!(queue.put("data").await == Err(PutError { item: "data" }));
    assert!(queue.try_put("data") == Err(TryPutError::Closed("data")));
    assert_eq!(queue.get().await, Err(Closed));
    assert_eq!(queue.try_get(), Err(TryGetError::Closed));
}

#[test]
fn test_format() {
    format(&Queue::unbounded());
    format(&LifoQueue::unbounded());
    format(&PriorityQueue::unbounded());
}

fn format(queue: &QueueOver<Item, impl Store<Item>>) {
    queue.close();
    assert!(shows("closed: true", queue), "{queue:?}");
}

#[test]
fn test_shutdown_empty() {
    run(shutdown_empty(Queue::unbounded()));
    run(shutdown_empty(LifoQueue::unbounded()));
    run(shutdown_empty(PriorityQueue::unbounded()));
}

async fn shutdown_empty(queue: QueueOver<Item, impl Store<Item> + 'static>) {
    let queue = shared(queue);
    let getter = spawn(queue.get());
    yield_now().await;

    queue.close();
    assert_eq!(queue.len(), 0);
    queue.join().await;

    yield_now().await;
    assert_eq!(result(getter).await, Err(Closed));
    assert_is_shut_down(queue).await;
}

#[test]
fn test_shutdown_nonempty() {
    run(shutdown_nonempty(Queue::bounded(1)));
    run(shutdown_nonempty(LifoQueue::bounded(1)));
    run(shutdown_nonempty(PriorityQueue::bounded(1)));
}

async fn shutdown_nonempty(queue: QueueOver<Item, impl Store<Item> + 'static>) {
    let queue = shared(queue);
    queue.try_put("data").unwrap();
    let joiner = spawn(queue.join());
    let putter = spawn(queue.put("data2"));
    yield_now().await;
    assert!(!putter.is_finished());

    queue.close();
    assert_eq!(queue.len(), 1);
    yield_now().await;
    assert!(result(putter).await == Err(PutError { item: "data2" }));

    assert_eq!(queue.get().await, Ok("data"));
    yield_now().await;
    assert!(!joiner.is_finished());
    assert_is_shut_down(queue).await;

    assert_eq!(queue.task_done(), Ok(()));
    yield_now().await;
    result(joiner).await;
    assert!(queue.task_done().is_err());
}

#[test]
fn test_shutdown_immediate() {
    run(shutdown_immediate(Queue::unbounded()));
    run(shutdown_immediate(LifoQueue::unbounded()));
    run(shutdown_immediate(PriorityQueue::unbounded()));
}

async fn shutdown_immediate(queue: QueueOver<Item, impl Store<Item> + 'static>) {
    let queue = shared(queue);
    queue.try_put("data").unwrap();
    let joiner = spawn(queue.join());

    assert_eq!(queue.close_now(), ["data"]);
    assert_eq!(queue.len(), 0);
    yield_now().await;
    result(joiner).await;

    assert_is_shut_down(queue).await;
    assert!(queue.task_done().is_err());
}

#[test]
fn test_shutdown_immediate_with_unfinished() {
    run(shutdown_immediate_with_unfinished(Queue::unbounded()));
    run(shutdown_immediate_with_unfinished(LifoQueue::unbounded()));
    run(shutdown_immediate_with_unfinished(PriorityQueue::unbounded()));
}

async fn shutdown_immediate_with_unfinished(queue: QueueOver<Item, impl Store<Item> + 'static>) {
    let queue = shared(queue);
    queue.try_put("data").unwrap();
    queue.try_put("data").unwrap();
    let joiner = spawn(queue.join());
    assert_eq!(queue.get().await, Ok("data"));

    assert_eq!(queue.close_now(), ["data"]);
    assert_eq!(queue.len(), 0);
    yield_now().await;
    assert!(!joiner.is_finished());
    assert_is_shut_down(queue).await;

    assert_eq!(queue.task_done(), Ok(()));
    assert!(queue.task_done().is_err());
    yield_now().await;
    result(joiner).await;
}
