//! Event, Lock, Condition, Semaphore and Barrier, used as they are meant to be, by many.

use crate::Operation;
use crate::stage::{ended, run, waiting};
use greenlight::sync::{Barrier, Condition, Event, Lock, Semaphore};
use greenlight::{spawn_detached, yield_now};
use std::rc::Rc;

pub(crate) const OPERATIONS: &[Operation] = &[
    ("event: wait and set", |n| {
        run(async {
            let event = Rc::new(Event::new());
            let tasks = waiting(n, |_| {
                let event = event.clone();
                async move { event.wait().await }
            });
            let tasks = tasks.await;
            event.set();
            ended(&tasks).await;
        });
    }),
    ("event: ping-pong", |n| {
        run(async {
            let (ping, pong) = (Rc::new(Event::new()), Rc::new(Event::new()));
            let (hears, says) = (ping.clone(), pong.clone());
            spawn_detached(async move {
                loop {
                    hears.wait().await;
                    hears.clear();
                    says.set();
                }
            });
            for _ in 0..n {
                ping.set();
                pong.wait().await;
                pong.clear();
            }
        });
    }),
    ("event: make, set and drop", |n| {
        run(async {
            for _ in 0..n {
                let event = Event::new();
                event.set();
                event.wait().await;
            }
        });
    }),
    ("event: print, with as many waiting", |n| {
        run(async {
            let event = Rc::new(Event::new());
            let waiting_for = event.clone();
            let tasks = waiting(n, move |_| {
                let event = waiting_for.clone();
                async move { event.wait().await }
            });
            let tasks = tasks.await;
            assert!((0..n).all(|_| format!("{event:?}").contains("waiters")));
            event.set();
            ended(&tasks).await;
        });
    }),
    ("lock: lock and unlock", |n| {
        run(async {
            let lock = Lock::new(0);
            for _ in 0..n {
                *lock.lock().await += 1;
            }
        });
    }),
    ("lock: hand on", |n| {
        run(async {
            let lock = Rc::new(Lock::new(0));
            let tasks = waiting(n, |_| {
                let lock = lock.clone();
                async move {
                    let mut guard = lock.lock().await;
                    yield_now().await;
                    *guard += 1;
                }
            });
            ended(&tasks.await).await;
            assert_eq!(*lock.lock().await, n);
        });
    }),
    ("condition: notify one, with as many waiting", |n| {
        run(async {
            let condition = Rc::new(Condition::new(()));
            let tasks = listeners(n, &condition).await;
            for _ in 0..n {
                assert_eq!(condition.notify_one(&condition.lock().await), 1);
            }
            ended(&tasks).await;
        });
    }),
    ("condition: notify ten, with as many waiting", |n| {
        run(async {
            let condition = Rc::new(Condition::new(()));
            let tasks = listeners(n, &condition).await;
            for _ in 0..n / 10 {
                assert_eq!(condition.notify(&condition.lock().await, 10), 10);
            }
            ended(&tasks).await;
        });
    }),
    ("condition: notify all", |n| {
        run(async {
            let condition = Rc::new(Condition::new(()));
            let tasks = listeners(n, &condition).await;
            assert_eq!(condition.notify_all(&condition.lock().await), n);
            ended(&tasks).await;
        });
    }),
    ("condition: wait for a value, one by one", |n| {
        run(async {
            let condition = Rc::new(Condition::new(0));
            let waits_for = condition.clone();
            let reader = spawn_detached(async move {
                let mut guard = waits_for.lock().await;
                for value in 1..=n {
                    guard = waits_for.wait_for(guard, |now| *now >= value).await;
                }
            });
            for _ in 0..n {
                let mut guard = condition.lock().await;
                *guard += 1;
                condition.notify_one(&guard);
                drop(guard);
                yield_now().await;
            }
            reader.ended().await;
        });
    }),
    ("condition: wait until a deadline", |n| {
        run(async {
            let condition = Rc::new(Condition::new(()));
            let tasks = waiting(n, |number| {
                let condition = condition.clone();
                async move {
                    let deadline = greenlight::now() + std::time::Duration::from_millis(number as u64 % 100);
                    let guard = condition.lock().await;
                    _ = condition.wait_until(guard, deadline).await;
                }
            });
            ended(&tasks.await).await;
        });
    }),
    ("semaphore: acquire and release", |n| {
        run(async {
            let semaphore = Semaphore::new(10);
            for _ in 0..n {
                _ = semaphore.acquire().await;
            }
        });
    }),
    ("semaphore: hand on", |n| {
        run(async {
            let semaphore = Rc::new(Semaphore::new(10));
            let tasks = waiting(n, |number| {
                let semaphore = semaphore.clone();
                async move {
                    let _permit = semaphore.acquire_many(1 + number % 3).await;
                    yield_now().await;
                }
            });
            ended(&tasks.await).await;
        });
    }),
    ("semaphore: release as many at once", |n| {
        run(async {
            let semaphore = Rc::new(Semaphore::new(0));
            let tasks = waiting(n, |_| {
                let semaphore = semaphore.clone();
                async move { semaphore.acquire().await.forget() }
            });
            let tasks = tasks.await;
            semaphore.release(n).unwrap();
            ended(&tasks).await;
        });
    }),
    ("semaphore: hold as many", |n| {
        run(async {
            let semaphore = Semaphore::new(n);
            let mut permits: Vec<_> = (0..n).map(|_| semaphore.try_acquire().unwrap()).collect();
            while permits.len() > 1 {
                drop(permits.swap_remove(permits.len() / 2));
            }
        });
    }),
    ("barrier: fill and drain", |n| {
        run(async {
            let barrier = Rc::new(Barrier::new(n));
            let tasks = waiting(n, |_| {
                let barrier = barrier.clone();
                async move { _ = barrier.wait().await.unwrap() }
            });
            ended(&tasks.await).await;
        });
    }),
    ("barrier: round after round", |n| {
        run(async {
            let barrier = Rc::new(Barrier::new(2));
            let tasks = waiting(2, |_| {
                let barrier = barrier.clone();
                async move {
                    for _ in 0..n {
                        barrier.wait().await.unwrap();
                    }
                }
            });
            ended(&tasks.await).await;
        });
    }),
    ("barrier: abort", |n| {
        run(async {
            let barrier = Rc::new(Barrier::new(n + 1));
            let tasks = waiting(n, |_| {
                let barrier = barrier.clone();
                async move { assert!(barrier.wait().await.is_err()) }
            });
            let tasks = tasks.await;
            barrier.abort();
            ended(&tasks).await;
        });
    }),
];

/// Tasks that wait for a notify, once.
async fn listeners(count: usize, condition: &Rc<Condition>) -> Vec<greenlight::Task> {
    waiting(count, |_| {
        let condition = condition.clone();
        async move { drop(condition.wait(condition.lock().await).await) }
    })
    .await
}
