//! Three programs that the compiler refuses, and what it says about each.

use std::env::{temp_dir, var_os};
use std::process::{Command, id};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/refused");

pub(crate) fn main() {
    for (name, because) in [
        ("moved", "cannot move out of dereference of `Pin<&mut"),
        ("borrowed", "async block may outlive the current function"),
        ("sent", "future cannot be sent between threads safely"),
    ] {
        let said = refusal(name);
        println!("// ANCHOR: {name}\n{}\n// ANCHOR_END: {name}", said.trim_end());
        assert!(said.contains(because), "the compiler refuses `{name}` for another reason:\n{said}");
    }
}

/// What the compiler says of that file.
fn refusal(name: &str) -> String {
    let nowhere = temp_dir().join(format!("greenlight-refused-{}", id()));
    let mut compiler = Command::new(var_os("RUSTC").unwrap_or("rustc".into()));
    compiler.args(["--edition", "2024", "--color", "never", "--emit", "metadata", "-o"]).arg(nowhere);
    let compiled = compiler.arg(format!("{name}.rs")).current_dir(FOLDER).output();
    let compiled = compiled.expect("rustc is installed, since it has compiled this program");
    assert!(!compiled.status.success(), "the compiler takes {name}.rs");
    String::from_utf8_lossy(&compiled.stderr).into_owned()
}
