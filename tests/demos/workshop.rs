//! `workshop`, on workspaces of small exercises: what it lists, what it says of checks that pass, fail, hang, abort or do
//! not compile, how it helps on, and what `verify` finds.

use crate::screen::{SIZES, Shown};
use crate::{Ended, demos, end};
use std::fs;
use std::path::{Path, PathBuf};

const MANIFEST: &str = "\
[workspace]
members = [\"exercises/*\"]
resolver = \"3\"
";

const SOLUTION: &str = "\
//! A bell.

use std::cell::Cell;

/// Counts how often it rings.
#[derive(Default)]
pub struct Bell {
    count: Cell<u32>,
}

impl Bell {
    /// Rings once.
    pub fn ring(&self) -> u32 {
        // you: count one more
        self.count.set(self.count.get() + 1);
        // else: todo!(\"count one more\");
        // end
        self.count.get()
    }
}
";

const CHECKS: &str = "\
//! A bell is rung.

use bell::Bell;

#[test]
fn it_begins_with_one() {
    assert_eq!(Bell::default().ring(), 1, \"the first ring is the first\");
}

#[test]
fn and_it_goes_on() {
    let bell = Bell::default();
    bell.ring();
    assert_eq!(bell.ring(), 2, \"the second ring is the second\");
}
";

/// An exercise whose file does what the environment says.
const MANY: &str = "\
//! Does what FAULT says.

use std::cell::RefCell;
use std::thread::sleep;
use std::time::Duration;

struct Panics;

impl Drop for Panics {
    fn drop(&mut self) {
        panic!(\"a second one\");
    }
}

fn deep(n: u64) -> u64 {
    if n == 0 { 0 } else { deep(n + 1) + 1 }
}

/// Does it.
pub fn act() {
    let cell = RefCell::new(1);
    match std::env::var(\"FAULT\").unwrap_or_default().as_str() {
        \"borrow\" => drop((cell.borrow_mut(), cell.borrow_mut())),
        \"hang\" => sleep(Duration::from_secs(100)),
        \"abort\" => {
            let _panics = Panics;
            panic!(\"a first one\");
        }
        \"stack\" => println!(\"{}\", deep(1)),
        \"codes\" => panic!(\"a\\u{1b}b\"),
        \"todo\" => todo!(\"act\"),
        \"earlier\" => drop(bell::Bell::default().ring()),
        \"index\" => println!(\"{}\", [1, 2][std::env::args().count() + 2]),
        \"range\" => drop(vec![1].drain(..2)),
        \"print\" => {
            println!(\"acting\");
            panic!(\"it was printed\");
        }
        \"trace\" => {
            let rows = \"{\\\"trace\\\":\\\"kit\\\",\\\"version\\\":1}\\n{\\\"task\\\":0,\\\"name\\\":\\\"check\\\"}\\n[\\\"spawn\\\",0]\\n\";
            std::fs::write(std::env::var(\"KIT_TRACE\").expect(\"it is named\"), rows).expect(\"it can be written\");
            panic!(\"it was traced\");
        }
        _ => {}
    }
}

#[path = \"../../01_bell/src/lib.rs\"]
pub mod bell;
";

const CHECKS_OF_MANY: &str = "\
//! It acts.

#[test]
fn the_first_one_stands_first() {}

#[test]
fn another_one_acts() {
    many::act();
}
";

/// A workspace of two exercises, whose progress is its own.
struct Place {
    root: PathBuf,
}

impl Place {
    fn new(name: &str) -> Place {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join("workshop").join(name);
        let place = Place { root };
        // What was built stays, for the next time.
        for gone in ["exercises", "progress", "target/workshop-is-built"] {
            let gone = place.root.join(gone);
            _ = fs::remove_dir_all(&gone).or_else(|_| fs::remove_file(&gone));
        }
        place.write("Cargo.toml", MANIFEST);
        place.exercise("01_bell", "The bell", 1, SOLUTION, CHECKS);
        place.exercise("02_many", "Many", 0, MANY, CHECKS_OF_MANY);
        let skeleton = SOLUTION.lines().filter(|line| !line.contains("// end") && !line.contains("count.set"));
        let skeleton: String =
            skeleton.map(|line| line.replace("you:", "You:").replace("// else: ", "") + "\n").collect();
        place.write("exercises/01_bell/src/lib.rs", &skeleton.replacen("\n\n", "\n\n#![allow(unused)]\n\n", 1));
        place
    }

    fn exercise(&self, folder: &str, title: &str, lines: usize, solution: &str, checks: &str) {
        let (number, name) = folder.split_once('_').expect("a number and a name");
        let number: usize = number.parse().expect("it is a number");
        let manifest = format!(
            "[package]\nname = \"{name}\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[lib]\ntest = false\ndoctest = false\n"
        );
        let word = if lines == 1 { "line" } else { "lines" };
        let readme = format!(
            "# {number}. {title}\n\n7 minutes · you write {lines} {word}.\n\nA `bell` is <b>rung</b>.\n\n## Predict\n\n\
             It `rings`.\n\n1. How often?\n\n   > Once, {}of course.\n\n2. And then?\n\n   > No more.\n\n## Given\n\nA bell.\n\n## Run\n\nIt.\n\n\
             ## Repair\n\nIt.\n\n## If you wonder\n\nDo.\n\n## In greenlight\n\nThere.\n",
            "very often, ".repeat(8)
        );
        for (file, text) in [
            ("Cargo.toml", manifest.as_str()),
            ("README.md", &readme),
            ("hints.md", "## 1\n\nLook.\n\n## 2\n\nCount.\n"),
            ("src/lib.rs", solution),
            ("solution.rs", solution),
            ("tests/check.rs", checks),
        ] {
            self.write(&format!("exercises/{folder}/{file}"), text);
        }
    }

    fn wrong(&self, name: &str, line: &str, killed_by: &str, says: &str) {
        let right = "        self.count.set(self.count.get() + 1);";
        let patch = format!(
            "What: it is {name}\nKilled by: {killed_by}\nSays: {says}\n\n--- solution.rs\n+++ solution.rs\n@@ -15,3 +15,3 @@\n\
             \x20        // you: count one more\n-{right}\n+        {line}\n         // else: todo!(\"count one more\");\n"
        );
        self.write(&format!("exercises/01_bell/wrong/{name}.patch"), &patch);
    }

    fn write(&self, file: &str, text: &str) {
        let file = self.root.join(file);
        fs::create_dir_all(file.parent().expect("it is in a folder")).expect("the folder for tests can be written to");
        fs::write(file, text).expect("the folder for tests can be written to");
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.root.join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    fn environment(&self) -> [(&str, String); 3] {
        let target = self.root.join("target");
        [
            ("GREENLIGHT_WORKSHOP", self.root.display().to_string()),
            ("GREENLIGHT_PROGRESS", self.root.join("progress").display().to_string()),
            ("CARGO_TARGET_DIR", target.display().to_string()),
        ]
    }

    fn run(&self, args: &[&str]) -> Ended {
        self.run_told(args, "")
    }

    fn run_told(&self, args: &[&str], fault: &str) -> Ended {
        let mut command = demos(&["workshop"]);
        command.args(args).envs(self.environment()).env("FAULT", fault).env("CARGO_NET_OFFLINE", "true");
        end(command.current_dir(&self.root))
    }

    /// Shows it on a terminal of 80 columns.
    fn shown(&self, args: &[&str]) -> Option<Shown> {
        let environment = self.environment();
        let environment: Vec<_> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Shown::start_told(&[&["workshop"], args].concat(), SIZES[0], &environment)
    }
}

/// That all of it fits 80 columns, but for what is copied whole.
#[track_caller]
fn assert_narrow(printed: &str) {
    let wide = printed.lines().find(|line| line.chars().count() > 80 && line.contains(' '));
    assert_eq!(wide, None, "{printed}");
}

#[test]
fn the_list_says_what_is_done_what_is_next_and_what_to_do_first() {
    let place = Place::new("list");
    let Ended { code, stdout, stderr } = place.run(&[]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(stdout, @"
    >  1 The bell    7 min    1 line   bell
       2 Many        7 min    0 lines  many

    0 of 2 done. All of them take about 0 hours.

    Begin with exercise 1. Read its page, answer its questions, then check:

      cargo run -- workshop show 1
      cargo run -- workshop predict 1
      cargo run -- workshop check 1

    `cargo run -- workshop --help` has the rest.
    ");
    place.write("progress", "workshop/bell 1\nlevel 3\n");
    let listed = place.run(&[]).stdout;
    assert!(listed.starts_with("✓  1 The bell    7 min    1 line   bell\n>  2 Many"), "{listed}");
    assert!(listed.contains("\n1 of 2 done."), "{listed}");
}

#[test]
fn a_check_that_fails_is_told_and_one_that_passes_is_kept_with_what_is_next() {
    let place = Place::new("check");
    let Ended { code, stdout, stderr } = place.run(&["check"]);
    assert_eq!(code, Some(1));
    assert!(stderr.starts_with("This is the first check of all: "), "{stderr}");
    insta::assert_snapshot!(stdout, @"
    1. The bell
      ✗ it begins with one

        line 17 of src/lib.rs is yours to write: count one more

      yours   exercises/01_bell/src/lib.rs:17
      stuck?  cargo run -- workshop hint 1
    ");
    place.write("exercises/01_bell/src/lib.rs", &SOLUTION.replace("+ 1", "+ 3 - 2 * self.count.get()"));
    let Ended { code, stdout, stderr } = place.run(&["check", "bell"]);
    assert_eq!((code, stderr.as_str()), (Some(1), ""), "{stdout}");
    insta::assert_snapshot!(stdout, @r#"
    1. The bell
      ✗ it begins with one

        assertion `left == right` failed: the first ring is the first
          left: 3
         right: 1

        at tests/check.rs:7: assert_eq!(Bell::default().ring(), 1, "the first ring …

      yours   exercises/01_bell/src/lib.rs
      stuck?  cargo run -- workshop hint 1
    "#);
    place.write("exercises/01_bell/src/lib.rs", SOLUTION);
    let Ended { code, stdout, stderr } = place.run(&["check", "1"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(stdout, @"
    1. The bell
      ✓ it begins with one
      ✓ and it goes on

    All 2 checks pass: exercise 1 is done.

    Next: 2. Many (7 minutes). It asks first:

      It `rings`.

      How often?

    `cargo run -- workshop show 2` has its page, and
    `cargo run -- workshop predict 2` its questions.
    ");
    assert_eq!(place.read("progress"), "workshop/bell 1\n");
    assert!(place.run(&["check"]).stdout.starts_with("2. Many\n"), "the first that is not done is checked");
    place.write("exercises/01_bell/src/lib.rs", &SOLUTION.replace("self.count.get()\n", "self.count\n"));
    let Ended { code, stdout, stderr } = place.run(&["check", "1"]);
    assert_eq!((code, stdout.as_str()), (Some(1), ""), "a compile error is rustc's own");
    assert!(stderr.starts_with("error[E0308]: mismatched types\n"), "{stderr}");
}

#[test]
fn whatever_a_check_does_to_its_process_its_name_and_its_reason_are_told() {
    let place = Place::new("faults");
    let told = |fault: &str, words: &[&str]| {
        let Ended { code, stdout, .. } = place.run_told(&["check", "many"], fault);
        assert_eq!(code, Some(1), "{fault}");
        assert!(stdout.starts_with("2. Many\n  ✓ the first one stands first\n  ✗ another one acts\n"), "{stdout}");
        assert_narrow(&stdout);
        let one_line = stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        for words in words {
            assert!(one_line.contains(words), "{fault}: {stdout}");
        }
        stdout
    };
    told(
        "borrow",
        &[
            "already borrowed",
            "at src/lib.rs:23: \"borrow\" => drop((cell.borrow_mut()",
            "help: somebody was called (wake, drop, poll) while you held this borrow: take what you need out, let go, then call.",
            "yours exercises/02_many/src/lib.rs:23",
        ],
    );
    told("index", &["index out of bounds", "help: nothing is at this index. Was something removed?"]);
    told("range", &["range end index 2", "help: more was to be taken out than there is"]);
    told(
        "earlier",
        &["line 17 of exercise 1 is yours to write", "yours exercises/01_bell/src/lib.rs:17", "workshop hint 1"],
    );
    told("todo", &["line 31 of src/lib.rs is yours to write: act"]);
    told("hang", &["The check did not end by itself: after two seconds it was ended from outside."]);
    told(
        "abort",
        &[
            "a first one",
            "The process was ended: a Drop panicked while the panic above unwound, and two at once are an abort.",
            "The second panic is at src/lib.rs:11: a second one",
        ],
    );
    if cfg!(unix) {
        let stack = told("stack", &["has overflowed its stack", "help: a function called itself without end"]);
        assert_eq!(stack.matches("has overflowed").count(), 1, "{stack}");
    }
    assert!(!told("codes", &["a\\u{1b}b"]).contains("a\u{1b}b"), "what a terminal would obey is printed");
    let printed = told("print", &["it was printed", "It printed: acting"]);
    assert!(!printed.contains("replay"), "nothing was written down: {printed}");
    let traced = told("trace", &["replay target/check/many.html"]);
    assert!(place.read("target/check/many.html").contains("[\"spawn\",0]"), "{traced}");
    assert!(!told("borrow", &[]).contains("replay"), "the page was that of another run");
}

#[test]
fn hints_come_one_by_one_and_an_exercise_begun_anew_loses_no_work() {
    let place = Place::new("hints");
    let hint = || place.run(&["hint", "1"]);
    assert_eq!(hint().stdout, "1. The bell: hint 1 of 2\n\nLook.\n");
    let last = hint();
    assert_eq!(last.stdout, "1. The bell: hint 2 of 2\n\nCount.\n");
    assert_eq!(last.stderr, "\nThis is the last hint.\n");
    let again = hint();
    assert_eq!(again.stdout, last.stdout);
    assert!(again.stderr.starts_with("\nThis was the last hint already."), "{}", again.stderr);
    let skeleton = place.read("exercises/01_bell/src/lib.rs");
    for (kept, work) in [("lib.kept-1.rs", "// mine\n"), ("lib.kept-2.rs", "// mine, too\n")] {
        place.write("exercises/01_bell/src/lib.rs", work);
        let Ended { code, stdout, stderr } = place.run(&["reset", "bell"]);
        assert_eq!((code, stderr), (Some(0), format!("Your file is kept: exercises/01_bell/src/{kept}\n")));
        assert_eq!(stdout, "Exercise 1 is as at the beginning: exercises/01_bell/src/lib.rs\n");
        assert_eq!(place.read(&format!("exercises/01_bell/src/{kept}")), work);
        assert_eq!(place.read("exercises/01_bell/src/lib.rs"), skeleton, "it is what the solution is cut to");
    }
    assert_eq!(place.run(&["reset", "bell"]).stderr, "", "there is no work to keep");
    assert_eq!(hint().stdout, "1. The bell: hint 1 of 2\n\nLook.\n");
}

#[test]
fn what_is_read_is_read_on_a_terminal_of_80_columns() {
    let place = Place::new("read");
    let show = place.run(&["show"]).stdout;
    assert!(
        show.starts_with("1. The bell\n\n7 minutes · you write 1 line.\n\nA `bell` is rung.\n\nPredict\n"),
        "{show}"
    );
    assert!(!show.contains("of course"), "answers are for who was asked: {show}");
    insta::assert_snapshot!(place.run(&["predict", "1"]).stdout, @"
    1. The bell

    It `rings`.

    1. How often?

       | Once, very often, very often, very often, very often, very often, very
       | often, very often, very often, of course.

    2. And then?

       | No more.

    See whether it is so: `cargo run -- workshop check 1`
    ");
    place.wrong("lazy", "self.count.set(1);", "and_it_goes_on", "the second ring is the second");
    insta::assert_snapshot!(place.run(&["show", "1", "--wrong"]).stdout, @"
    lazy
      it is lazy

    `cargo run -- workshop show 1 --wrong NAME` shows one, and which check tells of
    it.
    ");
    insta::assert_snapshot!(place.run(&["show", "1", "--wrong", "lazy"]).stdout, @r#"
    lazy: it is lazy

      …
               // you: count one more
      -        self.count.set(self.count.get() + 1);
      +        self.count.set(1);
               // else: todo!("count one more");

    The check that tells: and it goes on
    It says: … the second ring is the second …
    "#);
    let Ended { code, stdout, stderr } = place.run(&["solution", "1"]);
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert!(stderr.contains("exercise 1 is not done; `cargo run -- workshop solution 1 --yes` prints"), "{stderr}");
    let solution = place.run(&["solution", "1", "--yes"]).stdout;
    assert!(solution.contains("+ 1);\n        self.count.get()") && !solution.contains("you:"), "{solution}");
    let unsure = place.run(&["solution", "1", "--part", "1"]);
    assert!(unsure.stderr.contains("`cargo run -- workshop solution 1 --part 1 --yes` prints"), "{}", unsure.stderr);
    let lost = place.root.join("exercises/02_many/solution.rs");
    fs::remove_file(&lost).expect("it is there");
    let unreadable = place.run(&["solution", "2", "--part", "1", "--yes"]);
    assert!(unreadable.stderr.starts_with("error: cannot read "), "{}", unreadable.stderr);
    insta::assert_snapshot!(place.run(&["solution", "1", "--part", "1", "--yes"]).stdout, @"
    // Part 1 of 1

    impl Bell {
        …
        pub fn ring(&self) -> u32 {
            // You: count one more
            self.count.set(self.count.get() + 1);
    ");
}

#[test]
fn code_that_is_wider_than_the_terminal_goes_on_below_where_there_is_one() {
    let place = Place::new("wide");
    let long = "let rung = std::iter::repeat_n(1, 1).map(|more| self.count.get() + more).last(); // It is rung.";
    place.wrong("long", long, "and_it_goes_on", "the second ring is the second");
    let args = ["show", "1", "--wrong", "long"];
    let whole = place.run(&args).stdout;
    assert!(whole.contains(long), "{whole}");
    let Some(mut shown) = place.shown(&args) else { return };
    assert_eq!(shown.exit_code(), Some(0));
    let lines = shown.lines();
    let added: Vec<_> = lines.iter().filter(|line| line.starts_with("  +")).collect();
    assert_eq!(
        added,
        [
            "  +        let rung = std::iter::repeat_n(1, 1).map(|more| self.count.get() +",
            "  +            more).last(); // It is rung.",
        ]
    );
}

#[test]
fn what_is_not_there_is_2_and_the_nearest_is_named() {
    let place = Place::new("names");
    for (args, why) in [
        (vec!["check", "bel"], "error: there is no exercise `bel`; did you mean `bell`?\n"),
        (vec!["show", "9"], "error: there is no exercise `9`; their numbers are 1 to 2\n"),
        (vec!["check", "2", "--mine"], "error: exercise 2 builds on no file of yours\n"),
        (vec!["solution", "1", "--part", "2"], "error: there is no part 2; exercise 1 has 1 part\n"),
        (vec!["chek"], "error: unrecognized subcommand 'chek'\n\n  tip: a similar subcommand exists: 'check'\n"),
        (vec!["reset"], "error: the following required arguments were not provided:\n"),
    ] {
        let Ended { code, stdout, stderr } = place.run(&args);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{args:?}");
        assert!(stderr.starts_with(why), "{stderr}");
    }
}

#[test]
fn predict_waits_for_what_one_thinks_and_shows_it_beside_the_answer() {
    let place = Place::new("predict");
    let Some(mut asked) = place.shown(&["predict", "1"]) else { return };
    let last = |lines: &[String]| lines.iter().rfind(|line| !line.is_empty()).cloned().unwrap_or_default();
    let waits = |lines: &[String]| last(lines).ends_with("Enter shows the answer.");
    let lines = asked.wait_for("the first question", waits);
    assert!(!lines.iter().any(|line| line.contains("of course")), "{lines:?}");
    asked.press("twice\r");
    let lines =
        asked.wait_for("the second question", |lines| lines.iter().any(|line| line.starts_with("2. And then?")));
    assert!(lines.iter().any(|line| line == "   you: twice"), "{lines:?}");
    assert!(lines.iter().any(|line| line.ends_with("of course.")), "{lines:?}");
    asked.press("\r");
    assert_eq!(asked.exit_code(), Some(0));
}

#[test]
fn watch_checks_what_is_saved_goes_on_with_the_next_and_ends_by_ctrl_c() {
    let place = Place::new("watch");
    let Some(mut watching) = place.shown(&["watch"]) else { return };
    let shows = |words: &'static str| move |lines: &[String]| lines.iter().any(|line| line.contains(words));
    watching.wait_for("what is to be written", shows("is yours to write: count one more"));
    place.write("exercises/01_bell/src/lib.rs", SOLUTION);
    let lines = watching.wait_for("that it is done", shows("From here on it is "));
    assert!(lines.iter().any(|line| line == "All 2 checks pass: exercise 1 is done."), "{lines:?}");
    watching.press("\x03");
    assert_eq!(watching.exit_code(), Some(130));
}

#[test]
fn verify_finds_a_wrong_answer_that_survives_and_whatever_else_is_not_as_it_should_be() {
    let place = Place::new("verify");
    place.wrong("lazy", "self.count.set(1);", "and_it_goes_on", "the second ring is the second");
    place.wrong("idle", "", "it_begins_with_one", "the first ring is the first");
    place.wrong("eager", "self.count.set(self.count.get() + 2);", "it_begins_with_one", "the first ring is the first");
    let Ended { code, stdout, stderr } = place.run(&["verify", "1"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""), "{stdout}");
    assert!(stdout.split_whitespace().collect::<Vec<_>>().join(" ").contains(" 01_bell 2 1 3 "), "{stdout}");
    assert!(stdout.contains("\nAll is as it should be, in "), "{stdout}");
    place.wrong("right", "self.count.set(1 + self.count.get());", "and_it_goes_on", "the second ring");
    place.wrong("said", "self.count.set(3);", "it_begins_with_one", "the last ring");
    place.wrong("nobody", "self.count.set(4);", "nobody_checks", "the first ring");
    place.wrong("hangs", "self.count.set(5);", "it_begins_with_one", "this check hangs");
    place.write("exercises/01_bell/src/lib.rs", SOLUTION);
    place.write("exercises/01_bell/hints.md", "Look.\n");
    let readme = place.read("exercises/01_bell/README.md").replace("1 line.", "2 lines.");
    place.write("exercises/01_bell/README.md", &readme);
    let Ended { code, stdout, .. } = place.run(&["verify", "bell"]);
    assert_eq!(code, Some(1));
    let told = stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    for problem in [
        "01_bell: README.md: it says 2, and the learner's lines in the solution are 1",
        "01_bell: hints.md: it begins with `## 1`",
        "01_bell: src/lib.rs is not what solution.rs is cut to; `workshop reset 1` writes it",
        "01_bell: wrong/right.patch: it survives: `and_it_goes_on` passes",
        "01_bell: wrong/said.patch: `it_begins_with_one` does not say `the last ring`: it says: assertion `left == right`",
        "01_bell: wrong/nobody.patch: there is no check `nobody_checks`",
        "01_bell: wrong/hangs.patch: that something hangs is no reason: `this check hangs`",
        "7 things are not as they should be",
    ] {
        assert!(told.contains(problem), "{problem}: {stdout}");
    }
}
