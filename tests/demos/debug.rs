//! The debug mode, turned on by the environment: it talks on stderr, and leaves stdout alone.

use crate::{Ended, demos, end, run};

fn end_with(value: &str, args: &[&str]) -> Ended {
    end(demos(args).env("GREENLIGHT_DEBUG", value))
}

/// A report without the numbers of the lines that it names.
fn placeless(report: &str) -> String {
    let mut parts = report.split(".rs:");
    let first = parts.next().unwrap_or_default().to_string();
    let rest = parts.map(|part| part.trim_start_matches(|c: char| c == ':' || c.is_ascii_digit()));
    rest.fold(first, |before, part| format!("{before}.rs{part}"))
}

#[test]
fn the_demo_that_misses_a_pulse_is_told_so() {
    let plain = run(&["run", "periodic-slow"]);
    let Ended { code, stdout, stderr } = end_with("1", &["run", "periodic-slow"]);
    assert_eq!((code, stdout, plain.stderr.as_str()), (Some(0), plain.stdout, ""));
    insta::assert_snapshot!(placeless(&stderr), @r#"
    greenlight: unheard: event `pulse` was set when nobody waited, at demos/programs/periodic_slow.rs, and cleared at demos/programs/periodic_slow.rs
    greenlight: pending: consumer, spawned at demos/programs/periodic_slow.rs, when main had ended: sleeps until t=22.000000s, at demos/programs/periodic_slow.rs
    "#);
}

#[test]
fn the_demos_that_notify_and_look_at_a_predicate_are_not_told_off() {
    for demo in ["resource-condition", "resource-event", "crosswalk", "barrier"] {
        let stderr = end_with("1", &["run", demo]).stderr;
        assert!(!stderr.contains("unheard"), "{demo}: {stderr}");
    }
}

#[test]
fn a_variable_that_is_empty_or_0_turns_nothing_on() {
    for value in ["", "0"] {
        assert_eq!(end_with(value, &["run", "periodic-slow"]).stderr, "");
    }
}
