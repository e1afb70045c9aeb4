//! Five programs with a fault that the usual order hides, explored by shuttle and by greenlight: how many schedules each
//! plays until it finds the fault, how long that takes, and what it says.
//!
//! `cargo run --release --manifest-path benches/shuttle/Cargo.toml 2> /dev/null` prints the table of docs/EXPLORE.md;
//! with `reports` behind `--`, what both say of the first program.

mod greenlit;
mod shuttled;

use greenlight::explore::Explorer;
use shuttle::scheduler::{DfsScheduler, PctScheduler, RandomScheduler, Scheduler};
use shuttle::{Config, FailurePersistence, Runner};
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// A search is given up after so many schedules, or so long.
const MOST: usize = 10_000_000;
const PATIENCE: Duration = Duration::from_secs(1);

/// Searches by chance are done with so many seeds, and the median is told.
const SEEDS: u64 = 7;

/// How far apart the parts of a fault are, and how many tasks there are that have nothing to do with it.
const SIZES: [(usize, usize); 3] = [(3, 0), (12, 0), (3, 3)];

type Shuttled = Pin<Box<dyn Future<Output = ()> + Send>>;
type Greenlit = Pin<Box<dyn Future<Output = ()>>>;

struct Program {
    name: &'static str,
    shuttled: fn(usize) -> Shuttled,
    greenlit: fn(usize) -> Greenlit,
}

const PROGRAMS: [Program; 5] = [
    Program {
        name: "two locks in opposite order",
        shuttled: |hops| Box::pin(shuttled::two_locks(hops)),
        greenlit: |hops| Box::pin(greenlit::two_locks(hops)),
    },
    Program {
        name: "check, then wait",
        shuttled: |hops| Box::pin(shuttled::check_then_wait(hops)),
        greenlit: |hops| Box::pin(greenlit::check_then_wait(hops)),
    },
    Program {
        name: "the last place",
        shuttled: |hops| Box::pin(shuttled::last_place(hops)),
        greenlit: |hops| Box::pin(greenlit::last_place(hops)),
    },
    Program {
        name: "notify before wait",
        shuttled: |hops| Box::pin(shuttled::notify_before_wait(hops)),
        greenlit: |hops| Box::pin(greenlit::notify_before_wait(hops)),
    },
    Program {
        name: "a missed close",
        shuttled: |hops| Box::pin(shuttled::missed_close(hops)),
        greenlit: |hops| Box::pin(greenlit::missed_close(hops)),
    },
];

/// What became of a search.
struct Found {
    schedules: usize,
    took: Duration,
    /// What was said of the fault. None if it was not found.
    said: Option<String>,
}

fn main() {
    set_hook(Box::new(|_| {}));
    if std::env::args().nth(1).is_some_and(|word| word == "reports") {
        return reports();
    }
    println!("| program | hops | others | depth first | PCT, depth 3 | random | greenlight |");
    println!("|---|---|---|---|---|---|---|");
    for &Program { name, shuttled, greenlit } in &PROGRAMS {
        for (hops, others) in SIZES {
            let search = |scheduler| by_shuttle(move || Box::pin(shuttled::among(others, shuttled(hops))), scheduler);
            let cells = [
                search(Box::new(DfsScheduler::new(Some(MOST), false))),
                by_chance(|seed| search(Box::new(PctScheduler::new_from_seed(seed, 3, MOST)))),
                by_chance(|seed| search(Box::new(RandomScheduler::new_from_seed(seed, MOST)))),
                by_greenlight(|| greenlit::among(others, greenlit(hops))),
            ];
            println!("| {name} | {hops} | {others} | {} |", cells.map(|found| found.cell()).join(" | "));
        }
    }
}

impl Found {
    fn cell(&self) -> String {
        let Found { schedules, took, said } = self;
        let not = if said.is_some() { "" } else { "none in " };
        format!("{not}{schedules}, {:.1} ms", took.as_secs_f64() * 1e3)
    }
}

/// What both say of the first program.
fn reports() {
    let Program { name, shuttled, greenlit } = PROGRAMS[0];
    let found = by_shuttle(move || shuttled(3), Box::new(RandomScheduler::new_from_seed(1, MOST)));
    println!("{name}, by shuttle:\n\n{}\n\nby greenlight:\n", found.said.unwrap_or_default());
    if let Err(failed) = Explorer::new().try_run(|| greenlit(3)) {
        println!("{failed}");
    }
}

/// The median of the searches with several seeds.
fn by_chance(search: impl Fn(u64) -> Found) -> Found {
    let mut all: Vec<_> = (1..=SEEDS).map(search).collect();
    all.sort_by_key(|found| (found.said.is_none(), found.schedules));
    all.swap_remove(all.len() / 2)
}

fn by_shuttle(program: impl Fn() -> Shuttled + Send + Sync + 'static, scheduler: Box<dyn Scheduler + Send>) -> Found {
    let mut config = Config::new();
    config.failure_persistence = FailurePersistence::None;
    config.max_time = Some(PATIENCE);
    let played = Arc::new(AtomicUsize::new(0));
    let counted = played.clone();
    let start = Instant::now();
    let ended = catch_unwind(AssertUnwindSafe(|| {
        Runner::new(scheduler, config).run(move || {
            counted.fetch_add(1, Relaxed);
            shuttle::future::block_on(program());
        })
    }));
    let said = ended.err().map(|panic| match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => panic.downcast::<&str>().map_or_else(|_| "something else".into(), |text| text.to_string()),
    });
    Found { schedules: played.load(Relaxed), took: start.elapsed(), said }
}

/// As many schedules as the search plays until it finds the fault: with one fewer it finds nothing.
fn by_greenlight<F: Future>(program: impl Fn() -> F) -> Found {
    let search = |most| {
        let start = Instant::now();
        let failed = Explorer::new().schedules(most).try_run(&program).err();
        (failed.map(|failed| failed.to_string()), start.elapsed())
    };
    let (mut least, mut most) = (0, 1);
    while most < 1 << 20 && search(most).0.is_none() {
        (least, most) = (most, most * 2);
    }
    while most - least > 1 {
        let between = (least + most) / 2;
        if search(between).0.is_some() { most = between } else { least = between }
    }
    let (said, took) = search(most);
    Found { schedules: usize::try_from(most).expect("there are few"), took, said }
}
