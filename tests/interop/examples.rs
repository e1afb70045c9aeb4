//! The runnable examples, played as they are: what each prints, line for line.

#[path = "../../examples/blocking.rs"]
mod blocking;
#[path = "../../examples/channels.rs"]
mod channels;
#[path = "../../examples/ctrl_c.rs"]
mod ctrl_c;
#[path = "../../examples/echo.rs"]
mod echo;
#[path = "../../examples/rwlock.rs"]
pub(crate) mod rwlock;
#[path = "../../examples/threads.rs"]
mod threads;

use stage::in_time;
use std::env;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn echo_answers_whoever_is_there() {
    let lines = in_time(echo::play);
    let expected = [
        "Client 0 hangs up half-way.",
        "The server echoes: Client 1 says hello.",
        "The server echoes: Client 2 says hello.",
        "The server echoes: Client 3 says hello.",
        "The server echoes: Client 4 says hello.",
        "The server echoes: Client 5 says hello.",
        "The server is closed, after 6 connections.",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn blocking_ticks_while_calls_block() {
    let lines = in_time(blocking::play);
    let expected = [
        "The first call has blocked for 3 ticks.",
        "The second call has blocked for 3 ticks.",
        "The ticker has ended: false.",
        "The call that panics has a value: false.",
        "A call after that has one.",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn channels_serve_in_the_order_of_ordering() {
    let expected = [
        "t=0.000000s soup is ordered",
        "t=0.000000s bread is ordered",
        "t=3.000000s soup is served",
        "t=3.000000s cake is ordered",
        "t=6.000000s bread is served",
        "t=9.000000s cake is served",
        "t=20.000000s the bill is for 3",
        "t=20.000000s all have gone",
    ];
    assert_eq!(in_time(channels::play), expected);
}

#[test]
fn threads_share_a_ledger_without_a_lock() {
    let lines = in_time(threads::play);
    let expected = [
        "Thread 0 has saved 5050.",
        "Thread 1 has saved 5050.",
        "Thread 2 has saved 5050.",
        "The ledger is closed, with 15150 in it.",
    ];
    assert_eq!(lines, expected);
}

/// Set where the test below runs the example, as a process of its own.
const IS_THE_SHOP: &str = "GREENLIGHT_TEST_IS_THE_SHOP";

#[test]
fn ctrl_c_ends_the_shop_that_closes_all_it_has_opened() {
    if env::var_os(IS_THE_SHOP).is_some() {
        return ctrl_c::main();
    }
    let (lines, code) = in_time(|| {
        let mut command = Command::new(env::current_exe().expect("the test is a file"));
        let test = "examples::ctrl_c_ends_the_shop_that_closes_all_it_has_opened";
        command.args(["--exact", test, "--nocapture", "--test-threads=2"]).env(IS_THE_SHOP, "1");
        let mut shop = command.stdout(Stdio::piped()).spawn().expect("the test can be started");
        let stdout = BufReader::new(shop.stdout.take().expect("stdout is piped"));
        let mut lines = Vec::new();
        let said = stdout.lines().map(|line| line.expect("stdout is text"));
        for line in said.skip_while(|line| line != "The door is open.") {
            if line == "The till is open." {
                let pressed = Command::new("kill").args(["-INT", &shop.id().to_string()]).status();
                assert!(pressed.expect("there is a `kill`").success());
            }
            lines.push(line);
        }
        (lines, shop.wait().expect("the process can be waited for").code())
    });
    let expected = [
        "The door is open.",
        "The till is open.",
        "The door is closed.",
        "The till is closed.",
        "main was not done.",
        "clerk was not done.",
    ];
    assert_eq!(lines, expected);
    assert_eq!(code, Some(130));
}

#[test]
fn each_example_runs_as_a_program_too() {
    let programs = [blocking::main, channels::main, echo::main, rwlock::main, threads::main];
    for program in programs {
        in_time(program);
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let files = folder.read_dir().expect("the folder of the examples can be listed").count();
    assert_eq!(files, programs.len() + 1, "an example is neither played here nor interrupted above");
}
