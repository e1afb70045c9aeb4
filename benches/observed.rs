//! What it costs to be watched: programs with nobody who watches and with several who do, for each event.

use crate::measure::Watch;
use greenlight::sync::{Event, Lock, Queue};
use greenlight::trace::{Observer, Recorder, TraceEvent, TraceFile};
use greenlight::{Builder, Runtime, gather, sleep, task, yield_now};
use std::cell::Cell;
use std::fmt::Write;
use std::fs;
use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Duration;

/// So often each program is run; the fastest counts, since nothing but disturbance makes one slower.
const ROUNDS: usize = 15;

/// How large the programs are.
const SIZE: usize = 2000;

type Program = fn() -> Pin<Box<dyn Future<Output = ()>>>;

const PROGRAMS: [(&str, Program); 4] = [
    ("two tasks set each other's event", || Box::pin(ping_pong())),
    ("a chain at a lock", || Box::pin(chain())),
    ("a queue of one item", || Box::pin(queue())),
    ("sleeps", || Box::pin(sleeps())),
];

async fn ping_pong() {
    let events = Rc::new([Event::new(), Event::new()]);
    let player = |own: usize| {
        let events = events.clone();
        async move {
            for _ in 0..SIZE / 2 {
                events[1 - own].set();
                events[own].wait().await;
                events[own].clear();
            }
            events[1 - own].set();
        }
    };
    gather([player(0), player(1)]).await;
}

async fn chain() {
    let lock = Rc::new(Lock::new(0));
    let one = |_| {
        let lock = lock.clone();
        async move {
            let mut guard = lock.lock().await;
            yield_now().await;
            *guard += 1;
        }
    };
    gather((0..SIZE / 2).map(one)).await;
}

async fn queue() {
    let queue = Rc::new(Queue::bounded(1));
    let theirs = queue.clone();
    let puts = task("puts").spawn(async move {
        for item in 0..SIZE / 2 {
            theirs.put(item).await.expect("nobody closes it");
        }
    });
    for _ in 0..SIZE / 2 {
        queue.get().await.expect("nobody closes it");
    }
    puts.await.expect("it returns");
}

async fn sleeps() {
    gather((0..SIZE / 2).map(|n| sleep(Duration::from_micros(1 + n as u64 % 97)))).await;
}

/// Counts, and does nothing else.
#[derive(Default)]
struct Counts(Cell<u64>);

impl Observer for Counts {
    fn on_event(&self, _: &TraceEvent) {
        self.0.set(self.0.get() + 1);
    }
}

/// Does nothing.
struct Nothing;

impl Observer for Nothing {
    fn on_event(&self, _: &TraceEvent) {}
}

/// Nanoseconds that a program takes, with the runtime that is built so.
fn time(program: Program, build: impl FnOnce(Builder) -> Builder) -> f64 {
    let runtime = build(Runtime::builder().virtual_clock().debug(false)).build();
    let watch = Watch::start();
    runtime.run(program());
    drop(runtime);
    watch.each(1)
}

/// The table, as docs/PERFORMANCE.md has it.
///
/// # Panics
/// When no file can be written among the temporary ones.
pub fn markdown() -> String {
    let mut table = String::from(
        "| program | events | does nothing | `Recorder` | `Recorder::last(1000)` | rows | bytes of rows |\n\
        |---|---|---|---|---|---|---|\n",
    );
    let file = |number: usize| -> PathBuf { std::env::temp_dir().join(format!("greenlight-rows-{number}.jsonl")) };
    for (name, program) in PROGRAMS {
        let counts = Rc::new(Counts::default());
        time(program, |builder| builder.observer(counts.clone()));
        let events = counts.0.get() as f64;
        let mut best = [f64::INFINITY; 5];
        let mut bytes = 0.0;
        for round in 0..ROUNDS {
            let rows = Rc::new(TraceFile::create(file(round)).expect("a temporary file can be written"));
            let path = rows.path().to_path_buf();
            let took = [
                time(program, |builder| builder),
                time(program, |builder| builder.observer(Rc::new(Nothing))),
                time(program, |builder| builder.observer(Rc::new(Recorder::default()))),
                time(program, |builder| builder.observer(Rc::new(Recorder::last(1000)))),
                time(program, |builder| builder.observer(rows)),
            ];
            best.iter_mut().zip(took).for_each(|(best, took)| *best = best.min(took));
            bytes = fs::metadata(&path).map_or(0.0, |file| file.len() as f64);
            _ = fs::remove_file(path);
        }
        let [unwatched, watched @ ..] = best;
        let costs: Vec<_> = watched.iter().map(|took| format!("{:.0} ns", (took - unwatched) / events)).collect();
        _ = writeln!(table, "| {name} | {events} | {} | {:.1} |", costs.join(" | "), bytes / events);
    }
    table
}
