//! `explore`: the fault of each race is found with the fewest deviations, what repairs it passes, and what is printed
//! where.

use crate::{Ended, demos, end, names, run};
use std::fs;
use std::path::{Path, PathBuf};

/// Each race: what goes wrong, and the smallest schedule that shows it.
pub(crate) const FAULTS: [(&str, &str, &str); 13] = [
    ("who-first", "main panics: assertion `left == right` failed: Alice is the first in the book", "gl1:1@1"),
    ("last-seat", "it does not hold that no seat is sold twice", "gl1:1@2"),
    ("early-bell", "a stall: alice waits for condition `bell` for ever", "gl1:1@1"),
    ("slow-listener", "a stall: listener waits for event `news` for ever", "gl1:1@2"),
    ("stolen-dish", "alice panics: there is a dish for Alice", "gl1:1@2"),
    ("lost-wake", "a stall: main and alice can never go on", "gl1:1@2"),
    ("two-locks", "a stall: alice waits for lock `cash` and bob waits for lock `savings` for ever", "gl1:1@2"),
    (
        "three-forks",
        "a stall: alice waits for lock `fork 1`, bob waits for lock `fork 2` and carol waits for lock `fork 0` for ever",
        "gl1:1@2,2@3",
    ),
    ("three-workers-spin", "worker 2 spins: one poll of it awaits only what is ready, without end", "gl1:"),
    ("readers-writer", "it does not hold that nobody reads what is being written", "gl1:1@2"),
    ("starved-writer", "it does not hold that two readers at most pass the writer", "gl1:3@2"),
    ("late-timeout", "guest panics: 999 ms and a little work are less than a second", "gl1:late:1@2"),
    ("lost-baton", "a stall: bob waits for baton `baton` for ever", "gl1:cancel1:2@1"),
];

/// Each program that is right: what was tried. All orders, or those with up to three deviations.
const RIGHT: [(&str, &str); 13] = [
    ("who-first-repaired", "2 schedules tried, 2 different orders: all that there are"),
    ("last-seat-repaired", "7 schedules tried, 7 different orders: all that there are"),
    ("early-bell-repaired", "2 schedules tried, 2 different orders: all that there are"),
    ("slow-listener-repaired", "40 schedules tried, 40 different orders: all that there are"),
    ("stolen-dish-repaired", "16 schedules tried, 16 different orders: all that there are"),
    ("lost-wake-repaired", "6 schedules tried, 6 different orders: all that there are"),
    ("two-locks-repaired", "7 schedules tried, 7 different orders: all that there are"),
    ("three-forks-repaired", "1017 schedules tried, 1017 different orders: all that there are"),
    ("three-workers", "24 schedules tried, 24 different orders: all that there are"),
    ("readers-writer-repaired", "367 schedules tried, 367 different orders: all that there are"),
    ("starved-writer-repaired", "1396 schedules tried, 1323 different orders: all with up to 3 deviations"),
    ("late-timeout-repaired", "7 schedules tried, 7 different orders: all that there are, late clocks among them"),
    ("lost-baton-repaired", "57 schedules tried, 48 different orders: all with up to 3 deviations, cancels among them"),
];

/// The races that are wrong in the ordinary order, too.
const WRONG_ANYWAY: [&str; 1] = ["three-workers-spin"];

fn explore(args: &[&str]) -> Ended {
    run(&[&["explore"], args].concat())
}

/// The names that `explore` prints.
fn races() -> Vec<String> {
    let Ended { code, stdout, stderr } = explore(&[]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    stdout.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_string).collect()
}

/// A file in a folder of the tests.
fn file(name: &str, text: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("explore");
    fs::create_dir_all(&folder).expect("the folder for tests can be written to");
    fs::write(folder.join(name), text).expect("the folder for tests can be written to");
    folder.join(name)
}

fn text(path: &Path) -> &str {
    path.to_str().expect("the path is text")
}

#[test]
fn every_race_is_among_those_whose_end_is_known() {
    let known = FAULTS.iter().map(|(name, ..)| *name).chain(RIGHT.iter().map(|(name, _)| *name));
    let (mut known, mut there): (Vec<_>, _) = (known.collect(), races());
    known.sort();
    there.sort();
    assert_eq!(there, known);
}

#[test]
fn the_fault_of_each_race_is_found_by_its_smallest_schedule() {
    for (name, fault, schedule) in FAULTS {
        let Ended { code, stdout, stderr } = explore(&[name]);
        assert_eq!(code, Some(4), "{name}\n{stdout}{stderr}");
        let told = stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(told.contains(&format!(" 1. {fault} ")), "{name}\n{stdout}");
        assert!(told.contains(&format!(" GREENLIGHT_SCHEDULE={schedule} ")), "{name}\n{stdout}");
        assert!(stderr.starts_with(&format!("{name}: ")), "{stderr}");
    }
}

#[test]
fn no_fault_is_found_with_a_deviation_less() {
    for (name, _, schedule) in FAULTS {
        let deviations = schedule.split('@').count() - 1;
        if let Some(fewer) = deviations.checked_sub(1) {
            let Ended { code, stdout, .. } = explore(&[name, "--deferrals", &fewer.to_string()]);
            assert_eq!(code, Some(0), "{name}\n{stdout}");
        }
    }
}

#[test]
fn the_first_schedule_is_the_ordinary_order_in_which_most_races_are_right() {
    for name in races() {
        let Ended { code, stdout, .. } = explore(&[&name, "--schedules", "1"]);
        let expected = if WRONG_ANYWAY.contains(&name.as_str()) { 4 } else { 0 };
        assert_eq!(code, Some(expected), "{name}\n{stdout}");
        assert!(stdout.contains("1 schedule tried, 1 different order: "), "{name}\n{stdout}");
        if expected == 0 {
            assert_eq!(run(&["run", &name]).code, Some(0), "{name}");
        }
    }
}

#[test]
fn what_repairs_a_race_passes_in_all_that_is_tried() {
    for (name, tried) in RIGHT {
        let Ended { code, stdout, .. } = explore(&[name]);
        assert_eq!((code, stdout.replace("\n  ", " ")), (Some(0), format!("{tried}\n")), "{name}");
    }
}

#[test]
fn the_race_that_the_third_tutorial_tells_of_is_not_there_with_five_workers_either() {
    let Ended { code, stdout, stderr } = explore(&["resource-event"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert_eq!(stdout, "256 schedules tried, 249 different orders: all with up to 3 deviations\n");
}

#[test]
fn every_demo_can_be_explored_and_the_club_alone_fails() {
    for name in names() {
        let Ended { code, stdout, stderr } = explore(&[&name, "--deferrals", "2"]);
        let expected = if name == "club" { 4 } else { 0 };
        assert_eq!(code, Some(expected), "{name}\n{stdout}{stderr}");
        assert!(stderr.is_empty() || name == "club", "{name}\n{stderr}");
    }
}

#[test]
fn the_report_tells_the_smallest_schedule_as_a_story_and_how_to_play_it_again() {
    let Ended { stdout, stderr, .. } = explore(&["last-seat"]);
    insta::assert_snapshot!(stdout, @r#"
    7 schedules fail, by 1 cause; 13 schedules tried, 10 different orders: all with
      up to 3 deviations

    1. it does not hold that no seat is sold twice
       7 schedules, the smallest with 1 deviation: only where the order is not FIFO

         main   spawns alice; spawns bob; waits on gather 1
         alice  yields
         bob    yields
       > bob    runs before alice says "alice has the seat."
         bob    yields
         bob    says "bob has the seat."; ends
         alice  says "alice has the seat."; ends

       The nearest schedule that passes is gl1:.
       They go apart in step 4: here bob runs, there alice runs.

       To see it on a page, run the program with
         GREENLIGHT_SCHEDULE=gl1:1@2
         GREENLIGHT_CLOCK=virtual GREENLIGHT_TRACE=out.html
       As a test:

         #[test]
         fn no_seat_is_sold_twice() {
             greenlight::replay("gl1:1@2", || async {
                 // the program
             });
         }
    "#);
    insta::assert_snapshot!(stderr, @"
    last-seat: two look, pay, and take the last seat
    Bob looks while Alice pays, so both see the seat and both take it. An await
    stands between the look and the act.

    `run last-seat` is the program, `show last-seat` its source, and `explore
    last-seat-repaired` what repairs it.
    ");
    insta::assert_snapshot!(explore(&["late-timeout"]).stdout, @r#"
    5 schedules fail, by 1 cause; 7 schedules tried, 7 different orders: all that
      there are, late clocks among them

    1. guest panics: 999 ms and a little work are less than a second
       5 schedules, the smallest with 1 deviation: greenlight's own order can do
           this

         main   spawns guest; waits on task `guest`
         guest  sleeps until t=0.999000s; has time until t=1.000000s
         time   jumps to t=0.999000s; timer of guest fires; wakes guest
       > time   jumps to t=1.000000s; timer of guest fires
         guest  yields; times out; panics: 999 ms and a little work are less than a
             second; wakes main
         main   ends

       The nearest schedule that passes is gl1:.
       They go apart in step 3: here time jumps, there guest runs.

    guest panicked at demos/races/late_timeout.rs:17:45: 999 ms and a little work
        are less than a second

       To see it on a page, run the program with
         GREENLIGHT_SCHEDULE=gl1:late:1@2
         GREENLIGHT_CLOCK=virtual GREENLIGHT_TRACE=out.html
       As a test:

         #[test]
         fn guest_panics_999_ms_and_a_little_work_are() {
             greenlight::replay("gl1:late:1@2", || async {
                 // the program
             });
         }
    "#);
}

#[test]
fn a_story_ends_with_what_fails_and_tells_once_what_goes_without_end() {
    for (name, ..) in FAULTS.iter().filter(|(name, ..)| *name != "lost-baton") {
        let Ended { stdout, .. } = explore(&[name]);
        assert!(!stdout.contains("is cancelled"), "nobody is cancelled before {name} fails: {stdout}");
    }
    let Ended { stdout, .. } = explore(&["three-workers-spin"]);
    assert_eq!(stdout.matches("finds event `free` set, again and again; panics: ").count(), 3, "{stdout}");
}

#[test]
fn a_schedule_that_the_report_names_is_played_by_run() {
    // A poll that never ends would not end here, either.
    for (name, fault, schedule) in FAULTS.iter().filter(|(name, ..)| *name != "three-workers-spin") {
        let mut command = demos(&["run", name]);
        let Ended { code, stderr, .. } = end(command.env("GREENLIGHT_SCHEDULE", schedule));
        let (expected, told) = match fault {
            stall if stall.starts_with("a stall: ") => (3, " stalled at t="),
            panic if panic.starts_with("main panics: ") => (1, " panicked"),
            panic if panic.contains(" panics: ") => (0, ", panicked, and nobody awaits it: "),
            // What always holds is looked at by whoever explores.
            _ => (0, ""),
        };
        assert_eq!(code, Some(expected), "{name} {schedule}: {stderr}");
        assert!(stderr.contains(told), "{name} {schedule}: {stderr}");
    }
}

#[test]
fn the_schedule_without_deviations_leaves_the_trace_of_the_ordinary_run_byte_for_byte() {
    let never = ["thread", "three-workers-spin"];
    for name in names().iter().chain(&races()).filter(|name| !never.contains(&name.as_str())) {
        let traced = |schedule: &str| {
            let path = file("ordinary.jsonl", "");
            let mut command = demos(&["run", name, "--trace", text(&path)]);
            let Ended { code, stdout, stderr } = end(command.env("GREENLIGHT_SCHEDULE", schedule));
            let rows = fs::read_to_string(&path).expect("the trace is written");
            (code, stdout, stderr, rows)
        };
        assert_eq!(traced("gl1:"), traced(""), "{name}");
    }
}

#[test]
fn what_has_no_fault_within_the_deviations_may_have_one_by_a_late_clock_a_cancel_or_in_another_order() {
    let with_more = |name: &str, args: &str, more: &str| {
        let code = |args: &str| explore(&[&[name], &*args.split_whitespace().collect::<Vec<_>>()].concat()).code;
        assert_eq!((code(args), code(more)), (Some(0), Some(4)), "{name} {args} / {more}");
    };
    with_more("three-forks", "--deferrals 1", "--deferrals 2");
    with_more("waiter", "", "--cancel setter");
    with_more("periodic", "--deferrals 2", "--deferrals 2 --late");
    with_more("three-forks", "--random 7 --schedules 9", "--random 7 --schedules 500");
    with_more("three-forks", "--schedules 9", "--exhaustive");
}

#[test]
fn each_scenario_of_a_file_is_explored() {
    let wait = r#"{"name": "late", "start": ["walker", "signal"], "objects": {"light": {"kind": "event"}},
        "tasks": {"walker": [["wait", "light"]], "signal": [["set", "light"], ["clear", "light"]]}}"#;
    let [wrong, right] = ["late", "early"].map(|name| {
        let scenario = wait.replace('\n', " ").replace("\"late\"", &format!("{name:?}"));
        if name == "late" { scenario } else { scenario.replace(r#", ["clear", "light"]"#, "") }
    });
    let both = file("both.jsonl", &format!("{wrong}\n\n{right}\n"));
    let Ended { code, stdout, stderr } = explore(&[text(&both)]);
    assert_eq!((code, stderr.as_str()), (Some(4), ""));
    assert!(stdout.starts_with("late: 1 schedule fails, by 1 cause; 2 schedules tried, "), "{stdout}");
    assert!(stdout.contains("\n1. a stall: walker waits for event `light` for ever\n"), "{stdout}");
    assert!(stdout.ends_with("\nearly: 2 schedules tried, 2 different orders: all that there are\n"), "{stdout}");
    let Ended { code, .. } = explore(&[text(&file("right.jsonl", &right))]);
    assert_eq!(code, Some(0));
    let broken = file("broken.jsonl", &format!("{right}\n{{}}\n"));
    let Ended { code, stdout, stderr } = explore(&[text(&broken)]);
    assert_eq!((code, stdout.lines().count()), (Some(1), 1));
    assert!(stderr.starts_with("error: ") && stderr.contains("broken.jsonl:2: "), "{stderr}");
    let Ended { code, stderr, .. } = explore(&["nowhere.jsonl"]);
    assert_eq!(code, Some(1));
    assert!(stderr.starts_with("error: cannot explore nowhere.jsonl: "), "{stderr}");
}

#[test]
fn the_smallest_schedule_that_fails_is_traced_and_a_page_has_the_nearest_that_passes_beside_it() {
    let page = file("last-seat.html", "");
    let Ended { code, stderr, .. } = explore(&["last-seat", "--trace", text(&page)]);
    assert_eq!(code, Some(4));
    assert!(stderr.contains("last-seat.html"), "{stderr}");
    let made = fs::read_to_string(&page).expect("the page is written");
    assert_eq!(made.matches("class=\"trace\"").count(), 2);
    assert_eq!(made.matches("[\"defer\",").count(), 1, "the ordinary order defers nobody");
    assert!(made.contains("\"demos/races/last_seat.rs\":\"//! "), "the source is in it");
    let left: Vec<_> = fs::read_dir(page.parent().expect("it is in a folder")).expect("it is there").collect();
    assert!(left.iter().flatten().all(|file| !file.path().ends_with("last-seat.rows.jsonl")), "{left:?}");
    let rows = file("last-seat.jsonl", "");
    explore(&["last-seat", "--trace", text(&rows)]);
    let made = fs::read_to_string(&rows).expect("the trace is written");
    assert_eq!(made.matches("[\"defer\",").count(), 1);
    let none = file("none.html", "as before");
    let Ended { code, stderr, .. } = explore(&["last-seat-repaired", "--trace", text(&none)]);
    assert_eq!(code, Some(0));
    assert!(stderr.ends_with("none.html is not written, as no schedule fails\n"), "{stderr}");
    assert_eq!(fs::read_to_string(&none).expect("it was there"), "as before");
}

#[test]
fn what_is_wrong_on_the_command_line_is_told() {
    let complaint = |args: &[&str]| {
        let Ended { code, stdout, stderr } = explore(args);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{args:?}");
        stderr
    };
    insta::assert_snapshot!(complaint(&["last-saet"]), @"
    error: invalid value 'last-saet' for '[NAME|FILE.jsonl]'

      tip: a similar value exists: 'last-seat'
      tip: `list` names the demos, and `explore` the races

    For more information, try '--help'.
    ");
    assert!(complaint(&["last-seat", "--random", "1", "--exhaustive"]).contains("cannot be used with"));
    assert!(complaint(&["last-seat", "--deferrals", "many"]).contains("invalid value 'many'"));
    assert!(complaint(&["last-seat", "--trace", "seat.mp4"]).contains("let it end with .html, .txt"));
    let Ended { code, stderr, .. } = run(&["show", "last-seat", "--python"]);
    assert_eq!(code, Some(2));
    assert!(stderr.starts_with("error: `last-seat` is a race, which has no twin\n"), "{stderr}");
}

#[test]
fn every_race_shows_a_source_that_is_short_and_opens_with_what_it_shows_and_what_to_change() {
    for name in races() {
        let Ended { code, stdout, .. } = run(&["show", &name]);
        assert_eq!(code, Some(0));
        assert!(stdout.lines().count() < 80, "{name} is too long for one idea");
        assert!(stdout.starts_with("//! ") && stdout.contains("//! What to change:"), "{name}");
        let about = explore(&[]).stdout;
        assert!(about.lines().all(|line| line.chars().count() <= 80), "{about}");
    }
}

#[test]
fn no_race_is_in_the_list_or_in_the_tour() {
    let (listed, there) = (names(), races());
    assert!(there.iter().all(|name| !listed.contains(name)));
    let tour = run(&["tour", "--plain"]);
    assert!(there.iter().all(|name| !tour.stderr.contains(&format!("\n{name}: "))), "{}", tour.stderr);
}
