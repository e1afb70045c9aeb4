//! Each program against its asyncio twin under CPython: the same arguments, the same lines.

use crate::lines::CROSSWALK;
use crate::{Ended, end, names, run};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

/// Whether there is a python3 that has `asyncio.Runner`, as of 3.11. Says aloud if there is none.
static PYTHON: LazyLock<bool> = LazyLock::new(|| {
    let mut probe = Command::new("python3");
    probe.args(["-c", "import asyncio; asyncio.Runner"]);
    let found = probe.stdout(Stdio::null()).stderr(Stdio::null()).status();
    let found = found.is_ok_and(|status| status.success());
    if !found {
        // Past the capture of the test harness, which shows nothing of a test that passes.
        let _ = writeln!(std::io::stderr(), "skipped: no python3 of 3.11 or later runs the asyncio twins");
    }
    found
});

fn python(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("python").join(file)
}

/// Compares a program with its twin, both on virtual time.
fn compare(name: &str, args: &[&str]) {
    if !*PYTHON {
        return;
    }
    let rust = run(&[&["run", name], args].concat());
    let mut twin = Command::new("python3");
    twin.arg(python("virtual.py")).arg(python(&format!("{name}.py"))).args(args);
    let twin = end(&mut twin);
    assert_eq!(twin.stdout, rust.stdout, "{name} {args:?}\n{}", twin.stderr);
    assert_eq!(twin.code, rust.code, "{name} {args:?}\n{}", twin.stderr);
    if rust.code == Some(0) {
        assert_eq!(twin.stderr, rust.stderr, "{name} {args:?}");
    }
}

#[test]
fn every_program_prints_what_its_twin_prints() {
    for name in names() {
        compare(&name, &[]);
    }
}

#[test]
fn periodic_prints_what_its_twin_prints_for_any_number_of_ticks() {
    for ticks in ["0", "1", "7"] {
        compare("periodic", &["--ticks", ticks]);
    }
}

#[test]
fn the_slow_consumer_misses_what_its_twin_misses() {
    for ticks in ["0", "1", "2", "4", "12"] {
        compare("periodic-slow", &["--ticks", ticks]);
    }
}

#[test]
fn a_twin_prints_the_same_in_real_time() {
    if !*PYTHON {
        return;
    }
    let Ended { code, stdout, stderr } = end(Command::new("python3").arg(python("crosswalk.py")));
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (Some(0), CROSSWALK, ""));
}
