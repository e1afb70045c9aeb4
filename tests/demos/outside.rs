//! Text from outside (scenarios, file names, arguments) with every character that a terminal would obey: none of them is printed
//! as it is, and JSON that is printed means what it says. And input that has no end.

use crate::{Ended, demos, end, run};
use greenlight::trace::Printable;
use serde_json::{Value, json};
use std::env::temp_dir;
use std::fs;
use std::path::{Path, PathBuf};
use std::process;

/// Every character that greenlight escapes; which ones those are is tested there.
fn codes() -> Vec<char> {
    ('\0'..=char::MAX).filter(|c| !Printable(c).to_string().chars().eq([*c])).collect()
}

/// A file of scenarios, which goes when this does.
struct Scenarios(PathBuf);

impl Scenarios {
    fn new(name: &str, lines: impl IntoIterator<Item = impl ToString>) -> Self {
        let path = temp_dir().join(format!("greenlight-{}-{name}", process::id()));
        let lines: Vec<String> = lines.into_iter().map(|line| line.to_string() + "\n").collect();
        fs::write(&path, lines.concat()).expect("the folder for temporary files can be written to");
        Scenarios(path)
    }

    /// Plays them, as on a terminal that shows colours.
    fn play(&self) -> Ended {
        self.to("play")
    }

    /// Explores them, so.
    fn explore(&self) -> Ended {
        self.to("explore")
    }

    fn to(&self, command: &str) -> Ended {
        end(demos(&[command]).arg(&self.0).env("CLICOLOR_FORCE", "1"))
    }
}

impl Drop for Scenarios {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// That none of the codes stands between an `a` and a `b`, where the tests put them. Codes elsewhere are colours.
#[track_caller]
fn assert_no_code(printed: &str, codes: &[char]) {
    let printed_code = codes.iter().find(|c| printed.contains(&format!("a{c}b")));
    assert_eq!(printed_code, None, "it is printed: {printed:?}");
}

/// A scenario in which every text has that character, and what it logs.
fn scenario(c: char) -> (Value, Value) {
    let x = format!("a{c}b");
    let block =
        json!([["say", x], ["put", "q", x], ["get", "q"], ["add", x, 1], ["gather", [format!("{x}2")]], ["fail", x]]);
    let scenario = json!({
        "name": x,
        "objects": {"q": {"kind": "queue"}, &x: {"kind": "event"}},
        "tasks": {&x: block, format!("{x}2"): [["say", "2"]], format!("{x}3"): [["wait", x]]},
        "start": [x, format!("{x}3")],
    });
    let log = [
        format!("0 {x} say {x}"),
        format!("0 {x} put q {x}"),
        format!("0 {x} get q -> {x}"),
        format!("0 {x} add {x} 1 -> 1"),
        format!("0 {x}2 say 2"),
        format!("0 {x}2 end"),
        format!("0 {x} gather"),
        format!("0 {x} failed: {x}"),
        format!("0 main stalled: {x}3"),
    ];
    (scenario, json!({"name": x, "log": log}))
}

#[test]
fn what_is_printed_of_a_scenario_has_no_codes_and_means_the_same() {
    let codes = codes();
    let (scenarios, logs): (Vec<_>, Vec<_>) = codes.iter().copied().map(scenario).unzip();
    let Ended { code, stdout, stderr } = Scenarios::new("codes.jsonl", scenarios).play();
    assert_eq!((code, &*stderr), (Some(0), ""));
    let lines: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    assert_eq!(lines, logs);
    assert!(!stdout.contains(|c| c != '\n' && codes.contains(&c)), "codes are printed");
}

#[test]
fn what_is_reported_of_a_scenario_that_fails_has_no_codes() {
    let codes = codes();
    let scenarios: Vec<Value> = codes.iter().map(|c| scenario(*c).0).collect();
    let Ended { code, stdout, stderr } = Scenarios::new("explored.jsonl", scenarios).explore();
    assert_eq!((code, &*stderr), (Some(4), ""));
    assert_no_code(&stdout, &codes);
    assert!(stdout.matches("waits on event `a").count() >= codes.len(), "each of them stalls");
}

/// Scenarios that cannot be played, each for another reason, with that character wherever the complaint quotes them.
fn refused(c: char) -> Vec<Value> {
    let x = format!("a{c}b");
    let with = |block: Value| json!({"name": x, "tasks": {&x: block}, "start": [x]});
    let made = |objects: Value| json!({"name": x, "objects": objects, "tasks": {}, "start": []});
    vec![
        json!({"name": [x], "tasks": {}, "start": []}),
        json!({"name": x, "tasks": {}, "start": [x]}),
        json!({"name": x, "tasks": {}, "start": x}),
        made(json!({&x: {"kind": x}})),
        made(json!({&x: {"kind": "condition", "lock": x}})),
        made(json!({&x: {"kind": "semaphore", "value": x}})),
        with(json!(x)),
        with(json!([x])),
        with(json!([[x]])),
        with(json!([["say", [x]]])),
        with(json!([["sleep", x]])),
        with(json!([["wait", x]])),
        with(json!([["start", x]])),
        with(json!([["join", x]])),
    ]
}

#[test]
fn a_complaint_about_a_scenario_has_no_codes() {
    let codes = codes();
    let lines: Vec<Value> = codes.iter().copied().flat_map(refused).collect();
    let Ended { code, stdout, stderr } = Scenarios::new("refused.jsonl", &lines).play();
    assert_eq!((code, &*stdout), (Some(1), ""));
    assert_no_code(&stderr, &codes);
    assert_eq!(stderr.lines().count(), lines.len(), "each complaint is a line");
}

#[test]
fn a_file_name_in_a_complaint_has_no_codes() {
    let codes: Vec<char> = codes().into_iter().filter(|&c| c != '\0').collect();
    for codes in codes.chunks(30) {
        let name: String = codes.iter().map(|c| format!("a{c}b")).collect();
        for Ended { code, stdout, stderr } in [
            Scenarios::new(&name, ["nothing"]).play(),
            Scenarios::new(&name, ["nothing"]).explore(),
            run(&["play", &name]),
            run(&["page", &name]),
            run(&["explore", &format!("{name}.jsonl")]),
        ] {
            assert_eq!((code, &*stdout), (Some(1), ""));
            assert_no_code(&stderr, codes);
            assert!(stderr.contains(&Printable(&name).to_string()), "{stderr:?}");
        }
    }
}

#[test]
fn a_complaint_about_an_argument_has_no_codes() {
    let codes: Vec<char> = codes().into_iter().filter(|&c| c != '\0').collect();
    let text: String = codes.iter().map(|c| format!("a{c}b")).collect();
    let ticks = format!("--ticks={text}");
    let (option, trace) = (format!("--{text}"), format!("--trace={text}"));
    for args in [
        &[&*text][..],
        &["run", &text],
        &["run", "club", &ticks],
        &["run", "club", &trace],
        &["explore", &text],
        &["explore", "club", &trace],
        &["run", &option],
        &["completions", &text],
    ] {
        let Ended { code, stdout, stderr } = end(demos(args).env("CLICOLOR_FORCE", "1"));
        assert_eq!((code, &*stdout), (Some(2), ""), "{args:?}");
        assert_no_code(&stderr, &codes);
    }
}

#[test]
fn a_file_that_has_no_end_is_not_read_to_it() {
    for device in ["/dev/zero", "/dev/full"].iter().filter(|device| Path::new(device).exists()) {
        for command in ["play", "explore"] {
            let Ended { code, stdout, stderr } = run(&[command, device]);
            let why = "line 1 is longer than 64 MiB, and a scenario is one line";
            assert_eq!((code, &*stdout, stderr), (Some(1), "", format!("error: cannot {command} {device}: {why}\n")));
        }
    }
}

#[test]
fn the_lines_before_one_that_is_too_long_are_played() {
    let first = json!({"name": "first", "tasks": {}, "start": []});
    let long = " ".repeat((64 << 20) + 1);
    let Ended { code, stdout, stderr } = Scenarios::new("long.jsonl", [first.to_string(), long]).play();
    assert_eq!((code, &*stdout), (Some(1), "{\"name\": \"first\", \"log\": [\"0 main end\"]}\n"));
    assert!(stderr.contains("long.jsonl: line 2 is longer than 64 MiB"), "{stderr:?}");
}
