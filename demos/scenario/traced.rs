//! The traces of scenarios and of demos: the state that is rebuilt from one is the runtime's own, at every poll.

use super::{parse, play};
use crate::programs::Options;
use crate::races;
use crate::seed::{seed, setting};
use greenlight::trace::TraceFile;
use greenlight::{Builder, Runtime};
use stage::fold::Rebuilt;
use std::env::temp_dir;
use std::fs::{create_dir_all, read_dir, read_to_string, remove_dir_all, write};
use std::io::{Write, stderr};
use std::path::{Path, PathBuf};
use std::process::{Command, id};
use std::rc::Rc;

/// Where traces and the states that were rebuilt from them are left for the page's own reader.
struct Kept(PathBuf);

impl Kept {
    fn new(name: &str) -> Self {
        let folder = temp_dir().join(format!("greenlight-{name}-{}", id()));
        create_dir_all(&folder).expect("a folder can be made for temporary files");
        Kept(folder)
    }

    /// Plays what is watched, and says in what the state that was rebuilt differs from the runtime's own.
    fn faults(&self, name: &str, play: impl FnOnce(Builder)) -> (Vec<String>, usize) {
        let rebuilt = Rc::new(Rebuilt::default());
        let rows = TraceFile::create(self.0.join(format!("{name}.jsonl"))).expect("the folder can be written to");
        play(Runtime::builder().on_say(|_| {}).observer(rebuilt.clone()).observer(Rc::new(rows)));
        let states = rebuilt.states().join("\n");
        write(self.0.join(format!("{name}.states")), states).expect("the folder can be written to");
        rebuilt.faults_at_the_end()
    }

    /// Has the page's own reader rebuild the states from the rows, and compare them.
    fn compare_with_the_page(self) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/page/states.mjs");
        let Ok(compared) = Command::new("node").arg(script).arg(&self.0).output() else {
            _ = writeln!(stderr(), "SKIPPED: the page's states are not compared, since there is no node");
            return;
        };
        let said = String::from_utf8_lossy(&compared.stdout) + String::from_utf8_lossy(&compared.stderr);
        assert!(compared.status.success(), "{said}");
        println!("{said}");
        remove_dir_all(self.0).expect("the folder can be removed");
    }
}

/// The recorded scenarios, by their profiles.
fn recorded() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/oracle/recorded");
    let files = read_dir(folder).expect("the recorded scenarios are there");
    let files = files.map(|file| file.expect("a file of the folder").path());
    let profile = |file: PathBuf| {
        let name = file.file_name()?.to_str()?.strip_suffix(".jsonl")?.to_string();
        // The others are their logs.
        (!name.contains('.')).then(|| (name, read_to_string(&file).expect("it is text")))
    };
    files.filter_map(profile).collect()
}

/// Plays the scenarios of a profile. Returns how many there are, and how many states were compared.
fn compare(kept: &Kept, profile: &str, scenarios: &str) -> (usize, usize) {
    let (mut played, mut states) = (0, 0);
    for line in scenarios.lines() {
        let scenario = parse::scenario(line.as_bytes()).expect("it is a scenario");
        let named = scenario.name.clone();
        let play = |builder| drop(play::play_on(builder, scenario).expect("it is played"));
        let (faults, compared) = kept.faults(&named, play);
        assert_eq!(faults, [""; 0], "{profile}, {named} (GREENLIGHT_SEED={}): {}", seed(), faults.join("\n"));
        played += 1;
        states += compared;
    }
    (played, states)
}

#[test]
fn the_state_that_the_trace_of_a_scenario_rebuilds_is_the_runtimes_own() {
    let (kept, mut scenarios, mut states) = (Kept::new("scenarios"), 0, 0);
    for (profile, lines) in recorded() {
        let (played, compared) = compare(&kept, &profile, &lines);
        scenarios += played;
        states += compared;
    }
    println!("{scenarios} scenarios, {states} states");
    assert!(scenarios > 2000 && states > 50_000, "{scenarios} scenarios, {states} states");
    kept.compare_with_the_page();
}

#[test]
fn so_is_that_of_scenarios_that_are_new_in_each_run() {
    let (seed, count) = (seed(), setting("GREENLIGHT_FRESH").unwrap_or(20));
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/oracle/generate.py");
    let kept = Kept::new("fresh");
    for (profile, _) in recorded() {
        let arguments = [profile.clone(), seed.to_string(), count.to_string()];
        let Ok(generated) = Command::new("python3").arg(&script).args(arguments).output() else {
            _ = writeln!(stderr(), "SKIPPED: no new scenarios are made, since there is no python3");
            return;
        };
        assert!(generated.status.success(), "{}", String::from_utf8_lossy(&generated.stderr));
        compare(&kept, &profile, &String::from_utf8_lossy(&generated.stdout));
    }
    kept.compare_with_the_page();
}

#[test]
fn the_state_that_the_trace_of_a_demo_rebuilds_is_the_runtimes_own() {
    let kept = Kept::new("demos");
    // One of the races never comes to its end.
    for program in races::all().filter(|program| program.name != "three-workers-spin") {
        let play = |builder: Builder| _ = builder.virtual_clock().build().try_run((program.start)(Options::default()));
        let (faults, compared) = kept.faults(program.name, play);
        assert_eq!(faults, [""; 0], "{}: {}", program.name, faults.join("\n"));
        assert!(compared > 1, "{}", program.name);
    }
    kept.compare_with_the_page();
}
