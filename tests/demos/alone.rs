//! What `show` prints is a whole program: each is built in an empty crate that depends on greenlight alone, without a
//! warning, and prints the same lines on virtual time. A use of a macro in another form than it takes is not built, and
//! told which form that is.

use crate::explore::FAULTS;
use crate::lines::LINES;
use crate::{names, run};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What is built by crates that depend on greenlight alone.
fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("alone/target")
}

/// Builds programs, with their names, in a crate of that name.
fn build(name: &str, programs: impl IntoIterator<Item = (String, String)>) -> Output {
    let crate_of_its_own = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let folder = crate_of_its_own.join("src/bin");
    _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("the folder for tests can be written to");
    let greenlight = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the demos stand in the library's folder");
    let manifest = format!(
        "[package]\nname = \"{name}\"\nedition = \"2024\"\n[dependencies]\ngreenlight = {{ path = {greenlight:?} }}\n[workspace]\n"
    );
    fs::write(crate_of_its_own.join("Cargo.toml"), manifest).expect("the folder for tests can be written to");
    // What is there already is what a clone of the repository has built.
    _ = fs::copy(greenlight.join("Cargo.lock"), crate_of_its_own.join("Cargo.lock"));
    for (program, source) in programs {
        fs::write(folder.join(format!("{program}.rs")), source).expect("the folder for tests can be written to");
    }
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--offline", "--bins", "--quiet", "--keep-going"]).current_dir(&crate_of_its_own);
    cargo.env("CARGO_TARGET_DIR", target()).env("RUSTFLAGS", "-D warnings");
    cargo.output().expect("cargo runs this test")
}

#[test]
fn every_demo_that_show_prints_is_a_program_of_its_own() {
    let names = names().into_iter().chain(FAULTS.iter().map(|(race, ..)| race.to_string()));
    let shown = names.map(|name| (name.clone(), run(&["show", &name]).stdout));
    let built = build("alone", shown);
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    for (name, lines) in LINES {
        let mut program = Command::new(target().join("debug").join(name));
        let ended = program.env("GREENLIGHT_CLOCK", "virtual").output().expect("the program was built");
        assert_eq!(String::from_utf8_lossy(&ended.stdout), *lines, "{name} prints what its demo prints");
        let code = if *name == "club" { 101 } else { 0 };
        assert_eq!(ended.status.code(), Some(code), "{name} panics where its demo stalls");
    }
    for (name, _, schedule) in FAULTS {
        let ended = Command::new(target().join("debug").join(name)).output().expect("the program was built");
        let (stdout, stderr) = (String::from_utf8_lossy(&ended.stdout), String::from_utf8_lossy(&ended.stderr));
        assert!(
            stdout.contains(" schedules tried, "),
            "{name} explores what repairs it, which passes: {stdout}{stderr}"
        );
        assert!(stderr.contains(&format!("GREENLIGHT_SCHEDULE={schedule}\n")), "{name} then explores itself: {stderr}");
        assert_eq!(ended.status.code(), Some(101), "{name} panics with the report");
    }
}

/// How many errors a program has, in a crate of that name, that uses something so, and what the compiler says of them.
fn told_of(name: &str, uses: &[&str]) -> (usize, String) {
    let uses: String = uses.iter().map(|wrong| format!("    {wrong};\n")).collect();
    let source = format!(
        "async fn a() -> Option<u8> {{ None }}\nasync fn f() {{\n{uses}}}\nfn main() {{ greenlight::run(f()) }}\n"
    );
    let built = build(name, [(name.to_string(), source)]);
    let told = String::from_utf8_lossy(&built.stderr).into_owned();
    (told.lines().filter(|line| line.starts_with("error")).count() - 1, told)
}

#[test]
fn a_macro_in_another_form_than_it_takes_is_told_which_form_it_takes() {
    let uses = [
        "greenlight::race!()",
        "greenlight::race!(a(), a()).await",
        "greenlight::race!([a(), a()]).await",
        "greenlight::race! { a() => 1, a() => 2 }",
        "greenlight::race! { x = a() => {} y = a() => {} }",
        "greenlight::race! { x = a() => {}; y = a() => {} }",
        "greenlight::race! { x = a(), if true => {} }",
        "greenlight::race! { x = a() -> x }",
        "greenlight::race! { x = a() }",
    ];
    let (errors, told) = told_of("forms", &uses);
    assert_eq!(errors, uses.len(), "{told}");
    assert_eq!(
        told.matches("error: race! takes `pattern = future => what follows` for each").count(),
        errors,
        "{told}"
    );
    let (errors, told) = told_of("forms", &["greenlight::gather!()", "greenlight::gather!(a() a())"]);
    assert_eq!(errors, 2, "{told}");
    assert_eq!(told.matches("error: gather! takes one to twelve futures, with commas").count(), errors, "{told}");
    let thirteen = format!("greenlight::gather!({}).await", "a(), ".repeat(13));
    let (errors, told) = told_of("forms", &[&thirteen]);
    assert!(errors > 0 && told.contains("gather! takes one to twelve futures, and these are more"), "{told}");
}

#[test]
fn a_pattern_that_does_not_fit_whatever_a_racer_yields_is_quoted() {
    let (_, told) = told_of("patterns", &["greenlight::race! { Some(_) = a() => {}, _ = a() => {} }"]);
    assert!(told.contains("error[E0005]: refutable pattern in local binding"), "{told}");
    assert!(told.contains(" ^^^^^^^ pattern `None` not covered"), "{told}");
}
