//! What a program says, line by line, with the moment of each and what led to it, and who woke whom in between.

use crate::explain::tell;
use crate::stderr::Stderr;
use crate::stdout;
use greenlight::trace::{Kind, Observer, Story, TraceEvent};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Something that a reader wants to know.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Told {
    /// Somebody did something that woke somebody.
    Wake {
        /// In seconds of the program's own.
        time: f64,
        sentence: Rc<str>,
    },
    /// The program said a line.
    Line {
        /// In seconds of the program's own.
        time: f64,
        text: String,
        /// What led to the poll that it is said in. None if that is the poll of the line before.
        cause: Option<Rc<str>>,
    },
}

/// Follows a run, and says what a reader wants to know.
#[derive(Default)]
pub(crate) struct Following {
    story: Story,
    /// The wakes, or the spawning, that the present sentence tells of.
    open: Vec<u64>,
    /// When, if it tells of a wake.
    wakes: Option<f64>,
    /// What queued each task, by the numbers of the events that did.
    causes: HashMap<u64, Rc<str>>,
    /// What led to the present poll, until a line is said in it.
    cause: Option<Rc<str>>,
}

impl Following {
    /// Hears an event.
    pub(crate) fn hear(&mut self, event: &TraceEvent) -> Vec<Told> {
        let says = event.kind == Kind::Printed;
        let closed = if says { self.story.end() } else { self.story.hear(event) };
        let time = event.time.as_micros() as f64 / 1e6;
        let mut told: Vec<Told> = closed.and_then(|sentence| self.close(sentence)).into_iter().collect();
        match event.kind {
            Kind::Woken => {
                self.open.push(event.seq);
                self.wakes = Some(time);
            }
            Kind::Spawned => self.open.push(event.seq),
            Kind::PollBegan => self.cause = event.cause.and_then(|by| self.causes.remove(&by)),
            Kind::Printed => {
                let text = event.text.as_deref().unwrap_or_default().to_string();
                told.push(Told::Line { time, text, cause: self.cause.take() });
            }
            _ => {}
        }
        told
    }

    /// Takes in a sentence that is whole.
    fn close(&mut self, sentence: String) -> Option<Told> {
        let sentence: Rc<str> = sentence.into();
        self.causes.extend(self.open.drain(..).map(|queued| (queued, sentence.clone())));
        self.wakes.take().map(|time| Told::Wake { time, sentence })
    }
}

/// Has each line of a program come behind its moment and what led to it, on stderr.
#[derive(Default)]
pub(crate) struct Causes(RefCell<Following>);

impl Observer for Causes {
    fn on_event(&self, event: &TraceEvent) {
        for told in self.0.borrow_mut().hear(event) {
            if let Told::Line { time, cause, .. } = told {
                let told = cause.map_or_else(|| format!("t={time} s, in the same poll"), |cause| cause.to_string());
                tell(&mut Stderr, &told);
            }
        }
    }
}

/// Prints what there is to tell of a run, for [`read`].
#[derive(Default)]
pub(crate) struct Transcribing(RefCell<Following>);

impl Observer for Transcribing {
    fn on_event(&self, event: &TraceEvent) {
        for told in self.0.borrow_mut().hear(event) {
            let row = match told {
                Told::Wake { time, sentence } => json!([time, *sentence, "wakes"]),
                Told::Line { time, text, .. } => json!([time, text]),
            };
            stdout::say_line(&row.to_string());
        }
    }
}

/// Reads what [`Transcribing`] has printed, up to where it is cut off.
pub(crate) fn read(printed: &str) -> Vec<Told> {
    let row = |line: &str| {
        let row: Vec<Value> = serde_json::from_str(line).ok()?;
        let (time, text) = (row.first()?.as_f64()?, row.get(1)?.as_str()?);
        Some(match row.len() {
            2 => Told::Line { time, text: text.to_string(), cause: None },
            _ => Told::Wake { time, sentence: text.into() },
        })
    };
    printed.lines().map_while(row).collect()
}
