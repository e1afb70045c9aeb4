//! `drive`: each level is won by a play that is written down here; what is shown of it on a terminal, and without one.

use crate::screen::{SIZES, Shown};
use crate::{Ended, demos, end};
use std::fs;

/// A play that wins each level with the fewest deviations, and the schedule that it is.
const PLAYS: &[(&str, &str, &str)] = &[
    ("green-light", "walker main walker main", "gl1:"),
    ("green-already", "signal walker", "gl1:1@1"),
    ("who-first", "bob alice main", "gl1:1@1"),
    ("early-bell", "cook alice", "gl1:1@1"),
    ("slow-listener", "listener speaker speaker speaker speaker speaker listener listener", "gl1:1@2"),
    ("last-seat", "alice bob bob bob alice", "gl1:1@2"),
    ("stolen-dish", "alice cook bob bob alice cook cook main", "gl1:1@2"),
    ("lost-wake", "alice bob bob alice", "gl1:1@2"),
    ("two-locks", "alice bob bob bob alice", "gl1:1@2"),
    ("one-bell", "alice bob cook cook alice bob", "gl1:1@2"),
    ("late-timeout", "guest late guest main", "gl1:late:1@2"),
    ("lost-baton", "alice cancel:alice bob coach alice main", "gl1:cancel1:2@1"),
    ("three-forks", "alice bob carol bob carol carol carol alice bob", "gl1:1@2,2@3"),
    ("hungry", "alice carol alice carol alice carol alice carol alice carol", "gl1:2@1"),
    ("readers-writer", "alice carol bob bob bob bob carol", "gl1:1@2"),
    ("starved-writer", "alice bob carol alice bob alice bob alice bob alice bob alice bob alice", "gl1:3@2"),
    ("lost-count", "alice bob bob bob bob alice bob alice alice alice alice alice bob bob main", "gl1:1@2,2@5,2@6"),
];

/// Levels without a terminal, and without anybody's progress.
fn drive(args: &[&str]) -> Ended {
    end(demos(&["drive"]).args(args).env("GREENLIGHT_PROGRESS", "/dev/null/nothing"))
}

#[test]
fn each_level_is_won_by_its_recorded_play_with_the_fewest_deviations() {
    let listed = drive(&[]);
    assert_eq!((listed.code, listed.stderr.as_str()), (Some(0), ""));
    let names: Vec<_> = listed.stdout.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, PLAYS.iter().map(|(name, ..)| *name).collect::<Vec<_>>());
    for (name, picks, schedule) in PLAYS {
        let Ended { code, stdout, stderr } = drive(&[name, "--picks", picks]);
        assert_eq!((code, stderr.as_str()), (Some(0), ""), "{name}");
        let count = schedule.matches('@').count();
        let used = ["no deviation", "1 deviation", "2 deviations", "3 deviations"][count];
        assert!(stdout.contains(&format!("\nYou have done it, with {used}: no play takes fewer.\n")), "{stdout}");
        assert!(stdout.contains(&format!("\nThe schedule is {schedule}. To see it on a page:\n")), "{stdout}");
        let again = format!("greenlight-demos drive {name} --picks '{picks}' --trace {name}.html");
        assert!(stdout.lines().any(|line| line.trim() == again), "{stdout}");
        let last = stdout.find(" drive ").expect("the command is last");
        assert!(stdout[..last].lines().all(|line| line.chars().count() <= 80), "{stdout}");
    }
}

#[test]
fn a_play_that_goes_by_the_ordinary_order_is_over_without_the_goal() {
    let Ended { code, stdout, .. } = drive(&["two-locks", "--picks", "next rest"]);
    assert_eq!(code, Some(0));
    assert!(stdout.ends_with("\nIt is over, and the goal is not reached: main has returned.\n"), "{stdout}");
    let half = drive(&["two-locks", "--picks", "next next"]).stdout;
    assert!(half.ends_with("\nno deviation so far; the goal takes 1 deviation.\n"), "{half}");
    let missed = drive(&["one-bell", "--picks", "bob alice cook cook bob alice"]).stdout;
    assert!(missed.contains("You have done it, with 3 deviations: 1 deviation suffices."), "{missed}");
}

#[test]
fn a_level_without_a_terminal_says_its_goal_shows_its_board_and_how_it_is_played() {
    let Ended { code, stdout, stderr } = drive(&["green-already"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(stdout, @r"
    green-already: Have the walker cross without waiting for the light.
    last     main ran
             walker is spawned, crossing.rs:28
             signal is spawned, crossing.rs:29
             main waits on gather 1, crossing.rs:33
    waiting  main waits for the end of walker, signal
    ready    1 walker  2 signal

    This is played on a terminal, by keys. Here `--picks 'walker …'` plays who is
    named, one after the other. `next` is who runs next in the ordinary order, and
    `rest` all who are left to run in it.
    ");
    assert!(drive(&["lost-baton"]).stdout.contains("`cancel:alice`"));
    assert!(drive(&["late-timeout"]).stdout.contains("`late`"));
    insta::assert_snapshot!(drive(&["green-already", "--picks", "signal rest"]).stdout, @r"
    green-already: Have the walker cross without waiting for the light.
    last     main ran
             walker is spawned, crossing.rs:28
             signal is spawned, crossing.rs:29
             main waits on gather 1, crossing.rs:33
    waiting  main waits for the end of walker, signal
    ready    1 walker  2 signal

    last     signal ran
             signal sets event `light`, crossing.rs:31 → nobody wakes
             signal ends
             says: It is green.
    waiting  event `light`, set: nobody waits
             main waits for the end of walker
    ready    1 walker

    last     walker ran
             walker finds event `light` set, crossing.rs:37
             walker finds event `light` set, crossing.rs:38
             walker ends
             says: The walker crosses.

    You have done it, with 1 deviation: no play takes fewer.
    An Event stays set: who comes later does not wait. To pass over who is first in
    the ready queue is a deviation from greenlight's own order.
    The schedule is gl1:1@1. To see it on a page:
      greenlight-demos drive green-already --picks 'signal walker' --trace green-already.html
    ");
}

#[test]
fn what_cannot_be_picked_is_wrong_usage_and_says_what_can() {
    for (args, told) in [
        (
            &["early-bell", "--picks", "cook main"][..],
            "pick 2 of the play, `main`: main is not ready; ready are: alice",
        ),
        (&["early-bell", "--picks", "dave"], "pick 1 of the play, `dave`: there is no task `dave` here"),
        (&["early-bell", "--picks", "late"], "pick 1 of the play, `late`: time does not jump late in this level"),
        (
            &["early-bell", "--picks", "cancel:alice"],
            "pick 1 of the play, `cancel:alice`: nobody is cancelled in this level",
        ),
        (&["late-timeout", "--picks", "late"], "pick 1 of the play, `late`: no timer is armed"),
        (&["lost-baton", "--picks", "cancel:bob"], "pick 1 of the play, `cancel:bob`: bob cannot be cancelled here"),
        (&["who-first", "--picks", "bob alice main main"], "pick 4 of the play, `main`: it is over"),
        (&["late-timeuot"], "a similar value exists: 'late-timeout'"),
    ] {
        let Ended { code, stdout, stderr } = drive(args);
        assert_eq!((code, stdout.as_str()), (Some(2), ""), "{args:?}");
        let flat = stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains(told), "{flat}");
    }
}

#[test]
fn a_play_is_written_down_as_a_page() {
    let folder = folder("page");
    let page = format!("{folder}/forks.html");
    let (name, picks, schedule) = PLAYS[12];
    let Ended { code, stderr, .. } = drive(&[name, "--picks", picks, "--trace", &page]);
    assert_eq!(code, Some(0));
    assert_eq!(stderr, format!("{page} has the trace\n"));
    let written = fs::read_to_string(&page).expect("the page was written");
    assert!(written.contains(&format!("{name}: {schedule}")), "it has no title");
    assert!(written.contains("let philosopher"), "it has no source");
    let nowhere = drive(&[name, "--picks", picks, "--trace", &format!("{folder}/no/such/folder.html")]);
    assert_eq!(nowhere.code, Some(1));
    assert!(nowhere.stderr.starts_with("error: cannot write a trace to "), "{}", nowhere.stderr);
    fs::remove_dir_all(folder).expect("the folder can be removed");
}

/// A folder of this test run.
fn folder(name: &str) -> String {
    let folder = std::env::temp_dir().join(format!("greenlight-drive-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder can be made");
    folder.to_str().expect("its name is text").to_string()
}

/// Whether a line of the screen has that text.
fn shows(lines: &[String], text: &str) -> bool {
    lines.iter().any(|line| line.contains(text))
}

#[test]
fn a_level_is_played_by_keys_on_either_screen_and_the_next_one_follows() {
    for size @ (columns, height) in SIZES {
        let Some(mut level) = Shown::start(&["drive", "early-bell"], size) else { return };
        let lines = level.wait_for("the board", |lines| shows(lines, "2 cook"));
        assert!(lines.len() == height as usize && lines.iter().all(|line| line.chars().count() <= columns.into()));
        assert_eq!(lines[0], " 4/17 early-bell: Leave Alice waiting for ever for the bell.");
        assert_eq!(
            shows(&lines, "//! ") || shows(&lines, "async fn"),
            columns > 100,
            "the source has a place if there is room"
        );
        assert!(lines[height as usize - 1].starts_with(" 1-9 run  Enter first  u undo"));
        assert!(lines[height as usize - 1].ends_with("q end"));
        level.press("h");
        level.wait_for("a hint", |lines| shows(lines, "Hint: run cook. From here it takes 1 deviation more."));
        level.press("2");
        level.wait_for("what the cook did", |lines| shows(lines, " cook ran ") && shows(lines, "→ nobody wakes"));
        level.press("u");
        level.wait_for("the beginning", |lines| shows(lines, " main ran ") && shows(lines, "no deviation so far"));
        level.press("u");
        level.wait_for("that it is the beginning", |lines| shows(lines, "This is the beginning."));
        level.press("7");
        level.wait_for("that there is no seventh", |lines| shows(lines, "Nobody has number 7 in the ready queue."));
        // The ordinary order does not do it.
        level.press("\r\r\r\r");
        let lines =
            level.wait_for("that it is over", |lines| shows(lines, "the goal is not reached: main has returned."));
        assert!(shows(&lines, "u takes the last pick back, r begins again."));
        level.press("h");
        level.wait_for("no hint", |lines| shows(lines, "It is over."));
        level.press("r");
        level.wait_for("the beginning", |lines| shows(lines, " main ran ") && shows(lines, "2 cook"));
        level.press("2\r");
        let lines =
            level.wait_for("that it is won", |lines| shows(lines, "You have done it, with 1 deviation: no play takes"));
        assert!(lines[0].ends_with(" ✓") && shows(&lines, "The schedule is gl1:1@1. To see it on a page:"));
        assert!(shows(&lines, "condition `bell`: alice") && shows(&lines, "The cook rings."));
        level.press("\r");
        level.wait_for("the next level", |lines| lines[0].starts_with(" 5/17 slow-listener: "));
        level.press("b");
        level.wait_for("the level before", |lines| lines[0].starts_with(" 4/17 early-bell: "));
        level.press("q");
        assert_eq!(level.exit_code(), Some(0));
        assert!(level.is_given_back());
    }
}

#[test]
fn what_panics_in_a_level_leaves_its_screen_alone() {
    for size in SIZES {
        let Some(mut level) = Shown::start(&["drive", "stolen-dish"], size) else { return };
        level.wait_for("the board", |lines| shows(lines, "3 bob"));
        // Alice waits, the cook rings, and Bob is faster.
        level.press("111");
        level.wait_for("that she is told", |lines| shows(lines, "condition `counter`: alice (woken)"));
        level.press("2");
        level.wait_for("that Bob has it", |lines| shows(lines, " Bob takes a dish."));
        level.press("\r\r\r\r");
        let lines = level.wait_for("that it is won", |lines| shows(lines, "You have done it, with 1 deviation"));
        assert!(lines[0].starts_with(" 7/17 stolen-dish: Have Alice reach for a dish that is gone."));
        assert!(!shows(&lines, "panicked at"), "{}", lines.join("\n"));
        level.press("\x03");
        assert_eq!(level.exit_code(), Some(130));
        assert!(level.is_given_back());
        assert!(level.lines().iter().any(|line| line == "interrupted"), "{:?}", level.lines());
    }
}

#[test]
fn time_jumps_late_and_a_task_is_cancelled_where_the_level_says_so() {
    let Some(mut level) = Shown::start(&["drive", "late-timeout"], SIZES[0]) else { return };
    let lines = level.wait_for("the board", |lines| shows(lines, "1 guest"));
    assert!(lines[23].contains("  t late  ") && lines[23].ends_with("q end"), "{}", lines[23]);
    level.press("t");
    level.wait_for("that there is no timer", |lines| shows(lines, "That cannot be done: no timer is armed."));
    level.press("\rt");
    level.wait_for("a jump", |lines| shows(lines, " time jumped "));
    level.press("c");
    level.wait_for("that nobody is cancelled", |lines| shows(lines, "Nobody is cancelled in this level."));
    level.press("n");
    let lines = level.wait_for("the next level", |lines| lines[0].starts_with(" 12/17 lost-baton: "));
    assert!(lines[23].contains("  c cancel  ") && lines[23].ends_with("q end"), "{}", lines[23]);
    level.press("c");
    level.wait_for("that she has not begun", |lines| shows(lines, "alice cannot be cancelled here."));
    level.press("1c");
    level.wait_for("a cancel", |lines| shows(lines, " alice was cancelled "));
    level.press("s");
    level.wait_for("the source", |lines| shows(lines, " lost_baton.rs ") && shows(lines, "struct Baton"));
    level.press("q");
    assert_eq!(level.exit_code(), Some(0));
}

#[test]
fn what_was_won_is_kept_and_what_cannot_be_kept_is_no_error() {
    let folder = folder("progress");
    let file = format!("{folder}/deep/progress");
    for (progress, is_kept) in [(file.as_str(), true), ("/dev/null/nothing", false)] {
        let Some(mut level) = Shown::start_keeping(&["drive", "who-first"], SIZES[0], progress) else { return };
        level.wait_for("the board", |lines| shows(lines, "2 bob"));
        level.press("2\r\r");
        level.wait_for("that it is won", |lines| lines[0].ends_with(" ✓"));
        level.press("q");
        assert_eq!(level.exit_code(), Some(0));
        let listed = end(demos(&["drive"]).env("GREENLIGHT_PROGRESS", progress)).stdout;
        let won: Vec<_> = listed.lines().filter(|line| line.starts_with('✓')).collect();
        assert_eq!(won, if is_kept { vec!["✓ who-first       Have Bob sign before Alice."] } else { vec![] });
    }
    assert_eq!(fs::read_to_string(&file).expect("it was kept"), "who-first 1\n");
    fs::remove_dir_all(folder).expect("the folder can be removed");
}
