//! Files that cannot be played: each fault is one line on stderr that names its line and says what
//! to do, and the rest is played all the same.

use crate::player::{demos_play, write_bytes};
use crate::recorded::read;
use crate::scenario::answers;
use std::collections::BTreeSet;

/// The complaints and the names of the scenarios that were played, and the exit code.
#[derive(Debug, PartialEq, Eq)]
struct Outcome {
    complaints: Vec<String>,
    played: Vec<String>,
    exit: Option<i32>,
}

fn play(test: &str, text: &[u8]) -> Outcome {
    let output = demos_play(&write_bytes(test, text));
    let complaints = String::from_utf8(output.stderr).expect("complaints are UTF-8");
    let answers = answers(&String::from_utf8(output.stdout).expect("logs are UTF-8"));
    Outcome {
        complaints: complaints.lines().map(str::to_owned).collect(),
        played: answers.into_iter().map(|answer| answer.name).collect(),
        exit: output.status.code(),
    }
}

/// What is complained of a scenario with an event `e` and the tasks `a`, which does this, and `b`.
fn complaint(test: &str, block: &str) -> String {
    let scenario = format!(
        r#"{{"name": "x", "objects": {{"e": {{"kind": "event"}}}}, "tasks": {{"a": {block}, "b": []}}, "start": ["a"]}}"#
    );
    refused(test, &scenario)
}

/// What is complained of a line, the only one of its file.
fn refused(test: &str, line: &str) -> String {
    let outcome = play(test, line.as_bytes());
    assert_eq!(outcome.exit, Some(1));
    assert_eq!(outcome.played, [""; 0]);
    let [complaint] = &outcome.complaints[..] else {
        panic!("one line is wrong: {outcome:?}");
    };
    let start = format!("error: {test}.jsonl:1: ");
    let complaint = complaint.strip_prefix(&start);
    complaint.expect("a complaint names file and line").to_owned()
}

#[test]
fn a_broken_line_is_named_and_the_others_are_played() {
    let file = concat!(
        "{\"name\": \"first\", \"tasks\": {}, \"start\": []}\n",
        "{\"name\": \"second\", \"tasks\": {\n",
        "\n",
        "{\"name\": \"fourth\", \"tasks\": {}, \"start\": []}\n",
    );
    let outcome = play("broken-line", file.as_bytes());
    assert_eq!(
        outcome,
        Outcome {
            complaints: vec![
                "error: broken-line.jsonl:2: it is not JSON (EOF while parsing an object, in column \
                 29); a scenario is one JSON object on a line of its own"
                    .into()
            ],
            played: vec!["first".into(), "fourth".into()],
            exit: Some(1),
        }
    );
}

#[test]
fn a_file_that_is_played_in_full_ends_with_0() {
    let file = "\n{\"name\": \"only\", \"tasks\": {}, \"start\": []}\r\n\n";
    let outcome = play("in-full", file.as_bytes());
    let expected = Outcome { complaints: vec![], played: vec!["only".into()], exit: Some(0) };
    assert_eq!(outcome, expected);
}

#[test]
fn bytes_that_are_no_text_are_a_broken_line_like_any_other() {
    let outcome = play("no-text", b"{\"name\": \"\xff\"}\n");
    assert_eq!(outcome.exit, Some(1));
    assert!(outcome.complaints[0].starts_with("error: no-text.jsonl:1: it is not JSON (invalid unicode"));
}

#[test]
fn a_line_that_is_no_scenario_is_told_what_one_is() {
    assert_eq!(
        refused("no-object", "[1, 2]"),
        r#"it is not a JSON object; a scenario is {"name": …, "tasks": …, "start": …}"#
    );
    assert_eq!(refused("no-name", "{}"), "it has no `name`; give it one, a text");
    assert_eq!(refused("no-tasks", r#"{"name": "x", "tasks": 5}"#), "`tasks` is 5; it has to be an object of blocks");
    assert_eq!(
        refused("no-start", r#"{"name": "x", "tasks": {}, "start": ["a"]}"#),
        "`start`: there is no task `a`; add it to `tasks`"
    );
}

#[test]
fn an_unknown_kind_or_operation_is_told_the_known_ones() {
    let mirror = r#"{"name": "x", "objects": {"m": {"kind": "mirror"}}, "tasks": {}, "start": []}"#;
    let complaint_of_kind = refused("unknown-kind", mirror);
    let start = "object `m`: unknown kind `mirror`; the kinds are event";
    assert!(complaint_of_kind.starts_with(start), "{complaint_of_kind}");
    let complaint_of_verb = complaint("unknown-verb", r#"[["waltz", "e"]]"#);
    let start = r#"task `a`: ["waltz","e"]: unknown operation `waltz`; the operations are say, yield,"#;
    assert!(complaint_of_verb.starts_with(start), "{complaint_of_verb}");
}

#[test]
fn the_page_on_scenarios_and_the_oracle_know_the_operations_that_the_player_knows() {
    let complaint = complaint("operations", r#"[["waltz"]]"#);
    let (_, known) = complaint.split_once("the operations are ").expect("an unknown one is told the known ones");
    let known: BTreeSet<_> = known.split(", ").collect();
    let page = read("SCENARIOS.md");
    let rows = page.lines().filter(|line| line.starts_with("| `[\""));
    let cells = rows.filter_map(|row| row.split(" | ").next());
    let told: BTreeSet<_> =
        cells.flat_map(|cell| cell.split("[\"").skip(1)).filter_map(|it| it.split('"').next()).collect();
    assert_eq!(told, known);
    let oracle = read("asyncio_oracle.py");
    let strange: Vec<_> = known.iter().filter(|verb| !oracle.contains(&format!("verb == \"{verb}\""))).collect();
    assert!(strange.is_empty(), "the oracle does not play {strange:?}");
}

#[test]
fn a_misspelt_operation_is_told_its_spelling() {
    assert_eq!(complaint("misspelt", r#"[["sleep"]]"#), r#"task `a`: ["sleep"]: it has to be ["sleep", microseconds]"#);
    assert_eq!(complaint("misspelt-yield", r#"[["yield", 3]]"#), r#"task `a`: ["yield",3]: it has to be ["yield"]"#);
    assert_eq!(
        complaint("no-operation", r#"["yield"]"#),
        r#"task `a`: "yield" is no operation; an operation is a list that begins with its name"#
    );
    assert_eq!(
        complaint("no-block", r#"[["repeat", 2, "e"]]"#),
        r#"task `a`: "e" is no block; a block is a list of operations"#
    );
}

#[test]
fn a_name_that_stands_for_nothing_is_told_where_to_add_it() {
    assert_eq!(
        complaint("no-object-of-that-name", r#"[["set", "f"]]"#),
        r#"task `a`: ["set","f"]: there is no object `f`; add it to `objects`"#
    );
    assert_eq!(
        complaint("no-task-of-that-name", r#"[["gather", ["b", "c"]]]"#),
        r#"task `a`: ["gather",["b","c"]]: there is no task `c`; add it to `tasks`"#
    );
}

#[test]
fn durations_are_whole_microseconds_and_not_negative() {
    assert_eq!(
        complaint("negative", r#"[["sleep", -1]]"#),
        r#"task `a`: ["sleep",-1]: -1 has to be whole microseconds, from 0"#
    );
    assert_eq!(
        complaint("fraction", r#"[["sleep", 0.5]]"#),
        r#"task `a`: ["sleep",0.5]: 0.5 has to be whole microseconds, from 0"#
    );
}

#[test]
fn of_nested_blocks_the_operation_at_fault_is_quoted() {
    assert_eq!(
        complaint("nested", r#"[["repeat", 2, [["say", "a"], ["repeat", 2, [["say", 1]]]]]]"#),
        r#"task `a`: ["say",1]: 1 has to be a text"#
    );
}

#[test]
fn a_task_is_started_once() {
    assert_eq!(
        complaint("started-twice", r#"[["start", "b"], ["start", "b"]]"#),
        "task `b` is started twice; a task is started once"
    );
}

#[test]
fn a_task_is_started_before_it_is_joined() {
    let not_started = "task `b` is joined before it is started; start it first";
    assert_eq!(complaint("joined-early", r#"[["join", "b"]]"#), not_started);
    assert_eq!(complaint("shielded-early", r#"[["shield", "b"]]"#), not_started);
}

#[test]
fn a_task_is_waited_for_by_one_at_a_time_and_not_where_a_group_has_it() {
    let taken = "task `b` is waited for by several at once, or is one of a group";
    assert_eq!(complaint("waited-for-after", r#"[["gather", ["b"]], ["wait_tasks", "all", ["b"]]]"#), taken);
    assert_eq!(complaint("waited-for-in-a-group", r#"[["group", ["b"]], ["as_completed", ["b"]]]"#), taken);
    assert_eq!(
        complaint("waits-for-itself", r#"[["wait_tasks", "first", ["a"]]]"#),
        "task `a` joins itself, which can never end; join it from another task"
    );
}

#[test]
fn a_choice_that_is_none_is_told_the_choices() {
    assert_eq!(
        complaint("waits-until-never", r#"[["wait_tasks", "last", ["b"]]]"#),
        r#"task `a`: ["wait_tasks","last",["b"]]: "last" has to be first, first_failure or all"#
    );
    let queue = r#"{"name": "x", "objects": {"q": {"kind": "queue", "next": "best"}}, "tasks": {}, "start": []}"#;
    assert_eq!(refused("queue-order", queue), "object `q`: its `next` is `best`; it has to be first, last or smallest");
}

#[test]
fn a_task_does_not_join_itself() {
    assert_eq!(
        complaint("joins-itself", r#"[["join", "a"]]"#),
        "task `a` joins itself, which can never end; join it from another task"
    );
}
