//! The programs on tokio's primitives, as shuttle has them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use tokio::sync::{Mutex, Notify, mpsc};
use tokio::task::{JoinHandle, spawn, yield_now};

async fn yields(times: usize) {
    for _ in 0..times {
        yield_now().await;
    }
}

async fn join(tasks: impl IntoIterator<Item = JoinHandle<()>>) {
    for task in tasks {
        task.await.expect("no task of these is aborted");
    }
}

/// Two locks in opposite order.
pub(crate) async fn two_locks(hops: usize) {
    let (left, right) = (Arc::new(Mutex::new(())), Arc::new(Mutex::new(())));
    let first = spawn({
        let (left, right) = (left.clone(), right.clone());
        async move {
            let _left = left.lock().await;
            yield_now().await;
            let _right = right.lock().await;
        }
    });
    let second = spawn(async move {
        yields(hops).await;
        let _right = right.lock().await;
        yield_now().await;
        let _left = left.lock().await;
    });
    join([first, second]).await;
}

/// A look at a flag, and a wait that comes a moment later.
pub(crate) async fn check_then_wait(hops: usize) {
    let (is_ready, bell) = (Arc::new(AtomicBool::new(false)), Arc::new(Notify::new()));
    let sleeper = spawn({
        let (is_ready, bell) = (is_ready.clone(), bell.clone());
        async move {
            if !is_ready.load(Relaxed) {
                yield_now().await;
                bell.notified().await;
            }
        }
    });
    let ringer = spawn(async move {
        yields(hops).await;
        is_ready.store(true, Relaxed);
        bell.notify_waiters();
    });
    join([sleeper, ringer]).await;
}

/// A count that is looked at before an await and changed after it.
pub(crate) async fn last_place(hops: usize) {
    let seated = Arc::new(AtomicUsize::new(0));
    let guest = |delay| {
        let seated = seated.clone();
        spawn(async move {
            yields(delay).await;
            if seated.load(Relaxed) < 1 {
                yield_now().await;
                assert!(seated.fetch_add(1, Relaxed) < 1, "two sit on the last place");
                yield_now().await;
                seated.fetch_sub(1, Relaxed);
            }
        })
    };
    join([guest(0), guest(hops)]).await;
}

/// A notify that nobody waits for yet.
pub(crate) async fn notify_before_wait(hops: usize) {
    let bell = Arc::new(Notify::new());
    let sleeper = spawn({
        let bell = bell.clone();
        async move { bell.notified().await }
    });
    let ringer = spawn(async move {
        yields(hops).await;
        bell.notify_waiters();
    });
    join([sleeper, ringer]).await;
}

/// A consumer that looks for the end before it takes an item, and not while it waits for one.
pub(crate) async fn missed_close(hops: usize) {
    let (sender, mut receiver) = mpsc::unbounded_channel();
    let is_closed = Arc::new(AtomicBool::new(false));
    let consumer = spawn({
        let is_closed = is_closed.clone();
        async move {
            while !is_closed.load(Relaxed) || !receiver.is_empty() {
                let _item = receiver.recv().await;
                yields(hops - 1).await;
            }
        }
    });
    let kept = sender.clone();
    let producer = spawn(async move {
        kept.send(1).expect("the consumer is there");
        yield_now().await;
        is_closed.store(true, Relaxed);
    });
    join([consumer, producer]).await;
    drop(sender);
}

/// So many tasks that yield four times and have nothing to do with it.
pub(crate) fn bystanders(count: usize) -> Vec<JoinHandle<()>> {
    (0..count).map(|_| spawn(yields(4))).collect()
}

/// Runs one of the programs among bystanders.
pub(crate) async fn among(bystanding: usize, program: impl Future<Output = ()>) {
    let others = bystanders(bystanding);
    program.await;
    join(others).await;
}
