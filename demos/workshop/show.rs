//! Shows the page of an exercise, and its wrong answers.

use super::COMMAND;
use super::exercise::Exercise;
use super::readme::without_answers;
use super::text::{filled, folded, markdown};
use super::wrong::{self, Wrong};
use crate::cli::STYLES;
use crate::stdout::print;
use anstyle::{AnsiColor, Style};

/// Prints the page. Its answers are shown to who has read its questions.
pub(crate) fn page(exercise: &Exercise) -> Result<bool, String> {
    print(&markdown(&without_answers(&exercise.read("README.md")?)));
    let answers = format!("`{COMMAND} predict {}` asks the questions above, and has their answers.", exercise.number);
    print(&format!("\n{}", filled(&answers, "", "")));
    Ok(true)
}

/// Names the wrong answers, with what is wrong with each.
pub(crate) fn wrong_answers(exercise: &Exercise) -> Result<bool, String> {
    let literal = STYLES.get_literal();
    for (name, wrong) in wrong::all(exercise) {
        let wrong = wrong.map_err(|why| format!("wrong/{name}.patch: {why}"))?;
        print(&format!("{literal}{name}{literal:#}\n{}", filled(&wrong.what, "  ", "  ")));
    }
    let one = format!("`{COMMAND} show {} --wrong NAME` shows one, and which check tells of it.", exercise.number);
    print(&format!("\n{}", filled(&one, "", "")));
    Ok(true)
}

/// Prints a wrong answer as what differs from the solution.
pub(crate) fn wrong_answer(wrong: &Wrong) -> Result<bool, String> {
    let (bold, red, green) = (Style::new().bold(), AnsiColor::Red.on_default(), AnsiColor::Green.on_default());
    let mut text = filled(&format!("{bold}{}{bold:#}: {}", wrong.name, wrong.what), "", "  ") + "\n";
    for line in wrong.diff.lines().filter(|line| !line.starts_with("--- ") && !line.starts_with("+++ ")) {
        let style = match line.chars().next() {
            Some('-') => red,
            Some('+') => green,
            Some('@') => Style::new().dimmed(),
            _ => Style::new(),
        };
        let (sign, code) = if line.starts_with("@@") { ("…", "") } else { line.split_at(line.len().min(1)) };
        // Each piece has the sign: a line that is broken reads as one that was written so.
        for piece in folded(code, 3) {
            text += &format!("  {style}{sign}{piece}{style:#}\n");
        }
    }
    let check = wrong.killed_by.rsplit("::").next().unwrap_or_default().replace('_', " ");
    text += &format!("\n{}", filled(&format!("The check that tells: {check}"), "", "  "));
    text += &filled(&format!("It says: … {} …", wrong.says), "", "  ");
    print(&text);
    Ok(true)
}
