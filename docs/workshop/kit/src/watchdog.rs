//! The limit of a check, and what is said when it is up.

use crate::rows::{self, Ending};
use crate::session::{self, Session, State};
use crate::watched::forget_on_wake;
use std::any::{Any, type_name};
use std::fmt::Write;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind, set_hook, take_hook};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::sync::{Arc, Once};
use std::thread;
use std::time::Duration;

/// So long a check may take.
const LIMIT: Duration = Duration::from_secs(1);

/// Of so many futures it is said why they do not go on.
const TOLD: usize = 4;

/// Runs a check on a thread of its own. One that takes longer than a second fails, and it is said of each watched future
/// why it does not go on.
///
/// Where `KIT_TRACE` names a file, a check that fails leaves there what happened in it, as a trace of which
/// `greenlight-demos page` makes a replay page.
///
/// ```should_panic
/// use kit::{check, watched};
/// use std::{future::{Future, pending}, task::{Context, Waker}, thread::park};
///
/// check(|| {
///     let mut guest = watched("guest", pending::<()>());
///     while guest.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
///         park(); // `guest` returned Pending and kept no waker: nothing can wake it
///     }
/// });
/// ```
///
/// # Panics
/// When the check panics, with the same message, or takes too long.
#[track_caller]
pub fn check<F: FnOnce() + Send + 'static>(check: F) {
    run(LIMIT, None, check);
}

/// As [`check`], where all watched futures wait for one thing: on the replay page they stand in its line, and not each at
/// its own waker.
///
/// ```
/// kit::check_of("bell", || assert_eq!(1 + 1, 2));
/// ```
///
/// # Panics
/// When the check panics, with the same message, or takes too long.
#[track_caller]
pub fn check_of<F: FnOnce() + Send + 'static>(thing: &str, check: F) {
    run(LIMIT, Some(thing), check);
}

/// As [`check`], with a limit of its own.
///
/// ```
/// use std::{thread::sleep, time::Duration};
///
/// kit::within(Duration::from_secs(5), || sleep(Duration::from_millis(1)));
/// ```
///
/// # Panics
/// When the check panics, with the same message, or takes too long.
#[track_caller]
pub fn within<F: FnOnce() + Send + 'static>(limit: Duration, check: F) {
    run(limit, None, check);
}

#[track_caller]
fn run<F: FnOnce() + Send + 'static>(limit: Duration, thing: Option<&str>, check: F) {
    note_who_prints();
    let session = Arc::new(Session::default());
    session.lock().thing = thing.map(str::to_string);
    let ended = wait(&begin(session.clone(), check), &session, limit);
    let state = session.lock();
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(payload)) => {
            rows::leave(&state, test_of::<F>(), Ending::Panics(message(&*payload)));
            drop(state);
            resume_unwind(payload);
        }
        Err(_) => {
            rows::leave(&state, test_of::<F>(), Ending::Hangs);
            let why = why_it_hangs(&state, limit);
            drop(state);
            panic!("{why}");
        }
    }
}

/// Has the watchdog say this, too, should the check of this thread hang. It takes the place of what it was to say
/// before.
///
/// ```
/// kit::check(|| kit::note(format!("{} were let in, and the door is shut", 3)));
/// ```
pub fn note(text: String) {
    session::current().lock().note = text;
}

/// A panic prints a backtrace where `RUST_BACKTRACE` asks for it, which may take longer than a check does.
fn note_who_prints() {
    static NOTES: Once = Once::new();
    NOTES.call_once(|| {
        let print = take_hook();
        set_hook(Box::new(move |panic| {
            let session = session::current();
            session.prints.store(true, Ordering::SeqCst);
            print(panic);
            session.prints.store(false, Ordering::SeqCst);
        }));
    });
}

/// Waits for the end of a check until its time is up, which does not count while a panic is printed.
fn wait(ended: &Ended, session: &Session, limit: Duration) -> Result<thread::Result<()>, RecvTimeoutError> {
    loop {
        let result = ended.recv_timeout(limit);
        if result.is_ok() || !session.prints.load(Ordering::SeqCst) {
            return result;
        }
    }
}

/// How a check ended, once it has.
type Ended = Receiver<thread::Result<()>>;

/// Runs a check on a thread of its own, which is left behind if it hangs, and ends with the process.
fn begin<F: FnOnce() + Send + 'static>(session: Arc<Session>, check: F) -> Ended {
    let (sender, ended) = mpsc::channel();
    let run = move || {
        session::begin(session);
        let checked = catch_unwind(AssertUnwindSafe(check));
        // What it holds is dropped here: the end of a thread is no place for a panic.
        let forgotten = catch_unwind(forget_on_wake);
        _ = sender.send(checked.and(forgotten));
    };
    thread::Builder::new().name(test_of::<F>().into()).spawn(run).expect("a thread can be started");
    ended
}

/// The name of the test in which a check stands. The thread that runs a test has that name only as long as it is not
/// alone.
fn test_of<F>() -> &'static str {
    type_name::<F>().split("::").filter(|part| *part != "{{closure}}").last().unwrap_or_default()
}

/// What a panic says.
fn message(payload: &(dyn Any + Send)) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("it panics")
}

fn why_it_hangs(state: &State, limit: Duration) -> String {
    let mut text = format!("this check hangs (ended after {limit:?}):\n");
    let mut reasons: Vec<_> = state.cards.iter().filter_map(|card| card.why()).collect();
    if reasons.is_empty() {
        // To drop a future is no mistake in itself. Where no other is left, it may be the reason.
        reasons.extend(state.cards.iter().filter_map(|card| card.why_gone()));
    }
    let note = Some(&state.note).filter(|note| !note.is_empty());
    for reason in reasons.iter().take(TOLD).chain(note) {
        _ = writeln!(text, "  - {reason}");
    }
    if reasons.len() > TOLD {
        _ = writeln!(text, "  and {} more", reasons.len() - TOLD);
    }
    if reasons.is_empty() && note.is_none() {
        text += if state.cards.is_empty() {
            "  - no watched future was made: your code does not return\n"
        } else {
            "  - all watched futures are over: your code does not return\n"
        };
    }
    let story = state.story();
    if !story.is_empty() {
        _ = writeln!(text, "  what happened last:\n    {}", story.join("\n    "));
    }
    text
}
