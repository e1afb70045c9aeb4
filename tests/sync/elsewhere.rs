//! The same scenes inside a greenlight runtime, and with no runtime of greenlight's at all: under
//! pollster and under tokio. Each is played with the wakers of the executor itself, and with those
//! that FuturesUnordered makes.

use futures::future::{LocalBoxFuture, join_all, poll_fn};
use futures::stream::{FuturesUnordered, StreamExt};
use greenlight::TaskGroup;
use greenlight::sync::{Barrier, Closed, Queue, Semaphore};
use stage::{Log, run, shared};
use std::task::Poll;

/// The futures of a scene, in the order in which they are polled first.
type Parts = Vec<LocalBoxFuture<'static, ()>>;

/// Runs a future to its end.
type BlockOn<'a> = &'a dyn Fn(LocalBoxFuture<'static, ()>);

/// Lets the others run, under any executor.
async fn breathe() {
    let mut breathed = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut breathed, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Fewer than 30 futures are polled by `join_all` with the waker that it was given itself.
async fn with_the_executors_waker(parts: Parts) {
    join_all(parts).await;
}

async fn with_wakers_of_their_own(parts: Parts) {
    parts.into_iter().collect::<FuturesUnordered<_>>().collect::<Vec<()>>().await;
}

/// Plays a scene in every way, and sees that it says the same.
fn everywhere(scene: fn(Log) -> Parts, expected: &[&str]) {
    let combined = |log: Log| -> [LocalBoxFuture<'static, ()>; 2] {
        [Box::pin(with_the_executors_waker(scene(log))), Box::pin(with_wakers_of_their_own(scene(log)))]
    };
    let tokio = tokio::runtime::Builder::new_current_thread().build().expect("tokio starts");
    let executors: [(&str, BlockOn<'_>); 3] = [
        ("greenlight", &|future| run(future)),
        ("pollster", &|future| pollster::block_on(future)),
        ("tokio", &|future| tokio.block_on(future)),
    ];
    for (executor, block_on) in executors {
        let log = Log::default();
        for (future, wakers) in combined(log).into_iter().zip(["its own wakers", "FuturesUnordered"]) {
            block_on(future);
            let mut said = log.take();
            said.sort();
            assert_eq!(said, expected, "{executor}, {wakers}");
        }
    }
}

#[test]
fn a_semaphore() {
    let scene = |log: Log| {
        let desks = shared(Semaphore::bounded(2));
        let permit = desks.try_acquire().expect("two are free");
        let mut parts: Parts = Vec::new();
        for (name, count) in [("first", 2), ("second", 1)] {
            parts.push(Box::pin(async move {
                let _permit = desks.acquire_many(count).await;
                breathe().await;
                log.say(name);
            }));
        }
        parts.push(Box::pin(async move {
            breathe().await;
            drop(permit);
        }));
        parts
    };
    everywhere(scene, &["first", "second"]);
}

#[test]
fn a_barrier() {
    let scene = |log: Log| {
        let barrier = shared(Barrier::new(2));
        let part = |name| {
            Box::pin(async move {
                for _ in 0..2 {
                    barrier.wait().await.expect("nobody aborts");
                }
                log.say(name);
            }) as LocalBoxFuture<'static, ()>
        };
        vec![part("a"), part("b"), part("c"), part("d")]
    };
    everywhere(scene, &["a", "b", "c", "d"]);
}

#[test]
fn a_barrier_that_is_aborted() {
    let scene = |log: Log| {
        let barrier = shared(Barrier::new(2));
        let waits: LocalBoxFuture<'static, ()> =
            Box::pin(async move { log.say(format!("{:?}", barrier.wait().await.unwrap_err())) });
        vec![
            waits,
            Box::pin(async {
                breathe().await;
                barrier.abort();
            }),
        ]
    };
    everywhere(scene, &["Interrupted"]);
}

#[test]
fn getters_and_putters() {
    let scene = |log: Log| {
        let queue = shared(Queue::bounded(1));
        let mut parts: Parts = Vec::new();
        for _ in 0..2 {
            parts.push(Box::pin(async move {
                while let Ok(item) = queue.get().await {
                    log.say(format!("{item}"));
                    breathe().await;
                    queue.task_done().expect("each item is done once");
                }
                log.say(format!("the end: {:?}", queue.get().await.unwrap_err()));
            }));
        }
        for items in [[1, 2, 3], [4, 5, 6]] {
            parts.push(Box::pin(async move {
                for item in items {
                    queue.put(item).await.expect("nobody closes before the end");
                }
                queue.join().await;
                queue.close();
            }));
        }
        parts
    };
    let end = format!("the end: {Closed:?}");
    everywhere(scene, &["1", "2", "3", "4", "5", "6", &end, &end]);
}

#[test]
fn a_put_that_is_refused_while_it_waits() {
    let scene = |log: Log| {
        let queue = shared(Queue::bounded(1));
        queue.try_put(1).expect("there is room");
        let waits: LocalBoxFuture<'static, ()> =
            Box::pin(async move { log.say(format!("{} is back", queue.put(2).await.unwrap_err().item)) });
        vec![
            waits,
            Box::pin(async {
                breathe().await;
                queue.close();
            }),
        ]
    };
    everywhere(scene, &["2 is back"]);
}

#[test]
fn the_join_of_a_task_group_under_futures_unordered() {
    let log = Log::default();
    run(async {
        let mut joins: FuturesUnordered<_> = ["a", "b"]
            .into_iter()
            .map(|name| {
                let mut group = TaskGroup::<&str>::new();
                group.spawn(async move {
                    breathe().await;
                    log.say(format!("{name} ends"));
                    Ok(())
                });
                group.join()
            })
            .collect();
        while let Some(joined) = joins.next().await {
            joined.expect("no task fails");
            log.say("joined");
        }
    });
    assert_eq!(log.take(), ["a ends", "b ends", "joined", "joined"]);
}
