//! Says in other words what a check's raw message means, where one who meets it for the first time cannot know.

use super::trial::{End, Trial};

/// Words of a message, and what to make of it.
const GLOSSES: &[(&[&str], &str)] = &[
    (
        &["already borrowed", "already mutably borrowed", "BorrowMutError", "BorrowError"],
        "somebody was called (wake, drop, poll) while you held this borrow: take what you need out, let go, then call.",
    ),
    (
        &["PoisonError"],
        "another thread panicked while it held this lock. Its panic is the cause, and is the one to look at.",
    ),
    (
        &["on a `None` value"],
        "an Option was unwrapped that is None here. Who should have put something in before, or may nobody be there?",
    ),
    (&["range end index"], "more was to be taken out than there is: take as many as there are, at most."),
    (
        &["Out of bounds access", "index out of bounds"],
        "nothing is at this index. Was something removed? What stood behind it has moved then, and has another index.",
    ),
    (
        &["subtract with overflow"],
        "a count went below 0: something was counted down that was not counted up, or was counted down twice.",
    ),
    (
        &["integer logarithm must be positive"],
        "this is the logarithm of 0: two numbers that should differ are the same here.",
    ),
    (
        &["resumed after completion"],
        "a future was polled again after it had returned Ready: a late wake must not poll what is over.",
    ),
    (
        &["during or after destruction"],
        "something was used while its thread ended: what is dropped so late may not use thread-local state.",
    ),
];

/// What to make of a check that failed. None where it says that itself.
pub(crate) fn gloss(trial: &Trial) -> Option<String> {
    if trial.stderr.contains("overflowed its stack") {
        let why = "a function called itself without end: look for a wake, poll or drop that comes back to itself.";
        return Some(why.to_string());
    }
    let first = trial.panics.first();
    let message = first.map_or("", |panic| panic.message.as_str());
    let is_it = |(words, _): &&(&[&str], &str)| words.iter().any(|word| message.contains(word));
    let known = GLOSSES.iter().find(is_it).map(|(_, gloss)| gloss.to_string());
    known.or_else(|| (trial.end == End::Overdue).then(overdue))
}

/// What is to be written, if the check came to a place where nothing is yet. `file` is what to call the learner's file.
pub(crate) fn unwritten(trial: &Trial, file: &str) -> Option<String> {
    let panic = trial.panics.first()?;
    let what = panic.message.strip_prefix("not yet implemented")?;
    Some(format!("line {} of {file} is yours to write{what}", panic.line))
}

fn overdue() -> String {
    let why = "the check could not even end itself after its second: a loop that never lets go, or a lock that is held, \
               keeps it from looking. Look for a loop whose condition nothing changes.";
    why.to_string()
}
