//! The files of one wake, and how much code each is, without blank lines, comments and tests.

use std::fs::read_to_string;
use std::path::Path;

pub(crate) fn main() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut all = 0;
    for (file, what) in [
        ("sync/event.rs", "a flag that tasks wait for"),
        ("runtime/task.rs", "a future in a cell, with its flags"),
        ("runtime/executor.rs", "the loop that polls what is ready"),
        ("runtime/wakee.rs", "whom a waiting future wakes"),
        ("runtime/waiter.rs", "a place in a line of waiters"),
        ("runtime/waits.rs", "the line, and granting"),
    ] {
        let source = read_to_string(root.join(file)).expect("it is a file of the project");
        let code = source.lines().take_while(|line| !line.starts_with("#[cfg(test)]"));
        let code = code.filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with("//")).count();
        println!("{file:20} {code:4} lines  {what}");
        all += code;
    }
    println!("{:20} {all:4} lines", "together");
    assert!((500..1000).contains(&all), "one can read it in an afternoon");
}
