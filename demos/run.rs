//! Plays one program, or all of them, and says how that ended.

use crate::programs::{Options, Program};
use crate::stderr::{Stderr, complain, highlighted, note_line, reporting};
use crate::transcript::{Causes, Transcribing};
use crate::{clock, interrupt, stdout};
use anstyle::Style;
use greenlight::trace::{Kind, Observer, TraceEvent};
use greenlight::{Builder, Stalled};
use std::cell::RefCell;
use std::collections::HashMap;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Whose time a program runs on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Time {
    /// Jumps to the next deadline whenever nobody can run.
    Virtual,
    /// Jumps, too, and takes a part of the time for it that it stands for.
    Played {
        /// So many times less than that.
        speed: f64,
    },
    Real,
}

/// How something ended that was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Ended,
    Failed,
    Stalled,
    /// Exploring it has found a schedule that fails.
    Found,
    /// By Ctrl-C.
    Interrupted,
}

impl Outcome {
    /// 2 is left for what was asked in the wrong way.
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            Outcome::Ended => 0,
            Outcome::Failed => 1,
            Outcome::Stalled => 3,
            Outcome::Found => 4,
            Outcome::Interrupted => interrupt::EXIT_CODE,
        }
    }
}

/// One program, played.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) outcome: Outcome,
    /// In the program's own time.
    pub(crate) took: Duration,
}

/// Plays a program, and has these observers hear what happens. They are gone when this returns, or ends the process. A
/// panic's message is on stderr already when this complains about it.
pub(crate) fn run(
    program: &Program,
    options: Options,
    time: Time,
    observers: Vec<Rc<dyn Observer>>,
    notes: &mut dyn Write,
) -> Run {
    run_saying(stdout::say_line, program, options, time, observers, notes)
}

/// The same, with the program's lines said otherwise.
fn run_saying(
    say: fn(&str),
    program: &Program,
    options: Options,
    time: Time,
    observers: Vec<Rc<dyn Observer>>,
    notes: &mut dyn Write,
) -> Run {
    let mut builder = observers.into_iter().fold(reporting().on_say(say), Builder::observer);
    builder = match time {
        Time::Virtual => builder.virtual_clock(),
        // It takes its time once the others have said what happened before.
        Time::Played { speed } => builder.virtual_clock().observer(Rc::new(Pacing::new(speed))),
        Time::Real => builder.real_clock(),
    };
    let runtime = builder.build();
    let (ticking, stoppable) = (clock::start(), interrupt::may_stop(&runtime));
    let ended = catch_unwind(AssertUnwindSafe(|| runtime.try_run((program.start)(options))));
    let took = runtime.now().since_start();
    drop(ticking);
    // A trace is whole once its runtime is gone; until then, Ctrl-C has to wait.
    drop(runtime);
    drop(stoppable);
    stdout::end_if_lost();
    let outcome = match ended {
        Ok(Ok(())) => Outcome::Ended,
        Ok(Err(stalled)) if stalled.was_stopped() => interrupt::end_of(&stalled),
        Ok(Err(stalled)) => {
            report(program, &stalled, notes);
            Outcome::Stalled
        }
        Err(_) => {
            complain(notes, format_args!("the demo `{}` panicked", program.name));
            Outcome::Failed
        }
    };
    Run { outcome, took }
}

/// Has time pass for whoever watches, before virtual time jumps: whoever stops the run meanwhile stops it there.
struct Pacing {
    speed: f64,
    /// The deadlines of the timers that are armed, by the numbers of their waits.
    armed: RefCell<HashMap<Option<u64>, greenlight::Instant>>,
}

impl Pacing {
    fn new(speed: f64) -> Self {
        Pacing { speed, armed: RefCell::default() }
    }
}

impl Observer for Pacing {
    fn on_event(&self, event: &TraceEvent) {
        let mut armed = self.armed.borrow_mut();
        match event.kind {
            Kind::TimerArmed { deadline, .. } => _ = armed.insert(event.wait, deadline),
            Kind::TimerFired | Kind::TimerDropped => _ = armed.remove(&event.wait),
            Kind::TurnBegan { ready: 0 } => {
                let jump = armed.values().min().map(|&next| next - event.time);
                interrupt::pause(jump.unwrap_or_default().div_f64(self.speed));
            }
            _ => {}
        }
    }
}

/// A stall that a program is there to show is no error.
fn report(program: &Program, stalled: &Stalled, notes: &mut dyn Write) {
    let report = format!("the demo `{}` {}", program.name, highlighted(&stalled.to_string()));
    if program.stalls {
        note_line(notes, format_args!("{report}"));
    } else {
        complain(notes, format_args!("{report}"));
    }
}

/// Plays a program for the tour, which shows its lines and who woke whom.
pub(crate) fn transcribe(program: &Program) -> Outcome {
    let observers: Vec<Rc<dyn Observer>> = vec![Rc::new(Transcribing::default())];
    run_saying(|_| {}, program, Options::default(), Time::Virtual, observers, &mut Stderr).outcome
}

/// Plays programs one after the other on virtual time, and explains each with a line. It goes on
/// after one that fails, and ends as the first of them did.
pub(crate) fn tour(programs: &[Program], notes: &mut dyn Write) -> Outcome {
    let began = Instant::now();
    let mut took = Duration::ZERO;
    let mut failures = Vec::new();
    for program in programs {
        explain(program, notes);
        let played = run(program, Options::default(), Time::Virtual, vec![Rc::new(Causes::default())], notes);
        took += played.took;
        let shown = program.stalls && played.outcome == Outcome::Stalled;
        if played.outcome != Outcome::Ended && !shown {
            failures.push(played.outcome);
        }
        note_line(notes, format_args!(""));
    }
    let (count, seconds) = (programs.len(), took.as_secs());
    note_line(notes, format_args!("{count} demos: {seconds} s of their own time in {:.0?}", began.elapsed()));
    failures.first().copied().unwrap_or(Outcome::Ended)
}

fn explain(program: &Program, notes: &mut dyn Write) {
    let (bold, dimmed) = (Style::new().bold(), Style::new().dimmed());
    let Program { name, about, .. } = program;
    note_line(notes, format_args!("{bold}{name}{bold:#}{dimmed}: {about}{dimmed:#}"));
}

#[cfg(test)]
mod tests {
    use super::*;
    use greenlight::sync::Event;
    use greenlight::{sleep, spawn};
    use std::pin::Pin;

    fn program(start: fn(Options) -> Pin<Box<dyn Future<Output = ()>>>) -> Program {
        Program {
            name: "probe",
            about: "a program of the tests",
            source: "",
            file: "",
            python: None,
            takes_ticks: false,
            stalls: false,
            start,
        }
    }

    fn ending() -> Program {
        program(|_| Box::pin(sleep(Duration::from_secs(2))))
    }

    fn stalling() -> Program {
        program(|_| {
            Box::pin(async {
                sleep(Duration::from_secs(2)).await;
                Event::new().named("never").wait().await;
            })
        })
    }

    fn panicking() -> Program {
        program(|_| Box::pin(async { spawn(async { panic!("a child gives up") }).await.expect("the child ends") }))
    }

    fn run_noting(program: &Program, time: Time) -> (Run, String) {
        let mut notes = Vec::new();
        let run = run(program, Options::default(), time, Vec::new(), &mut notes);
        let notes = String::from_utf8(notes).expect("notes are text");
        (run, anstream::adapter::strip_str(&notes).to_string())
    }

    fn tour_noting(programs: &[Program]) -> (Outcome, String) {
        let mut notes = Vec::new();
        let outcome = tour(programs, &mut notes);
        let notes = String::from_utf8(notes).expect("notes are text");
        (outcome, anstream::adapter::strip_str(&notes).to_string())
    }

    #[test]
    fn a_program_that_ends_is_0_and_nothing_is_noted() {
        let (run, notes) = run_noting(&ending(), Time::Virtual);
        assert_eq!(run.outcome.exit_code(), 0);
        assert_eq!(run.took, Duration::from_secs(2));
        assert_eq!(notes, "");
    }

    #[test]
    fn a_stall_is_3_and_its_report_names_what_is_waited_on() {
        let (run, notes) = run_noting(&stalling(), Time::Virtual);
        assert_eq!(run.outcome.exit_code(), 3);
        assert!(notes.starts_with("error: the demo `probe` stalled at t=2.000000s"), "{notes}");
        assert!(notes.contains("waits on event `never`"), "{notes}");
        let widest = notes.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(80), "{notes}");
    }

    #[test]
    fn a_stall_in_real_time_is_3_too() {
        let at_once = program(|_| Box::pin(async { Event::new().wait().await }));
        let (run, notes) = run_noting(&at_once, Time::Real);
        assert_eq!(run.outcome.exit_code(), 3);
        assert!(notes.contains("stalled"), "{notes}");
    }

    #[test]
    fn a_panic_is_1_and_names_the_demo() {
        let (run, notes) = run_noting(&panicking(), Time::Virtual);
        assert_eq!(run.outcome.exit_code(), 1);
        assert_eq!(notes, "error: the demo `probe` panicked\n");
    }

    #[test]
    fn a_tour_goes_on_after_a_failure_and_ends_as_it_did() {
        let (outcome, notes) = tour_noting(&[ending(), panicking(), stalling(), ending()]);
        assert_eq!(outcome.exit_code(), 1);
        assert_eq!(notes.matches("probe: a program of the tests\n").count(), 4);
        assert!(notes.contains("\n4 demos: 6 s of their own time in "), "{notes}");
    }

    #[test]
    fn a_tour_takes_a_stall_that_is_the_point_of_a_demo_for_success() {
        let shows_a_stall = Program { stalls: true, ..stalling() };
        let (outcome, notes) = tour_noting(&[shows_a_stall, ending()]);
        assert_eq!(outcome.exit_code(), 0);
        assert!(notes.contains("the demo `probe` stalled at"), "{notes}");
        assert!(!notes.contains("error"), "{notes}");
    }
}
