//! Plays scenarios by the `demos` binary, as a user does.

use crate::scenario::{Played, Scenario, answers};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Plays a file of scenarios, all of which have to be playable.
pub(crate) fn play(file: &Path) -> Vec<Played> {
    let output = demos_play(file);
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "demos play {} complains:\n{complaints}", file.display());
    answers(&String::from_utf8(output.stdout).expect("logs are UTF-8"))
}

/// `demos play FILE`, run in the folder of the file, so that it goes by its short name.
pub(crate) fn demos_play(file: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_greenlight-demos"))
        .arg("play")
        .arg(file.file_name().expect("a scenario file has a name"))
        .current_dir(file.parent().expect("a scenario file is in a folder"))
        .env("NO_COLOR", "1")
        .output()
        .expect("the demos binary starts")
}

/// Writes scenarios to the file of a test.
pub(crate) fn write(test: &str, scenarios: &[Scenario]) -> PathBuf {
    let lines = scenarios.iter().map(|scenario| format!("{}\n", scenario.line));
    write_bytes(test, lines.collect::<String>().as_bytes())
}

/// Writes anything to the file of a test.
pub(crate) fn write_bytes(test: &str, bytes: &[u8]) -> PathBuf {
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{test}.jsonl"));
    fs::write(&file, bytes).expect("the folder for test files can be written");
    file
}
