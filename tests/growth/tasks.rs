//! Tasks: spawned, joined, woken, cancelled, shut down.

use crate::Operation;
use crate::stage::{cancel, ended, run, waiting};
use greenlight::{Runtime, spawn, spawn_detached, task, yield_now};
use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::pin::pin;
use std::rc::Rc;
use std::task::{Poll, Waker};

pub(crate) const OPERATIONS: &[Operation] = &[
    ("spawn and join all at once", |n| {
        run(async {
            let handles: Vec<_> = (0..n).map(|number| spawn(async move { number })).collect();
            for (number, handle) in handles.into_iter().enumerate() {
                assert_eq!(handle.await.unwrap(), number);
            }
        });
    }),
    ("spawn and join one by one", |n| {
        run(async {
            for number in 0..n {
                assert_eq!(spawn(async move { number }).await.unwrap(), number);
            }
        });
    }),
    ("spawn with a name, and detach", |n| {
        run(async {
            (0..n).for_each(|_| _ = task("one of many").spawn_detached(async {}));
            yield_now().await;
        });
    }),
    ("yield, one task", |n| {
        run(async {
            for _ in 0..n {
                yield_now().await;
            }
        });
    }),
    ("yield, with as many parked", |n| {
        run(async {
            let parked = waiting(n, |_| pending()).await;
            for _ in 0..n {
                yield_now().await;
            }
            cancel(&parked);
        });
    }),
    ("wake by a waker that was kept", |n| {
        run(async {
            let kept = Rc::new(RefCell::new(Vec::<Waker>::new()));
            let tasks = waiting(n, |_| {
                let (kept, mut polls) = (kept.clone(), 0);
                poll_fn(move |cx| {
                    polls += 1;
                    kept.borrow_mut().push(cx.waker().clone());
                    if polls == 2 { Poll::Ready(()) } else { Poll::Pending }
                })
            });
            let tasks = tasks.await;
            kept.take().into_iter().for_each(Waker::wake);
            ended(&tasks).await;
        });
    }),
    ("wait for one task's end", |n| {
        run(async {
            let one = spawn_detached(async { yield_now().await });
            let tasks = waiting(n, |_| {
                let one = one.clone();
                async move { one.ended().await }
            });
            ended(&tasks.await).await;
        });
    }),
    ("await each the next", |n| {
        run(async {
            let mut last = spawn(async { yield_now().await });
            for _ in 0..n {
                let next = last;
                last = spawn(async move { next.await.unwrap() });
            }
            last.await.unwrap();
        });
    }),
    ("cancel", |n| {
        run(async {
            let tasks = waiting(n, |_| pending()).await;
            cancel(&tasks);
            ended(&tasks).await;
        });
    }),
    ("leave to the end of the run", |n| {
        run(async { _ = waiting(n, |_| pending()).await });
    }),
    ("poll as many in one task, of which each wakes it", |n| {
        run(async {
            // Each has a waker of its own, as in a set of futures, so that waking one is no wake of the others.
            let mut all: Vec<_> = (0..n).map(|_| Box::pin(yield_now())).collect();
            for _ in 0..2 {
                poll_fn(|cx| {
                    all.iter_mut().for_each(|one| _ = one.as_mut().poll(cx));
                    Poll::Ready(())
                })
                .await;
            }
        });
    }),
    ("run a little, after a run of many", |n| {
        let runtime = Runtime::builder().virtual_clock().debug(false).build();
        runtime.run(async { _ = waiting(n, |_| pending()).await });
        for _ in 0..n {
            runtime.run(async { spawn(async {}).await.unwrap() });
        }
    }),
    ("run a little in the debug mode, after a run of many", |n| {
        let runtime = Runtime::builder().virtual_clock().debug(true).on_report(|_| {}).build();
        runtime.run(async {
            let event = Rc::new(greenlight::sync::Event::new());
            let tasks = waiting(n, |_| {
                let event = event.clone();
                async move { event.wait().await }
            });
            let sleepers = waiting(n, |_| greenlight::sleep(std::time::Duration::from_secs(1)));
            cancel(&tasks.await);
            ended(&sleepers.await).await;
        });
        for _ in 0..n {
            runtime.run(async { spawn(async {}).await.unwrap() });
        }
    }),
    ("step by hand, with as many parked", |n| {
        let runtime = Runtime::builder().debug(false).build();
        (0..n).for_each(|_| _ = runtime.spawn_detached(pending()));
        for _ in 0..n {
            runtime.spawn_detached(async {});
            runtime.turn();
            runtime.turn();
        }
    }),
    ("poll a task's end and drop that", |n| {
        run(async {
            let one = spawn_detached(pending());
            let waits: Vec<_> = poll_fn(|cx| {
                let waits = (0..n).map(|_| {
                    let mut wait = Box::pin(one.ended());
                    assert!(wait.as_mut().poll(cx).is_pending());
                    wait
                });
                Poll::Ready(waits.collect())
            })
            .await;
            drop(waits);
            let mut again = pin!(one.ended());
            poll_fn(|cx| Poll::Ready(again.as_mut().poll(cx))).await.is_pending().then_some(()).unwrap();
        });
    }),
];
