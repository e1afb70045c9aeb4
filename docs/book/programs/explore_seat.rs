//! One seat, two customers, and every order of the two: the smallest one that sells the seat twice.

use super::demos::last_seat;
use greenlight::explore::{Explorer, Schedule};
use greenlight::trace::TraceFile;
use greenlight::try_explore;
use std::env::var_os;
use std::rc::Rc;

// ANCHOR: program
pub(crate) fn main() {
    let failed = try_explore(last_seat::program).expect_err("two buy one seat");
    println!("{failed}");
    // The replay page shows this one.
    trace(&failed.found[0].schedule);
}
// ANCHOR_END: program

/// Plays the schedule once more, and has its page made instead of that of an ordinary run.
fn trace(schedule: &Schedule) {
    let Some(path) = var_os("GREENLIGHT_TRACE") else { return };
    let file = Rc::new(TraceFile::create(path).expect("the trace can be written"));
    let played = Explorer::new().play(schedule, vec![file], last_seat::program);
    assert!(played.is_err(), "the schedule fails again");
}
