//! CPython's `_QueueJoinTestMixin`, each test under its name there, for all three kinds of queue.

use super::{get, shows};
use greenlight::spawn;
use greenlight::sync::{LifoQueue, PriorityQueue, Queue, QueueOver, Store};
use stage::{run, shared};
use std::cell::Cell;

#[test]
fn test_task_done_underflow() {
    assert!(Queue::<u32>::unbounded().task_done().is_err());
    assert!(LifoQueue::<u32>::unbounded().task_done().is_err());
    assert!(PriorityQueue::<u32>::unbounded().task_done().is_err());
}

#[test]
fn test_task_done() {
    run(two_workers(Queue::unbounded()));
    run(two_workers(LifoQueue::unbounded()));
    run(two_workers(PriorityQueue::unbounded()));
}

async fn two_workers(queue: QueueOver<u32, impl Store<u32> + 'static>) {
    let queue = shared(queue);
    for item in 0..100 {
        queue.try_put(item).unwrap();
    }
    let accumulator = shared(Cell::new(0));
    let running = shared(Cell::new(true));
    let workers = [(), ()].map(|()| {
        spawn(async {
            while running.get() {
                let item = get(queue).await;
                accumulator.set(accumulator.get() + item);
                queue.task_done().expect("the item was put");
            }
        })
    });
    queue.join().await;
    assert_eq!(accumulator.get(), (0..100).sum());

    running.set(false);
    for _ in &workers {
        queue.try_put(0).unwrap();
    }
    for worker in workers {
        worker.await.unwrap();
    }
}

#[test]
fn test_join_empty_queue() {
    run(join_twice(Queue::unbounded()));
    run(join_twice(LifoQueue::unbounded()));
    run(join_twice(PriorityQueue::unbounded()));
}

async fn join_twice(queue: QueueOver<u32, impl Store<u32>>) {
    queue.join().await;
    queue.join().await;
    assert!(queue.task_done().is_err());
}

#[test]
fn test_format() {
    assert_counted(&Queue::unbounded());
    assert_counted(&LifoQueue::unbounded());
    assert_counted(&PriorityQueue::unbounded());
}

/// The Debug output does not have the capacity, which `capacity` tells.
fn assert_counted(queue: &QueueOver<u32, impl Store<u32>>) {
    assert_eq!(queue.capacity(), None);
    assert!(shows("unfinished: 0, closed: false", queue), "{queue:?}");

    for item in [1, 1] {
        queue.try_put(item).unwrap();
        assert_eq!(queue.try_get(), Ok(item));
    }
    assert!(shows("len: 0,", queue), "{queue:?}");
    assert!(shows("unfinished: 2, closed: false", queue), "{queue:?}");
    let answers = [(); 3].map(|()| queue.task_done().is_ok());
    assert_eq!(answers, [true, true, false]);
}
