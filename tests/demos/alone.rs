//! What `show` prints is a whole program: each is built in an empty crate that depends on greenlight alone, without a
//! warning, and prints the same lines on virtual time.

use crate::lines::LINES;
use crate::{names, run};
use std::fs;
use std::path::Path;
use std::process::Command;

#[test]
fn every_demo_that_show_prints_is_a_program_of_its_own() {
    let crate_of_its_own = Path::new(env!("CARGO_TARGET_TMPDIR")).join("alone");
    let programs = crate_of_its_own.join("src/bin");
    _ = fs::remove_dir_all(&programs);
    fs::create_dir_all(&programs).expect("the folder for tests can be written to");
    let greenlight = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the demos stand in the library's folder");
    let manifest = format!(
        "[package]\nname = \"alone\"\nedition = \"2024\"\n[dependencies]\ngreenlight = {{ path = {greenlight:?} }}\n[workspace]\n"
    );
    fs::write(crate_of_its_own.join("Cargo.toml"), manifest).expect("the folder for tests can be written to");
    // What is there already is what a clone of the repository has built.
    _ = fs::copy(greenlight.join("Cargo.lock"), crate_of_its_own.join("Cargo.lock"));
    for name in names() {
        let source = run(&["show", &name]).stdout;
        fs::write(programs.join(format!("{name}.rs")), source).expect("the folder for tests can be written to");
    }
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--offline", "--bins", "--quiet"]).current_dir(&crate_of_its_own);
    cargo.env("CARGO_TARGET_DIR", crate_of_its_own.join("target")).env("RUSTFLAGS", "-D warnings");
    let built = cargo.output().expect("cargo runs this test");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    for (name, lines) in LINES {
        let mut program = Command::new(crate_of_its_own.join("target/debug").join(name));
        let ended = program.env("GREENLIGHT_CLOCK", "virtual").output().expect("the program was built");
        assert_eq!(String::from_utf8_lossy(&ended.stdout), *lines, "{name} prints what its demo prints");
        let code = if *name == "club" { 101 } else { 0 };
        assert_eq!(ended.status.code(), Some(code), "{name} panics where its demo stalls");
    }
}
