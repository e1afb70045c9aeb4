//! How many schedules of a program are tried in a second.

use crate::measure::Watch;
use greenlight::explore::Explorer;
use greenlight::sync::{Lock, Queue};
use greenlight::{gather_tasks, task, yield_now};
use std::fmt::Write;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

/// So often each program is explored; the fastest counts, since nothing but disturbance makes one slower.
const ROUNDS: usize = 5;

/// How many schedules of each are tried at most.
const SCHEDULES: u64 = 100_000;

type Program = fn() -> Pin<Box<dyn Future<Output = ()>>>;

const PROGRAMS: [(&str, Program); 3] = [
    ("four tasks of twenty polls", || Box::pin(yields())),
    ("two take two locks, in one order", || Box::pin(locks())),
    ("three producers, a queue of one item", || Box::pin(queue())),
];

async fn yields() {
    let tasks: Vec<_> = (0..4).map(|_| greenlight::spawn(async { yields_19_times().await })).collect();
    for task in tasks {
        task.await.expect("it returns");
    }
}

async fn yields_19_times() {
    for _ in 0..19 {
        yield_now().await;
    }
}

async fn locks() {
    let [left, right] = ["left", "right"].map(|name| Rc::new(Lock::new(()).named(name)));
    let takers = ["alice", "bob"].map(|name| {
        let (left, right) = (left.clone(), right.clone());
        task(name).spawn(async move {
            let _left = left.lock().await;
            yield_now().await;
            drop(right.lock().await);
        })
    });
    gather_tasks(takers).await;
}

async fn queue() {
    let queue = Rc::new(Queue::bounded(1));
    let producers = ["alice", "bob", "carol"].map(|name| {
        let queue = queue.clone();
        task(name).spawn(async move { queue.put(name).await.expect("nobody closes it") })
    });
    for _ in &producers {
        queue.get().await.expect("nobody closes it");
    }
    gather_tasks(producers).await;
}

/// The table, as docs/PERFORMANCE.md has it.
pub fn markdown() -> String {
    let mut table = String::from("| program | schedules | orders | µs each | in a second |\n|---|---|---|---|---|\n");
    for (name, program) in PROGRAMS {
        let mut best = f64::INFINITY;
        let mut tried = (0, 0);
        for _ in 0..ROUNDS {
            let watch = Watch::start();
            let explored = Explorer::new().schedules(SCHEDULES).run(program);
            best = best.min(watch.each(explored.schedules as usize));
            tried = (explored.schedules, explored.orders);
        }
        let (schedules, orders) = tried;
        _ = writeln!(table, "| {name} | {schedules} | {orders} | {:.1} | {:.0} |", best / 1e3, 1e9 / best);
    }
    table
}
