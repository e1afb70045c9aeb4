//! What is made of a run: a trace in a file, in the form that the ending of its name decides, and sentences between the
//! lines of a program.

use crate::interrupt::Running;
use crate::lines::LINES;
use crate::{Ended, demos, end, names, run};
use anstream::adapter::strip_str;
use serde_json::Value;
use std::fs;
use std::io::{Read, pipe};
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// A file that is not there yet, in a folder of the tests.
fn file(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("traces");
    fs::create_dir_all(&folder).expect("the folder for tests can be written to");
    let file = folder.join(name);
    _ = fs::remove_file(&file);
    file
}

fn text(path: &Path) -> &str {
    path.to_str().expect("the path is text")
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Traces a program into a file, which changes neither its lines nor how it ends.
fn traced(name: &str, ending: &str) -> String {
    let path = file(&format!("{name}{ending}"));
    let (traced, plain) = (run(&["run", name, "--trace", text(&path)]), run(&["run", name]));
    assert_eq!((traced.code, traced.stdout, traced.stderr), (plain.code, plain.stdout, plain.stderr), "{name}");
    read(&path)
}

#[test]
fn each_demo_is_traced_in_each_form_that_an_ending_stands_for_and_prints_the_same() {
    for name in names() {
        let rows = traced(&name, ".jsonl");
        assert!(
            rows.starts_with(&format!("{{\"trace\":\"greenlight\",\"version\":1,\"program\":\"{name}\"")),
            "{rows}"
        );
        for row in rows.lines() {
            serde_json::from_str::<Value>(row).unwrap_or_else(|error| panic!("{name}: {row}: {error}"));
        }
        let perfetto: Value = serde_json::from_str(&traced(&name, ".perfetto.json")).expect("Perfetto reads JSON");
        assert!(perfetto["traceEvents"].as_array().is_some_and(|events| events.len() > 10), "{name}");
        assert!(traced(&name, ".txt").starts_with("t=0 s, turn 0: main "), "{name}");
        let page = traced(&name, ".html");
        assert!(page.starts_with("<!doctype html>") && page.ends_with("</html>\n"), "{name}");
        let program = format!("demos/programs/{}.rs", name.replace('-', "_"));
        assert!(page.contains(&format!("\"{program}\":\"//! ")), "the source of {name} is in its page");
    }
}

#[test]
fn the_page_of_a_demo_has_its_source_wherever_it_is_made() {
    let path = file("elsewhere.html");
    let ended = end(demos(&["run", "crosswalk", "--trace", text(&path)]).current_dir("/"));
    assert_eq!(ended.code, Some(0));
    assert!(read(&path).contains("async fn pedestrian"));
}

#[test]
fn a_trace_that_cannot_be_written_is_a_wrong_command_line_that_says_what_to_do() {
    insta::assert_snapshot!(run(&["run", "club", "--trace", "club.htm"]).stderr, @"
    error: club.htm is no name for a trace; let it end with .jsonl, .txt,
      .perfetto.json or .html. Try --trace club.html

    Usage: greenlight-demos run [OPTIONS] <NAME>

    For more information, try '--help'.
    ");
    insta::assert_snapshot!(run(&["run", "club", "--trace", "/nowhere/club.html"]).stderr, @"
    error: cannot write a trace to /nowhere/club.html: No such file or directory (os
      error 2). Try --trace club.html

    Usage: greenlight-demos run [OPTIONS] <NAME>

    For more information, try '--help'.
    ");
    for wrong in ["club.htm", "club", "/nowhere/club.html", "/", ""] {
        let Ended { code, stdout, .. } = run(&["run", "club", "--trace", wrong]);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{wrong}: nothing is played");
    }
}

#[test]
fn a_run_that_ctrl_c_ends_leaves_a_whole_trace() {
    for ending in [".jsonl", ".html"] {
        let path = file(&format!("interrupted{ending}"));
        let mut running = Running::start(&["run", "timeouts", "--speed", "0.01", "--trace", text(&path)]);
        assert_eq!(running.line(), "The first kettle is on.\n");
        running.press_ctrl_c();
        assert_eq!(running.exit_code(), Some(130));
        let trace = read(&path);
        assert!(trace.contains("[\"cancelled\",0]\n"), "{trace}");
    }
}

#[test]
fn a_reader_that_has_seen_enough_leaves_a_whole_trace() {
    let path = file("unread.html");
    let mut child = demos(&["run", "periodic", "--ticks", "10000", "--trace", text(&path)])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the binary can be started");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("it was started").code(), Some(0));
    assert!(read(&path).ends_with("</html>\n"));
}

/// What a command prints, stdout and stderr in one stream, in the order of printing.
fn in_order(args: &[&str]) -> String {
    let (mut reader, writer) = pipe().expect("a pipe can be made");
    let mut command = demos(args);
    command.stdout(writer.try_clone().expect("it has two ends")).stderr(writer);
    let mut child = command.spawn().expect("the binary can be started");
    drop(command);
    let mut printed = String::new();
    reader.read_to_string(&mut printed).expect("what is printed is text");
    child.wait().expect("it was started");
    printed
}

#[test]
fn explained_a_demo_has_sentences_between_its_lines_each_before_the_line_that_follows_it() {
    insta::assert_snapshot!(in_order(&["run", "crosswalk", "--explain"]), @"
        t=0 s, turn 0: main is spawned, run.rs:93
        t=0 s, turn 1: main is polled
        t=0 s, turn 1: pedestrian is spawned, crosswalk.rs:19
        t=0 s, turn 1: traffic_light is spawned, crosswalk.rs:19
        t=0 s, turn 1: main waits on gather 1, crosswalk.rs:19
        t=0 s, turn 2: pedestrian is polled
    Pedestrian is waiting for the signal.
        t=0 s, turn 2: pedestrian waits on event `light`, crosswalk.rs:24
        t=0 s, turn 2: traffic_light is polled
    Traffic light is red.
        t=0 s, turn 2: traffic_light sleeps until t=2 s, crosswalk.rs:30
        t=2 s, turn 3: nobody is ready, so time goes on from t=0 s
        t=2 s, turn 3: the timer of traffic_light fires → traffic_light wakes
        t=2 s, turn 4: traffic_light is polled
    Traffic light turns green.
        t=2 s, turn 4: traffic_light sets event `light`, crosswalk.rs:32 →
          pedestrian wakes
        t=2 s, turn 4: traffic_light ends
        t=2 s, turn 5: pedestrian is polled
        t=2 s, turn 5: pedestrian is done waiting on event `light`
    Pedestrian crosses the street.
        t=2 s, turn 5: pedestrian ends
        t=2 s, turn 6: gather 1 is told of an end → main wakes
        t=2 s, turn 7: main is polled
        t=2 s, turn 7: main is done waiting on gather 1
        t=2 s, turn 7: main ends
    ");
}

#[test]
fn explained_every_demo_prints_its_lines_and_no_sentence_is_wider_than_80_columns() {
    for (name, lines) in LINES {
        let Ended { code, stdout, stderr } = run(&["run", name, "--explain"]);
        let plain = run(&["run", name]);
        assert_eq!((code, stdout.as_str()), (plain.code, *lines), "{name}");
        for line in plain.stderr.lines() {
            assert!(stderr.contains(line), "{name}: {line}");
        }
        for line in stderr.lines() {
            assert!(line.chars().count() <= 80, "{name}: {line}");
        }
        assert!(!stderr.contains(" says: "), "{name}: its lines are said once");
        assert!(!stderr.contains(" woken"), "{name}: who wakes is told in one word");
    }
}

#[test]
fn sentences_are_dimmed_where_colours_are_wanted() {
    let coloured = end(demos(&["run", "crosswalk", "--explain"]).env("CLICOLOR_FORCE", "1"));
    let plain = run(&["run", "crosswalk", "--explain"]);
    assert!(coloured.stderr.lines().all(|line| line.starts_with("    \x1b[2m") && line.ends_with("\x1b[0m")));
    assert_eq!(strip_str(&coloured.stderr).to_string(), plain.stderr);
    assert_eq!(coloured.stdout, plain.stdout);
}

#[test]
fn a_page_is_made_of_the_trace_of_each_demo_with_the_demos_own_sources_wherever_that_is() {
    for name in names() {
        traced(&name, ".jsonl");
        let (trace, page) = (file_there(&format!("{name}.jsonl")), file(&format!("{name}-page.html")));
        let made = end(demos(&["page", text(&trace), "-o", text(&page)]).current_dir("/"));
        assert_eq!((made.code, made.stdout, made.stderr), (Some(0), format!("{}\n", page.display()), String::new()));
        let page = read(&page);
        assert!(page.contains(&format!("<title>\n{name}\n</title>")), "{name} is the title of its page");
        assert!(page.contains("//! What to change:"), "{name} has its source");
        // What `<` becomes there stands for it.
        let rows = read(&trace).replace('<', "\\u003c");
        assert!(page.contains(&rows), "{name} has its rows");
    }
}

/// A file that is there.
fn file_there(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("traces").join(name)
}

#[test]
fn a_page_compares_traces_and_is_beside_the_first_unless_told() {
    let traces = ["club-a.jsonl", "club-b.jsonl"].map(file);
    for trace in &traces {
        assert_eq!(run(&["run", "club", "--trace", text(trace)]).code, Some(3));
    }
    let page = file("club-a.html");
    let made = run(&["page", text(&traces[0]), text(&traces[1])]);
    assert_eq!((made.code, made.stdout), (Some(0), format!("{}\n", page.display())));
    assert_eq!(read(&page).matches("<script type=\"text/plain\" class=\"trace\">").count(), 2);
}

#[test]
fn what_a_failing_check_of_the_workshop_leaves_is_a_trace_of_which_a_page_is_made() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/workshop/kit/tests");
    for name in ["two_guests_and_one_place", "nobody_rings"] {
        let page = file(&format!("{name}.html"));
        let made = run(&["page", text(&folder.join(format!("{name}.jsonl"))), "-o", text(&page)]);
        assert_eq!((made.code, made.stderr.as_str()), (Some(0), ""), "{name}");
        assert!(read(&page).contains(r#"["panicked",0,"#), "{name}");
    }
}

#[test]
fn a_file_that_is_no_trace_is_told_why_and_no_page_is_made() {
    let (bad, page) = (file("bad.jsonl"), file("bad.html"));
    let good = "{\"trace\":\"mine\",\"version\":1}\n{\"task\":0,\"name\":\"main\"}\n[\"spawn\",0]\n";
    for (text_of_it, why) in [
        ("# A heading\n".to_string(), "line 1: a trace begins with its head"),
        (format!("{good}[\"wake\",7]\n"), "line 4: the second element of `wake` is 7"),
        (format!("{good}\n\n[\"\\u001b[2J\",7]\n"), "line 6: there is no row `\\u{1b}[2J`"),
    ] {
        fs::write(&bad, text_of_it).expect("the folder for tests can be written to");
        let Ended { code, stdout, stderr } = run(&["page", text(&bad)]);
        assert_eq!((code, stdout.as_str()), (Some(1), ""));
        assert!(stderr.starts_with(&format!("error: {} is no trace: {why}", bad.display())), "{stderr}");
        assert!(!page.exists(), "no page is made of it");
    }
    let good = file("good.jsonl");
    assert_eq!(run(&["run", "club", "--trace", text(&good)]).code, Some(3));
    for (args, code, why) in [
        (&["page", "nowhere.jsonl"][..], 1, "error: cannot read nowhere.jsonl: "),
        (&["page", text(&good), "-o", "/nowhere/page.html"], 1, "error: cannot write /nowhere/page.html: "),
        (&["page", text(&good), "-o", text(&good)], 1, "error: "),
        (&["page"], 2, "error: "),
    ] {
        let told = run(args);
        assert!(told.code == Some(code) && told.stderr.starts_with(why), "{args:?}: {}", told.stderr);
    }
    assert!(read(&good).starts_with("{\"trace\""), "a trace is not overwritten by its page");
}
