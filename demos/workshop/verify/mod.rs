//! Checks the exercises themselves: their pages have the form, the skeletons fail for their reason, the solutions pass, and
//! each wrong answer is told by its check in its words. All that in copies of the workspace, so that the learner's files
//! stay as they are.

mod copy;

mod look;

use super::cargo::Cargo;
use super::exercise::{Exercise, Workshop, read};
use super::text::filled;
use crate::stdout::print;
use anstyle::{AnsiColor, Style};
use look::{Looked, look};
use std::collections::VecDeque;
use std::io::{IsTerminal, Write, stderr};
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

/// How many exercises are looked at beside each other.
const WORKERS: usize = 2;

/// Looks at these exercises, prints a table, and yields whether all is as it should be.
pub(crate) fn verify(workshop: &Workshop, exercises: Vec<&Exercise>) -> Result<bool, String> {
    let began = Instant::now();
    let count = exercises.len();
    // Who names some asks for these.
    let is_whole = count == workshop.exercises.len();
    let whole = if is_whole { gaps(workshop).into_iter().chain(page(workshop)).collect() } else { Vec::new() };
    let _alone = copy::lock(workshop)?;
    let left = Mutex::new(VecDeque::from(exercises));
    let looked = Mutex::new(Vec::new());
    let bar = Bar { count, is_shown: stderr().is_terminal() };
    bar.draw(0, "");
    let work = |worker: usize| -> Result<(), String> {
        let copied = copy::mirror(workshop, worker)?;
        let cargo = Cargo::of_copy(&copied.root);
        loop {
            // The lock is let go at the end of the line.
            let next = left.lock().expect("nobody panics while it is locked").pop_front();
            let Some(exercise) = next else { return Ok(()) };
            let one = look(exercise, &copied, &cargo)?;
            let mut looked = looked.lock().expect("nobody panics while it is locked");
            looked.push(one);
            bar.draw(looked.len(), &exercise.name);
        }
    };
    let ended = thread::scope(|scope| {
        let work = &work;
        let workers: Vec<_> = (1..=WORKERS.min(count)).map(|worker| scope.spawn(move || work(worker))).collect();
        workers.into_iter().map(|worker| worker.join().expect("a worker does not panic")).collect::<Result<Vec<_>, _>>()
    });
    bar.clear();
    ended?;
    let mut looked = looked.into_inner().expect("nobody has panicked");
    looked.sort_by_key(|one| one.number);
    let problems: Vec<_> = whole.into_iter().chain(looked.iter().flat_map(told)).collect();
    print(&table(&looked));
    for problem in &problems {
        let mut lines = problem.lines();
        let red = AnsiColor::Red.on_default().bold();
        print(&filled(lines.next().unwrap_or_default(), &format!("{red}✗{red:#} "), "  "));
        lines.for_each(|line| print(&format!("    {line}\n")));
    }
    let seconds = began.elapsed().as_secs_f64();
    print(&match problems.len() {
        0 => format!("All is as it should be, in {seconds:.0} s.\n"),
        1 => format!("One thing is not as it should be, in {seconds:.0} s.\n"),
        many => format!("{many} things are not as they should be, in {seconds:.0} s.\n"),
    });
    Ok(problems.is_empty())
}

/// The problems of an exercise, each with where it is.
fn told(one: &Looked) -> Vec<String> {
    one.problems.iter().map(|problem| format!("{:02}_{}: {problem}", one.number, one.name)).collect()
}

/// The numbers that are missing, or are there twice.
fn gaps(workshop: &Workshop) -> Option<String> {
    let numbers: Vec<_> = workshop.exercises.iter().map(|exercise| exercise.number).collect();
    let is_counted = numbers.iter().copied().eq(1..=numbers.len());
    (!is_counted)
        .then(|| format!("the numbers of the exercises are not 1 to {}, each once: {numbers:?}", numbers.len()))
}

/// What the workshop's own page says otherwise of an exercise than the exercise's.
fn page(workshop: &Workshop) -> Vec<String> {
    let page = match read(&workshop.root.join("README.md")) {
        Ok(page) => page,
        Err(why) => return vec![why],
    };
    let row = |exercise: &Exercise| {
        let readme = exercise.readme().ok()?;
        let (number, folder) = (exercise.number, exercise.folder.file_name()?.to_str()?);
        let page = format!("[{}](exercises/{folder}/README.md)", readme.title);
        Some(format!("| {number} | {page} | {} | {} |", readme.minutes, readme.lines))
    };
    let rows = workshop.exercises.iter().filter_map(row).filter(|row| !page.contains(row));
    rows.map(|row| format!("the workshop's README.md has no row `{row}`")).collect()
}

/// What each exercise has.
fn table(looked: &[Looked]) -> String {
    let bold = Style::new().bold();
    let width = looked.iter().map(|one| one.name.len()).max().unwrap_or(0) + 3;
    let head = format!("{:width$} {:>6} {:>6} {:>6} {:>8}", "exercise", "checks", "lines", "wrong", "seconds");
    let mut text = format!("{bold}{head}{bold:#}\n");
    let mut sums = [0; 3];
    for one in looked {
        let name = format!("{:02}_{}", one.number, one.name);
        let seconds = one.took.as_secs_f64();
        text += &format!("{name:width$} {:>6} {:>6} {:>6} {seconds:>8.1}\n", one.checks, one.lines, one.wrong);
        for (sum, count) in sums.iter_mut().zip([one.checks, one.lines, one.wrong]) {
            *sum += count;
        }
    }
    let [checks, lines, wrong] = sums;
    text + &format!("{:width$} {checks:>6} {lines:>6} {wrong:>6}\n\n", "")
}

/// A line on stderr that is written over again and again, if that is a terminal.
struct Bar {
    count: usize,
    is_shown: bool,
}

impl Bar {
    fn draw(&self, done: usize, name: &str) {
        if self.is_shown {
            let bar = "=".repeat(done * 20 / self.count.max(1));
            // What goes wrong with a line like this harms nobody.
            _ = write!(stderr(), "\r[{bar:20}] {done} of {} {name}\x1b[K", self.count);
            _ = stderr().flush();
        }
    }

    /// The line goes.
    fn clear(&self) {
        if self.is_shown {
            _ = write!(stderr(), "\r\x1b[K");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workshop_counts_its_exercises_and_its_page_lists_each_as_it_is() {
        let workshop = Workshop::of_project();
        assert_eq!(gaps(&workshop), None);
        assert_eq!(page(&workshop), [""; 0]);
    }
}
