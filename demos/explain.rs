//! What happens between the lines of a program, in sentences on stderr, each in front of the line that it leads to.

use crate::stderr::note_line;
use anstyle::Style;
use greenlight::trace::{Kind, Observer, Story, TraceEvent};
use std::cell::RefCell;
use std::io::Write;

/// As wide as the sentences are.
const WIDTH: usize = 80;

/// So far the sentences stand to the right of the program's own lines.
const INDENT: usize = 4;

/// Tells the story of a run as it goes on.
pub(crate) struct Explaining<W: Write> {
    story: RefCell<Story>,
    notes: RefCell<W>,
}

impl<W: Write> Explaining<W> {
    pub(crate) fn new(notes: W) -> Self {
        Explaining { story: RefCell::default(), notes: RefCell::new(notes) }
    }

    fn tell(&self, sentence: Option<String>) {
        sentence.iter().for_each(|sentence| tell(&mut *self.notes.borrow_mut(), sentence));
    }
}

/// Tells a sentence beside the program's own lines.
pub(crate) fn tell(notes: &mut dyn Write, sentence: &str) {
    let dimmed = Style::new().dimmed();
    for line in wrapped(sentence, WIDTH - INDENT) {
        note_line(notes, format_args!("{:INDENT$}{dimmed}{line}{dimmed:#}", ""));
    }
}

impl<W: Write> Observer for Explaining<W> {
    fn on_event(&self, event: &TraceEvent) {
        let mut story = self.story.borrow_mut();
        // The line itself follows.
        if event.kind != Kind::Printed {
            self.tell(story.hear(event));
        }
        // And whoever watches waits now, or reads the report of a stall.
        let pauses = matches!(event.kind, Kind::TimeJumped { .. } | Kind::ThreadParked { .. } | Kind::Stalled);
        if pauses || event.kind == Kind::Printed {
            self.tell(story.end());
        }
    }
}

impl<W: Write> Drop for Explaining<W> {
    fn drop(&mut self) {
        let last = self.story.get_mut().end();
        self.tell(last);
    }
}

/// Breaks a text between words. The lines that it goes on with stand two columns further in.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is a line");
        if line.is_empty() || line.chars().count() + 1 + word.chars().count() <= width {
            let gap = if line.is_empty() { "" } else { " " };
            *line += gap;
            *line += word;
        } else {
            lines.push(format!("  {word}"));
        }
    }
    lines
}
