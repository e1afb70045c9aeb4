//! Checks the learner's file: one check after the other, until one fails, and what that says.

use super::cargo::{Build, Cargo};
use super::exercise::{Exercise, Workshop, from_here, read};
use super::gloss::{gloss, unwritten};
use super::next::{is_done, praise, set_done};
use super::order::in_order;
use super::text::{filled, indented, width};
use super::trial::{self, End, Panic, Trial};
use super::{COMMAND, page_of};
use crate::cli::STYLES;
use crate::clock;
use crate::pane::short as shortened;
use crate::progress::Progress;
use crate::stderr::{Stderr, note};
use crate::stdout::print;
use anstyle::{AnsiColor, Style};
use greenlight::trace::Printable;
use std::io::Write;
use std::path::PathBuf;

/// Said before the first check.
const FIRST: &str = "This is the first check of all: what the exercises stand on (the kit, futures-util, greenlight) is \
                     built once. That takes about half a minute; later a check takes less than a second.";

/// How many lines that a check has printed itself are shown.
const SHOWN: usize = 20;

/// Of how many lines a statement is shown, as far as one line has room.
const STATEMENT: usize = 6;

/// Checks an exercise, and yields whether it is done.
pub(crate) fn check(workshop: &Workshop, exercise: &Exercise, is_mine: bool) -> Result<bool, String> {
    let cargo = Cargo::of_learner(&workshop.root);
    let Some(checks) = build(&cargo, workshop, exercise, is_mine)? else { return Ok(false) };
    let bold = Style::new().bold();
    let unstartable = |error| format!("cannot start {}: {error}", checks.display());
    print(&format!("{bold}{}. {}{bold:#}\n", exercise.number, exercise.title()));
    let names = in_order(&exercise.checks(), &trial::list(&checks).map_err(unstartable)?);
    for name in &names {
        let trace = Trace::empty(&cargo, exercise);
        let tried = trial::run(&checks, name, &exercise.folder, Some(&trace.rows)).map_err(unstartable)?;
        let is_passed = tried.end == End::Passed;
        print(&line(name, is_passed));
        if !is_passed {
            print(&told(exercise, &tried, &trace));
            return Ok(false);
        }
    }
    if names.is_empty() {
        return Err(format!("{} has no check", from_here(&exercise.checks())));
    }
    let mut progress = Progress::load();
    let before = is_done(&progress, exercise);
    set_done(&mut progress, exercise);
    print(&praise(workshop, exercise, names.len(), before, &progress));
    Ok(true)
}

/// Builds the checks, and before the first build of all says what that is. None where they do not compile, which the
/// compiler has told then.
fn build(cargo: &Cargo, workshop: &Workshop, exercise: &Exercise, is_mine: bool) -> Result<Option<PathBuf>, String> {
    let is_new = cargo.is_new();
    if is_new {
        note!("{}", filled(FIRST, "", "").trim_end());
    }
    let ticking = clock::start();
    if is_new {
        cargo.build_all_below(&workshop.exercises)?;
    }
    let built = cargo.build(exercise, is_mine)?;
    drop(ticking);
    let (said, checks) = match built {
        Build::Built { checks, warnings } => (warnings, Some(checks)),
        Build::Broken(said) => (said, None),
    };
    // In the compiler's own colours, or without.
    _ = Stderr.write_all(said.as_bytes());
    Ok(checks)
}

/// A check, and whether it passes.
fn line(name: &str, is_passed: bool) -> String {
    let (good, bad) = (AnsiColor::Green.on_default().bold(), AnsiColor::Red.on_default().bold());
    let (style, mark) = if is_passed { (good, "✓") } else { (bad, "✗") };
    let name = name.rsplit("::").next().unwrap_or(name).replace('_', " ");
    filled(&name, &format!("  {style}{mark}{style:#} "), "    ")
}

/// What a check that failed says, what to make of it, and where to go on.
fn told(exercise: &Exercise, tried: &Trial, trace: &Trace) -> String {
    let (bold, dimmed, help) = (Style::new().bold(), Style::new().dimmed(), AnsiColor::Cyan.on_default().bold());
    let mut text = String::from("\n");
    let first = tried.panics.first();
    let earlier = first.and_then(|panic| exercise.of_learners(&panic.file));
    let earlier = earlier.filter(|earlier| earlier.number != exercise.number);
    let at_fault = earlier.as_ref().unwrap_or(exercise);
    let name = earlier.as_ref().map_or("src/lib.rs".to_string(), |earlier| format!("exercise {}", earlier.number));
    if let Some(what) = unwritten(tried, &name) {
        text += &filled(&what, "    ", "    ");
    } else {
        let says = first.map_or(without_panic(tried), |panic| panic.message.clone());
        text += &indented(&says, margin(&says));
        first.iter().for_each(|panic| text += &format!("\n    {dimmed}{}{dimmed:#}\n", place(at_fault, panic)));
    }
    let ended = match tried.end {
        End::Overdue => {
            Some("The check did not end by itself: after two seconds it was ended from outside.".to_string())
        }
        End::Aborted => Some(aborted(tried)),
        End::Passed | End::Failed => None,
    };
    ended.iter().for_each(|why| text += &format!("\n{}", filled(why, "    ", "    ")));
    if let Some(gloss) = gloss(tried) {
        text += &format!("\n{}", filled(&gloss, &format!("  {help}help:{help:#} "), "        "));
    }
    // What a check says that has not panicked stands above.
    if !tried.printed.is_empty() && !says_all(tried).contains(tried.printed.trim()) {
        text += &format!("\n  It printed:\n{}", first_lines(&tried.printed));
    }
    let page = trace.page(exercise).map(|page| ("replay", from_here(&page)));
    let file = line_to_write(at_fault, first);
    let hint = format!("{COMMAND} hint {}", at_fault.number);
    text.push('\n');
    for (word, what) in [("yours", file)].into_iter().chain(page).chain([("stuck?", hint)]) {
        text += &format!("  {bold}{word:8}{bold:#}{what}\n");
    }
    text
}

/// What a message is to the right of. A report that is laid out already keeps its lines.
fn margin(says: &str) -> &'static str {
    let widest = says.lines().map(|line| line.chars().count()).max().unwrap_or(0);
    let margin = "    ";
    let room = width().saturating_sub(widest);
    if widest <= width() { &margin[..room.min(margin.len())] } else { margin }
}

/// What is shown of a check that has not panicked; nothing, if it has.
fn says_all(tried: &Trial) -> String {
    if tried.panics.is_empty() { without_panic(tried) } else { String::new() }
}

/// Why a check fails that has not panicked.
fn without_panic(tried: &Trial) -> String {
    let said = tried.stderr.trim();
    let said = if said.is_empty() { "it fails, and says nothing" } else { said };
    said.lines().take(SHOWN).collect::<Vec<_>>().join("\n")
}

/// What ended the process of a check.
fn aborted(tried: &Trial) -> String {
    let second = tried.panics.get(1).map_or(String::new(), |panic| {
        let message = panic.message.lines().next().unwrap_or_default();
        format!(" The second panic is at {}:{}: {message}", short(&panic.file), panic.line)
    });
    if tried.stderr.contains("overflowed its stack") {
        "The process was ended: its stack is full.".to_string()
    } else if !second.is_empty() {
        format!(
            "The process was ended: a Drop panicked while the panic above unwound, and two at once are an abort.{second}"
        )
    } else {
        "The process was ended before the check was over, as by a panic where none may come out, or by `exit`."
            .to_string()
    }
}

/// The last two folders of a file, and its name.
fn short(file: &str) -> &str {
    let slash = file.rmatch_indices('/').nth(1);
    slash.map_or(file, |(place, _)| &file[place + 1..])
}

/// The place of a panic with the line that stands there.
fn place(exercise: &Exercise, panic: &Panic) -> String {
    let named = straight(&panic.file);
    let (name, file) = of_another(exercise, &named).unwrap_or_else(|| {
        let name = short(&named);
        let is_here = |path: &PathBuf| path.ends_with(name);
        (name, [exercise.checks(), exercise.learners()].into_iter().find(is_here))
    });
    let text = file.and_then(|file| read(&file).ok()).unwrap_or_default();
    let lines = text.lines().skip(panic.line.saturating_sub(1)).map(str::trim).take(STATEMENT);
    // The value of a block ends before its brace, with no semicolon.
    let lines =
        lines.enumerate().take_while(|(place, line)| *place == 0 || !line.starts_with('}')).map(|(_, line)| line);
    let mut is_over = false;
    let statement = lines.take_while(|line| !std::mem::replace(&mut is_over, line.ends_with([';', '{'])));
    let line = statement.collect::<Vec<_>>().join(" ");
    let colon = if line.is_empty() { "" } else { ": " };
    shortened(&format!("at {name}:{}{colon}{}", panic.line, Printable(line)), width() - 4)
}

/// A path without steps back, as one has them that `#[path]` made.
fn straight(file: &str) -> String {
    let mut parts = Vec::new();
    for part in file.split('/') {
        if part != ".." || parts.pop().is_none() {
            parts.push(part);
        }
    }
    parts.join("/")
}

/// A file of another exercise, as whose checks are this one's, too: its name with that of the exercise, and where it is.
fn of_another<'a>(exercise: &Exercise, file: &'a str) -> Option<(&'a str, Option<PathBuf>)> {
    let (_, name) = file.rsplit_once("exercises/").filter(|_| !exercise.is_named_in(file))?;
    Some((name, Some(exercise.folder.parent()?.join(name))))
}

/// The learner's file, and which line of it is to be looked at first. Of several parts, any may be at fault.
fn line_to_write(exercise: &Exercise, panic: Option<&Panic>) -> String {
    let file = exercise.learners();
    let panicked = panic.filter(|panic| panic.file.ends_with("src/lib.rs") && exercise.is_named_in(&panic.file));
    let text = read(&file).unwrap_or_default();
    let mut parts = text.lines().zip(1..).filter(|(line, _)| line.trim_start().starts_with("// You: "));
    let (first, second) = (parts.next(), parts.next());
    let only = first.filter(|_| second.is_none()).map(|(_, number)| number);
    let line = panicked.map(|panic| panic.line).or(only);
    from_here(&file) + &line.map_or(String::new(), |line| format!(":{line}"))
}

/// What a check has printed, as far as it is looked at.
fn first_lines(printed: &str) -> String {
    let count = printed.lines().count();
    let shown: String = printed.lines().take(SHOWN).map(|line| format!("{line}\n")).collect();
    let more = if count > SHOWN { format!("    and {} lines more\n", count - SHOWN) } else { String::new() };
    indented(&shown, "    ") + &more
}

/// Where a check that fails writes what happened.
struct Trace {
    rows: PathBuf,
}

impl Trace {
    /// Without what an earlier run has left there.
    fn empty(cargo: &Cargo, exercise: &Exercise) -> Trace {
        let folder = cargo.folder_of_runs();
        _ = std::fs::create_dir_all(&folder);
        let rows = folder.join(&exercise.name).with_extension("jsonl");
        _ = std::fs::remove_file(&rows);
        _ = std::fs::remove_file(rows.with_extension("html"));
        Trace { rows }
    }

    /// The page that replays the run, if it was written down.
    fn page(&self, exercise: &Exercise) -> Option<PathBuf> {
        let page = self.rows.with_extension("html");
        if !self.rows.exists() {
            return None;
        }
        match page_of(exercise, &self.rows, &page) {
            Ok(()) => Some(page),
            Err(why) => {
                let literal = STYLES.get_literal();
                note!("{literal}replay:{literal:#} there is no page of this run: {why}");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::straight;

    #[test]
    fn a_path_that_steps_back_is_told_straight() {
        let of_another = "exercises/22_wheel/tests/../../08_timers/tests/check.rs";
        assert_eq!(straight(of_another), "exercises/08_timers/tests/check.rs");
        assert_eq!(straight("../tests/check.rs"), "../tests/check.rs");
    }
}
