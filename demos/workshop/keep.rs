//! Helps on: the next hint, the solution, and an exercise begun anew. No work of a learner's is lost.

use super::COMMAND;
use super::cut::{cut, unmarked};
use super::exercise::{Exercise, from_here, read, write};
use super::next::{hint as hint_row, is_done, set_undone};
use super::readme::hints;
use super::text::markdown;
use crate::progress::Progress;
use crate::stderr::note;
use crate::stdout::print;
use crate::tour;
use anstyle::Style;
use std::fs;
use std::io::stdin;
use std::path::PathBuf;

/// Prints the next hint; the last one again, once all were shown.
pub(crate) fn hint(exercise: &Exercise) -> Result<bool, String> {
    let file = exercise.folder.join("hints.md");
    let steps = hints(&read(&file)?).map_err(|why| format!("{}: {why}", from_here(&file)))?;
    let mut progress = Progress::load();
    let shown = progress.kept(&hint_row(exercise)).unwrap_or(0);
    let step = (shown + 1).min(steps.len());
    progress.keep(&hint_row(exercise), step);
    let (bold, count, number) = (Style::new().bold(), steps.len(), exercise.number);
    print(&format!("{bold}{number}. {}: hint {step} of {count}{bold:#}\n\n", exercise.title()));
    print(&markdown(&steps[step - 1]));
    if shown >= count {
        note!("\nThis was the last hint already. `{COMMAND} solution {number}` prints the solution.");
    } else if step == count {
        note!("\nThis is the last hint.");
    }
    Ok(true)
}

/// Prints the solution, to who is sure to want it.
pub(crate) fn solution(exercise: &Exercise, is_sure: bool) -> Result<bool, String> {
    let number = exercise.number;
    if !is_sure && !is_done(&Progress::load(), exercise) {
        let undone = format!("exercise {number} is not done");
        if !tour::is_possible() {
            return Err(format!("{undone}; `{COMMAND} solution {number} --yes` prints its solution all the same"));
        }
        print(&format!("Exercise {number} is not done. Print its solution? [y/N] "));
        let mut typed = String::new();
        stdin().read_line(&mut typed).map_err(|error| format!("cannot read what is typed: {error}"))?;
        if !typed.trim().to_lowercase().starts_with('y') {
            return Ok(false);
        }
    }
    print(&unmarked(&exercise.solution()?));
    Ok(true)
}

/// Puts the skeleton back, and the learner's file beside it.
pub(crate) fn reset(exercise: &Exercise) -> Result<bool, String> {
    let file = exercise.learners();
    let skeleton = cut(&exercise.solution()?).map_err(|why| format!("the solution cannot be cut: {why}"))?;
    let own = if file.exists() { Some(read(&file)?) } else { None };
    if own.is_some_and(|own| own != skeleton) {
        let kept = free(exercise);
        fs::rename(&file, &kept).map_err(|error| format!("cannot keep {}: {error}", from_here(&file)))?;
        note!("Your file is kept: {}", from_here(&kept));
    }
    write(&file, &skeleton)?;
    set_undone(&mut Progress::load(), exercise);
    print(&format!("Exercise {} is as at the beginning: {}\n", exercise.number, from_here(&file)));
    Ok(true)
}

/// A name beside the learner's file that is nobody's.
fn free(exercise: &Exercise) -> PathBuf {
    let folder = exercise.folder.join("src");
    let kept = |number| folder.join(format!("lib.kept-{number}.rs"));
    (1..).map(kept).find(|file| !file.exists()).expect("there are more numbers than files")
}
