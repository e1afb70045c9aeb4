//! CPython, asked now: it generates random scenarios and plays them on its own asyncio.

use crate::scenario::{Played, Scenario, answers, oracle_folder, scenarios};
use std::ffi::OsStr;
use std::fmt::{Display, Formatter, Result};
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

/// The names by which a CPython may be called. Not all that are found run: some only say that they
/// would have to be chosen first.
const NAMES: [&str; 6] = ["python3", "python3.11", "python3.12", "python3.13", "python3.14", "python3.15"];

/// The first version with barriers, timeouts and task groups.
const OLDEST: Version = [3, 11, 0];

/// The first version whose asyncio the patches fit.
const PATCHABLE: Version = [3, 13, 0];

/// Prints the version of a CPython, and fails on any other Python.
const ASK: &str = "import sys; assert sys.implementation.name == 'cpython'; print(*sys.version_info[:3])";

type Version = [u32; 3];

/// A CPython of this machine.
#[derive(Debug)]
pub(crate) struct Oracle {
    name: &'static str,
    version: Version,
}

impl Display for Oracle {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let [major, minor, patch] = self.version;
        write!(f, "CPython {major}.{minor}.{patch}")
    }
}

impl Oracle {
    /// The newest CPython there is, unless all are too old.
    pub(crate) fn newest() -> Option<&'static Self> {
        static NEWEST: OnceLock<Option<Oracle>> = OnceLock::new();
        let look = || NAMES.into_iter().filter_map(Self::called).max_by_key(|oracle| oracle.version);
        NEWEST.get_or_init(look).as_ref()
    }

    fn called(name: &'static str) -> Option<Self> {
        let asked = Command::new(name).args(["-c", ASK]).output().ok()?;
        let version = version(&String::from_utf8(asked.stdout).ok()?)?;
        (asked.status.success() && version >= OLDEST).then_some(Oracle { name, version })
    }

    /// The first scenarios of a profile and a seed.
    pub(crate) fn generate(&self, profile: &str, seed: u64, count: u64) -> Vec<Scenario> {
        scenarios(&self.run("generate.py", [profile, &seed.to_string(), &count.to_string()]))
    }

    /// Whether its asyncio can be patched to differ from CPython's as greenlight does.
    pub(crate) fn can_be_patched(&self) -> bool {
        self.version >= PATCHABLE
    }

    /// Its answers to the scenarios of a file.
    pub(crate) fn play(&self, file: &Path) -> Vec<Played> {
        answers(&self.run("asyncio_oracle.py", [file]))
    }

    /// Its answers where asyncio is patched.
    pub(crate) fn play_as_greenlight(&self, file: &Path) -> Vec<Played> {
        answers(&self.run("asyncio_oracle.py", ["--as".as_ref(), "greenlight".as_ref(), file.as_os_str()]))
    }

    fn run<A: AsRef<OsStr>>(&self, script: &str, arguments: impl IntoIterator<Item = A>) -> String {
        let output = Command::new(self.name)
            .arg(oracle_folder().join(script))
            .args(arguments)
            .output()
            .expect("a Python that has said its version starts again");
        assert!(output.status.success(), "{script} failed:\n{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("the oracle writes UTF-8")
    }
}

fn version(said: &str) -> Option<Version> {
    let numbers: Vec<u32> = said.split_whitespace().map(|number| number.parse().ok()).collect::<Option<_>>()?;
    numbers.try_into().ok()
}

/// Plays a scenario that stalls, and prints how many coroutines are still under way.
const LEFT_OVER: &str = r#"
import gc, inspect, sys
sys.path.insert(0, "."); sys.dont_write_bytecode = True
import asyncio_oracle
gc.disable()
asyncio_oracle.play({"name": "stalls", "objects": {"b": {"kind": "barrier", "parties": 2}},
                     "tasks": {"a": [["wait", "b"]]}, "start": ["a"]})
states = [inspect.getcoroutinestate(it) for it in gc.get_objects() if inspect.iscoroutine(it)]
print(sum(state != inspect.CORO_CLOSED for state in states))
"#;

#[test]
fn the_oracle_leaves_nothing_of_a_scenario_to_run_in_the_midst_of_the_next() {
    let Some(oracle) = Oracle::newest() else { return };
    let script = Command::new(oracle.name).args(["-c", LEFT_OVER]).current_dir(oracle_folder()).output();
    let output = script.expect("a Python that has said its version starts again");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "0\n", "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn versions_are_in_the_order_of_their_numbers() {
    assert_eq!(version("3 9 18\n"), Some([3, 9, 18]));
    assert!(version("3 9 18\n") < version("3 11 2\n"));
    assert_eq!(version("python3.13: command not found"), None);
}
