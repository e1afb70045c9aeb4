//! Scenarios and their logs as the tests see them: JSON that somebody else plays.

use serde_json::Value;
use std::path::{Path, PathBuf};

/// One scenario of a file.
#[derive(Debug)]
pub(crate) struct Scenario {
    /// As it stands in its file.
    pub(crate) line: String,
    pub(crate) value: Value,
}

/// What became of one scenario.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Played {
    pub(crate) name: String,
    pub(crate) log: Vec<String>,
    /// CPython promises no order for it.
    pub(crate) ambiguous: bool,
    /// In it this CPython orders a semaphore as none does from 3.13 on.
    pub(crate) lagging: bool,
}

impl Scenario {
    pub(crate) fn new(line: &str) -> Self {
        Scenario { line: line.to_owned(), value: serde_json::from_str(line).expect("a scenario is JSON") }
    }

    pub(crate) fn name(&self) -> &str {
        self.value["name"].as_str().expect("a scenario has a name")
    }
}

/// The entries of a JSON object.
pub(crate) fn entries(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// The scenarios of a file's text.
pub(crate) fn scenarios(text: &str) -> Vec<Scenario> {
    text.lines().map(Scenario::new).collect()
}

/// The answers of a player or of the oracle.
pub(crate) fn answers(text: &str) -> Vec<Played> {
    let answer = |line| {
        let answer: Value = serde_json::from_str(line).expect("an answer is JSON");
        let lines = answer["log"].as_array().expect("an answer has a log");
        Played {
            name: text_of(&answer["name"]),
            log: lines.iter().map(text_of).collect(),
            ambiguous: answer["ambiguous"].as_bool().unwrap_or(false),
            lagging: answer["lagging"].as_bool().unwrap_or(false),
        }
    };
    text.lines().map(answer).collect()
}

fn text_of(value: &Value) -> String {
    value.as_str().expect("names and log lines are texts").to_owned()
}

/// Where the oracle and the scenario files are.
pub(crate) fn oracle_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/oracle")
}
