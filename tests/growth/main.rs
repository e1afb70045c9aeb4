//! A program that does one operation so many times, and nothing else: `growth NAME COUNT`. `growth each COUNT` does every one,
//! in the order of the list, which it prints without arguments: each after how often it is done at most. What an operation costs
//! is counted from outside, see check.rs.

mod broken_off;
mod objects;
mod outside;
mod queues;
mod reports;
mod several;
mod stage;
mod tasks;
mod time;

use std::hint::black_box;
use std::process::ExitCode;
use std::thread;

/// What can be done many times. Each is done as often as it is told to, with as many tasks, waits or items in its way as
/// that, where there can be any in its way.
type Operation = (&'static str, fn(usize));

/// How often an operation is done at most.
const MANY: usize = 100_000;

/// How often, if it tells of all that there is, which takes many times as long as most others.
const MANY_TOLD: usize = 30_000;

/// To start and to end.
const NOTHING: &[Operation] = &[("nothing", |_| {})];

fn main() -> ExitCode {
    let operations: Vec<Operation> = [
        NOTHING,
        tasks::OPERATIONS,
        objects::OPERATIONS,
        broken_off::OPERATIONS,
        queues::OPERATIONS,
        several::OPERATIONS,
        time::OPERATIONS,
        outside::OPERATIONS,
        reports::OPERATIONS,
    ]
    .concat();
    let mut arguments = std::env::args().skip(1);
    let Some(name) = arguments.next() else {
        for (name, _) in operations {
            let tells = reports::OPERATIONS.iter().any(|(telling, _)| *telling == name);
            println!("{} {name}", if tells { MANY_TOLD } else { MANY });
        }
        return ExitCode::SUCCESS;
    };
    let count = arguments.next().and_then(|count| count.parse().ok());
    let done: Vec<Operation> = operations.into_iter().filter(|(known, _)| name == "each" || *known == name).collect();
    let Some(count) = count.filter(|_| !done.is_empty()) else {
        eprintln!(
            "growth: call it with the name of an operation, or `each`, and how often to do it; without arguments it lists them"
        );
        return ExitCode::FAILURE;
    };
    for (_, operation) in done {
        next_operation();
        // What a runtime leaves in its thread is gone before the next operation.
        thread::spawn(move || operation(count)).join().expect("an operation that panics fails");
    }
    next_operation();
    ExitCode::SUCCESS
}

/// Where those who count begin anew.
#[inline(never)]
fn next_operation() {
    black_box(());
}
