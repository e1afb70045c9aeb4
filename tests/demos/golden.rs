//! The traces of the demos, byte for byte: whoever changes what a program traces sees which rows that changes.
//!
//! `GREENLIGHT_BLESS=1` writes the files anew. Whether a trace is right, the comparison of states decides, beside the
//! scenarios; a commit that changes a file here says which row changed and why.

use crate::{demos, end, names, run};
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

/// A thread acts in it, at a moment of its own.
const FREE: &str = "thread";

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../tests/demos/golden/{name}.jsonl"))
}

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("golden");
    fs::create_dir_all(&folder).expect("the folder for tests can be written to");
    folder
}

fn trace(name: &str) -> String {
    let path = folder().join(format!("{name}.jsonl"));
    run(&["run", name, "--trace", path.to_str().expect("the path is text")]);
    fs::read_to_string(path).expect("the trace is text")
}

#[test]
fn each_demo_traces_the_rows_that_it_is_known_to() {
    for name in names().iter().filter(|name| *name != FREE) {
        let (path, now) = (golden(name), trace(name));
        if std::env::var_os("GREENLIGHT_BLESS").is_some() {
            fs::write(&path, &now).expect("the folder of the known traces can be written to");
        }
        let known = fs::read_to_string(&path).unwrap_or_default();
        let differ = known.lines().zip(now.lines()).position(|(known, now)| known != now);
        let row = differ.unwrap_or(known.lines().count().min(now.lines().count()));
        assert!(
            known == now,
            "{name}, row {}: known is {:?}, and it traces {:?}; GREENLIGHT_BLESS=1 takes that over",
            row + 1,
            known.lines().nth(row),
            now.lines().nth(row)
        );
    }
}

#[test]
fn a_schedule_that_deviates_nowhere_traces_the_same_rows() {
    let path = folder().join("scheduled.jsonl");
    let scheduled = |schedule, name: &str| {
        let mut command = demos(&["run", name, "--trace", path.to_str().expect("the path is text")]);
        end(command.env("GREENLIGHT_SCHEDULE", schedule));
        fs::read_to_string(&path).expect("the trace is text")
    };
    let known = |name: &str| fs::read_to_string(golden(name)).expect("it is known");
    for name in names().iter().filter(|name| *name != FREE) {
        assert!(scheduled("gl1:", name) == known(name), "{name}");
    }
    assert!(scheduled("gl1:1@1", "waiter") != known("waiter"), "the environment has the schedule followed");
}

#[test]
fn a_schedule_that_deviates_nowhere_plays_scenarios_as_they_are() {
    for profile in ["everything", "mixed", "ties"] {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../tests/oracle/recorded/{profile}.jsonl"));
        let args = ["play", file.to_str().expect("the path is text")];
        let [ordinary, scheduled] = [None, Some("gl1:")].map(|schedule| {
            let mut command = demos(&args);
            end(command.envs(schedule.map(|schedule| ("GREENLIGHT_SCHEDULE", schedule)))).stdout
        });
        assert_eq!(ordinary.lines().count(), 100, "{profile}");
        assert!(ordinary == scheduled, "{profile}");
    }
}

#[test]
fn no_trace_is_known_of_a_program_that_is_not_there() {
    let known = fs::read_dir(golden("x").parent().expect("it is in a folder")).expect("the folder is there");
    let mut known: Vec<_> = known.map(|file| file.expect("a file of the folder").file_name()).collect();
    known.sort();
    let expected = names().into_iter().filter(|name| name != FREE).map(|name| OsString::from(name + ".jsonl"));
    let mut expected: Vec<_> = expected.collect();
    expected.sort();
    assert_eq!(known, expected);
}
