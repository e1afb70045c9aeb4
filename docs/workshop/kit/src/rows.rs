//! The log as a trace, of which a replay page is made. `docs/TRACE.md` is the schema.
//!
//! The check itself is the first task of the trace: it runs all the time, and polls what it has in its hand.

use crate::card::Card;
use crate::log::{By, Event, What};
use crate::session::State;
use std::fmt::Write;
use std::time::{Duration, Instant};
use std::{env, fs};

/// Names the file into which the trace of a failing check is written.
const FILE: &str = "KIT_TRACE";

/// Less than this of real time is not told.
const MOMENT: Duration = Duration::from_millis(1);

/// How a check fails.
pub(crate) enum Ending<'a> {
    Panics(&'a str),
    Hangs,
}

/// Leaves the trace of a failing check where it is asked for. Of a check in which no future was watched and no thread
/// parked there is nothing to be seen.
pub(crate) fn leave(state: &State, test: &str, ending: Ending<'_>) {
    let Some(file) = env::var_os(FILE).filter(|_| state.log.count > 0) else { return };
    if let Err(error) = fs::write(&file, trace(state, test, ending)) {
        eprintln!("cannot write the trace of this check to {}: {error}", file.display());
    }
}

fn trace(state: &State, test: &str, ending: Ending<'_>) -> String {
    let mut rows = Rows::begin(test, &state.cards, state.thing.as_deref());
    let why = match ending {
        Ending::Panics(message) => message,
        Ending::Hangs => "",
    };
    for event in &state.log.first {
        rows.event(event, why);
    }
    let missing = state.log.count - state.log.first.len();
    if missing > 0 {
        rows.say(&format!("{missing} more events followed, which are not here"));
    }
    rows.see_what_is_kept();
    match ending {
        Ending::Panics(message) => rows.fails(message),
        Ending::Hangs => rows.hangs(&state.note),
    }
    rows.out
}

/// The number of the check among the tasks. Futures count from behind it.
const CHECK: usize = 0;

/// The number of what all futures wait for among the objects, where it is one thing. Otherwise each waits for a call of
/// its own waker, which has the number of its task.
const THING: usize = 1;

/// The row with which the check begins to run.
const BEGINS: usize = 2;

/// The rows, as they are written.
struct Rows<'a> {
    out: String,
    cards: &'a [Card],
    /// Set where they all wait for one thing.
    has_thing: bool,
    /// How many there are.
    count: usize,
    /// The row that a reader takes for the cause of the next one; 0 if nothing is under way.
    under_way: usize,
    /// The row of each event.
    of_events: Vec<usize>,
    /// What has become of each future.
    stages: Vec<Stage>,
    /// The wait of each future for a call of its waker.
    waits: Vec<Option<Wait>>,
    /// How many waits there were.
    waits_in_all: usize,
    /// The last moment that was told.
    now: Option<Instant>,
}

/// A wait for a call of a waker.
#[derive(Clone, Copy)]
struct Wait {
    number: usize,
    /// Set once the waker was called.
    is_granted: bool,
}

/// What has become of a future.
#[derive(Clone, Copy, PartialEq)]
enum Stage {
    /// It was made or woken in that row, and not polled since.
    Ready(usize),
    /// It is being polled; it was woken meanwhile in that row, if there is one.
    Polled(Option<usize>),
    Parked,
    Over,
}

impl<'a> Rows<'a> {
    fn begin(test: &str, cards: &'a [Card], thing: Option<&str>) -> Self {
        let mut rows = Rows {
            out: String::new(),
            cards,
            has_thing: thing.is_some(),
            count: 0,
            under_way: 0,
            of_events: Vec::new(),
            stages: vec![Stage::Parked; cards.len()],
            waits: vec![None; cards.len()],
            waits_in_all: 0,
            now: None,
        };
        let program = quoted(test);
        _ = writeln!(rows.out, r#"{{"trace":"kit","version":1,"program":{program},"clock":"real"}}"#);
        rows.out += "{\"task\":0,\"name\":\"check\"}\n";
        if let Some(thing) = thing {
            // A page knows more of an event or a lock than the log does, so it is not called by that name alone.
            _ = writeln!(rows.out, r#"{{"object":{THING},"is":{}}}"#, quoted(&format!("your {thing}")));
        }
        rows.row("spawn", &CHECK.to_string(), 0);
        rows.row("poll", &format!("{CHECK},1"), 1);
        rows
    }

    /// Writes a row that was brought about by that one.
    fn row(&mut self, word: &str, elements: &str, cause: usize) -> usize {
        self.count += 1;
        // These say it themselves.
        let begins = ["poll", "drop", "arrive"].contains(&word);
        let breaks = ["park", "unpark", "stall"].contains(&word);
        let comma = if elements.is_empty() { "" } else { "," };
        _ = write!(self.out, "[\"{word}\"{comma}{elements}");
        if !begins && !breaks && cause != self.under_way {
            _ = write!(self.out, ",{{\"cause\":{}}}", if cause == 0 { 0 } else { self.count - cause });
        }
        self.out += "]\n";
        match () {
            () if begins => self.under_way = self.count,
            () if breaks => self.under_way = 0,
            () => {}
        }
        self.count
    }

    fn event(&mut self, event: &Event, why: &str) {
        self.tell_time(event.at);
        let Event { future, what, .. } = *event;
        let task = future + 1;
        let cause = match event.by {
            By::Check => BEGINS,
            By::Future { event, .. } => self.of_events[event],
            // A thread may see to it that the check's goes on, and whoever is being polled is not the cause of that.
            By::Thread => self.row("arrive", "", 0),
        };
        let row = match what {
            What::Made => self.made(future, cause),
            What::Polled => self.polled(future, cause),
            What::Pending(..) => self.pending(future, cause),
            What::Ready(_) => self.returned(future, cause),
            What::Panicked(_) => {
                self.stages[future] = Stage::Over;
                self.panics(task, why, cause)
            }
            What::Woken(None) => self.woken(future, cause),
            What::Woken(Some(poll)) => {
                let name = &self.cards[future].name;
                let mark = format!("calls the waker of poll no. {poll} of `{name}`, which was polled since");
                self.row("mark", &format!("{CHECK},null,{}", quoted(&mark)), cause)
            }
            What::Waits => self.begins_to_wait(future, cause),
            What::WaitsNoMore => self.waits_no_more(future, cause),
            What::Dropped => {
                self.row("cancel", &task.to_string(), cause);
                let row = self.row("drop", &format!("{task},1"), cause);
                self.waits_no_more(future, row);
                row
            }
            What::Gone => {
                self.stages[future] = Stage::Over;
                self.row("cancelled", &task.to_string(), cause)
            }
            What::Parks => self.row("park", "", 0),
            What::Unparked => self.row("unpark", "", 0),
        };
        self.of_events.push(row);
    }

    fn made(&mut self, future: usize, cause: usize) -> usize {
        let (task, card) = (future + 1, &self.cards[future]);
        let name = self.name(future);
        let place = card.at.to_string().replace('\\', "/");
        _ = writeln!(self.out, r#"{{"line":{task},"at":{}}}"#, quoted(&place));
        _ = writeln!(self.out, r#"{{"task":{task},"name":{},"line":{task}}}"#, quoted(&name));
        if !self.has_thing {
            let is = quoted(&format!("waker of {name}"));
            _ = writeln!(self.out, r#"{{"object":{task},"is":{is}}}"#);
        }
        let row = self.row("spawn", &task.to_string(), cause);
        self.stages[future] = Stage::Ready(row);
        row
    }

    /// The name of a future. Those of a trace are unique.
    fn name(&self, future: usize) -> String {
        let name = &self.cards[future].name;
        let before = self.cards[..future].iter().filter(|other| other.name == *name).count();
        match before + usize::from(name == "check") {
            0 => name.clone(),
            before => format!("{name} ({})", before + 1),
        }
    }

    fn polled(&mut self, future: usize, cause: usize) -> usize {
        let made_ready = match self.stages[future] {
            Stage::Ready(row) => row,
            // Nobody woke it: whoever polls it does so unasked.
            _ => cause,
        };
        self.stages[future] = Stage::Polled(None);
        let back = self.count + 1 - made_ready;
        let row = self.row("poll", &format!("{},{back}", future + 1), made_ready);
        if let Some(Wait { number, is_granted: true }) = self.waits[future] {
            self.waits[future] = None;
            self.row("waited", &number.to_string(), row);
        }
        row
    }

    /// What it waits for is an object of the trace.
    fn begins_to_wait(&mut self, future: usize, cause: usize) -> usize {
        let task = future + 1;
        self.waits_in_all += 1;
        let number = self.waits_in_all;
        self.waits[future] = Some(Wait { number, is_granted: false });
        let object = if self.has_thing { THING } else { task };
        self.row("wait", &format!("{task},{number},{object}"), cause)
    }

    fn waits_no_more(&mut self, future: usize, cause: usize) -> usize {
        match self.waits[future].take() {
            Some(wait) => self.row("leave", &wait.number.to_string(), cause),
            None => self.count,
        }
    }

    fn pending(&mut self, future: usize, cause: usize) -> usize {
        self.stages[future] = match self.stages[future] {
            Stage::Polled(Some(row)) => Stage::Ready(row),
            _ => Stage::Parked,
        };
        self.row("pending", &(future + 1).to_string(), cause)
    }

    fn woken(&mut self, future: usize, cause: usize) -> usize {
        let stage = self.stages[future];
        let word = match stage {
            Stage::Parked | Stage::Polled(None) => "wake",
            Stage::Ready(_) | Stage::Polled(Some(_)) => "again",
            Stage::Over => "stale",
        };
        if let Some(wait) = self.waits[future].as_mut().filter(|wait| !wait.is_granted) {
            wait.is_granted = true;
            let number = wait.number;
            self.row("grant", &number.to_string(), cause);
        }
        let row = self.row(word, &(future + 1).to_string(), cause);
        match stage {
            Stage::Parked => self.stages[future] = Stage::Ready(row),
            Stage::Polled(None) => self.stages[future] = Stage::Polled(Some(row)),
            Stage::Ready(_) | Stage::Polled(Some(_)) | Stage::Over => {}
        }
        row
    }

    fn returned(&mut self, future: usize, cause: usize) -> usize {
        self.stages[future] = Stage::Over;
        self.row("ready", &(future + 1).to_string(), cause);
        self.row("returned", &(future + 1).to_string(), cause)
    }

    fn panics(&mut self, task: usize, why: &str, cause: usize) -> usize {
        let elements = format!("{task},{}", quoted(why));
        self.row("panics", &elements, cause);
        self.row("panicked", &elements, cause)
    }

    /// Wakers may have been dropped since the last poll.
    fn see_what_is_kept(&mut self) {
        for (future, card) in self.cards.iter().enumerate() {
            if card.sleeps() && card.kept() == 0 {
                self.waits_no_more(future, BEGINS);
            }
        }
    }

    /// Says what the watchdog says, which ends the check.
    fn hangs(&mut self, note: &str) {
        for why in self.cards.iter().filter_map(Card::why) {
            self.say(&why);
        }
        if !note.is_empty() {
            self.say(note);
        }
        self.panics(CHECK, "this check hangs", BEGINS);
        let mut left = self.cards.iter().filter(|card| !card.is_over()).peekable();
        if left.peek().is_some() && left.all(Card::sleeps) {
            self.row("stall", "", 0);
        }
    }

    /// Says with what the check panics.
    fn fails(&mut self, message: &str) {
        self.say(message);
        self.panics(CHECK, message, BEGINS);
    }

    /// The check says a line.
    fn say(&mut self, text: &str) {
        self.row("print", &format!("{CHECK},{}", quoted(text)), BEGINS);
    }

    /// Says how much time has gone on, if that is a moment.
    fn tell_time(&mut self, at: Instant) {
        let now = *self.now.get_or_insert(at);
        let passed = at.saturating_duration_since(now);
        if passed >= MOMENT {
            _ = writeln!(self.out, r#"["now",{}]"#, passed.as_micros());
            self.now = Some(at);
        }
    }
}

/// A text as JSON has it.
fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            '\n' => out += "\\n",
            control if control.is_control() => _ = write!(out, "\\u{:04x}", control as u32),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}
