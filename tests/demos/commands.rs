//! Everything but the programs: list, show, completions, help, and what is wrong on a command line.

use crate::{Ended, names, run};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// The complaint about a command line that is wrong, which is all that it prints.
fn complaint(args: &[&str]) -> String {
    let Ended { code, stdout, stderr } = run(args);
    assert_eq!((code, stdout.as_str()), (Some(2), ""));
    stderr
}

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn list_names_each_demo_with_a_line_on_what_it_shows() {
    let Ended { code, stdout, stderr } = run(&["list"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(stdout, @"
    crosswalk           a pedestrian waits for an Event that a traffic light sets
    club                one of two guests is notified; a report tells of the other
    club-all            both guests are notified; the lock goes from hand to hand
    waiter              two tasks are spawned, meet at an Event, and are awaited
    periodic            an Event that is set and cleared at once releases all five
    periodic-slow       a consumer that is busy misses a set that is cleared
    resource-event      five workers share two places by an Event, and wake in vain
    resource-condition  the same by a Condition, which wakes one for each place
    thread              a thread sets an Event the right way, through a Remote
    event-and-lock      an Event lets all clerks in at once, a Lock one by one
    producers           cooks and waiters share a Queue that fills up, and closes
    barrier             runners start at a Barrier, and meet there at the finish
    semaphore           a crawl of all links, two pages at a time by a Semaphore
    timeouts            futures run out of time, a deadline moves, and two race
    task-group          one task of a TaskGroup fails, and the others are cancelled
    cancellation        a task is cancelled at each await, and drops what it holds
    crawler             pages by a Queue of links; permits move into tasks
    chat                a room of three on a Condition: nobody misses a line
    supervisor          services with deadlines and retries, in a TaskGroup
    philosophers        five philosophers, five Locks, and no circle of waits
    ");
}

#[test]
fn show_prints_the_rust_source() {
    let Ended { code, stdout, stderr } = run(&["show", "periodic-slow"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert_eq!(stdout, read("programs/periodic_slow.rs"));
}

#[test]
fn show_python_prints_the_twin() {
    let Ended { code, stdout, stderr } = run(&["show", "periodic-slow", "--python"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert_eq!(stdout, read("python/periodic-slow.py"));
}

#[test]
fn every_source_is_short_and_opens_with_what_it_shows_and_what_to_change() {
    for name in names() {
        let source = run(&["show", &name]).stdout;
        assert!(source.lines().count() < 80, "{name} is too long for one idea");
        assert!(source.starts_with("//! "), "{name} opens with what it shows");
        assert!(source.contains("//! What to change:\n"), "{name} says what to change");
    }
}

#[test]
fn an_unknown_name_suggests_the_nearest() {
    insta::assert_snapshot!(complaint(&["run", "croswalk"]), @"
    error: invalid value 'croswalk' for '<NAME>'

      tip: a similar value exists: 'crosswalk'
      tip: `list` names the demos, and `explore` the races

    For more information, try '--help'.
    ");
}

#[test]
fn an_unknown_name_is_wrong_for_show_too() {
    let complaint = complaint(&["show", "peroidic"]);
    assert!(complaint.contains("a similar value exists: 'periodic'"), "{complaint}");
}

#[test]
fn a_part_of_a_name_suggests_the_whole() {
    let complaint = complaint(&["run", "slow"]);
    assert!(complaint.contains("a similar value exists: 'periodic-slow'"), "{complaint}");
}

#[test]
fn ticks_are_refused_where_there_are_none() {
    insta::assert_snapshot!(complaint(&["run", "crosswalk", "--ticks", "5"]), @"
    error: `crosswalk` ends by itself; --ticks is for `periodic`, `periodic-slow`

    Usage: greenlight-demos run [OPTIONS] <NAME>

    For more information, try '--help'.
    ");
}

#[test]
fn a_wrong_command_line_is_2() {
    let wrong: &[&[&str]] = &[
        &[],
        &["dance"],
        &["run"],
        &["show"],
        &["play"],
        &["run", "crosswalk", "waiter"],
        &["run", "periodic", "--ticks", "many"],
        &["run", "periodic", "--ticks", "-1"],
        &["tour", "--fast"],
        &["completions", "abacus"],
        &["explore", "croswalk"],
        &["drive", "--picks", "next"],
    ];
    for args in wrong {
        assert!(complaint(args).contains("--help"), "{args:?} is told where to look");
    }
}

#[test]
fn help_says_what_there_is_and_what_the_exit_codes_mean() {
    let Ended { code, stdout, stderr } = run(&["--help"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    insta::assert_snapshot!(stdout, @"
    The asyncio tutorials' programs on greenlight: run them, read them, change them

    Usage: greenlight-demos <COMMAND>

    Commands:
      list         Name the demos, a line each
      run          Run a demo, on virtual time: its seconds pass in no time
      show         Print the source of a demo
      tour         Go through all demos: the source of each beside its lines, who
                   woke whom, and what to change
      play         Play a file of scenarios and print each one's log
      explore      Try the orders in which the tasks of a program may run, and tell
                   of those that fail
      drive        Be the scheduler: pick who runs next, and reach the goal of a
                   level
      workshop     Learn how executors wake tasks: exercises, from a waker to a
                   Condition, and what checks them
      page         Make the page that replays a trace, whoever wrote it, and
                   compares it with others
      book         Build the book, which tells how an executor works
      completions  Print a shell's completion script, as for `source
                   <(greenlight-demos completions bash)`
      help         Print this message or the help of the given subcommand(s)

    Options:
      -h, --help     Print help
      -V, --version  Print version

    Start with `tour`, then `show crosswalk`.

    stdout carries a demo's own lines only; explanations, counts and reports go to
    stderr.

    Exit codes: 0 all went well; 1 the demo failed, or a file cannot be used; 2 the
    command line was wrong; 3 the demo stalled: nothing in it could ever run again;
    4 and 5 are those of `explore`; 130 it was ended by Ctrl-C.
    ");
}

#[test]
fn a_file_that_is_not_there_is_named_and_1() {
    let Ended { code, stdout, stderr } = run(&["play", "nowhere.jsonl"]);
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert!(stderr.starts_with("error: cannot play nowhere.jsonl: "), "{stderr}");
}

#[test]
fn completions_for_bash_know_the_commands_and_the_demos() {
    let Ended { code, stdout, stderr } = run(&["completions", "bash"]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    assert!(stdout.contains("complete -F _greenlight__demos"), "{stdout}");
    for word in
        ["list", "run", "show", "tour", "play", "explore", "completions"].map(str::to_owned).iter().chain(&names())
    {
        assert!(stdout.contains(word.as_str()), "{word} is completed");
    }
}

#[test]
fn completions_for_bash_are_a_script_that_bash_reads() {
    let bash = Command::new("bash").arg("-n").stdin(Stdio::piped()).spawn();
    let Ok(mut bash) = bash else {
        let _ = writeln!(std::io::stderr(), "skipped: there is no bash to read the completions");
        return;
    };
    let script = run(&["completions", "bash"]).stdout;
    let mut stdin = bash.stdin.take().expect("stdin is piped");
    stdin.write_all(script.as_bytes()).expect("bash reads its script");
    drop(stdin);
    assert!(bash.wait().expect("bash ends").success());
}

#[test]
fn completions_are_there_for_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let Ended { code, stdout, .. } = run(&["completions", shell]);
        assert_eq!(code, Some(0), "{shell}");
        assert!(stdout.contains("tour"), "{shell}");
    }
}

#[test]
fn the_club_stalls_with_a_report_that_names_bob_the_condition_and_the_lines() {
    let Ended { code, stdout, stderr } = run(&["run", "club"]);
    assert_eq!((code, stdout.as_str()), (Some(3), crate::lines::CLUB));
    insta::assert_snapshot!(stderr, @"
    the demo `club` stalled at t=2.000000s:
        no task is ready, no timer is armed, and nothing outside can wake one
      Bob, spawned at demos/programs/club.rs:21:57
        waits on condition `club`, at demos/programs/club.rs:29:23
          made at demos/programs/club.rs:20:24
          last notified at demos/programs/club.rs:37:10, which woke 1 of 2
      main, spawned at demos/run.rs:93:58
        waits on its gather, at demos/programs/club.rs:23:5
      help: nobody notifies those who are left: notify_all wakes everybody, and one
          who goes on may notify the next
    ");
}

#[test]
fn a_file_that_is_no_file_of_scenarios_is_told_so_once() {
    let Ended { code, stdout, stderr } = run(&["play", concat!(env!("CARGO_MANIFEST_DIR"), "/../README.md")]);
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert!(stderr.ends_with("README.md: line 1 is no scenario; see `play --help`\n"), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}

#[test]
fn the_scenario_that_the_help_of_play_has_can_be_pasted_into_a_shell_and_played() {
    let Ended { stdout, .. } = run(&["play", "--help"]);
    let pasted: Vec<_> =
        stdout.lines().skip_while(|line| !line.contains('{')).take_while(|line| !line.is_empty()).collect();
    let mut shell = Command::new("sh");
    shell.args(["-c", &pasted.join("\n")]).current_dir(env!("CARGO_TARGET_TMPDIR"));
    let binary = Path::new(env!("CARGO_BIN_EXE_greenlight-demos")).parent().expect("it is in a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    let Ok(output) = shell.env("PATH", format!("{}:{path}", binary.display())).output() else {
        let _ = writeln!(std::io::stderr(), "skipped: there is no shell to paste the example into");
        return;
    };
    let (stdout, stderr) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!((output.status.code(), stderr.as_ref()), (Some(0), ""));
    assert!(stdout.contains(r#""2000000 walker say crossed""#), "{stdout}");
}

#[test]
fn virtual_time_can_be_played_n_times_as_fast_as_real_time() {
    let began = std::time::Instant::now();
    let Ended { code, stdout, stderr } = run(&["run", "crosswalk", "--speed", "10"]);
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (Some(0), crate::lines::CROSSWALK, ""));
    assert!(began.elapsed() >= std::time::Duration::from_millis(200), "two seconds take a fifth of one");
    assert!(complaint(&["run", "crosswalk", "--speed", "0"]).contains("it is to be from 0.001 to 1000000"));
    assert!(complaint(&["run", "crosswalk", "--speed", "fast"]).contains("it is no number"));
    assert!(complaint(&["run", "crosswalk", "--speed", "2", "--real-time"]).contains("cannot be used with"));
}
