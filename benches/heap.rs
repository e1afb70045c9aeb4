//! Bytes and allocations. An allocator that counts makes every allocation dearer, and there is one allocator a
//! program: so `weigh`, a program of its own, counts, each figure in a fresh process.

use crate::progress::Progress;
use crate::rows::Row;
use std::env;
use std::path::PathBuf;
use std::process::Command;

/// The program that weighs, built.
#[derive(Debug)]
pub struct Scales(PathBuf);

impl Scales {
    /// Has cargo build the program beside this one; that is a matter of a moment where it is built already.
    pub fn find(progress: &mut Progress) -> Option<Self> {
        progress.show(format_args!("building weigh"));
        let built = Scales(env::current_exe().ok()?.with_file_name("weigh").with_extension(env::consts::EXE_EXTENSION));
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let mut build = Command::new(cargo);
        build.args(["build", "--quiet", "--bin", "weigh", "--manifest-path", manifest]);
        if !cfg!(debug_assertions) {
            build.arg("--release");
        }
        let done = build.status().is_ok_and(|status| status.success());
        if done && built.0.exists() {
            return Some(built);
        }
        progress.say(format_args!(
            "bytes and allocations are left out: cargo did not build {}; try: cargo build --release --bin weigh \
             --manifest-path {manifest}",
            built.0.display()
        ));
        None
    }

    /// What a contender weighs in a row.
    pub fn weigh(&self, row: &Row, contender: &str, progress: &mut Progress) -> Option<f64> {
        let output = Command::new(&self.0).args([row.name, contender]).output();
        let figure =
            output.as_ref().ok().and_then(|output| std::str::from_utf8(&output.stdout).ok()?.trim().parse().ok());
        if figure.is_none() {
            progress.say(format_args!("{} is left out for {contender}: weigh gave no figure: {output:?}", row.name));
        }
        figure
    }
}
