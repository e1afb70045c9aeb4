//! The chapters as they are written: which there are, and what they ask their reader.

use std::fs::read_to_string;
use std::path::Path;

/// What a question of a chapter begins with.
const ASKS: &str = "> **Predict.**";

/// A chapter of the book.
#[derive(Debug)]
pub(crate) struct Chapter {
    /// The name of its file, in `src`.
    pub(crate) file: String,
    pub(crate) title: String,
    pub(crate) text: String,
}

/// A question that a chapter asks before it shows the answer.
#[derive(Debug)]
pub(crate) struct Question {
    /// The heading that it stands under, as a link to that has it; empty before the first one.
    pub(crate) anchor: String,
    pub(crate) text: String,
    /// The code that it is about: the blocks of it between the heading, or the question before, and this one.
    pub(crate) code: String,
}

impl Chapter {
    /// Its questions, in order.
    pub(crate) fn questions(&self) -> Vec<Question> {
        let (mut questions, mut anchor, mut code) = (Vec::new(), String::new(), String::new());
        let mut lines = self.text.lines().peekable();
        while let Some(line) = lines.next() {
            if let Some(heading) = line.strip_prefix("## ") {
                anchor = anchor_of(heading);
                code.clear();
            } else if line == "```rust" {
                code += "```rust\n";
                lines.by_ref().take_while(|line| *line != "```").for_each(|line| code = format!("{code}{line}\n"));
                code += "```\n\n";
            } else if let Some(asks) = line.strip_prefix(ASKS) {
                let mut text = asks.trim().to_string();
                while let Some(line) = lines.next_if(|line| line.starts_with('>')) {
                    text = text + "\n" + line[1..].strip_prefix(' ').unwrap_or(&line[1..]);
                }
                questions.push(Question { anchor: anchor.clone(), text, code: std::mem::take(&mut code) });
            }
        }
        questions
    }
}

/// The chapters that the summary names, in its order, of which one may be made later.
pub(crate) fn chapters(src: &Path) -> Result<Vec<Chapter>, String> {
    let read = |file: &str| {
        let path = src.join(file);
        read_to_string(&path).map_err(|error| format!("cannot read {}: {error}", path.display()))
    };
    let summary = read("SUMMARY.md")?;
    let files = summary.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    files
        .filter(|file| *file != PREDICT)
        .map(|file| {
            let text = read(file)?;
            let title = text.lines().next().and_then(|line| line.strip_prefix("# ")).unwrap_or_default().to_string();
            Ok(Chapter { file: file.to_string(), title, text })
        })
        .collect()
}

/// The page with the questions alone, which is made of the others.
pub(crate) const PREDICT: &str = "predict.md";

/// Makes it.
pub(crate) fn questions_alone(chapters: &[Chapter]) -> String {
    let mut page = "# The questions alone\n\n\
        Every question of the chapters that asks to predict something, with the code that it is about and without \
        its answer: to be asked in class, or as a test of oneself. A chapter's name leads to it, and a question's \
        number to the place where the answer stands.\n"
        .to_string();
    for chapter in chapters {
        let questions = chapter.questions();
        if questions.is_empty() {
            continue;
        }
        page += &format!("\n## [{}]({})\n", chapter.title, chapter.file);
        for (number, Question { anchor, text, code }) in (1..).zip(questions) {
            let link = if anchor.is_empty() { chapter.file.clone() } else { format!("{}#{anchor}", chapter.file) };
            page += &format!("\n{code}[{number}.]({link}) {text}\n");
        }
    }
    page
}

/// What mdBook makes of a heading, so that one can link to it.
pub(crate) fn anchor_of(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_goes_with_the_code_since_the_heading_and_with_the_link_to_that() {
        let text = "# Bells\n\n```rust\n{{#include a}}\n```\n\n## It `rings`, twice\n\n```rust\n{{#include b}}\n```\n\n\
                    > **Predict.** Who\n> wakes?\n\n> **Predict.** And then?\n";
        let chapter = Chapter { file: "bells.md".to_string(), title: "Bells".to_string(), text: text.to_string() };
        let page = questions_alone(&[chapter]);
        let (_, page) = page.split_once("## [Bells](bells.md)\n\n").expect("the chapter has its heading");
        let first = "```rust\n{{#include b}}\n```\n\n[1.](bells.md#it-rings-twice) Who\nwakes?\n";
        assert_eq!(page, format!("{first}\n[2.](bells.md#it-rings-twice) And then?\n"));
    }
}
