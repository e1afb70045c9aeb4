//! Compares logs, and shows where two part.

use crate::scenario::{Played, Scenario, entries};

/// How many lines are shown before and after the first one that differs.
const CONTEXT: usize = 6;

/// How many scenarios that differ are shown.
const SHOWN: usize = 3;

/// Fails unless CPython and greenlight agree on each scenario, those aside that are ambiguous or in
/// which CPython lags. `hint` says how to repeat the comparison.
pub(crate) fn assert_agree(scenarios: &[Scenario], cpython: &[Played], greenlight: &[Played], hint: &str) {
    let count = scenarios.len();
    assert_eq!(cpython.len(), count, "CPython answers each scenario");
    assert_eq!(greenlight.len(), count, "greenlight answers each scenario");
    let mut differences = Vec::new();
    for ((scenario, cpython), greenlight) in scenarios.iter().zip(cpython).zip(greenlight) {
        let name = scenario.name();
        assert_eq!(cpython.name, name, "CPython answers in order");
        assert_eq!(greenlight.name, name, "greenlight answers in order");
        if !cpython.ambiguous && !cpython.lagging {
            differences.extend(difference(scenario, &cpython.log, &greenlight.log));
        }
    }
    assert!(
        differences.is_empty(),
        "{} of {count} scenarios differ; {hint}\n\n{}",
        differences.len(),
        differences[..differences.len().min(SHOWN)].join("\n")
    );
}

/// Where two logs of a scenario first part, for a reader; none if they agree.
fn difference(scenario: &Scenario, cpython: &[String], greenlight: &[String]) -> Option<String> {
    let longer = cpython.len().max(greenlight.len());
    let first = (0..longer).find(|&line| cpython.get(line) != greenlight.get(line))?;
    let line = |log: &[String], number: usize| log.get(number).cloned().unwrap_or_default();
    let shown = first.saturating_sub(CONTEXT)..longer.min(first + CONTEXT + 1);
    let width = shown.clone().map(|number| line(cpython, number).chars().count()).fold("CPython".len(), usize::max);
    let row = |number| {
        let mark = if number == first { '>' } else { ' ' };
        let (left, right) = (line(cpython, number), line(greenlight, number));
        format!("{mark} {left:width$} | {right}\n")
    };
    let rows: String = shown.map(row).collect();
    let title = format!("{}, line {}", scenario.name(), first + 1);
    let head = format!("  {:width$} | greenlight\n", "CPython");
    Some(format!("{title}\n{}{head}{rows}", script(scenario)))
}

/// A scenario over several lines: its objects, a line for each task, and which of them main starts.
fn script(scenario: &Scenario) -> String {
    let mut script = format!("  objects: {}\n", scenario.value["objects"]);
    for (task, block) in entries(&scenario.value["tasks"]) {
        script += &format!("  {task}: {block}\n");
    }
    script + &format!("  start: {}\n", scenario.value["start"])
}

fn scenario() -> Scenario {
    Scenario::new(
        r#"{"name": "walk", "objects": {"e": {"kind": "event"}},
            "tasks": {"a": [["wait", "e"]], "b": [["set", "e"]]}, "start": ["a", "b"]}"#,
    )
}

fn log(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| line.to_string()).collect()
}

#[test]
fn logs_that_are_equal_line_for_line_agree() {
    let lines = log(&["0 b set e", "0 a wait e"]);
    assert_eq!(difference(&scenario(), &lines, &lines), None);
}

#[test]
fn the_first_line_that_differs_is_marked_with_both_logs_side_by_side() {
    let cpython = log(&["0 b set e", "0 b end", "0 a wait e"]);
    let greenlight = log(&["0 b set e", "0 a wait e"]);
    assert_eq!(
        difference(&scenario(), &cpython, &greenlight).as_deref(),
        Some(concat!(
            "walk, line 2\n",
            "  objects: {\"e\":{\"kind\":\"event\"}}\n",
            "  a: [[\"wait\",\"e\"]]\n",
            "  b: [[\"set\",\"e\"]]\n",
            "  start: [\"a\",\"b\"]\n",
            "  CPython    | greenlight\n",
            "  0 b set e  | 0 b set e\n",
            "> 0 b end    | 0 a wait e\n",
            "  0 a wait e | \n",
        ))
    );
}

#[test]
fn also_the_times_have_to_agree() {
    let cpython = log(&["0 b set e", "0 a wait e"]);
    let greenlight = log(&["0 b set e", "7 a wait e"]);
    assert!(difference(&scenario(), &cpython, &greenlight).is_some());
}
