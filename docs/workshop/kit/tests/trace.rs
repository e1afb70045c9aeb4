//! The trace that a failing check leaves. The files beside this one hold what is written; `greenlight-demos page` makes
//! replay pages of them.

use kit::{Hand, check, check_of, note, park, watched, yield_now};
use std::cell::RefCell;
use std::future::{pending, poll_fn};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::Command;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::{env, fs, thread};

fn file_of(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}.jsonl"))
}

/// Runs a check that fails, and is asked to leave its trace there.
fn run(file: &Path, name: &str) {
    _ = fs::remove_file(file);
    let binary = env::current_exe().expect("a test knows its file");
    let ended = Command::new(binary)
        .args(["--exact", name, "--ignored", "--test-threads=1"])
        .env("KIT_TRACE", file)
        .output()
        .expect("a test can run itself");
    assert!(!ended.status.success(), "{name} fails");
}

/// The lines that a check leaves, but for those of the time, which differ from run to run.
fn left_by(name: &str) -> String {
    let file = file_of(name);
    run(&file, name);
    let trace = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    trace.lines().filter(|line| !line.starts_with("[\"now\"")).map(|line| format!("{line}\n")).collect()
}

/// Compares with the file of that name, which is written anew where `KIT_BLESS` is set.
fn is_as_written(name: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/{name}.jsonl"));
    let left = left_by(name);
    if env::var_os("KIT_BLESS").is_some() {
        fs::write(&file, &left).expect("the file can be written");
    }
    let written = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    assert_eq!(left, written, "KIT_BLESS=1 writes {} anew", file.display());
}

#[test]
fn a_check_that_panics_leaves_its_trace() {
    is_as_written("two_guests_and_one_place");
}

#[test]
fn where_all_wait_for_one_thing_they_stand_in_its_line() {
    is_as_written("two_guests_of_one_bell");
}

#[test]
fn a_check_that_hangs_leaves_its_trace_with_what_the_watchdog_says() {
    is_as_written("nobody_rings");
}

#[test]
fn a_check_in_which_nothing_was_watched_leaves_none() {
    let file = file_of("nothing_is_watched");
    run(&file, "nothing_is_watched");
    assert!(!file.exists(), "it left {}", file.display());
}

#[test]
fn of_a_long_check_the_beginning_is_left_and_how_much_followed_is_said() {
    let trace = left_by("a_busy_loop");
    assert_eq!(trace.matches("[\"poll\",1").count(), 1000, "{trace}");
    assert!(trace.contains(" more events followed, which are not here\""), "{trace}");
    assert!(trace.contains("your executor polls without being woken (a busy loop)\""), "{trace}");
    assert!(!trace.contains("stall"), "{trace}");
}

/// Keeps the waker of each poll in the place.
fn waits(place: &Rc<RefCell<Option<Waker>>>) -> impl Future<Output = ()> + 'static {
    let place = place.clone();
    poll_fn(move |cx| {
        place.replace(Some(cx.waker().clone()));
        Poll::Pending
    })
}

#[test]
#[ignore = "fails, and leaves a trace"]
fn two_guests_and_one_place() {
    check(|| {
        let place = Rc::default();
        let mut alice = Hand::new("alice", waits(&place));
        let mut bob = Hand::new("bob", waits(&place));
        alice.pending();
        bob.pending();
        let mut third = Hand::new("alice", waits(&place));
        third.pending();
        third.drop_it();
        let waker = place.take().expect("it is kept");
        waker.wake();
        let mut ringer = Hand::new("ringer", async {
            yield_now().await;
            if let Some(waker) = place.take() {
                waker.wake();
            }
        });
        assert!(ringer.poll().is_pending());
        bob.pending();
        ringer.ready();
        bob.woken();
        bob.woken();
        alice.woken();
    });
}

#[test]
#[ignore = "fails, and leaves a trace"]
fn nobody_rings() {
    check(|| {
        let place = Rc::default();
        let mut guest = pin!(watched("guest", waits(&place)));
        let mut cx = Context::from_waker(Waker::noop());
        assert!(guest.as_mut().poll(&mut cx).is_pending());
        let waker = place.borrow().clone().expect("it is kept");
        thread::spawn(move || waker.wake()).join().expect("it does not panic");
        assert!(guest.as_mut().poll(&mut cx).is_pending());
        note("a \"bell\"\tthat nobody rings".to_string());
        loop {
            park();
        }
    });
}

#[test]
#[ignore = "fails, and leaves no trace"]
fn nothing_is_watched() {
    check(|| panic!("there is nothing to see"));
}

#[test]
#[ignore = "fails, and leaves a trace"]
fn a_busy_loop() {
    check(|| {
        let mut guest = pin!(watched("guest", pending::<()>()));
        while guest.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {}
    });
}

#[test]
#[ignore = "fails, and leaves a trace"]
fn two_guests_of_one_bell() {
    check_of("bell", || {
        let places = [Rc::default(), Rc::default()];
        let [mut alice, mut bob] = [("alice", 0), ("bob", 1)].map(|(name, n)| Hand::new(name, waits(&places[n])));
        alice.pending();
        bob.pending();
        places[0].take().expect("it is kept").wake();
        alice.woken();
        bob.woken();
    });
}
