//! Traces in files: what the environment asks for, several runtimes of a process, and what cannot be written.

use greenlight::sync::Event;
use greenlight::trace::TraceFile;
use greenlight::{Runtime, sleep, task};
use stage::again;
use std::fs;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

/// A folder of that test, empty.
fn folder(test: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("files-{test}"));
    _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the folder of tests can be written to");
    folder
}

/// What a walker does at a light, on virtual time.
fn walk(runtime: &Runtime) {
    runtime.run(async {
        let light = Rc::new(Event::new().named("light"));
        let theirs = light.clone();
        let walker = task("walker").spawn(async move { theirs.wait().await });
        sleep(Duration::from_secs(2)).await;
        light.set();
        walker.await.expect("it returns");
    });
}

#[test]
fn the_environment_has_every_runtime_of_a_program_traced_each_into_a_file_of_its_own() {
    let folder = folder("environment");
    let file = folder.join("trace.txt");
    let this = the_environment_has_every_runtime_of_a_program_traced_each_into_a_file_of_its_own;
    if again(this, &[("GREENLIGHT_TRACE", file.to_str().expect("it is text"))]).is_none() {
        walk(&Runtime::builder().virtual_clock().build());
        greenlight::run(async {});
        return;
    }
    let first = fs::read_to_string(&file).expect("the first runtime is traced");
    assert!(first.contains("t=2 s") && first.contains("light") && first.contains("→ walker wakes"), "{first}");
    let second = fs::read_to_string(folder.join("trace-2.txt")).expect("so is the second");
    assert!(!second.contains("walker") && second.contains("main"), "{second}");
}

#[test]
fn a_file_that_cannot_be_written_is_told_and_the_program_runs_all_the_same() {
    let this = a_file_that_cannot_be_written_is_told_and_the_program_runs_all_the_same;
    for (name, why) in [
        ("trace.doc", "let it end with .jsonl, .txt, .perfetto.json or .html"),
        ("/nowhere/at/all/trace.jsonl", "No such file or directory"),
        ("/dev/full/trace.jsonl", "Not a directory"),
    ] {
        let Some(ended) = again(this, &[("GREENLIGHT_TRACE", name)]) else {
            assert_eq!(greenlight::run(async { 6 * 7 }), 42);
            return;
        };
        let complaint = String::from_utf8_lossy(&ended.stderr).into_owned();
        let begin = format!("greenlight: the trace is not written to {name}: ");
        assert!(complaint.contains(&begin) && complaint.contains(why), "{complaint}");
    }
}

#[test]
fn rows_are_in_the_file_before_the_runtime_is_gone_once_somebody_waits_for_the_outside() {
    let file = folder("flushed").join("trace.jsonl");
    let rows = TraceFile::create(&file).expect("the folder can be written to");
    let runtime = Runtime::builder().virtual_clock().observer(Rc::new(rows)).build();
    assert!(runtime.try_run(async { Event::new().named("never").wait().await }).is_err());
    let written = fs::read_to_string(&file).expect("it is text");
    assert!(written.ends_with("[\"stall\"]\n"), "{written}");
    drop(runtime);
    let whole = fs::read_to_string(&file).expect("it is text");
    assert!(whole.starts_with(&written) && whole.contains("[\"cancelled\",0]"), "{whole}");
}

#[test]
fn hostile_text_comes_out_of_the_rows_as_it_went_in() {
    let file = folder("hostile").join("trace.jsonl");
    let rows = TraceFile::create(&file).expect("the folder can be written to").titled("a \"quoted\" \\ title\n");
    let runtime = Runtime::builder().observer(Rc::new(rows)).on_say(|_| {}).build();
    let text = "</script> \u{2028} \u{202e} \0 \" \\ \n 門";
    runtime.run(async move { greenlight::say!("{text}") });
    drop(runtime);
    let written = fs::read_to_string(&file).expect("it is text");
    assert!(
        written.starts_with(r#"{"trace":"greenlight","version":1,"program":"a \"quoted\" \\ title\n","#),
        "{written}"
    );
    let printed = r#"["print",0,"</script> \u2028 "#.to_string() + "\u{202e}" + r#" \u0000 \" \\ \n 門","#;
    assert!(written.lines().any(|row| row.starts_with(&printed)), "{written}");
    assert_eq!(written.lines().filter(|row| row.is_empty()).count(), 0);
}

#[test]
fn the_rows_name_a_task_after_the_one_before_it_if_that_says_all() {
    let file = folder("next").join("trace.jsonl");
    let rows = TraceFile::create(&file).expect("the folder can be written to");
    let runtime = Runtime::builder().observer(Rc::new(rows)).build();
    runtime.run(async {
        let largest = ["cook 9007199254740991", "cook 9007199254740992", "cook 9007199254740993"];
        let names = ["cook 1", "cook 2", "cook 9", "cook 10", "cook (10)", "cook (11)", "cook 007", "cook 8", "cook"];
        names.into_iter().chain(largest).for_each(|name| _ = task(name).spawn_detached(async {}));
        task("cook 9007199254740994").spawn_detached(async {});
    });
    drop(runtime);
    let written = fs::read_to_string(&file).expect("it is text");
    let tasks: Vec<_> = written.lines().filter_map(|row| row.strip_prefix("{\"task\":")).collect();
    let expected = [
        r#"0,"name":"main","line":1}"#,
        r#"1,"name":"cook 1","line":2}"#,
        r#"2,"next":1}"#,
        r#"3,"name":"cook 9","line":2}"#,
        r#"4,"next":3}"#,
        r#"5,"name":"cook (10)","line":2}"#,
        r#"6,"next":5}"#,
        r#"7,"name":"cook 007","line":2}"#,
        r#"8,"next":7}"#,
        r#"9,"name":"cook","line":2}"#,
        r#"10,"name":"cook 9007199254740991","line":2}"#,
        r#"11,"next":10}"#,
        r#"12,"name":"cook 9007199254740993","line":2}"#,
        r#"13,"name":"cook 9007199254740994","line":3}"#,
    ];
    assert_eq!(tasks, expected);
}
