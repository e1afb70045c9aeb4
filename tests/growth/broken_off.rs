//! Waits that are broken off, and everything that has to get past those whose tasks are dying: cancelled, and not dropped
//! before the next turn.

use crate::Operation;
use crate::stage::{cancel, ended, run, waiting};
use greenlight::sync::{Barrier, Condition, Event, Lock, Semaphore};
use greenlight::{Task, TaskGroup, spawn_detached, yield_now};
use std::rc::Rc;

pub(crate) const OPERATIONS: &[Operation] = &[
    ("event: cancel waits", |n| {
        run(async {
            let event = Rc::new(Event::new());
            let tasks = waiting(n, |_| {
                let event = event.clone();
                async move { event.wait().await }
            });
            let tasks = tasks.await;
            cancel(&tasks);
            (0..n).for_each(|_| _ = event.pulse());
            ended(&tasks).await;
        });
    }),
    ("lock: cancel waits", |n| {
        run(async {
            let lock = Rc::new(Lock::new(()));
            let guard = lock.lock().await;
            let tasks = in_line(n, &lock).await;
            cancel(&tasks);
            ended(&tasks).await;
            drop(guard);
        });
    }),
    ("lock: release and take, past as many dying", |n| {
        run(async {
            let lock = Rc::new(Lock::new(()));
            let guard = lock.lock().await;
            let tasks = in_line(n, &lock).await;
            cancel(&tasks);
            drop(guard);
            // Each takes the lock from the next in line, who passes nothing on.
            for _ in 0..n {
                assert!(lock.try_lock().is_some());
            }
            ended(&tasks).await;
        });
    }),
    ("lock: ask in vain, past as many dying", |n| {
        run(async {
            let lock = Rc::new(Lock::new(()));
            let guard = lock.lock().await;
            let tasks = in_line(n, &lock).await;
            let last = in_line(1, &lock).await;
            cancel(&tasks);
            drop(guard);
            for _ in 0..n {
                assert!(lock.try_lock().is_none());
            }
            ended(&tasks).await;
            ended(&last).await;
        });
    }),
    ("condition: cancel waits", |n| {
        run(async {
            let condition = Rc::new(Condition::new(()));
            let tasks = listeners(n, &condition).await;
            cancel(&tasks);
            ended(&tasks).await;
        });
    }),
    ("condition: notify one, past as many dying", |n| {
        run(async {
            let condition = Rc::new(Condition::new(()));
            let dying = listeners(n, &condition).await;
            let living = listeners(n / 2, &condition).await;
            cancel(&dying);
            let guard = condition.lock().await;
            let reached: usize = (0..n).map(|_| condition.notify_one(&guard)).sum();
            assert_eq!(reached, n / 2);
            drop(guard);
            ended(&dying).await;
            ended(&living).await;
        });
    }),
    ("condition: notify two, past as many dying", |n| {
        run(async {
            let condition = Rc::new(Condition::new(()));
            let tasks = listeners(n, &condition).await;
            // Every other one.
            tasks.iter().step_by(2).for_each(|task| _ = task.cancel());
            let guard = condition.lock().await;
            let reached: usize = (0..n).map(|_| condition.notify(&guard, 2)).sum();
            assert_eq!(reached, n / 2);
            drop(guard);
            ended(&tasks).await;
        });
    }),
    ("condition: notify all, past as many dying", |n| {
        run(async {
            let condition = Rc::new(Condition::new(()));
            let dying = listeners(n, &condition).await;
            cancel(&dying);
            let guard = condition.lock().await;
            let reached: usize = (0..n).map(|_| condition.notify_all(&guard)).sum();
            assert_eq!(reached, 0);
            drop(guard);
            ended(&dying).await;
        });
    }),
    ("condition: cancel those who were notified", |n| {
        run(async {
            let condition = Rc::new(Condition::new(()));
            let tasks = listeners(n, &condition).await;
            let guard = condition.lock().await;
            assert_eq!(condition.notify_all(&guard), n);
            yield_now().await;
            // They queue for the lock, and each passes its notify on.
            cancel(&tasks);
            ended(&tasks).await;
            drop(guard);
        });
    }),
    ("semaphore: cancel waits, first to last", |n| {
        run(async {
            let semaphore = Rc::new(Semaphore::new(1));
            let permit = semaphore.acquire().await;
            let tasks = acquirers(n, &semaphore, |_| 1).await;
            cancel(&tasks);
            ended(&tasks).await;
            drop(permit);
        });
    }),
    ("semaphore: cancel waits, last to first", |n| {
        run(async {
            let semaphore = Rc::new(Semaphore::new(1));
            let permit = semaphore.acquire().await;
            let tasks = acquirers(n, &semaphore, |_| 1).await;
            tasks.iter().rev().for_each(|task| _ = task.cancel());
            ended(&tasks).await;
            drop(permit);
        });
    }),
    ("semaphore: cancel waits for more than there is", |n| {
        run(async {
            let semaphore = Rc::new(Semaphore::new(1));
            let tasks = acquirers(n, &semaphore, |number| if number % 2 == 0 { 2 } else { 1 }).await;
            tasks.iter().step_by(2).for_each(|task| _ = task.cancel());
            ended(&tasks).await;
        });
    }),
    ("semaphore: acquire and release, past as many dying", |n| {
        run(async {
            let semaphore = Rc::new(Semaphore::new(1));
            let permit = semaphore.acquire().await;
            let tasks = acquirers(n, &semaphore, |_| 1).await;
            cancel(&tasks);
            drop(permit);
            for _ in 0..n {
                assert!(semaphore.try_acquire().is_some());
            }
            ended(&tasks).await;
        });
    }),
    ("semaphore: ask in vain, past as many dying", |n| {
        run(async {
            let semaphore = Rc::new(Semaphore::new(1));
            let permit = semaphore.acquire().await;
            let tasks = acquirers(n, &semaphore, |_| 1).await;
            let last = acquirers(1, &semaphore, |_| 1).await;
            cancel(&tasks);
            assert!((0..n).all(|_| semaphore.try_acquire().is_none()));
            drop(permit);
            ended(&tasks).await;
            ended(&last).await;
        });
    }),
    ("group of tasks behind a semaphore, of which one fails", |n| {
        run(async {
            let semaphore = Rc::new(Semaphore::new(10));
            let mut group = TaskGroup::new();
            for number in 0..n {
                let semaphore = semaphore.clone();
                group.spawn(async move {
                    let _permit = semaphore.acquire().await;
                    yield_now().await;
                    if number == 5 { Err("the fifth fails") } else { Ok(()) }
                });
            }
            assert!(group.join().await.is_err());
        });
    }),
    ("barrier: leave, first to last", |n| {
        run(async {
            let barrier = Rc::new(Barrier::new(n + 1));
            let tasks = parties(n, &barrier).await;
            cancel(&tasks);
            ended(&tasks).await;
            assert_eq!(barrier.waiting(), 0);
        });
    }),
    ("barrier: leave, last to first", |n| {
        run(async {
            let barrier = Rc::new(Barrier::new(n + 1));
            let tasks = parties(n, &barrier).await;
            tasks.iter().rev().for_each(|task| _ = task.cancel());
            ended(&tasks).await;
            assert_eq!(barrier.waiting(), 0);
        });
    }),
    ("barrier: come and leave, with as many waiting", |n| {
        run(async {
            let barrier = Rc::new(Barrier::new(2 * n + 1));
            let tasks = parties(n, &barrier).await;
            for _ in 0..n {
                let comer = parties(1, &barrier).await;
                cancel(&comer);
                yield_now().await;
            }
            assert_eq!(barrier.waiting(), n);
            barrier.reset();
            ended(&tasks).await;
        });
    }),
    ("task: cancel those who wait for its end", |n| {
        run(async {
            let one = spawn_detached(std::future::pending());
            let tasks = waiting(n, |_| {
                let one = one.clone();
                async move { one.ended().await }
            });
            let tasks = tasks.await;
            cancel(&tasks);
            ended(&tasks).await;
        });
    }),
];

/// Tasks in the line of a lock.
async fn in_line(count: usize, lock: &Rc<Lock>) -> Vec<Task> {
    waiting(count, |_| {
        let lock = lock.clone();
        async move { drop(lock.lock().await) }
    })
    .await
}

/// Tasks that wait for a notify, once.
async fn listeners(count: usize, condition: &Rc<Condition>) -> Vec<Task> {
    waiting(count, |_| {
        let condition = condition.clone();
        async move { drop(condition.wait(condition.lock().await).await) }
    })
    .await
}

/// Tasks that wait for permits.
async fn acquirers(count: usize, semaphore: &Rc<Semaphore>, asks: impl Fn(usize) -> usize) -> Vec<Task> {
    waiting(count, |number| {
        let (semaphore, permits) = (semaphore.clone(), asks(number));
        async move { drop(semaphore.acquire_many(permits).await) }
    })
    .await
}

/// Parties that have arrived.
async fn parties(count: usize, barrier: &Rc<Barrier>) -> Vec<Task> {
    waiting(count, |_| {
        let barrier = barrier.clone();
        async move { _ = barrier.wait().await }
    })
    .await
}
