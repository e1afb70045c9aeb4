//! The table of differences in docs/ARCHITECTURE.md, the patches that make asyncio differ from CPython's in the same way,
//! and a scenario for each: all three name the same rows.

use crate::difference::assert_agree;
use crate::player;
use crate::recorded::read;
use crate::scenario::{Scenario, answers, oracle_folder, scenarios};
use std::collections::BTreeSet;
use std::fs;

/// The rows of the table, by their first cells, and whether a scenario can play them.
fn table() -> Vec<(String, String)> {
    let path = oracle_folder().join("../../docs/ARCHITECTURE.md");
    let text = fs::read_to_string(path).expect("the architecture is there");
    let head = "| what | asyncio | greenlight | why | played |";
    let rows = text.lines().skip_while(|line| *line != head).skip(2).take_while(|line| line.starts_with('|'));
    let cells = |row: &str| {
        let cells: Vec<_> = row.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
        let [what, _, _, _, played] = &cells[..] else { panic!("a row has five cells: {row}") };
        (what.clone(), played.clone())
    };
    rows.map(cells).collect()
}

fn played_rows() -> BTreeSet<String> {
    table().into_iter().filter(|(_, played)| played == "yes").map(|(what, _)| what).collect()
}

/// The rows that a patch names: the texts between the brackets of `@row(…)`.
fn patched_rows() -> Vec<String> {
    let source = fs::read_to_string(oracle_folder().join("as_greenlight.py")).expect("the patches are there");
    let marks = source.split("\n@row(").skip(1).map(|mark| mark.split(")\ndef ").next().unwrap_or_default());
    marks.flat_map(|mark| mark.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>()).collect()
}

fn row_of(scenario: &Scenario) -> String {
    scenario.value["row"].as_str().expect("a scenario of a difference names its row").to_owned()
}

#[test]
fn each_row_that_a_scenario_can_play_has_one_patch_and_the_others_say_why_they_cannot() {
    let patched = patched_rows();
    let names: BTreeSet<_> = patched.iter().cloned().collect();
    assert_eq!(names, played_rows());
    assert_eq!(names.len(), patched.len(), "a row has one patch: {patched:?}");
    for (what, played) in table() {
        assert!(played == "yes" || played.starts_with("no: "), "{what} says whether it is played: {played}");
    }
}

#[test]
fn each_row_that_is_played_has_a_scenario_that_cpython_plays_otherwise() {
    let scenarios = scenarios(&read("differing.jsonl"));
    assert_eq!(scenarios.iter().map(row_of).collect::<BTreeSet<_>>(), played_rows());
    let cpython = answers(&read("recorded/differing.log.jsonl"));
    let greenlight = player::play(&player::write("differing", &scenarios));
    for ((scenario, cpython), greenlight) in scenarios.iter().zip(&cpython).zip(&greenlight) {
        assert_eq!(cpython.name, scenario.name());
        assert_ne!(cpython.log, greenlight.log, "{}: this is no difference any more", scenario.name());
    }
}

#[test]
fn what_differs_from_cpython_plays_as_on_patched_cpython() {
    let scenarios = scenarios(&read("differing.jsonl"));
    let patched = answers(&read("recorded/differing.patched.jsonl"));
    let greenlight = player::play(&player::write("differing-patched", &scenarios));
    assert_agree(&scenarios, &patched, &greenlight, "the answers were recorded by tests/oracle/record.py");
}
