//! Builds the checks of an exercise.

use super::exercise::{Exercise, write};
use serde_json::Value;
use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Stands in the target of a workspace once all was built that its exercises stand on.
const BUILT: &str = "workshop-is-built";

/// A workspace, and what is built of it.
#[derive(Clone, Debug)]
pub(crate) struct Cargo {
    workspace: PathBuf,
    target: PathBuf,
    /// Whether the compiler's messages are for a terminal.
    is_coloured: bool,
    /// Whether nobody works in that workspace.
    is_copy: bool,
}

/// What came of a build.
pub(crate) enum Build {
    /// The program that the checks are, and what the compiler has to say all the same.
    Built { checks: PathBuf, warnings: String },
    /// In the compiler's own words.
    Broken(String),
}

impl Cargo {
    /// Builds the learner's workspace.
    pub(crate) fn of_learner(workspace: &Path) -> Cargo {
        let named = env::var_os("CARGO_TARGET_DIR").filter(|value| !value.is_empty());
        let here = env::current_dir().unwrap_or_default();
        let target = named.map_or(workspace.join("target"), |named| here.join(named));
        let is_coloured = io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Cargo { workspace: workspace.into(), target, is_coloured, is_copy: false }
    }

    /// Builds a copy of the workspace that nobody looks at.
    pub(crate) fn of_copy(workspace: &Path) -> Cargo {
        Cargo { workspace: workspace.into(), target: workspace.join("target"), is_coloured: false, is_copy: true }
    }

    /// Where what is made of a run may lie.
    pub(crate) fn folder_of_runs(&self) -> PathBuf {
        self.target.join("check")
    }

    /// Builds the checks of an exercise.
    pub(crate) fn build(&self, exercise: &Exercise, is_mine: bool) -> Result<Build, String> {
        let mut command = self.command();
        command.args(["-p", &exercise.name, "--test", "check", "--message-format=json-render-diagnostics"]);
        command.args(is_mine.then_some("--features=mine"));
        let output = command.output().map_err(not_there)?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if !output.status.success() {
            return Ok(Build::Broken(said));
        }
        let checks = String::from_utf8_lossy(&output.stdout).lines().find_map(checks);
        let checks = checks
            .ok_or_else(|| format!("cargo has built no checks of {}: is there a tests/check.rs?", exercise.name))?;
        Ok(Build::Built { checks, warnings: said })
    }

    /// Whether what the exercises stand on has to be built yet.
    pub(crate) fn is_new(&self) -> bool {
        !self.target.join(BUILT).exists()
    }

    /// Builds what the exercises stand on, each as the first does that needs it. What does not compile is told when it is
    /// checked.
    pub(crate) fn build_all_below(&self, exercises: &[Exercise]) -> Result<(), String> {
        let needs = |exercise: &Exercise, name: &str| {
            let manifest = exercise.read("Cargo.toml").unwrap_or_default();
            manifest.lines().any(|line| line.split(['=', '.']).next().is_some_and(|key| key.trim() == name))
        };
        for name in ["kit", "futures-util", "greenlight"] {
            if let Some(exercise) = exercises.iter().find(|exercise| needs(exercise, name)) {
                self.build(exercise, false)?;
            }
        }
        write(&self.target.join(BUILT), "")
    }

    fn command(&self) -> Command {
        let mut command = Command::new(program());
        command.args(["test", "--no-run", "--quiet"]).current_dir(&self.workspace);
        command.arg(if self.is_coloured { "--color=always" } else { "--color=never" });
        command.env("CARGO_TARGET_DIR", &self.target).stdin(Stdio::null());
        if self.is_copy {
            // Nobody reads a backtrace, and what is built is run once.
            command.env("CARGO_PROFILE_DEV_DEBUG", "0");
        }
        command
    }
}

/// The cargo that runs this, if one does.
fn program() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

fn not_there(error: io::Error) -> String {
    format!("cannot start cargo: {error}; the workshop needs it, as from https://rustup.rs")
}

/// The program that is told of in a line of cargo's, if it is the checks'.
fn checks(line: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(line).ok()?;
    let is_it = message["reason"] == "compiler-artifact" && message["target"]["name"] == "check";
    message["executable"].as_str().filter(|_| is_it).map(PathBuf::from)
}
