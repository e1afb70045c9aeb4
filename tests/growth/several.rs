//! What waits for several tasks at once, and several that wait for one.

use crate::Operation;
use crate::stage::{cancel, ended, run, waiting};
use greenlight::sync::Event;
use greenlight::{
    JoinHandle, TaskGroup, Until, as_completed, gather, gather_tasks, race, spawn, spawn_detached, wait, yield_now,
};
use std::cell::RefCell;
use std::future::pending;
use std::rc::Rc;

pub(crate) const OPERATIONS: &[Operation] = &[
    ("gather", |n| {
        run(async { assert_eq!(gather((0..n).map(|n| async move { n })).await.len(), n) });
    }),
    ("gather tasks of which all panic", |n| {
        std::panic::set_hook(Box::new(|_| {}));
        run(async {
            let tasks: Vec<JoinHandle<()>> = (0..n).map(|_| spawn(async { panic!("each does") })).collect();
            assert!(gather_tasks(tasks).await.iter().all(Result::is_err));
        });
    }),
    ("gather, and drop that", |n| {
        run(async {
            let gathering = spawn_detached(async move { _ = gather((0..n).map(|_| pending::<()>())).await });
            yield_now().await;
            yield_now().await;
            gathering.cancel();
            yield_now().await;
            yield_now().await;
        });
    }),
    ("group: spawn and join", |n| {
        run(async {
            let mut group = TaskGroup::<()>::new();
            (0..n).for_each(|_| _ = group.spawn(async { Ok(()) }));
            group.join().await.unwrap();
        });
    }),
    ("group: spawn from inside, each the next", |n| {
        run(async {
            let mut group = TaskGroup::<()>::new();
            let spawner = group.spawner();
            let (start, begin) = (Rc::new(Event::new()), RefCell::new(0));
            group.spawn(async move {
                start.set();
                while *begin.borrow() < n {
                    *begin.borrow_mut() += 1;
                    spawner.spawn(async { Ok(()) }).map_err(drop)?;
                    yield_now().await;
                }
                Ok(())
            });
            group.join().await.unwrap();
        });
    }),
    ("group of which one fails", |n| {
        run(async {
            let mut group = TaskGroup::new();
            (0..n).for_each(|_| _ = group.spawn(pending::<()>()));
            group.spawn(async { Err("one of them does") });
            assert!(group.join().await.is_err());
        });
    }),
    ("group of which all fail", |n| {
        run(async {
            let mut group = TaskGroup::new();
            (0..n).for_each(|number| _ = group.spawn(async move { Err(number) }));
            assert!(group.join().await.is_err());
        });
    }),
    ("group: drop", |n| {
        run(async {
            let mut group = TaskGroup::<()>::new();
            (0..n).for_each(|_| _ = group.spawn(pending::<()>()));
            yield_now().await;
            drop(group);
            yield_now().await;
            yield_now().await;
        });
    }),
    ("wait until all have ended", |n| {
        run(async {
            let handles: Vec<_> = (0..n).map(|_| spawn(yield_now())).collect();
            assert_eq!(wait(&handles, Until::All).await.len(), n);
        });
    }),
    ("wait until one of as many has panicked", |n| {
        std::panic::set_hook(Box::new(|_| {}));
        run(async {
            let panics = |number| async move { assert!(number + 1 < n, "the last does") };
            let handles: Vec<_> = (0..n).map(|number| spawn(panics(number))).collect();
            assert_eq!(wait(&handles, Until::FirstPanic).await.len(), n);
        });
    }),
    ("take as they end", |n| {
        run(async {
            let mut ends = as_completed((0..n).map(|_| spawn(yield_now())));
            let mut count = 0;
            while ends.next_ended().await.is_some() {
                count += 1;
            }
            assert_eq!(count, n);
        });
    }),
    ("one task: as many wait for it, among others", |n| {
        run(async {
            let handles = Rc::new([spawn(yield_now()), spawn(async {})]);
            let tasks = waiting(n, |_| {
                let handles = handles.clone();
                async move { assert_eq!(wait(&*handles, Until::All).await.len(), 2) }
            });
            ended(&tasks.await).await;
        });
    }),
    ("one task: cancel those who wait for it, first to last", |n| {
        run(async {
            let tasks = watchers(n).await;
            cancel(&tasks);
            ended(&tasks).await;
        });
    }),
    ("one task: cancel those who wait for it, last to first", |n| {
        run(async {
            let tasks = watchers(n).await;
            tasks.iter().rev().for_each(|task| _ = task.cancel());
            ended(&tasks).await;
        });
    }),
    ("one task: wait for it again and again, with as many who do", |n| {
        run(async {
            let tasks = watchers(n).await;
            let handles = [spawn(pending::<()>()), spawn(async {})];
            for _ in 0..n {
                assert_eq!(wait(&handles, Until::First).await, [1]);
            }
            cancel(&tasks);
            ended(&tasks).await;
        });
    }),
    ("race", |n| {
        run(async {
            let never = (0..n).map(|number| async move {
                if number + 1 < n {
                    pending().await
                }
            });
            assert_eq!(race(never).await.0, n - 1);
        });
    }),
];

/// Tasks that wait for one that never ends.
async fn watchers(count: usize) -> Vec<greenlight::Task> {
    let handles = Rc::new([spawn(pending::<()>())]);
    waiting(count, |_| {
        let handles = handles.clone();
        async move { _ = wait(&*handles, Until::All).await }
    })
    .await
}
