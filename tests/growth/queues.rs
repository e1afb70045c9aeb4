//! Queues: items, and those who wait for one, for room, or until all is done.

use crate::Operation;
use crate::stage::{cancel, ended, run, waiting};
use greenlight::sync::{LifoQueue, PriorityQueue, Queue};
use greenlight::{Task, spawn, yield_now};
use std::rc::Rc;

pub(crate) const OPERATIONS: &[Operation] = &[
    ("queue: put and get", |n| {
        run(async {
            let queue = Queue::unbounded();
            for item in 0..n {
                queue.put(item).await.unwrap();
            }
            for item in 0..n {
                assert_eq!(queue.get().await, Ok(item));
            }
        });
    }),
    ("queue: through room for one", |n| {
        run(async {
            let queue = Rc::new(Queue::bounded(1));
            let filled = queue.clone();
            let putter = spawn(async move {
                for item in 0..n {
                    filled.put(item).await.unwrap();
                }
            });
            for item in 0..n {
                assert_eq!(queue.get().await, Ok(item));
            }
            putter.await.unwrap();
        });
    }),
    ("queue: last in, first out", |n| {
        run(async {
            let queue = LifoQueue::unbounded();
            (0..n).for_each(|item| queue.try_put(item).unwrap());
            (0..n).rev().for_each(|item| assert_eq!(queue.try_get(), Ok(item)));
        });
    }),
    ("queue: by priority", |n| {
        run(async {
            let queue = PriorityQueue::unbounded();
            (0..n).for_each(|item| queue.try_put(item % 17).unwrap());
            (0..n).for_each(|_| assert!(queue.try_get().is_ok()));
        });
    }),
    ("queue: put, with as many who wait for an item", |n| {
        run(async {
            let queue = Rc::new(Queue::unbounded());
            let tasks = getters(n, &queue).await;
            for item in 0..n {
                queue.put(item).await.unwrap();
            }
            ended(&tasks).await;
        });
    }),
    ("queue: get, with as many who wait for room", |n| {
        run(async {
            let queue = full();
            let tasks = putters(n, &queue).await;
            for _ in 0..=n {
                queue.get().await.unwrap();
            }
            ended(&tasks).await;
        });
    }),
    ("queue: cancel those who wait for an item", |n| {
        run(async {
            let queue = Rc::new(Queue::<usize>::unbounded());
            let tasks = getters(n, &queue).await;
            cancel(&tasks);
            ended(&tasks).await;
        });
    }),
    ("queue: cancel those who wait for room", |n| {
        run(async {
            let queue = full();
            let tasks = putters(n, &queue).await;
            tasks.iter().rev().for_each(|task| _ = task.cancel());
            ended(&tasks).await;
        });
    }),
    ("queue: put, past as many dying who wait for an item", |n| {
        run(async {
            let queue = Rc::new(Queue::unbounded());
            let tasks = getters(n, &queue).await;
            cancel(&tasks);
            for item in 0..n {
                queue.put(item).await.unwrap();
            }
            ended(&tasks).await;
            assert_eq!(queue.len(), n);
        });
    }),
    ("queue: put and get, past as many dying", |n| {
        run(async {
            let queue = Rc::new(Queue::unbounded());
            let tasks = getters(n, &queue).await;
            cancel(&tasks);
            for item in 0..n {
                queue.put(item).await.unwrap();
                assert_eq!(queue.get().await, Ok(item));
            }
            ended(&tasks).await;
        });
    }),
    ("queue: get and put, past as many dying who wait for room", |n| {
        run(async {
            let queue = full();
            let tasks = putters(n, &queue).await;
            cancel(&tasks);
            for _ in 0..n {
                queue.try_get().unwrap();
                queue.try_put(0).unwrap();
            }
            ended(&tasks).await;
        });
    }),
    ("queue: cancel those who were granted an item", |n| {
        run(async {
            let queue = Rc::new(Queue::unbounded());
            let tasks = getters(2 * n, &queue).await;
            (0..n).for_each(|item| queue.try_put(item).unwrap());
            // What the first half was granted goes to the second.
            cancel(&tasks[..n]);
            ended(&tasks).await;
            assert!(queue.is_empty());
        });
    }),
    ("queue: close, with as many who wait", |n| {
        run(async {
            let queue = Rc::new(Queue::<usize>::unbounded());
            let tasks = waiting(n, |_| {
                let queue = queue.clone();
                async move { assert!(queue.get().await.is_err()) }
            });
            let tasks = tasks.await;
            queue.close();
            ended(&tasks).await;
        });
    }),
    ("queue: join, by as many", |n| {
        run(async {
            let queue = Rc::new(Queue::unbounded());
            (0..n).for_each(|item| queue.try_put(item).unwrap());
            let tasks = waiting(n, |_| {
                let queue = queue.clone();
                async move { queue.join().await }
            });
            let tasks = tasks.await;
            while queue.try_get().is_ok() {
                queue.task_done().unwrap();
            }
            yield_now().await;
            ended(&tasks).await;
        });
    }),
];

/// A queue that has room for one item, and has one.
fn full() -> Rc<Queue<usize>> {
    let queue = Rc::new(Queue::bounded(1));
    queue.try_put(0).unwrap();
    queue
}

/// Tasks that take one item each.
async fn getters(count: usize, queue: &Rc<Queue<usize>>) -> Vec<Task> {
    waiting(count, |_| {
        let queue = queue.clone();
        async move { _ = queue.get().await.unwrap() }
    })
    .await
}

/// Tasks that put one item each.
async fn putters(count: usize, queue: &Rc<Queue<usize>>) -> Vec<Task> {
    waiting(count, |item| {
        let queue = queue.clone();
        async move { queue.put(item).await.unwrap() }
    })
    .await
}
