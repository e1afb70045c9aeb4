//! The same programs on greenlight.

use greenlight::sync::{Event, Lock, Queue};
use greenlight::{JoinHandle, gather_tasks, spawn, yield_now};
use std::cell::Cell;
use std::rc::Rc;

async fn yields(times: usize) {
    for _ in 0..times {
        yield_now().await;
    }
}

async fn join(tasks: impl IntoIterator<Item = JoinHandle<()>>) {
    for ended in gather_tasks(tasks).await {
        ended.expect("no task of these is cancelled");
    }
}

/// Two locks in opposite order.
pub(crate) async fn two_locks(hops: usize) {
    let (left, right) = (Rc::new(Lock::new(())), Rc::new(Lock::new(())));
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
    let (is_ready, bell) = (Rc::new(Cell::new(false)), Rc::new(Event::new()));
    let sleeper = spawn({
        let (is_ready, bell) = (is_ready.clone(), bell.clone());
        async move {
            if !is_ready.get() {
                yield_now().await;
                bell.wait().await;
            }
        }
    });
    let ringer = spawn(async move {
        yields(hops).await;
        is_ready.set(true);
        bell.pulse();
    });
    join([sleeper, ringer]).await;
}

/// A count that is looked at before an await and changed after it.
pub(crate) async fn last_place(hops: usize) {
    let seated = Rc::new(Cell::new(0));
    let guest = |delay| {
        let seated = seated.clone();
        spawn(async move {
            yields(delay).await;
            if seated.get() < 1 {
                yield_now().await;
                assert!(seated.replace(seated.get() + 1) < 1, "two sit on the last place");
                yield_now().await;
                seated.set(seated.get() - 1);
            }
        })
    };
    join([guest(0), guest(hops)]).await;
}

/// A notify that nobody waits for yet.
pub(crate) async fn notify_before_wait(hops: usize) {
    let bell = Rc::new(Event::new());
    let sleeper = spawn({
        let bell = bell.clone();
        async move { bell.wait().await }
    });
    let ringer = spawn(async move {
        yields(hops).await;
        bell.pulse();
    });
    join([sleeper, ringer]).await;
}

/// A consumer that looks for the end before it takes an item, and not while it waits for one.
pub(crate) async fn missed_close(hops: usize) {
    let (items, is_closed) = (Rc::new(Queue::unbounded()), Rc::new(Cell::new(false)));
    let consumer = spawn({
        let (items, is_closed) = (items.clone(), is_closed.clone());
        async move {
            while !is_closed.get() || !items.is_empty() {
                let _item: Result<u32, _> = items.get().await;
                yields(hops - 1).await;
            }
        }
    });
    let producer = spawn(async move {
        items.try_put(1).expect("it is open");
        yield_now().await;
        is_closed.set(true);
    });
    join([consumer, producer]).await;
}

/// Runs one of the programs among tasks that yield four times and have nothing to do with it.
pub(crate) async fn among(bystanding: usize, program: impl Future<Output = ()>) {
    let others: Vec<_> = (0..bystanding).map(|_| spawn(yields(4))).collect();
    program.await;
    join(others).await;
}
