//! What is cut out of a solution: the learner's file is the rest of it.
//!
//! The learner's parts stand between `// you: what to write` and `// end`. What stands there instead in the learner's file
//! follows each `// else: `.

/// A comment that is for whoever cuts.
enum Mark<'a> {
    You(&'a str),
    Else(&'a str),
    End,
}

/// The mark that a line is, and how far it stands to the right.
fn mark(line: &str) -> Option<(&str, Mark<'_>)> {
    let (indent, rest) = line.split_at(indent(line));
    let comment = rest.strip_prefix("// ")?;
    let mark = match comment.split_once(": ").unwrap_or((comment, "")) {
        ("you", text) => Mark::You(text),
        ("else", text) => Mark::Else(text),
        ("end", "") => Mark::End,
        _ => return None,
    };
    Some((indent, mark))
}

/// The learner's file. Says what is wrong with the marks, if something is.
pub(crate) fn cut(solution: &str) -> Result<String, String> {
    let about = solution.lines().take_while(|line| line.starts_with("//!")).count();
    let mut lines: Vec<String> = solution.lines().take(about).map(str::to_string).collect();
    if about > 0 {
        lines.push(String::new());
    }
    lines.push("#![allow(unused)]".to_string());
    if solution.lines().nth(about).is_some_and(|line| !line.trim().is_empty()) {
        lines.push(String::new());
    }
    let mut began = None;
    for (place, line) in solution.lines().enumerate().skip(about) {
        let number = place + 1;
        match mark(line) {
            None if began.is_none() => lines.push(line.to_string()),
            None => {}
            Some((indent, Mark::You(text))) if began.is_none() => {
                began = Some(number);
                lines.push(format!("{indent}// You: {text}"));
            }
            Some((_, Mark::You(_))) => return Err(format!("line {number} begins a part within a part")),
            Some(_) if began.is_none() => return Err(format!("line {number} stands in no part")),
            Some((_, Mark::Else(""))) => lines.push(String::new()),
            Some((indent, Mark::Else(text))) => lines.push(format!("{indent}{text}")),
            Some((_, Mark::End)) => began = None,
        }
    }
    match began {
        Some(number) => Err(format!("the part of line {number} has no end")),
        None => Ok(lines.join("\n") + "\n"),
    }
}

/// The solution as one reads it.
pub(crate) fn unmarked(solution: &str) -> String {
    solution.lines().filter(|line| mark(line).is_none()).map(|line| format!("{line}\n")).collect()
}

/// The learner's parts of the solution, each below what to write and the heads of what it stands in.
pub(crate) fn parts(solution: &str) -> Vec<String> {
    let lines: Vec<_> = solution.lines().collect();
    let begins = |place: &usize| matches!(mark(lines[*place]), Some((_, Mark::You(_))));
    let part = |begin: usize| {
        let (mut text, mut next) = (String::new(), 0);
        for place in heads(&lines, begin).into_iter().chain([begin]) {
            if place != next && !text.is_empty() {
                text += &format!("{}…\n", " ".repeat(indent(lines[place])));
            }
            text += &format!("{}\n", lines[place].replacen("// you: ", "// You: ", 1));
            next = place + 1;
        }
        let own = lines[next..].iter().take_while(|line| !matches!(mark(line), Some((_, Mark::End))));
        own.filter(|line| mark(line).is_none()).for_each(|line| text += &format!("{line}\n"));
        text
    };
    (0..lines.len()).filter(begins).map(part).collect()
}

/// The lines that open what a line stands in, from the outermost to the innermost: `impl`, `fn`, `if`.
fn heads(lines: &[&str], line: usize) -> Vec<usize> {
    let (mut heads, mut inner) = (Vec::new(), indent(lines[line]));
    let mut in_head = false;
    for place in (0..line).rev() {
        let text = lines[place];
        let begins = !text.trim().is_empty() && indent(text) < inner;
        if begins && text.ends_with('{') {
            inner = indent(text);
            // The parameters of a function may stand on lines of their own, above.
            in_head = text.trim_start().starts_with(')');
            heads.push(place);
        } else if in_head {
            in_head = indent(text) > inner;
            heads.push(place);
        }
    }
    heads.reverse();
    heads
}

/// How far a line stands to the right.
fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// How many lines of code are the learner's.
pub(crate) fn lines_to_write(solution: &str) -> usize {
    let mut is_yours = false;
    let is_code = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with("//");
    let counts = |line: &&str| {
        match mark(line) {
            Some((_, Mark::You(_))) => is_yours = true,
            Some((_, Mark::End)) => is_yours = false,
            _ => {}
        }
        is_yours && is_code(line)
    };
    solution.lines().filter(counts).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOLUTION: &str = "\
//! A bell.

use std::cell::Cell;

fn ring() {
    // Looked at first.
    // you: ring it
    let bell = bell();

    // Then.
    bell.ring();
    // else: todo!(\"ring it\")
    // end
}
";

    #[test]
    fn the_learners_file_has_what_is_to_be_written_instead_of_it() {
        let learners = "\
//! A bell.

#![allow(unused)]

use std::cell::Cell;

fn ring() {
    // Looked at first.
    // You: ring it
    todo!(\"ring it\")
}
";
        assert_eq!(cut(SOLUTION).as_deref(), Ok(learners));
        assert_eq!(lines_to_write(SOLUTION), 2);
    }

    #[test]
    fn a_file_that_says_nothing_of_itself_is_cut_too() {
        assert_eq!(cut("fn f() {}\n").as_deref(), Ok("#![allow(unused)]\n\nfn f() {}\n"));
    }

    #[test]
    fn the_solution_is_read_without_its_marks() {
        assert!(!unmarked(SOLUTION).contains("you:") && !unmarked(SOLUTION).contains("todo!"));
        assert_eq!(unmarked(SOLUTION).lines().count(), SOLUTION.lines().count() - 3);
    }

    #[test]
    fn a_part_stands_below_what_it_is_a_part_of() {
        let solution = "\
struct Bell;

impl Bell {
    fn new() -> Bell {
        Bell
    }

    fn ring(
        &self,
    ) -> bool {
        let often = often();
        if often {
            // you: ring it
            self.ring();
            // else: todo!(\"ring it\")
            // end
        }
    }
}

// you: leave
impl Drop for Bell {}
// end
";
        let ring = "\
impl Bell {
    …
    fn ring(
        &self,
    ) -> bool {
        …
        if often {
            // You: ring it
            self.ring();
";
        assert_eq!(parts(solution), [ring, "// You: leave\nimpl Drop for Bell {}\n"]);
    }

    #[test]
    fn marks_that_do_not_fit_are_told_with_their_line() {
        let told = |text: &str| cut(text).expect_err("the marks do not fit");
        assert_eq!(told("// you: a\n"), "the part of line 1 has no end");
        assert_eq!(told("// you: a\n// you: b\n"), "line 2 begins a part within a part");
        assert_eq!(told("\n// end\n"), "line 2 stands in no part");
    }
}
