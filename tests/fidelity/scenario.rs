//! Scenarios and their logs as the tests see them: JSON that somebody else plays.

use serde_json::Value;
use std::path::{Path, PathBuf};

/// The kinds of objects and the operations that `demos play` knows. Scenarios that use another are
/// left out of every comparison: whoever teaches the player one adds it here, and nowhere else.
const PLAYABLE_KINDS: [&str; 6] = ["event", "lock", "condition", "semaphore", "barrier", "queue"];
const PLAYABLE_OPERATIONS: [&str; 22] = [
    "say",
    "yield",
    "sleep",
    "start",
    "join",
    "cancel",
    "fail",
    "repeat",
    "gather",
    "group",
    "set",
    "clear",
    "is_set",
    "wait",
    "with",
    "wait_for",
    "notify",
    "notify_all",
    "add",
    "timeout",
    "put",
    "get",
];

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
}

impl Scenario {
    pub(crate) fn new(line: &str) -> Self {
        Scenario { line: line.to_owned(), value: serde_json::from_str(line).expect("a scenario is JSON") }
    }

    pub(crate) fn name(&self) -> &str {
        self.value["name"].as_str().expect("a scenario has a name")
    }

    /// Whether the lines of different tasks may interleave as they like.
    pub(crate) fn is_per_task(&self) -> bool {
        match self.value["order"].as_str() {
            Some("exact") => false,
            Some("per task") => true,
            order => panic!("{} has the unknown order {order:?}", self.name()),
        }
    }

    /// Whether the player knows all that it uses.
    pub(crate) fn is_playable(&self) -> bool {
        let mut kinds = entries(&self.value["objects"]).map(|(_, object)| text(&object["kind"]));
        let mut blocks = entries(&self.value["tasks"]).map(|(_, block)| block);
        kinds.all(|kind| PLAYABLE_KINDS.contains(&kind)) && blocks.all(is_playable_block)
    }
}

fn is_playable_block(block: &Value) -> bool {
    let mut operations = block.as_array().into_iter().flatten();
    operations.all(|operation| {
        let mut blocks = operation.as_array().into_iter().flatten().filter(is_block);
        PLAYABLE_OPERATIONS.contains(&text(&operation[0])) && blocks.all(is_playable_block)
    })
}

fn is_block(argument: &&Value) -> bool {
    argument[0].is_array()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
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

#[test]
fn a_scenario_is_playable_if_all_that_it_uses_is_known_also_in_inner_blocks() {
    let of =
        |objects: &str, block: &str| Scenario::new(&format!(r#"{{"objects": {objects}, "tasks": {{"t": {block}}}}}"#));
    let event = r#"{"e": {"kind": "event"}}"#;
    assert!(of(event, r#"[["repeat", 2, [["wait", "e"]]]]"#).is_playable());
    assert!(!of(event, r#"[["repeat", 2, [["waltz", "e"]]]]"#).is_playable());
    assert!(!of(r#"{"e": {"kind": "mirror"}}"#, "[]").is_playable());
}
