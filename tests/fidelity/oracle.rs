//! CPython, asked now: it generates random scenarios and plays them on its own asyncio.

use crate::scenario::{Played, Scenario, answers, oracle_folder, scenarios};
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

/// How many scenarios of a profile are generated, at most, for one that is playable.
const PATIENCE: usize = 32;

/// Whether there is a Python that is new enough for barriers, timeouts and task groups.
pub(crate) fn is_at_hand() -> bool {
    let version = "import sys; sys.exit(sys.version_info < (3, 11))";
    let asked = Command::new("python3").args(["-c", version]).output();
    asked.is_ok_and(|output| output.status.success())
}

/// The first playable scenarios of a profile and a seed.
pub(crate) fn generate(profile: &str, seed: u64, count: usize) -> Vec<Scenario> {
    let enough = PATIENCE * count.max(100);
    let mut asked = count;
    loop {
        let arguments = [profile, &seed.to_string(), &asked.to_string()];
        let mut found = scenarios(&python("generate.py", arguments));
        found.retain(Scenario::is_playable);
        if found.len() >= count {
            found.truncate(count);
            return found;
        }
        asked *= 2;
        assert!(asked <= enough, "of the profile {profile} hardly anything is playable");
    }
}

/// CPython's answers to the scenarios of a file.
pub(crate) fn play(file: &Path) -> Vec<Played> {
    answers(&python("asyncio_oracle.py", [file]))
}

fn python<A: AsRef<OsStr>>(script: &str, arguments: impl IntoIterator<Item = A>) -> String {
    let output = Command::new("python3")
        .arg(oracle_folder().join(script))
        .args(arguments)
        .output()
        .expect("python3 starts, as it did before");
    assert!(output.status.success(), "{script} failed:\n{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("the oracle writes UTF-8")
}
