//! What is told of a run: reports of stalls, dumps, traces, and the lines of the debug mode.

use crate::Operation;
use crate::stage::{cancel, ended, run, waiting};
use greenlight::sync::{Condition, Event, Lock, Semaphore};
use greenlight::trace::Recorder;
use greenlight::{JoinHandle, Runtime, Until, WeakRemote, dump, spawn, spawn_detached, task, tasks, wait, yield_now};
use std::cell::{Cell, RefCell};
use std::future::{Future, pending, poll_fn};
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

pub(crate) const OPERATIONS: &[Operation] = &[
    ("stall report: a chain", |n| {
        stalls(async move {
            let mut last: JoinHandle<()> = spawn(pending());
            for _ in 0..n {
                let next = last;
                last = spawn(async move { next.await.unwrap() });
            }
            last.await.unwrap();
        });
    }),
    ("stall report: a circle", |n| stalls(circle(n))),
    ("stall report: a chain that leads into a circle, by many ways", |n| {
        stalls(async move {
            let all: Rc<RefCell<Vec<greenlight::Task>>> = Rc::default();
            for number in 0..n {
                let others = all.clone();
                let own = spawn_detached(async move {
                    let [next, first] = [(number + 1) % n, number / 2].map(|other| others.borrow()[other].clone());
                    let mut waits = [Box::pin(next.ended()), Box::pin(first.ended())];
                    poll_fn(|cx| {
                        if number / 2 == number {
                            return waits[0].as_mut().poll(cx);
                        }
                        waits.iter_mut().for_each(|wait| _ = wait.as_mut().poll(cx));
                        Poll::Pending
                    })
                    .await;
                });
                all.borrow_mut().push(own);
            }
            pending::<()>().await;
        });
    }),
    ("stall report: a line before one lock", |n| {
        stalls(async move {
            let lock = Rc::new(Lock::new(()).named("one"));
            let _guard = lock.lock().await;
            let waits = waiting(n, |_| {
                let lock = lock.clone();
                async move { drop(lock.lock().await) }
            });
            waits.await[0].ended().await;
        });
    }),
    ("stall report: many who hold permits, and many who wait for some", |n| {
        stalls(async move {
            let semaphore = Rc::new(Semaphore::new(n));
            let tasks = waiting(2 * n, |_| {
                let semaphore = semaphore.clone();
                async move {
                    let _permit = semaphore.acquire().await;
                    pending().await
                }
            });
            tasks.await[0].ended().await;
        });
    }),
    ("stall report: many of one name", |n| {
        stalls(async move {
            let tasks: Vec<_> = (0..n).map(|_| task("one of many").spawn_detached(pending())).collect();
            tasks[0].ended().await;
        });
    }),
    ("report of a deadlock: a circle", |n| {
        let (told, stop) = (Rc::new(Cell::new(0)), Rc::new(RefCell::new(None::<WeakRemote>)));
        let (tell, stops) = (told.clone(), stop.clone());
        let report = move |report: &str| {
            tell.set(report.len());
            stops.borrow().iter().for_each(WeakRemote::stop);
        };
        let runtime = Runtime::builder().debug(false).on_report(report).build();
        // It keeps the runtime from being stalled, and parked until it looks into that after a second.
        let remote = runtime.remote();
        *stop.borrow_mut() = Some(remote.downgrade());
        assert!(runtime.try_run(circle(n)).unwrap_err().was_stopped());
        assert!(told.get() > n);
    }),
    ("dump: print", |n| {
        run(async {
            let lock = Rc::new(Lock::new(()));
            let _guard = lock.lock().await;
            let tasks = waiting(n, |number| {
                let lock = lock.clone();
                async move {
                    if number % 2 == 0 {
                        drop(lock.lock().await);
                    }
                    greenlight::sleep(std::time::Duration::from_secs(1)).await;
                }
            });
            let tasks = tasks.await;
            assert!(dump().to_string().len() > n);
            cancel(&tasks);
        });
    }),
    ("dump: a task that awaits as many", |n| {
        run(async {
            let handles: Vec<_> = (0..n).map(|_| spawn(pending::<()>())).collect();
            let gathering = spawn_detached(async move { _ = greenlight::gather_tasks(handles).await });
            yield_now().await;
            assert!(dump().to_string().len() > n);
            gathering.cancel();
        });
    }),
    ("dump: a task that as many await", |n| {
        run(async {
            let handles = Rc::new([spawn(pending::<()>())]);
            let tasks = waiting(n, |_| {
                let handles = handles.clone();
                async move { _ = wait(&*handles, Until::All).await }
            });
            let tasks = tasks.await;
            assert!(dump().to_string().len() > n);
            cancel(&tasks);
        });
    }),
    ("dump: a chain", |n| {
        run(async {
            let mut last: JoinHandle<()> = spawn(pending());
            for _ in 0..n {
                let next = last;
                last = spawn(async move { next.await.unwrap() });
            }
            yield_now().await;
            assert!(dump().to_string().len() > n);
            last.task().cancel();
        });
    }),
    ("dump: ask a line for its waiters", |n| {
        run(async {
            let event = Rc::new(Event::new());
            let waits = waiting(n, |_| {
                let event = event.clone();
                async move { event.wait().await }
            });
            let waits = waits.await;
            let dump = dump();
            let greenlight::dump::WaitInfo::Object { object, .. } = &dump.tasks[1].waits[0] else { unreachable!() };
            assert_eq!(dump.waiters(object).len(), n);
            assert_eq!(tasks().len(), n + 1);
            cancel(&waits);
        });
    }),
    ("dump: again and again, after many have ended", |n| {
        // Each looks at as many slots as there were tasks, waits and timers at once; so not as often as the others.
        run(async {
            ended(&waiting(n, |_| yield_now()).await).await;
            for _ in 0..10 {
                assert_eq!(tasks().len(), 1);
            }
        });
    }),
    ("recorder: spawn, wait, wake and end", |n| {
        let recorder = Rc::new(Recorder::default());
        let runtime = Runtime::builder().virtual_clock().debug(false).observer(recorder.clone()).build();
        runtime.run(wait_and_set(n));
        assert!(recorder.lines().len() > n);
    }),
    ("debug mode: spawn, wait, wake and end", |n| debugged(wait_and_set(n))),
    ("debug mode: as many waits in one task, dropped first to last", |n| {
        debugged(async move { drop(joined(n).await) })
    }),
    ("debug mode: as many waits in one task, dropped last to first", |n| {
        debugged(async move {
            let mut waits = joined(n).await;
            while waits.pop().is_some() {}
        });
    }),
    ("debug mode: as many waits that move to another task", |n| {
        debugged(async move {
            let mut waits = joined(n).await;
            spawn(async move {
                poll_fn(|cx| {
                    waits.iter_mut().for_each(|wait| _ = wait.as_mut().poll(cx));
                    Poll::Ready(())
                })
                .await;
                drop(waits);
            })
            .await
            .unwrap();
        });
    }),
    ("debug mode: as many waits that move and end where nobody polls", |n| {
        debugged(async move {
            let event = Rc::new(Event::new());
            let mut moved = Vec::new();
            for _ in 0..n {
                let event = event.clone();
                let mut wait = Box::pin(async move { event.wait().await });
                moved.push(
                    spawn(async move {
                        poll_fn(|cx| Poll::Ready(_ = wait.as_mut().poll(cx))).await;
                        [wait]
                    })
                    .await
                    .unwrap(),
                );
            }
            drop(moved);
        });
    }),
    ("debug mode: as many sleeps in one task", |n| {
        debugged(async move {
            let sleeps = (0..n as u64).map(|n| greenlight::sleep(std::time::Duration::from_micros(n % 1000)));
            let mut sleeps: Vec<_> = sleeps.map(Box::pin).collect();
            poll_fn(|cx| {
                sleeps.retain_mut(|sleep| sleep.as_mut().poll(cx).is_pending());
                if sleeps.len() <= n / 2 { Poll::Ready(()) } else { Poll::Pending }
            })
            .await;
        });
    }),
    ("debug mode: notify one, with as many waiting", |n| {
        debugged(async move {
            let condition = Rc::new(Condition::new(()));
            let tasks = waiting(n, |_| {
                let condition = condition.clone();
                async move { drop(condition.wait(condition.lock().await).await) }
            });
            let tasks = tasks.await;
            for _ in 0..n {
                assert_eq!(condition.notify_one(&condition.lock().await), 1);
            }
            ended(&tasks).await;
        });
    }),
    ("debug mode: notify in vain, and drop", |n| {
        debugged(async move {
            for _ in 0..n {
                let condition = Condition::new(());
                condition.notify_one(&condition.lock().await);
                Event::new().pulse();
            }
        });
    }),
    ("debug mode: leave to the end of the run", |n| {
        debugged(async move {
            let event = Rc::new(Event::new());
            let waits = waiting(n, |_| {
                let event = event.clone();
                async move { event.wait().await }
            });
            _ = waits.await;
        });
    }),
];

/// Runs a future that never ends, and reads the report of that.
fn stalls(future: impl Future<Output = ()>) {
    let stalled = Runtime::builder().virtual_clock().debug(false).build().try_run(future).unwrap_err();
    assert!(stalled.to_string().contains("stalled"));
}

/// Runs a future in the debug mode.
fn debugged(future: impl Future<Output = ()>) {
    let reports = Rc::new(Cell::new(0));
    let count = reports.clone();
    let runtime = Runtime::builder().virtual_clock().debug(true).on_report(move |_| count.set(count.get() + 1)).build();
    runtime.run(future);
}

/// Tasks that await each the next, and the last the first.
async fn circle(count: usize) {
    let all: Rc<RefCell<Vec<greenlight::Task>>> = Rc::default();
    for number in 0..count {
        let others = all.clone();
        let own = spawn_detached(async move {
            let next = others.borrow()[(number + 1) % count].clone();
            next.ended().await;
        });
        all.borrow_mut().push(own);
    }
    pending().await
}

/// As many waits in one task.
async fn joined(count: usize) -> Vec<Pin<Box<dyn Future<Output = ()>>>> {
    let event = Rc::new(Event::new());
    let one = || {
        let event = event.clone();
        Box::pin(async move { event.wait().await }) as Pin<Box<dyn Future<Output = ()>>>
    };
    let mut waits: Vec<_> = (0..count).map(|_| one()).collect();
    poll_fn(|cx| {
        waits.iter_mut().for_each(|wait| _ = wait.as_mut().poll(cx));
        Poll::Ready(())
    })
    .await;
    waits
}

async fn wait_and_set(count: usize) {
    let event = Rc::new(Event::new());
    let tasks = waiting(count, |_| {
        let event = event.clone();
        async move { event.wait().await }
    });
    let tasks = tasks.await;
    event.set();
    ended(&tasks).await;
}
