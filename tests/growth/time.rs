//! Sleeps, timeouts, deadlines that move, and intervals.

use crate::Operation;
use crate::stage::{cancel, ended, run, waiting};
use greenlight::{Deadline, Runtime, interval, now, sleep, spawn_detached, timeout, timeout_at, yield_now};
use std::future::{Future, pending, poll_fn};
use std::rc::Rc;
use std::task::Poll;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

pub(crate) const OPERATIONS: &[Operation] = &[
    ("sleep, each for another time", |n| {
        run(async {
            let tasks = waiting(n, |number| sleep(Duration::from_micros(number as u64 * 7919 % 1_000_000)));
            ended(&tasks.await).await;
        });
    }),
    ("sleep, all for one time", |n| {
        run(async { ended(&waiting(n, |_| sleep(MINUTE)).await).await });
    }),
    ("sleep, one after the other", |n| {
        run(async {
            for number in 0..n {
                sleep(Duration::from_micros(1 + number as u64 % 97)).await;
            }
        });
    }),
    ("sleep on the real clock, for no time that matters", |n| {
        Runtime::builder().debug(false).build().run(async {
            let tasks = waiting(n, |number| sleep(Duration::from_nanos(number as u64)));
            ended(&tasks.await).await;
        });
    }),
    ("sleep: cancel", |n| {
        run(async {
            let tasks = waiting(n, |_| sleep(MINUTE)).await;
            cancel(&tasks);
            ended(&tasks).await;
        });
    }),
    ("sleep: as many in one task, dropped", |n| {
        run(async {
            let mut sleeps: Vec<_> = (0..n).map(|_| Box::pin(sleep(MINUTE))).collect();
            poll_fn(|cx| {
                assert!(sleeps.iter_mut().all(|sleep| sleep.as_mut().poll(cx).is_pending()));
                Poll::Ready(())
            })
            .await;
        });
    }),
    ("timeout that is not reached", |n| {
        run(async {
            for _ in 0..n {
                timeout(MINUTE, yield_now()).await.unwrap();
            }
        });
    }),
    ("timeout that is reached", |n| {
        run(async {
            let tasks = waiting(n, |_| async { assert!(timeout(MINUTE, pending::<()>()).await.is_err()) });
            ended(&tasks.await).await;
        });
    }),
    ("deadline: as many go by it, and it moves", |n| {
        run(async {
            let deadline = Rc::new(Deadline::at(now() + MINUTE));
            let tasks = waiting(n, |_| {
                let deadline = deadline.clone();
                async move { assert!(timeout_at(&deadline, pending::<()>()).await.is_err()) }
            });
            let tasks = tasks.await;
            deadline.move_to(now() + MINUTE / 2);
            yield_now().await;
            deadline.move_to(now() + MINUTE / 4);
            ended(&tasks).await;
        });
    }),
    ("deadline: move as often, with as many who go by it", |n| {
        run(async {
            let deadline = Rc::new(Deadline::at(now() + MINUTE));
            let tasks = waiting(n, |_| {
                let deadline = deadline.clone();
                async move { assert!(timeout_at(&deadline, pending::<()>()).await.is_err()) }
            });
            let tasks = tasks.await;
            for microsecond in 0..n as u64 {
                deadline.move_to(now() + (MINUTE / 2 - Duration::from_micros(microsecond)));
            }
            ended(&tasks).await;
        });
    }),
    ("deadline: move by the one who goes by it", |n| {
        run(async {
            let deadline = Rc::new(Deadline::at(now() + MINUTE));
            let moves = async {
                for microsecond in 0..n as u64 {
                    deadline.move_to(now() + (MINUTE - Duration::from_micros(microsecond)));
                    yield_now().await;
                }
            };
            timeout_at(&deadline, moves).await.unwrap();
        });
    }),
    ("interval", |n| {
        run(async {
            let mut seconds = interval(Duration::from_secs(1));
            for _ in 0..n {
                seconds.tick().await;
            }
        });
    }),
    ("interval, with ticks that were missed", |n| {
        run(async {
            let mut milliseconds = interval(Duration::from_millis(1));
            sleep(Duration::from_millis(n as u64)).await;
            for _ in 0..n {
                milliseconds.tick().await;
            }
        });
    }),
    ("yield, with as many asleep", |n| {
        run(async {
            (0..n).for_each(|_| _ = spawn_detached(sleep(MINUTE)));
            for _ in 0..n {
                yield_now().await;
            }
        });
    }),
];
