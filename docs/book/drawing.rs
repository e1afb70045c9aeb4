//! Shapes of a picture, as SVG. What they look like is for the style sheet to say, by their classes.

use std::fmt::{Arguments, Write};

/// The lines behind, which everything else covers, and what is in front of them.
#[derive(Default)]
pub(crate) struct Drawing {
    behind: String,
    front: String,
}

/// Where a text begins, ends, or has its middle.
#[derive(Clone, Copy)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

impl Drawing {
    fn add(&mut self, what: Arguments<'_>) {
        writeln!(self.front, "{what}").expect("a String takes all");
    }

    /// A line from the top down, behind everything.
    pub(crate) fn lane(&mut self, class: &str, x: usize, from: usize, to: usize) {
        let line = format!("<line class=\"{class}\" x1=\"{x}\" x2=\"{x}\" y1=\"{from}\" y2=\"{to}\"/>\n");
        self.behind += &line;
    }

    /// A line from left to right, behind everything.
    pub(crate) fn rule(&mut self, class: &str, from: usize, to: usize, y: usize) {
        self.behind += &format!("<line class=\"{class}\" x1=\"{from}\" x2=\"{to}\" y1=\"{y}\" y2=\"{y}\"/>\n");
    }

    pub(crate) fn rect(&mut self, class: &str, (x, y): (usize, usize), (width, height): (usize, usize)) {
        self.add(format_args!(
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"5\"/>"
        ));
    }

    /// An arrow from left to right, or from right to left.
    pub(crate) fn arrow(&mut self, class: &str, from: usize, to: usize, y: usize) {
        let tip = if from < to { to - 2 } else { to + 2 };
        let base = if from < to { tip - 8 } else { tip + 8 };
        self.add(format_args!("<line class=\"{class}\" x1=\"{from}\" x2=\"{base}\" y1=\"{y}\" y2=\"{y}\"/>"));
        let (above, below) = (y - 4, y + 4);
        self.add(format_args!("<polygon class=\"{class}\" points=\"{tip},{y} {base},{above} {base},{below}\"/>"));
    }

    /// An arrow that goes out to the right and comes back, a little below.
    pub(crate) fn loops(&mut self, class: &str, x: usize, y: usize) {
        self.add(format_args!("<path class=\"{class}\" d=\"M{x},{y} c14,0 14,16 2,16\"/>"));
        let (base, above, tip, below) = (x + 8, y + 12, y + 16, y + 20);
        self.add(format_args!("<polygon class=\"{class}\" points=\"{x},{tip} {base},{above} {base},{below}\"/>"));
    }

    pub(crate) fn text(&mut self, class: &str, (x, y): (usize, usize), anchor: Anchor, text: &str) {
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        self.add(format_args!("<text class=\"{class}\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{text}</text>"));
    }

    /// The whole picture, and what it shows, for those who do not see it. It is never drawn smaller than `least` wide:
    /// a page that is narrower scrolls it.
    pub(crate) fn finish(&self, (width, height): (usize, usize), least: usize, label: &str) -> String {
        let Drawing { behind, front } = self;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"run\" role=\"img\" viewBox=\"0 0 {width} {height}\" \
             width=\"{width}\" style=\"min-width: {least}px\" aria-label=\"{label}\">\n{behind}{front}</svg>\n"
        )
    }
}
