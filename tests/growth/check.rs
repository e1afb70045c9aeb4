//! Every operation, a thousand times and many times that, with as much of everything: what one costs must not grow with how
//! many there are. What is counted is instructions, not time, by valgrind; where that is not at hand, it says so and skips.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;

const FEW: u64 = 1_000;

/// By how many times one of so many may be dearer than one of a few: memory that grows is moved, maps and heaps are as deep as
/// their number has digits. It is three for a hundred thousand, and as sharp for fewer: what makes one of a hundred thousand
/// three times as dear makes one of thirty thousand 1.6 times as dear.
fn bound(many: u64) -> f64 {
    1.0 + 2.0 * many as f64 / 100_000.0
}

/// What starts the process and ends it, in instructions. It is taken off, so that it hides nothing at the smallest size.
const EMPTY: &str = "nothing";

/// So many operations are counted at once.
const AT_ONCE: usize = 2;

#[test]
fn no_operation_costs_more_where_there_are_many() {
    if Command::new("valgrind").arg("--version").output().is_err() {
        println!("skipped: valgrind, which counts instructions, is not at hand");
        return;
    }
    let program = build();
    let listed = Command::new(&program).output().expect("the program that was built can be run");
    let listed = String::from_utf8(listed.stdout).expect("the names of operations are text");
    let empty = count(&program, EMPTY, 0).expect("to do nothing ends soon");
    let listed = listed.lines().map(|line| {
        let (many, name) = line.split_once(' ').expect("a number goes before the name");
        (many.parse().expect("it is a number"), name)
    });
    let operations: VecDeque<(u64, &str)> = listed.filter(|(_, name)| *name != EMPTY).collect();
    let names: Vec<&str> = operations.iter().map(|(_, name)| *name).collect();
    let operations = Mutex::new(operations);
    let rows = Mutex::new(Vec::new());
    thread::scope(|threads| {
        for _ in 0..AT_ONCE {
            threads.spawn(|| {
                while let Some((many, name)) = next(&operations) {
                    let each = [FEW, many].map(|size| {
                        let instructions = count(&program, name, size)?.saturating_sub(empty);
                        Some(instructions as f64 / size as f64)
                    });
                    rows.lock().expect("nobody panics with the rows").push((name, many, each));
                }
            });
        }
    });
    let mut rows = rows.into_inner().expect("nobody panics with the rows");
    rows.sort_by_key(|(name, ..)| names.iter().position(|listed| listed == name));
    println!("instructions for one of\n{FEW:>9}     many   times");
    let mut grown = Vec::new();
    for (name, many, each) in rows {
        let told = each.map(|each| each.map_or("too many".to_string(), |each| format!("{each:.0}")));
        let times = each[0].zip(each[1]).map(|(few, many)| many / few);
        let row = format!("{:>9}{:>9}{:>8.2}   {name}", told[0], told[1], times.unwrap_or(f64::INFINITY));
        println!("{row}");
        if times.is_none_or(|times| times > bound(many)) {
            grown.push(row);
        }
    }
    assert!(grown.is_empty(), "one of many costs too many times what one of few does:\n{}", grown.join("\n"));
}

fn next<'a>(operations: &Mutex<VecDeque<(u64, &'a str)>>) -> Option<(u64, &'a str)> {
    operations.lock().expect("nobody panics with the operations").pop_front()
}

/// Builds the program with all optimizations, whatever this test was built with: a hundred thousand of everything take long
/// enough under valgrind.
fn build() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("growth");
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_string());
    let built = Command::new(cargo)
        .args(["build", "--release", "--quiet", "--bin", "growth", "--manifest-path"])
        .arg(manifest)
        .arg("--target-dir")
        .arg(&target)
        .status()
        .expect("cargo can be run");
    assert!(built.success(), "the program that does the operations does not build");
    target.join("release").join("growth")
}

/// How many instructions it takes to do an operation so often. None if it is not done within a multiple of what the slowest
/// takes, which means that it never would be.
fn count(program: &Path, operation: &str, times: u64) -> Option<u64> {
    let counted = Command::new("timeout")
        .args(["300", "valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(program)
        .args([operation, &times.to_string()])
        .env_remove("GREENLIGHT_DEBUG")
        .output()
        .expect("valgrind is at hand");
    if counted.status.code() == Some(124) {
        return None;
    }
    let told = String::from_utf8_lossy(&counted.stderr);
    assert!(counted.status.success(), "{operation} × {times} failed: {told}");
    let line = told.lines().find_map(|line| line.split_once("refs:")).unwrap_or_else(|| panic!("no count in: {told}"));
    Some(line.1.trim().replace(',', "").parse().expect("a count is a number"))
}
