//! Looks at one exercise, in a copy of the workspace.

use crate::workshop::cargo::{Build, Cargo};
use crate::workshop::cut::{cut, lines_to_write};
use crate::workshop::exercise::{Exercise, Workshop, write};
use crate::workshop::order::in_order;
use crate::workshop::readme::hints;
use crate::workshop::trial::{self, End, Trial};
use crate::workshop::wrong::{self, Wrong};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

/// So many wrong answers an exercise has at least.
const LEAST_WRONG: usize = 3;

/// So much of what the compiler says is told.
const LINES_SAID: usize = 12;

/// The wrong answer that nobody had to write.
const SKELETON: &str = "the-skeleton";

/// What the watchdog says of everything that hangs. It is no reason.
const WATCHDOG: &str = "this check hangs";

/// How often a check is run again whose time was up.
const PATIENCE: usize = 2;

/// An exercise that was looked at.
#[derive(Debug)]
pub(crate) struct Looked {
    pub(crate) number: usize,
    pub(crate) name: String,
    pub(crate) checks: usize,
    pub(crate) lines: usize,
    pub(crate) wrong: usize,
    pub(crate) took: Duration,
    /// What is not as it should be.
    pub(crate) problems: Vec<String>,
}

/// Looks at an exercise, which is built in a copy.
pub(crate) fn look(exercise: &Exercise, copy: &Workshop, cargo: &Cargo) -> Result<Looked, String> {
    let began = Instant::now();
    let copied = copy.find(&exercise.name)?;
    // All of it is of one moment, also while somebody writes on.
    let (solution, wrong) = (copied.solution()?, wrong::all(copied));
    let mut looking =
        Looking { copied, cargo, solution: &solution, names: Vec::new(), problems: texts(exercise, &solution) };
    looking.solution(false)?;
    let skeleton = wrong.iter().find_map(|(name, wrong)| wrong.as_ref().ok().filter(|_| name == SKELETON));
    looking.skeleton(skeleton)?;
    if wrong.len() < LEAST_WRONG {
        looking.tell(format!("it has {} wrong answers, and has to have {LEAST_WRONG} at least", wrong.len()));
    }
    for (name, wrong) in &wrong {
        match wrong {
            Err(why) => looking.tell(format!("wrong/{name}.patch: {why}")),
            Ok(wrong) => {
                let told = looking.wrong(wrong)?;
                told.iter().for_each(|why| looking.tell(format!("wrong/{name}.patch: {why}")));
            }
        }
    }
    // Others build on it.
    write(&copied.learners(), &solution)?;
    if copied.has_mine() {
        looking.solution(true)?;
    }
    let Looking { names, problems, .. } = looking;
    let (number, name, lines) = (exercise.number, exercise.name.clone(), lines_to_write(&solution));
    Ok(Looked { number, name, checks: names.len(), lines, wrong: wrong.len(), took: began.elapsed(), problems })
}

/// What is to be read, and the skeleton, as they lie in the folder.
fn texts(exercise: &Exercise, solution: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let lines = lines_to_write(solution);
    match exercise.readme() {
        Err(why) => problems.push(why),
        Ok(readme) if readme.lines != lines => {
            problems.push(format!(
                "README.md: it says {}, and the learner's lines in the solution are {lines}",
                readme.lines
            ));
        }
        Ok(_) => {}
    }
    if let Err(why) = exercise.read("hints.md").and_then(|text| hints(&text)) {
        problems.push(format!("hints.md: {why}"));
    }
    match (cut(solution), exercise.read("src/lib.rs")) {
        (Err(why), _) => problems.push(format!("solution.rs: {why}")),
        (Ok(cut), Ok(skeleton)) if cut == skeleton => {}
        (Ok(_), Err(why)) => problems.push(why),
        (Ok(_), Ok(_)) => {
            let reset = format!("`workshop reset {}` writes it", exercise.number);
            problems.push(format!("src/lib.rs is not what solution.rs is cut to; {reset}"));
        }
    }
    if solution.contains("todo!()") {
        problems.push("solution.rs: a `todo!()` does not say what to write".to_string());
    }
    let mut format = Command::new("rustfmt");
    format.args(["--check", "--quiet", "--edition=2024"]).arg(exercise.folder.join("solution.rs"));
    // Where there is no rustfmt, others look.
    if format.output().is_ok_and(|output| !output.status.success()) {
        problems.push("solution.rs is not as rustfmt writes it".to_string());
    }
    problems
}

struct Looking<'a> {
    /// The exercise in the copy of the workspace.
    copied: &'a Exercise,
    cargo: &'a Cargo,
    solution: &'a str,
    /// The checks, in the order in which they stand in their file.
    names: Vec<String>,
    problems: Vec<String>,
}

impl Looking<'_> {
    fn tell(&mut self, problem: String) {
        self.problems.push(problem);
    }

    /// Builds that as the learner's file. None if it does not compile, which is told then.
    fn build(&mut self, what: &str, text: &str, is_mine: bool) -> Result<Option<PathBuf>, String> {
        write(&self.copied.learners(), text)?;
        match self.cargo.build(self.copied, is_mine)? {
            Build::Built { checks, warnings } if warnings.trim().is_empty() => Ok(Some(checks)),
            Build::Built { checks, warnings } => {
                self.tell(format!("{what} compiles with a warning:\n{}", few(&warnings)));
                Ok(Some(checks))
            }
            Build::Broken(said) => {
                self.tell(format!("{what} does not compile:\n{}", few(&said)));
                Ok(None)
            }
        }
    }

    fn run(&self, checks: &Path, name: &str) -> Result<Trial, String> {
        let tried = trial::run(checks, name, &self.copied.folder, None);
        tried.map_err(|error| format!("cannot start {}: {error}", checks.display()))
    }

    /// Runs a check, and again where its time was up although nothing is wrong: a machine that is busy may have kept it
    /// from running for so long.
    fn run_until(&self, checks: &Path, name: &str, is_right: impl Fn(&Trial) -> bool) -> Result<Trial, String> {
        let mut tried = self.run(checks, name)?;
        for _ in 0..PATIENCE {
            let is_up = tried.end == End::Overdue || tried.says().starts_with(WATCHDOG);
            if is_right(&tried) || !is_up {
                break;
            }
            tried = self.run(checks, name)?;
        }
        Ok(tried)
    }

    /// The solution passes each check; so it does with the solutions as the learner's own files.
    fn solution(&mut self, is_mine: bool) -> Result<(), String> {
        let what = if is_mine { "the solution with the feature `mine`" } else { "the solution" };
        let Some(checks) = self.build(what, self.solution, is_mine)? else { return Ok(()) };
        let listed = trial::list(&checks).map_err(|error| format!("cannot start {}: {error}", checks.display()))?;
        self.names = in_order(&self.copied.checks(), &listed);
        if self.names.is_empty() {
            self.tell("tests/check.rs has no check".to_string());
        }
        for name in self.names.clone() {
            let tried = self.run_until(&checks, &name, |tried| tried.end == End::Passed)?;
            if tried.end != End::Passed {
                self.tell(format!("{what} fails `{name}`: {}", ended(&tried)));
            }
        }
        Ok(())
    }

    /// The skeleton fails, since something of it is not written yet, or as the patch says.
    fn skeleton(&mut self, patch: Option<&Wrong>) -> Result<(), String> {
        let Ok(skeleton) = cut(self.solution) else { return Ok(()) };
        let Some(checks) = self.build("the skeleton", &skeleton, false)? else { return Ok(()) };
        for name in self.names.clone() {
            let tried = self.run(&checks, &name)?;
            if tried.end == End::Passed {
                continue;
            }
            let todo = tried.panics.first().and_then(|panic| panic.message.strip_prefix("not yet implemented: "));
            let is_todo = todo.is_some_and(|what| skeleton.contains(&format!("todo!(\"{what}\")")));
            let is_told = patch.is_some_and(|patch| patch.is_told_by(&name, &tried));
            if !is_todo && !is_told {
                let expected = match patch {
                    Some(_) => format!("wrong/{SKELETON}.patch says otherwise"),
                    None => {
                        format!("that is neither a `todo!` of it, nor is there a wrong/{SKELETON}.patch that says so")
                    }
                };
                self.tell(format!("the skeleton fails `{name}`, and {expected}: {}", ended(&tried)));
            }
            return Ok(());
        }
        self.tell("the skeleton passes every check".to_string());
        Ok(())
    }

    /// What is wrong with a wrong answer, if something is.
    fn wrong(&mut self, wrong: &Wrong) -> Result<Option<String>, String> {
        if WATCHDOG.contains(&wrong.says) || wrong.says.starts_with(WATCHDOG) {
            return Ok(Some(format!("that something hangs is no reason: `{}`", wrong.says)));
        }
        let text = match wrong.applied(self.solution) {
            Ok(text) => text,
            Err(why) => return Ok(Some(why)),
        };
        let Some(name) = self.names.iter().find(|name| wrong.is_killed_by(name)).cloned() else {
            return Ok(Some(format!("there is no check `{}`", wrong.killed_by)));
        };
        write(&self.copied.learners(), &text)?;
        let checks = match self.cargo.build(self.copied, false)? {
            // What is wrong may well look so to the compiler.
            Build::Built { checks, .. } => checks,
            Build::Broken(said) => return Ok(Some(format!("it does not compile:\n{}", few(&said)))),
        };
        let tried = self.run_until(&checks, &name, |tried| wrong.is_told_by(&name, tried))?;
        Ok(match tried.end {
            End::Passed => Some(format!("it survives: `{name}` passes")),
            _ if wrong.is_told_by(&name, &tried) => None,
            _ => Some(format!("`{name}` does not say `{}`: {}", wrong.says, ended(&tried))),
        })
    }
}

impl Wrong {
    fn is_killed_by(&self, name: &str) -> bool {
        name == self.killed_by || name.ends_with(&format!("::{}", self.killed_by))
    }

    /// Whether that check tells of it, in its words.
    fn is_told_by(&self, name: &str, tried: &Trial) -> bool {
        let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let is_ended = matches!(tried.end, End::Failed | End::Aborted);
        is_ended && self.is_killed_by(name) && one_line(&tried.says()).contains(&one_line(&self.says))
    }
}

/// How a check ended, and what it says.
fn ended(tried: &Trial) -> String {
    let how = match tried.end {
        End::Passed => "it passes",
        End::Failed => "it says",
        End::Aborted => "the process was ended, and it says",
        End::Overdue => "it had to be ended from outside, and says",
    };
    let says = tried.says();
    format!("{how}:\n{}", few(if says.is_empty() { &tried.stderr } else { &says }))
}

fn few(said: &str) -> String {
    said.trim().lines().take(LINES_SAID).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_exercise_is_a_page_with_hints_and_a_skeleton_that_its_solution_is_cut_to() {
        for exercise in Workshop::of_project().exercises {
            let solution = exercise.solution().expect("it has a solution");
            assert_eq!(texts(&exercise, &solution), [""; 0], "{}", exercise.name);
        }
    }

    #[test]
    fn each_wrong_answer_fits_its_solution() {
        for exercise in Workshop::of_project().exercises {
            let solution = exercise.solution().expect("it has a solution");
            for (name, wrong) in wrong::all(&exercise) {
                let applied = wrong.and_then(|wrong| wrong.applied(&solution));
                assert!(applied.is_ok_and(|text| text != solution), "{}: {name}", exercise.name);
            }
        }
    }
}
