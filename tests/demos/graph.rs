//! `explore NAME --html`: the choices that are on the page are those that there are, and what is cut is told.

use crate::{Ended, run};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What the tests of the page in a browser have, and how it is made.
const KNOWN: [(&str, &[&str]); 6] = [
    ("last-seat", &["last-seat"]),
    ("late-timeout", &["late-timeout"]),
    ("lost-baton", &["lost-baton"]),
    ("two-locks", &["two-locks"]),
    ("two-locks-cut", &["two-locks", "--places", "12"]),
    ("two-locks-repaired", &["two-locks-repaired"]),
];

/// What a page knows, and how the command ended that made it.
struct Page {
    text: String,
    data: Value,
    ended: Ended,
}

/// Where a page is written to.
fn file(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("graph");
    fs::create_dir_all(&folder).expect("the folder for tests can be written to");
    folder.join(format!("{name}.html"))
}

/// A file of one scenario.
fn scenario(name: &str, text: &str) -> String {
    let scenario = file(name).with_extension("jsonl");
    fs::write(&scenario, text).expect("the folder for tests can be written to");
    scenario.to_str().expect("the path is UTF-8").to_string()
}

/// The page of a program. Of the exploration beside it only the beginning is done, unless somebody asks for more.
fn page(test: &str, name: &str, args: &[&str]) -> Page {
    let file = file(&format!("{test}-{}", name.rsplit('/').next().unwrap_or_default()));
    let path = file.to_str().expect("the path is UTF-8");
    let ended = run(&[&["explore", name, "--html", path], args].concat());
    let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{name}: {error}\n{}", ended.stderr));
    let data = text.split_once("id=\"data\">").expect("it has data").1;
    let data = data.split_once("</script>").expect("the data ends").0;
    Page { data: serde_json::from_str(data).expect("the data is JSON"), text, ended }
}

impl Page {
    fn nodes(&self) -> &[Value] {
        self.data["nodes"].as_array().expect("there are nodes")
    }

    /// How many ways lead from the start to an end, and how many of these fail.
    fn ends(&self) -> (u64, u64) {
        let mut ahead: Vec<(u64, u64)> = Vec::new();
        for node in self.nodes() {
            let (edges, end) = (node[1].as_array().expect("there are edges"), &node[2]);
            let of_end = (u64::from(!end.is_null()), u64::from(end.as_array().is_some_and(|end| !end.is_empty())));
            let sum = |(ends, failing), edge: &Value| {
                let behind = ahead[edge[2].as_u64().expect("a number") as usize];
                (ends + behind.0, failing + behind.1)
            };
            ahead.push(edges.iter().fold(of_end, sum));
        }
        ahead[self.data["start"].as_u64().expect("a number") as usize]
    }

    /// What goes wrong at its ends.
    fn headlines(&self) -> BTreeSet<&str> {
        let ends = self.nodes().iter().filter_map(|node| node[2][0].as_u64());
        ends.map(|text| self.data["texts"][text as usize].as_str().expect("a text")).collect()
    }
}

#[test]
fn a_small_graph_has_the_places_that_were_counted_by_hand() {
    // The start; main has spawned both; Alice has run, then Bob; Bob has, then Alice; and main's end after each.
    let page_of_two = page("small", "who-first", &[]);
    assert_eq!((page_of_two.nodes().len(), page_of_two.ends()), (8, (2, 1)));
    assert_eq!(page_of_two.ended.code, Some(4));
    // What it shares with the replay page is in it.
    for rule in [":root{", "*{", "[hidden]{", ":focus-visible{", "button{", ".card{", ".chip{", "kbd{"] {
        assert!(page_of_two.text.contains(&format!("\n{rule}\n")), "{rule}");
    }
    // Whether Bob waits for Alice's end or finds it, main is next then, and passes: that is one place.
    let repaired = page("small", "who-first-repaired", &[]);
    assert_eq!((repaired.nodes().len(), repaired.ends()), (7, (2, 0)));
    assert_eq!(repaired.ended.code, Some(0));
    assert!(repaired.data["cut"].is_null());
}

#[test]
fn the_ends_are_those_of_every_order() {
    for name in ["last-seat", "early-bell", "slow-listener", "stolen-dish", "lost-wake", "two-locks", "late-timeout"] {
        let page = page("every", name, &["--exhaustive"]);
        let (ends, failing) = page.ends();
        let words = page.ended.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        let fail = if failing == 1 { "1 schedule fails".to_string() } else { format!("{failing} schedules fail") };
        assert!(words.starts_with(&fail), "{name}: {fail}: {words}");
        assert!(words.contains(&format!("; {ends} schedules tried, {ends} different orders: all")), "{name}: {words}");
        for headline in page.headlines() {
            assert!(words.contains(headline), "{name}: {headline}: {words}");
        }
        assert!(page.data["cut"].is_null(), "{name}");
    }
}

#[test]
fn cancels_are_among_the_choices() {
    let page = page("cancels", "lost-baton", &["--exhaustive"]);
    let (ends, failing) = page.ends();
    let words = page.ended.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.starts_with(&format!("{failing} schedules fail")), "{failing}: {words}");
    assert!(words.contains(&format!("; {ends} schedules tried")), "{ends}: {words}");
}

#[test]
fn what_is_cut_is_told_on_the_page_and_on_stderr() {
    let page = page("cut", "two-locks", &["--places", "12"]);
    let cut = page.data["cut"].as_str().expect("something is cut");
    assert_eq!(
        cut,
        "This page has the ordinary order, and some ways that deviate from it: 3 places lead on to what is not in it"
    );
    let words = page.ended.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains(cut), "{words}");
    assert_eq!(page.nodes().iter().filter(|node| node[3] == 1).count(), 3);
    assert_eq!(page.ended.code, Some(4));
}

#[test]
fn every_program_that_can_be_explored_has_a_page_that_is_small() {
    let races = run(&["explore"]).stdout;
    for name in
        races.lines().filter_map(|line| line.split_whitespace().next()).chain(crate::names().iter().map(|name| &**name))
    {
        let page = page("all", name, &["--places", "300", "--schedules", "1"]);
        assert!(page.text.len() < 1_000_000, "{name}: {}", page.text.len());
        assert!(page.text.contains("content=\"default-src 'none'; "), "{name} may ask another host");
        assert!(page.nodes().len() > 1, "{name}");
    }
}

#[test]
fn a_file_of_scenarios_has_the_page_of_its_first() {
    let text = r#"{"name": "</script>", "start": ["one", "two"], "objects": {"light": {"kind": "event"}}, "tasks": {"one": [["wait", "light"], ["say", "crossed"]], "two": [["set", "light"]]}}"#;
    let page = page("first", &scenario("first", text), &[]);
    assert_eq!(page.data["title"], "</script>");
    assert!(!page.text.contains("</script>:"));
}

#[test]
fn a_task_is_who_it_is_whichever_number_it_has_by_the_order() {
    // Who is started first has number 3.
    let text = r#"{"name": "nested", "start": ["one", "two"], "objects": {}, "tasks": {"one": [["start", "alice"], ["join", "alice"]], "two": [["start", "bob"], ["join", "bob"]], "alice": [["say", "here"]], "bob": [["say", "here"]]}}"#;
    let Page { data, .. } = page("nested", &scenario("nested", text), &[]);
    let tasks = data["tasks"].as_array().expect("there are tasks");
    for (number, name) in [(3, "alice"), (4, "bob"), (3, "bob"), (4, "alice")] {
        assert!(tasks.contains(&serde_json::json!([number, name])), "{number} {name}: {tasks:?}");
    }
    let mut found = 0;
    let edges = data["nodes"].as_array().expect("there are nodes").iter().flat_map(|node| node[1].as_array());
    for edge in edges.flatten() {
        let name = &tasks[edge[0].as_u64().expect("somebody runs") as usize][1];
        for line in edge[3].as_array().expect("there are lines") {
            let line = data["texts"][line.as_u64().expect("a number") as usize].as_str().expect("a text");
            if let Some((who, _)) = line.split_once(" ends") {
                assert_eq!(Some(who), name.as_str(), "{line}");
                found += 1;
            }
        }
    }
    assert!(found > 10, "{found} ends were told");
}

#[test]
fn the_pages_of_the_browser_are_those_that_are_made() {
    for (known, args) in KNOWN {
        let now = format!("{}\n", page("known", args[0], &args[1..]).data);
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../tests/page/graphs/{known}.json"));
        if std::env::var_os("GREENLIGHT_BLESS").is_some() {
            fs::write(&path, &now).expect("the folder of the known pages can be written to");
        }
        let before = fs::read_to_string(&path).expect("it is known");
        assert!(before == now, "{known} has changed; GREENLIGHT_BLESS=1 takes that over");
    }
}

#[test]
fn a_page_that_cannot_be_written_is_said() {
    let Ended { code, stderr, .. } = run(&["explore", "who-first", "--html", "/nowhere/page.html"]);
    assert!(stderr.contains("error: cannot write a page to /nowhere/page.html: "), "{stderr}");
    assert_eq!(code, Some(1));
}
