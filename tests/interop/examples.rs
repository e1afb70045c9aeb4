//! The runnable examples, played as they are: what each prints, line for line.

#[path = "../../examples/blocking.rs"]
mod blocking;
#[path = "../../examples/channels.rs"]
mod channels;
#[path = "../../examples/echo.rs"]
mod echo;
#[path = "../../examples/threads.rs"]
mod threads;

use crate::stage::in_time;
use std::path::Path;

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

#[test]
fn each_example_runs_as_a_program_too() {
    let programs = [blocking::main, channels::main, echo::main, threads::main];
    for program in programs {
        in_time(program);
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let files = folder.read_dir().expect("the folder of the examples can be listed").count();
    assert_eq!(files, programs.len(), "an example is not played here");
}
