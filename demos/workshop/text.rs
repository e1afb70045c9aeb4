//! Text as a terminal shows it: broken to the width, markdown without its signs.

use crate::cli::STYLES;
use crate::pane::broken;
use anstream::{AutoStream, ColorChoice};
use anstyle::Style;
use greenlight::trace::Printable;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use ratatui::crossterm::terminal;
use std::io::{IsTerminal, stdout};
use textwrap::Options as Wrapping;

/// As wide as a text is at most.
const WIDTH: usize = 80;

/// A space at which no line is broken.
const UNBROKEN: &str = "\u{a0}";

/// As wide as the terminal is, if there is one.
fn columns() -> Option<usize> {
    let columns = stdout().is_terminal().then(terminal::size).and_then(Result::ok).map(|(columns, _)| columns.into());
    columns.filter(|&columns| columns >= 20)
}

/// As wide as a text is here.
pub(crate) fn width() -> usize {
    columns().map_or(WIDTH, |columns| columns.min(WIDTH))
}

/// A line of code to the right of a margin, broken where the terminal ends: code goes on a step further in, a comment as
/// one. Where there is no terminal it stays whole.
pub(crate) fn folded(line: &str, margin: usize) -> Vec<String> {
    folded_to(line, columns().map_or(usize::MAX, |columns| columns - margin))
}

fn folded_to(line: &str, columns: usize) -> Vec<String> {
    let indent = line.len() - line.trim_start().len();
    if line.chars().count() <= columns {
        return vec![line.to_string()];
    }
    let sign = ["/// ", "//! ", "// "].into_iter().find(|sign| line[indent..].starts_with(sign));
    let Some(sign) = sign else { return broken(line, columns, indent + 4, true) };
    let margin = &line[..indent + sign.len()];
    let options = Wrapping::new(columns).initial_indent(margin).subsequent_indent(margin);
    textwrap::wrap(&line[margin.len()..], options).iter().map(ToString::to_string).collect()
}

/// A text between two margins: the first line begins so, and the others so.
pub(crate) fn filled(text: &str, first: &str, others: &str) -> String {
    let options = Wrapping::new(width()).initial_indent(first).subsequent_indent(others).break_words(false);
    textwrap::fill(&whole_commands(text), options).replace(UNBROKEN, " ") + "\n"
}

/// The same text, in which no line is broken between ticks: a command is copied whole.
fn whole_commands(text: &str) -> String {
    let parts: Vec<_> = text.split('`').collect();
    if parts.len() % 2 == 0 {
        return text.to_string();
    }
    let whole =
        |(place, part): (usize, &&str)| if place % 2 == 1 { part.replace(' ', UNBROKEN) } else { part.to_string() };
    parts.iter().enumerate().map(whole).collect::<Vec<_>>().join("`")
}

/// Each line of a text that a check has written, to the right of a margin, and what is broken a little further. What a
/// terminal would obey is escaped.
pub(crate) fn indented(text: &str, margin: &str) -> String {
    let line = |line: &str| {
        let indent = &line[..line.len() - line.trim_start().len()];
        let first = format!("{margin}{indent}");
        filled(&Printable(line.trim_start()).to_string(), &first, &format!("{first}  "))
    };
    text.replace('\t', "    ").lines().map(line).collect()
}

/// Markdown, to be read.
pub(crate) fn markdown(text: &str) -> String {
    margined(text, "", "")
}

/// Markdown between two margins: the first line begins so, and the others so.
pub(crate) fn margined(text: &str, first: &str, others: &str) -> String {
    let has_colours = AutoStream::choice(&stdout()) != ColorChoice::Never;
    let (margins, bullet) = (vec![others.to_string()], Some(first.to_string()));
    let mut page = Page { margins, bullet, has_colours, ..Page::default() };
    Parser::new_ext(text, Options::empty()).for_each(|event| page.take(event));
    page.text
}

/// What is shown of a text so far.
#[derive(Default)]
struct Page {
    text: String,
    /// The paragraph that is being read.
    paragraph: String,
    /// What stands in front of each line, the outermost first.
    margins: Vec<String>,
    /// What stands in front of the next line only.
    bullet: Option<String>,
    /// The number of the next item of each list, if it has one.
    lists: Vec<Option<u64>>,
    is_code: bool,
    /// How long the text was when an empty line was put below it last.
    apart: usize,
    /// Where there are none, code keeps its ticks.
    has_colours: bool,
}

impl Page {
    fn take(&mut self, event: Event<'_>) {
        let (bold, italic, literal) = (Style::new().bold(), Style::new().italic(), STYLES.get_literal());
        match event {
            Event::Start(Tag::Heading { .. }) => {
                self.gap();
                self.paragraph += &format!("{bold}");
            }
            Event::End(TagEnd::Heading(_)) => {
                self.paragraph += &format!("{bold:#}");
                self.end();
            }
            Event::Start(Tag::Paragraph) => self.gap(),
            Event::End(TagEnd::Paragraph | TagEnd::Item) => {
                self.end();
                self.bullet = None;
                if matches!(event, Event::End(TagEnd::Item)) {
                    self.margins.pop();
                }
            }
            Event::Start(Tag::BlockQuote(_)) => {
                self.end();
                self.gap();
                self.margins.push("| ".to_string());
            }
            Event::End(TagEnd::BlockQuote(_)) => _ = self.margins.pop(),
            Event::Start(Tag::List(first)) => {
                self.end();
                self.lists.push(first);
            }
            Event::End(TagEnd::List(_)) => _ = self.lists.pop(),
            Event::Start(Tag::Item) => self.item(),
            Event::Start(Tag::CodeBlock(_)) => {
                self.end();
                self.gap();
                self.is_code = true;
            }
            Event::End(TagEnd::CodeBlock) => self.is_code = false,
            Event::Text(code) if self.is_code => self.code(&code),
            Event::Text(text) => self.paragraph += &text,
            // A command is copied whole.
            Event::Code(code) => {
                let tick = if self.has_colours { "" } else { "`" };
                self.paragraph += &format!("{literal}{tick}{}{tick}{literal:#}", code.replace(' ', UNBROKEN));
            }
            Event::Start(Tag::Strong) => self.paragraph += &format!("{bold}"),
            Event::End(TagEnd::Strong) => self.paragraph += &format!("{bold:#}"),
            Event::Start(Tag::Emphasis) => self.paragraph += &format!("{italic}"),
            Event::End(TagEnd::Emphasis) => self.paragraph += &format!("{italic:#}"),
            Event::SoftBreak | Event::HardBreak => self.paragraph.push(' '),
            // Nothing else stands on these pages, or is to be seen on a terminal.
            _ => {}
        }
    }

    fn item(&mut self) {
        self.gap();
        let bullet = match self.lists.last_mut() {
            Some(Some(number)) => {
                let bullet = format!("{number}. ");
                *number += 1;
                bullet
            }
            _ => "- ".to_string(),
        };
        self.margins.push(" ".repeat(bullet.len()));
        self.bullet = Some(bullet);
    }

    /// An empty line above what follows, unless nothing is above it, or an item begins.
    fn gap(&mut self) {
        let is_apart = self.text.is_empty() || self.text.len() == self.apart;
        if !is_apart && self.bullet.is_none() {
            self.text += self.margins.concat().trim_end();
            self.text.push('\n');
            self.apart = self.text.len();
        }
    }

    /// Breaks the paragraph that was read.
    fn end(&mut self) {
        let text = std::mem::take(&mut self.paragraph);
        if !text.is_empty() {
            let others = self.margins.concat();
            let first = self.first();
            self.text += &filled(&text, &first, &others);
        }
    }

    /// What stands in front of the next line.
    fn first(&mut self) -> String {
        match self.bullet.take() {
            None => self.margins.concat(),
            Some(bullet) => self.margins[..self.margins.len() - 1].concat() + &bullet,
        }
    }

    fn code(&mut self, code: &str) {
        for line in code.lines() {
            let first = self.first();
            self.text += format!("{first}    {line}").trim_end();
            self.text.push('\n');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_is_shown_without_its_signs() {
        let text = "# A *bell*\n\nIt `rings` once,\nand <b>no</b> more.\n\n1. Who?\n\n   > Nobody.\n\n2. What?\n\n- a\n- b\n\n```rust\nlet a = 1;\n```\n";
        let shown = anstream::adapter::strip_str(&margined(text, "> ", "  ")).to_string();
        let expected = "\
> A bell

  It `rings` once, and no more.

  1. Who?

     | Nobody.

  2. What?

  - a

  - b

      let a = 1;
";
        assert_eq!(shown, expected);
    }

    #[test]
    fn code_that_is_too_wide_goes_on_a_step_further_in_and_a_comment_as_one() {
        let code = folded_to("    let due = self.queue.borrow_mut().split_off(&(deadline, u64::MAX));", 40);
        assert_eq!(
            code,
            ["    let due = self.queue.borrow_mut()", "        .split_off(&(deadline,", "        u64::MAX));"]
        );
        let comment = folded_to("    // Out of the map before anybody is woken.", 30);
        assert_eq!(comment, ["    // Out of the map before", "    // anybody is woken."]);
        assert_eq!(folded_to("    now();", 10), ["    now();"]);
    }

    #[test]
    fn a_line_that_is_broken_stays_to_the_right_of_its_margin() {
        let long = "word ".repeat(30);
        let broken = indented(&format!("  - {long}"), "    ");
        assert!(broken.lines().all(|line| line.chars().count() <= WIDTH && line.starts_with("      ")), "{broken}");
    }
}
