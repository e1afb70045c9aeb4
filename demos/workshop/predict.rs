//! Asks the questions of a page one by one, and answers each once somebody had the time to say what he thinks.

use super::COMMAND;
use super::exercise::Exercise;
use super::text::{filled, margined};
use crate::stdout::print;
use crate::tour;
use anstyle::{AnsiColor, Style};
use greenlight::trace::Printable;
use std::io::stdin;

/// Asks; where there is no terminal, prints questions and answers.
pub(crate) fn predict(exercise: &Exercise) -> Result<bool, String> {
    let readme = exercise.readme()?;
    let (bold, dimmed, good) = (Style::new().bold(), Style::new().dimmed(), AnsiColor::Green.on_default());
    print(&format!("{bold}{}. {}{bold:#}\n", exercise.number, readme.title));
    if !readme.scene.is_empty() {
        print(&format!("\n{}", margined(&readme.scene, "", "")));
    }
    for (place, question) in readme.questions.iter().enumerate() {
        print(&format!("\n{}\n", margined(&question.question, &format!("{}. ", place + 1), "   ")));
        let mut typed = String::new();
        if tour::is_possible() {
            print(&format!("   {dimmed}What do you think? Enter shows the answer.{dimmed:#} "));
            if stdin().read_line(&mut typed).map_err(|error| format!("cannot read what is typed: {error}"))? == 0 {
                print("\n");
                return Ok(true);
            }
            print("\n");
        }
        if !typed.trim().is_empty() {
            print(&filled(&format!("{dimmed}you:{dimmed:#} {}", Printable(typed.trim())), "   ", "   "));
        }
        print(&margined(&question.answer, &format!("   {good}|{good:#} "), &format!("   {good}|{good:#} ")));
    }
    print(&format!("\n{}", filled(&format!("See whether it is so: `{COMMAND} check {}`", exercise.number), "", "")));
    Ok(true)
}
