//! A part of the tour's screen: lines that are broken to its width, and scrolled in its height.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Borders, Paragraph};

/// A line of a pane before it is broken.
#[derive(Debug)]
pub(crate) struct Row {
    /// What stands in front of it, in the margin.
    pub(crate) margin: String,
    pub(crate) text: String,
    pub(crate) style: Style,
    /// Code is broken before a dot and behind a bracket, too.
    pub(crate) is_code: bool,
}

/// What can be scrolled.
#[derive(Debug)]
pub(crate) struct Pane {
    pub(crate) title: String,
    pub(crate) rows: Vec<Row>,
    /// The row that stands on top, unless all of them fit, or those below it leave room.
    pub(crate) first: usize,
    /// By how many lines it was scrolled from there.
    scrolled: isize,
}

impl Pane {
    pub(crate) fn new(title: impl Into<String>, rows: Vec<Row>, first: usize) -> Pane {
        Pane { title: title.into(), rows, first, scrolled: 0 }
    }

    /// How many lines it has at that width.
    pub(crate) fn height(&self, width: u16) -> usize {
        self.lines(width).0.len()
    }

    /// The lines at that width, and which of them the first row begins with.
    fn lines(&self, width: u16) -> (Vec<Line<'_>>, usize) {
        let margin = self.rows.iter().map(|row| row.margin.chars().count()).max().unwrap_or(0);
        let dimmed = Style::new().add_modifier(Modifier::DIM);
        let (mut lines, mut first) = (Vec::new(), 0);
        for (number, row) in self.rows.iter().enumerate() {
            if number == self.first {
                first = lines.len();
            }
            let indent = row.text.chars().take_while(|&c| c == ' ').count() + 2;
            let broken = broken(&row.text, (width as usize).saturating_sub(margin + 1), indent, row.is_code);
            for (part, text) in broken.into_iter().enumerate() {
                let before = if part == 0 { row.margin.as_str() } else { "" };
                lines.push(Line::from(vec![
                    Span::styled(format!("{before:>margin$} "), dimmed),
                    Span::styled(text, row.style),
                ]));
            }
        }
        (lines, first)
    }

    /// Shows it below a line with its title, and says there what of it is to be seen if that is not all.
    pub(crate) fn show(&mut self, frame: &mut Frame<'_>, area: Rect, borders: Borders, is_focus: bool) {
        let inner = Block::new().borders(borders).inner(area);
        let (height, (lines, first)) = (inner.height as usize, self.lines(inner.width));
        let (count, last) = (lines.len(), lines.len().saturating_sub(height));
        let top = first.saturating_add_signed(self.scrolled).min(last);
        let scrolled = top as isize - first as isize;
        let seen = match count {
            count if count <= height => String::new(),
            count => format!(" {}-{} of {count} ", top + 1, (top + height).min(count)),
        };
        let room = (area.width as usize).saturating_sub(seen.chars().count() + 1);
        let style = if is_focus { Style::new().add_modifier(Modifier::BOLD) } else { Style::new() };
        let title = Line::styled(short(&format!(" {} ", self.title), room), style);
        let block = Block::new().borders(borders).title(title).title(Line::raw(seen).right_aligned());
        let border = if is_focus { Style::new() } else { Style::new().add_modifier(Modifier::DIM) };
        let shown: Vec<_> = lines.into_iter().skip(top).take(height).collect();
        frame.render_widget(Paragraph::new(shown).block(block.border_style(border)), area);
        self.scrolled = scrolled;
    }

    pub(crate) fn scroll(&mut self, lines: isize) {
        self.scrolled = self.scrolled.saturating_add(lines);
    }
}

/// A text that is no longer than that, with an ellipsis where it was cut off.
pub(crate) fn short(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_string();
    }
    text.chars().take(width.saturating_sub(1)).chain((width > 0).then_some('…')).collect()
}

/// Breaks a text between words, and a word that is longer than a line where that ends. What it goes on with is indented.
pub(crate) fn broken(text: &str, width: usize, indent: usize, is_code: bool) -> Vec<String> {
    let (width, indent) = (width.max(2), indent.min(width / 2));
    let mut lines = Vec::new();
    let mut rest: Vec<char> = text.chars().collect();
    while rest.len() > width {
        let begin = rest.iter().take_while(|&&c| c == ' ').count();
        let is_dot = |place: usize| rest[place] == '.' && rest.get(place + 1).is_some_and(|c| c.is_alphabetic());
        let is_bracket = |place: usize| rest[place - 1] == '(' && rest[place] != ')';
        let is_gap = |&place: &usize| rest[place] == ' ' || is_code && (is_dot(place) || is_bracket(place));
        let end = (begin + 1..=width).rev().find(is_gap).unwrap_or(width);
        lines.push(rest[..end].iter().collect());
        let behind = rest[end..].iter().skip_while(|&&c| c == ' ');
        rest = std::iter::repeat_n(&' ', indent).chain(behind).copied().collect();
    }
    lines.push(rest.into_iter().collect());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_broken_between_words_and_code_where_it_can_be_and_nothing_of_it_is_lost() {
        let words = broken("one two three four", 9, 2, false);
        assert_eq!(words, ["one two", "  three", "  four"]);
        assert_eq!(broken("antidisestablish", 6, 2, false), ["antidi", "  sest", "  abli", "  sh"]);
        let code = broken("    let a = Rc::new(Event::new().named(\"a\"));", 34, 6, true);
        assert_eq!(code, ["    let a = Rc::new(Event::new()", "      .named(\"a\"));"]);
        for width in 0..40 {
            for line in broken("    let a = Rc::new(Event::new().named(\"a\"));", width, 6, true) {
                assert!(line.chars().count() <= width.max(2), "{width}: {line}");
            }
        }
    }

    #[test]
    fn what_is_too_long_is_cut_off_with_an_ellipsis() {
        assert_eq!([short("four", 4), short("fifth", 4), short("x", 0)], ["four", "fif…", ""]);
    }
}
