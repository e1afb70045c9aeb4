//! What is done, what is next, and the list of both.

use super::COMMAND;
use super::exercise::{Exercise, Workshop};
use super::text::{filled, margined};
use crate::cli::STYLES;
use crate::progress::Progress;
use anstyle::{AnsiColor, Style};

/// The name under which it is kept that an exercise is done.
fn done(exercise: &Exercise) -> String {
    format!("workshop/{}", exercise.name)
}

/// The name under which the last hint that was shown is kept.
pub(crate) fn hint(exercise: &Exercise) -> String {
    format!("workshop/{}/hint", exercise.name)
}

pub(crate) fn is_done(progress: &Progress, exercise: &Exercise) -> bool {
    progress.kept(&done(exercise)).is_some()
}

pub(crate) fn set_done(progress: &mut Progress, exercise: &Exercise) {
    progress.keep(&done(exercise), 1);
}

/// An exercise is begun anew: it is not done, and its hints come from the first on.
pub(crate) fn set_undone(progress: &mut Progress, exercise: &Exercise) {
    progress.forget(&done(exercise));
    progress.forget(&hint(exercise));
}

/// The first exercise that is not done.
pub(crate) fn next<'a>(workshop: &'a Workshop, progress: &Progress) -> Option<&'a Exercise> {
    workshop.exercises.iter().find(|exercise| !is_done(progress, exercise))
}

/// All exercises, a line each, and what to do first.
pub(crate) fn list(workshop: &Workshop, progress: &Progress) -> String {
    let next = next(workshop, progress);
    let width = workshop.exercises.iter().map(|exercise| exercise.title().chars().count()).max().unwrap_or(0);
    let (mut text, mut minutes) = (String::new(), 0);
    for exercise in &workshop.exercises {
        let (good, bold) = (AnsiColor::Green.on_default().bold(), Style::new().bold());
        let is_next = next.is_some_and(|next| next.number == exercise.number);
        let (style, mark) = match is_done(progress, exercise) {
            true => (good, "✓"),
            false if is_next => (bold, ">"),
            false => (Style::new(), " "),
        };
        let title = if is_next { bold } else { Style::new() };
        let size = exercise.readme().map_or(String::new(), |readme| {
            minutes += readme.minutes;
            format!("{:>3} min {:>4} line{}", readme.minutes, readme.lines, if readme.lines == 1 { "" } else { "s" })
        });
        let name = exercise.title();
        let (number, padding) = (exercise.number, width - name.chars().count());
        let line = format!(
            "{style}{mark}{style:#} {number:>2} {title}{name}{title:#}{:padding$}  {size:19} {}",
            "", exercise.name
        );
        text += line.trim_end();
        text.push('\n');
    }
    let count = workshop.exercises.iter().filter(|exercise| is_done(progress, exercise)).count();
    let hours = (minutes as f64 / 60.0).round();
    text += &format!("\n{count} of {} done. All of them take about {hours} hours.\n\n", workshop.exercises.len());
    text + &first(next, count)
}

/// What to do first.
fn first(next: Option<&Exercise>, count: usize) -> String {
    let literal = STYLES.get_literal();
    let Some(next) = next else {
        return "There is nothing left to do here. greenlight's own heart is next: lib.rs is its map.\n".to_string();
    };
    let number = next.number;
    let word = if count == 0 { "Begin with" } else { "Go on with" };
    let mut text = format!("{word} exercise {number}. Read its page, answer its questions, then check:\n\n");
    for verb in ["show", "predict", "check"] {
        text += &format!("  {literal}{COMMAND} {verb} {number}{literal:#}\n");
    }
    text + &format!("\n`{COMMAND} --help` has the rest.\n")
}

/// What is said when all checks of an exercise pass.
pub(crate) fn praise(
    workshop: &Workshop,
    exercise: &Exercise,
    count: usize,
    was_done: bool,
    progress: &Progress,
) -> String {
    let good = AnsiColor::Green.on_default().bold();
    let all = if count == 1 { "The one check passes".to_string() } else { format!("All {count} checks pass") };
    let now = if was_done { "done, as before" } else { "done" };
    let mut text = format!("\n{good}{all}: exercise {} is {now}.{good:#}\n", exercise.number);
    // The one behind it is meant; if that is done, the first that is not.
    let behind = workshop.exercises.iter().find(|other| other.number > exercise.number);
    let left = behind.filter(|other| !is_done(progress, other));
    let Some(next) = left.or_else(|| next(workshop, progress)) else {
        return text + "All exercises are done. greenlight's own heart is next: lib.rs is its map.\n";
    };
    let (number, title) = (next.number, next.title());
    let Ok(readme) = next.readme() else { return text + &format!("Next: {number}. {title}\n") };
    text += &format!("\nNext: {number}. {title} ({} minutes). It asks first:\n\n", readme.minutes);
    let question = readme.questions.first().map_or("", |question| question.question.as_str());
    for part in [readme.scene.as_str(), question].into_iter().filter(|part| !part.is_empty()) {
        text += &format!("{}\n", margined(part, "  ", "  "));
    }
    let commands = format!("`{COMMAND} show {number}` has its page, and `{COMMAND} predict {number}` its questions.");
    text + &filled(&commands, "", "")
}
