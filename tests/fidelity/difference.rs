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
    if !scenario.is_per_task() {
        return parting(scenario, &all(cpython), &all(greenlight));
    }
    let mut tasks: Vec<_> = cpython.iter().chain(greenlight).map(|line| who(line)).collect();
    tasks.sort_unstable();
    tasks.dedup();
    tasks.iter().find_map(|task| parting(scenario, &of(task, cpython), &of(task, greenlight)))
}

fn all(log: &[String]) -> Vec<&str> {
    log.iter().map(String::as_str).collect()
}

/// The lines of one task.
fn of<'l>(task: &str, log: &'l [String]) -> Vec<&'l str> {
    let mut lines = all(log);
    lines.retain(|line| who(line) == task);
    lines
}

fn who(line: &str) -> &str {
    line.split(' ').nth(1).expect("a log line names a task")
}

fn parting(scenario: &Scenario, cpython: &[&str], greenlight: &[&str]) -> Option<String> {
    let longer = cpython.len().max(greenlight.len());
    let first = (0..longer).find(|&line| cpython.get(line) != greenlight.get(line))?;
    let line = |log: &[&str], number: usize| log.get(number).copied().unwrap_or("").to_owned();
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

fn scenario(order: &str) -> Scenario {
    Scenario::new(&format!(
        r#"{{"name": "walk", "order": "{order}", "objects": {{"e": {{"kind": "event"}}}},
            "tasks": {{"a": [["wait", "e"]], "b": [["set", "e"]]}}, "start": ["a", "b"]}}"#
    ))
}

fn log(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| line.to_string()).collect()
}

#[test]
fn logs_that_are_equal_line_for_line_agree() {
    let lines = log(&["0 b set e", "0 a wait e"]);
    assert_eq!(difference(&scenario("exact"), &lines, &lines), None);
}

#[test]
fn the_first_line_that_differs_is_marked_with_both_logs_side_by_side() {
    let cpython = log(&["0 b set e", "0 b end", "0 a wait e"]);
    let greenlight = log(&["0 b set e", "0 a wait e"]);
    assert_eq!(
        difference(&scenario("exact"), &cpython, &greenlight).as_deref(),
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
fn only_per_task_may_tasks_interleave_as_they_like() {
    let cpython = log(&["0 b set e", "0 a wait e"]);
    let greenlight = log(&["0 a wait e", "0 b set e"]);
    assert_eq!(difference(&scenario("per task"), &cpython, &greenlight), None);
    assert!(difference(&scenario("exact"), &cpython, &greenlight).is_some());
}

#[test]
fn also_per_task_the_times_have_to_agree() {
    let cpython = log(&["0 b set e", "0 a wait e"]);
    let greenlight = log(&["0 b set e", "7 a wait e"]);
    assert!(difference(&scenario("per task"), &cpython, &greenlight).is_some());
}
