//! Helps on: the next hint, the solution, and an exercise begun anew. No work of a learner's is lost.

use super::COMMAND;
use super::cut::{cut, parts, unmarked};
use super::exercise::{Exercise, from_here, read, write};
use super::next::{hint as hint_row, is_done, set_undone};
use super::readme::hints;
use super::text::{folded, markdown};
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
    let is_wanted = is_sure || is_wanted(exercise, "")?;
    if is_wanted {
        print(&unmarked(&exercise.solution()?));
    }
    Ok(is_wanted)
}

/// Prints one part of the solution, as wide as the terminal is.
pub(crate) fn part(exercise: &Exercise, number: usize, is_sure: bool) -> Result<bool, String> {
    let is_wanted = is_sure || is_wanted(exercise, &format!(" --part {number}"))?;
    if is_wanted {
        let parts = parts(&exercise.solution()?);
        let (dimmed, part) = (Style::new().dimmed(), parts.get(number - 1).map_or("", String::as_str));
        let mut text = format!("{dimmed}// Part {number} of {}{dimmed:#}\n\n", parts.len());
        part.lines().flat_map(|line| folded(line, 0)).for_each(|line| text += &format!("{line}\n"));
        print(&text);
    }
    Ok(is_wanted)
}

/// Whether a learner who is not done wants to see the solution, or what of it the option names.
fn is_wanted(exercise: &Exercise, option: &str) -> Result<bool, String> {
    let number = exercise.number;
    if is_done(&Progress::load(), exercise) {
        return Ok(true);
    }
    if !tour::is_possible() {
        let all_the_same = format!("`{COMMAND} solution {number}{option} --yes` prints its solution all the same");
        return Err(format!("exercise {number} is not done; {all_the_same}"));
    }
    print(&format!("Exercise {number} is not done. Print its solution? [y/N] "));
    let mut typed = String::new();
    stdin().read_line(&mut typed).map_err(|error| format!("cannot read what is typed: {error}"))?;
    Ok(typed.trim().to_lowercase().starts_with('y'))
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
