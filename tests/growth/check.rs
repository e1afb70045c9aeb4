//! Every operation, a thousand times and many times that, with as much of everything: what one costs must not grow with how
//! many there are. What is counted is instructions, not time, by valgrind; where that is not at hand, it says so and skips.

use std::collections::VecDeque;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::thread;

const FEW: u64 = 1_000;

/// Each is done no more often than this, unless [`LARGER`] is in the environment.
const MANY: u64 = 30_000;

/// Set, it has each done a hundred thousand times, or as often as the program says, which takes three times as long.
const LARGER: &str = "GREENLIGHT_LARGER";

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
    let larger = std::env::var_os(LARGER).is_some();
    let listed: Vec<(u64, &str)> = listed
        .lines()
        .map(|line| {
            let (most, name) = line.split_once(' ').expect("a number goes before the name");
            let most = most.parse().expect("it is a number");
            (if larger { most } else { MANY.min(most) }, name)
        })
        .collect();
    let few = count_each(&program, FEW);
    assert_eq!(few.len(), listed.len(), "each is counted once");
    let mut operations: VecDeque<(u64, &str, u64)> =
        listed.iter().zip(few).map(|(&(many, name), few)| (many, name, few)).collect();
    let (_, first, nothing) = operations.pop_front().expect("some are listed");
    assert_eq!(first, EMPTY, "the first does nothing");
    let empty = count(&program, EMPTY, 0).expect("to do nothing ends soon");
    let operations = Mutex::new(operations);
    let rows = Mutex::new(Vec::new());
    thread::scope(|threads| {
        for _ in 0..AT_ONCE {
            threads.spawn(|| {
                while let Some((many, name, few)) = next(&operations) {
                    let few = few.saturating_sub(nothing) as f64 / FEW as f64;
                    let dear = count(&program, name, many);
                    let dear = dear.map(|dear| dear.saturating_sub(empty) as f64 / many as f64);
                    rows.lock().expect("nobody panics with the rows").push((name, many, few, dear));
                }
            });
        }
    });
    let mut rows = rows.into_inner().expect("nobody panics with the rows");
    rows.sort_by_key(|(name, ..)| listed.iter().position(|(_, listed)| listed == name));
    println!("instructions for one of\n{FEW:>9}     many   times");
    let mut grown = Vec::new();
    for (name, many, few, dear) in rows {
        let told = dear.map_or("too many".to_string(), |dear| format!("{dear:.0}"));
        let times = dear.map_or(f64::INFINITY, |dear| dear / few);
        let row = format!("{few:>9.0}{told:>9}{times:>8.2}   {name}");
        println!("{row}");
        if times > bound(many) {
            grown.push(row);
        }
    }
    assert!(grown.is_empty(), "one of many costs too many times what one of few does:\n{}", grown.join("\n"));
}

fn next<'a>(operations: &Mutex<VecDeque<(u64, &'a str, u64)>>) -> Option<(u64, &'a str, u64)> {
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

/// How many instructions it takes to do each operation so often, in the order of the list. One process does all of them, which
/// callgrind counts apart, three times as slowly as cachegrind: for a few that costs less than to start it for each.
fn count_each(program: &Path, times: u64) -> Vec<u64> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("counted");
    _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the target's folder can be written to");
    let counted = Command::new("timeout")
        .args(["300", "valgrind", "--tool=callgrind", "--dump-before=*next_operation*"])
        .arg(format!("--callgrind-out-file={}", folder.join("part").display()))
        .arg(program)
        .args(["each", &times.to_string()])
        .env_remove("GREENLIGHT_DEBUG")
        .output()
        .expect("valgrind is at hand");
    let told = String::from_utf8_lossy(&counted.stderr);
    assert!(counted.status.success(), "each operation × {times} failed: {told}");
    // The first part is from the start of the process to the first operation.
    let parts = (2..).map_while(|number| fs::read_to_string(folder.join(format!("part.{number}"))).ok());
    let total = |part: String| part.lines().find_map(|line| line.strip_prefix("totals: ")?.parse().ok());
    parts.map(|part| total(part).expect("a part says its total")).collect()
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
