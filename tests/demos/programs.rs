//! The programs on virtual and on real time: stdout to the byte, and what they note on stderr.

use crate::lines::{CROSSWALK, LINES, PERIODIC_SLOW, PULSE, RESOURCE};
use crate::{Ended, names, run};
use std::time::{Duration, Instant};

/// The lines of one program, which ends well and notes nothing.
fn plays(name: &str) -> String {
    let Ended { code, stdout, stderr } = run(&["run", name]);
    assert_eq!((code, stderr.as_str()), (Some(0), ""));
    stdout
}

fn expected(name: &str) -> &'static str {
    LINES.iter().find(|(known, _)| *known == name).expect("the program has its lines here").1
}

#[test]
fn the_crosswalk_prints_its_lines() {
    assert_eq!(plays("crosswalk"), expected("crosswalk"));
}

#[test]
fn the_waiter_prints_its_lines() {
    assert_eq!(plays("waiter"), expected("waiter"));
}

#[test]
fn periodic_prints_three_pulses_unless_told() {
    assert_eq!(plays("periodic"), expected("periodic"));
    assert_eq!(plays("periodic"), PULSE.repeat(3));
}

#[test]
fn the_slow_consumer_misses_the_second_pulse() {
    assert_eq!(plays("periodic-slow"), expected("periodic-slow"));
}

#[test]
fn the_resource_prints_its_lines_and_its_futile_wakes() {
    let Ended { code, stdout, stderr } = run(&["run", "resource-event"]);
    assert_eq!(code, Some(0));
    assert_eq!(stdout, RESOURCE);
    assert_eq!(stderr, "2 futile wakes were sent; 1 of them found no place, and waited again.\n");
}

#[test]
fn the_programs_of_the_other_primitives_print_their_lines() {
    for name in ["event-and-lock", "producers", "barrier", "semaphore", "timeouts", "task-group", "cancellation"] {
        assert_eq!(plays(name), expected(name), "{name}");
    }
}

#[test]
fn ticks_are_how_many_pulses_there_are() {
    assert_eq!(run(&["run", "periodic", "--ticks", "1"]).stdout, PULSE);
    assert_eq!(run(&["run", "--ticks", "50", "periodic"]).stdout, PULSE.repeat(50));
    assert_eq!(run(&["run", "periodic", "--ticks", "0"]).stdout, "");
    let first: Vec<_> = PERIODIC_SLOW.lines().take(3).collect();
    let slow = run(&["run", "periodic-slow", "--ticks", "2"]).stdout;
    assert_eq!(slow.lines().collect::<Vec<_>>(), first);
}

#[test]
fn virtual_seconds_pass_in_no_time() {
    let began = Instant::now();
    assert_eq!(run(&["run", "periodic", "--ticks", "10000"]).code, Some(0));
    assert!(began.elapsed() < Duration::from_secs(50), "50,000 virtual seconds took {:?}", began.elapsed());
}

#[test]
fn the_crosswalk_takes_two_seconds_of_real_time() {
    let began = Instant::now();
    let Ended { code, stdout, stderr } = run(&["run", "crosswalk", "--real-time"]);
    let took = began.elapsed();
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (Some(0), CROSSWALK, ""));
    assert!(took >= Duration::from_secs(2), "it was over after {took:?}");
}

#[test]
fn every_listed_program_has_its_lines_here() {
    let known: Vec<_> = LINES.iter().map(|(name, _)| *name).collect();
    assert_eq!(names(), known);
}

#[test]
fn a_tour_without_a_terminal_tells_the_moment_of_each_line_and_what_led_to_it() {
    let Ended { stderr, .. } = run(&["tour", "--plain"]);
    let crosswalk: Vec<_> = stderr.lines().take_while(|line| !line.is_empty()).collect();
    insta::assert_snapshot!(crosswalk.join("\n"), @"
    crosswalk: a pedestrian waits for an Event that a traffic light sets
        t=0 s, turn 1: pedestrian is spawned, crosswalk.rs:19
        t=0 s, turn 1: traffic_light is spawned, crosswalk.rs:19
        t=2 s, turn 3: the timer of traffic_light fires → traffic_light wakes
        t=2 s, turn 4: traffic_light sets event `light`, crosswalk.rs:32 →
          pedestrian wakes
    ");
    let causes = stderr.lines().filter(|line| line.starts_with("    t=")).count();
    assert_eq!(causes, LINES.iter().map(|(_, lines)| lines.lines().count()).sum::<usize>());
    assert!(stderr.lines().all(|line| line.chars().count() <= 80), "{stderr}");
}

#[test]
fn the_tour_plays_all_programs_in_order_and_explains_each_on_stderr() {
    let Ended { code, stdout, stderr } = run(&["tour"]);
    let all: String = LINES.iter().map(|(_, lines)| *lines).collect();
    assert_eq!(code, Some(0));
    assert_eq!(stdout, all);
    for (name, _) in LINES {
        let explained = stderr.lines().filter(|line| line.starts_with(&format!("{name}: ")));
        assert_eq!(explained.count(), 1, "{name} in {stderr}");
    }
}
