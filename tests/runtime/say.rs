//! What a program says itself, by `say!`: where the lines go, and what becomes of them when nobody reads.

use greenlight::{Runtime, Turn, say, spawn, yield_now};
use stage::again;
use std::cell::RefCell;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::rc::Rc;

/// A runtime whose lines are taken over, and these.
fn listening() -> (Runtime, Rc<RefCell<Vec<String>>>) {
    let said = Rc::new(RefCell::new(Vec::new()));
    let heard = said.clone();
    (Runtime::builder().on_say(move |line| heard.borrow_mut().push(line.to_string())).build(), said)
}

#[test]
fn who_takes_the_lines_over_gets_them_in_order_and_without_their_ends() {
    let (runtime, said) = listening();
    runtime.run(async {
        say!("one");
        let child = spawn(async { say!("{}, {three:?}", 2, three = "3") });
        say!();
        child.await.expect("the child only talks");
    });
    assert_eq!(*said.borrow(), ["one", "", "2, \"3\""]);
}

#[test]
fn each_runtime_has_its_own_and_what_is_said_in_drops_and_when_stepped_is_its_too() {
    struct Last;
    impl Drop for Last {
        fn drop(&mut self) {
            say!("dropped");
        }
    }
    let ((first, of_first), (second, of_second)) = (listening(), listening());
    first.spawn_detached(async {
        let _last = Last;
        say!("stepped");
        yield_now().await;
    });
    assert_eq!(first.turn(), Turn::Ran(1));
    second.enter(|| say!("entered"));
    drop(first);
    assert_eq!(*of_first.borrow(), ["stepped", "dropped"]);
    assert_eq!(*of_second.borrow(), ["entered"]);
}

#[test]
fn what_who_takes_the_lines_over_says_itself_goes_to_stdout() {
    let Some(ended) = again(what_who_takes_the_lines_over_says_itself_goes_to_stdout, &[]) else {
        let echoing = Runtime::builder().on_say(|line| say!("heard: {line}")).build();
        echoing.run(async {
            say!("hello");
            say!("still here");
        });
        say!("outside");
        return;
    };
    let out = String::from_utf8_lossy(&ended.stdout);
    let lines: Vec<_> = out.lines().filter(|line| line.starts_with("heard: ") || *line == "outside").collect();
    assert_eq!(lines, ["heard: hello", "heard: still here", "outside"]);
}

#[test]
fn a_panic_of_who_takes_the_lines_over_ends_the_one_who_says_that_line_alone() {
    let said = Rc::new(RefCell::new(Vec::new()));
    let heard = said.clone();
    let picky = Runtime::builder().on_say(move |line| {
        assert_ne!(line, "boo");
        heard.borrow_mut().push(line.to_string());
    });
    picky.build().run(async {
        say!("hello");
        let rude = spawn(async { say!("boo") }).await.expect_err("the receiver does not like it");
        assert!(rude.is_panic());
        say!("still here");
    });
    assert_eq!(*said.borrow(), ["hello", "still here"]);
}

#[test]
fn what_a_line_says_while_it_is_made_comes_before_it() {
    struct Chatty;
    impl std::fmt::Display for Chatty {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            say!("inner");
            f.write_str("outer")
        }
    }
    let (runtime, said) = listening();
    runtime.run(async { say!("{Chatty}") });
    assert_eq!(*said.borrow(), ["inner", "outer"]);
}

/// Set in the process that talks.
const TALKS: &str = "GREENLIGHT_TEST_TALKS";

/// A program that says more than any pipe holds, and then ends well.
#[test]
fn a_pipe_that_nobody_reads_any_more_is_borne() {
    if std::env::var_os(TALKS).is_some() {
        (0..20_000).for_each(|line| say!("line {line}"));
        greenlight::run(async { (0..20_000).for_each(|line| say!("line {line}")) });
        std::process::exit(7);
    }
    let mut child = talking(Stdio::piped());
    let mut out = BufReader::new(child.stdout.take().expect("it is piped")).lines();
    assert!(out.any(|line| line.expect("it talks").ends_with("line 0")));
    drop(out);
    assert_eq!(child.wait().expect("it was started").code(), Some(7));
}

#[test]
#[cfg(unix)]
fn a_stdout_that_takes_no_more_is_a_panic_that_says_what_to_do() {
    let (full, reader) = std::os::unix::net::UnixStream::pair().expect("a pair of sockets");
    full.set_nonblocking(true).expect("a socket may be");
    let ended = talking(std::os::fd::OwnedFd::from(full).into()).wait_with_output().expect("it was started");
    let told = String::from_utf8_lossy(&ended.stderr);
    assert!(told.contains("tests/runtime/say.rs:"), "{told}");
    assert!(told.contains("say!() cannot write to stdout: Resource temporarily unavailable"), "{told}");
    assert!(told.contains("make room there, or have Builder::on_say take the lines"), "{told}");
    drop(reader);
}

fn talking(stdout: Stdio) -> Child {
    let test = "say::a_pipe_that_nobody_reads_any_more_is_borne";
    let mut program = Command::new(std::env::current_exe().expect("a test knows its file"));
    program.args(["--exact", test, "--nocapture", "--test-threads=1"]).env(TALKS, "1");
    program.stdout(stdout).stderr(Stdio::piped()).spawn().expect("a test can be started")
}
