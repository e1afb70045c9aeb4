//! Checks an exercise again whenever the learner's file is saved.

use super::check::check;
use super::exercise::{Exercise, Workshop, from_here};
use super::next::next;
use crate::interrupt;
use crate::progress::Progress;
use crate::stderr::note;
use ratatui::crossterm::cursor::MoveTo;
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{Clear, ClearType};
use std::fs;
use std::io::{IsTerminal, stdout};
use std::time::Duration;

/// How often it is looked whether a file was saved.
const GLANCE: Duration = Duration::from_millis(100);

/// Goes on until Ctrl-C, or until nothing is left to do.
pub(crate) fn watch<'a>(workshop: &'a Workshop, mut exercise: &'a Exercise) -> Result<bool, String> {
    loop {
        // What is saved while it is checked is checked anew.
        let saved = fs::read(exercise.learners()).ok();
        if stdout().is_terminal() {
            // A screen that cannot be cleared goes on below.
            _ = execute!(stdout(), Clear(ClearType::All), Clear(ClearType::Purge), MoveTo(0, 0));
        }
        if check(workshop, exercise, false)? {
            let Some(next) = next(workshop, &Progress::load()) else { return Ok(true) };
            // It is said what is next; that has to be read before it is checked.
            exercise = next;
            note!("\nFrom here on it is {} that is watched.\nCtrl-C ends this.", from_here(&exercise.learners()));
            wait_for_change(exercise, fs::read(exercise.learners()).ok());
        } else {
            note!("\nWatching {}.\nCtrl-C ends this.", from_here(&exercise.learners()));
            wait_for_change(exercise, saved);
        }
    }
}

fn wait_for_change(exercise: &Exercise, saved: Option<Vec<u8>>) {
    // An editor may take a file away for a moment.
    while fs::read(exercise.learners()).ok().is_none_or(|text| Some(&text) == saved.as_ref()) {
        interrupt::pause(GLANCE);
    }
}
