//! Weighs one contender in one row of memory: `weigh ROW CONTENDER` prints the figure. `benches` calls it.

use benches::contenders;
use benches::rows::ROWS;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use std::alloc::System;
use std::process::ExitCode;

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let [row, contender] = &arguments[..] else { return refuse() };
    let row = ROWS.iter().find(|known| known.name == row && known.kind.is_heap());
    let works = contenders::weighed().into_iter().find(|(known, _)| known == contender);
    let Some((row, (_, works))) = row.zip(works) else { return refuse() };
    let Some((_, work)) = works.into_iter().find(|(known, _)| *known == row.name) else { return refuse() };
    println!("{}", work(row.operations));
    ExitCode::SUCCESS
}

fn refuse() -> ExitCode {
    eprintln!("weigh ROW CONTENDER weighs a contender that runs that row of memory; run benches, which calls it");
    ExitCode::from(2)
}
