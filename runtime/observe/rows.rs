//! A trace as rows of JSON, from which the whole state can be rebuilt. `docs/TRACE.md` is the schema.

use super::super::watch::{Kind, ObjectLabel, ObjectState, Purpose, TaskLabel, TraceEvent};
use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::panic::Location;

/// The version of the schema.
const VERSION: u32 = 1;

/// Writes the events of one runtime as rows, each behind the definitions that it is the first to need.
#[derive(Default)]
pub(super) struct Rows {
    out: String,
    /// The numbers of the lines of source, by their addresses: one line may have several.
    addresses: HashMap<*const Location<'static>, usize>,
    /// The same by what they say.
    lines: HashMap<(&'static str, u32, u32), usize>,
    tasks: HashSet<u64>,
    /// How many tasks have each name.
    names: HashMap<String, usize>,
    /// The last task that was spawned in a line, and its name.
    last: HashMap<usize, (u64, String)>,
    objects: HashSet<u64>,
    /// The last moment that was told, in microseconds.
    time: u64,
    /// The poll, drop, timer or message that is under way; 0 if none.
    under_way: u64,
    /// How many events came before the first row.
    skipped: u64,
}

impl Rows {
    /// Rows behind the head of a file. Events before this one were dropped.
    pub(super) fn new(program: &str, is_virtual: bool, first: u64) -> Self {
        let mut rows = Rows { skipped: first - 1, ..Rows::default() };
        let clock = if is_virtual { "virtual" } else { "real" };
        _ = write!(rows.out, r#"{{"trace":"greenlight","version":{VERSION},"program":"#);
        text(&mut rows.out, program);
        _ = write!(rows.out, r#","clock":"{clock}""#);
        if rows.skipped > 0 {
            _ = write!(rows.out, r#","dropped":{}"#, rows.skipped);
        }
        rows.out.push_str("}\n");
        rows
    }

    /// What is written and not forgotten.
    pub(super) fn written(&self) -> &str {
        &self.out
    }

    pub(super) fn forget(&mut self) {
        self.out.clear();
    }

    /// Writes an event.
    pub(super) fn add(&mut self, event: &TraceEvent) {
        let task = event.task.as_ref().map(|task| self.task(task, event));
        let object = event.object.as_ref().and_then(|object| self.object(object));
        let line = event.at.map(|at| self.line(at));
        let jump = self.tell_time(event);
        let seq = event.seq;
        let back = |to: Option<u64>| to.map_or(0, |to| seq - to);
        let expected = match event.kind {
            // Their causes stand in their rows.
            Kind::PollBegan | Kind::Dropping | Kind::TimerFired | Kind::EndTold => event.cause.unwrap_or_default(),
            kind if has_no_cause(kind) => 0,
            _ => self.under_way,
        };
        let mut row = Row::new(&mut self.out);
        _ = match event.kind {
            Kind::Spawned => row.word("spawn").maybe(task),
            Kind::Woken => row.word("wake").maybe(task).number(back(event.via)),
            Kind::WokenAgain => row.word("again").maybe(task).number(back(event.via)),
            Kind::StaleWake => row.word("stale").maybe(task),
            Kind::WakerHeld => row.word("held").maybe(task),
            Kind::WakerLetGo => row.word("letgo").maybe(task),
            Kind::TurnBegan { ready } => row.word("turn").size(ready),
            Kind::PollBegan => row.word("poll").maybe(task).number(back(event.cause)),
            Kind::PollPending => row.word("pending").maybe(task),
            Kind::PollReady => row.word("ready").maybe(task),
            Kind::PollPanicked => row.word("panics").maybe(task).text(event),
            Kind::Waits { asks } => {
                row.word("wait").maybe(task).maybe(event.wait).maybe(object).line(line).but(asks, 1)
            }
            Kind::Granted => row.word("grant").maybe(event.wait).number(back(event.via)),
            Kind::WaitMoved | Kind::TimerMoved => row.word("move").maybe(event.wait).maybe(task),
            Kind::Waited => row.word("waited").maybe(event.wait),
            Kind::Leaves => row.word("leave").maybe(event.wait),
            Kind::Yields => row.word("yield").maybe(task).line(line),
            Kind::Deferred => row.word("defer").maybe(task),
            Kind::CancelRequested => row.word("cancel").maybe(task),
            Kind::Dropping => row.word("drop").maybe(task).number(back(event.cause)),
            Kind::Returned => row.word("returned").maybe(task),
            Kind::Cancelled => row.word("cancelled").maybe(task),
            Kind::Panicked => row.word("panicked").maybe(task).text(event),
            Kind::TimerArmed { deadline, purpose } => {
                let due = (deadline - event.time).as_micros() as u64;
                row.word("arm").maybe(task).maybe(event.wait).number(due).line(line).name(purpose_name(purpose))
            }
            Kind::TimerFired => row.word("fire").maybe(event.wait).number(back(event.cause)),
            Kind::TimerDropped => row.word("disarm").maybe(event.wait),
            Kind::TimedOut => row.word("timedout").maybe(task).line(line),
            Kind::TimeJumped { .. } => row.word("jump").number(jump),
            Kind::ThreadParked { at_most } => {
                row.word("park").maybe(at_most.map(|time| u64::try_from(time.as_micros()).unwrap_or(u64::MAX)))
            }
            Kind::ThreadUnparked => row.word("unpark"),
            Kind::ThreadArrived => row.word("arrive"),
            Kind::ObjectMade { state } => row.word("made").maybe(object).state(state, task),
            Kind::ObjectGone => row.word("gone").maybe(object),
            Kind::EventSet { released } => row.act("set", task, object, line).size(released),
            Kind::EventPulsed { released } => row.act("pulse", task, object, line).size(released),
            Kind::EventCleared => row.act("clear", task, object, line),
            Kind::EventFound => row.act("isset", task, object, line).size(1),
            Kind::EventUnset => row.act("isset", task, object, line).size(0),
            Kind::LockTaken => row.act("take", task, object, line),
            Kind::LockReleased => row.act("release", task, object, line),
            Kind::Notified { asked, reached } => {
                let asked = Some(asked as u64).filter(|_| asked != usize::MAX);
                row.act("notify", task, object, line).maybe(asked).size(reached)
            }
            Kind::PredicateAsked { holds, notified } => {
                row.act("ask", task, object, line).size(usize::from(holds)).size(notified)
            }
            Kind::PermitsTaken { permits } => row.act("acquire", task, object, line).size(permits),
            Kind::PermitsReleased { permits } => row.act("give", task, object, line).size(permits),
            Kind::ItemPut { len } => row.act("put", task, object, line).size(len),
            Kind::ItemTaken { len } => row.act("get", task, object, line).size(len),
            Kind::ItemDone { unfinished } => row.act("done", task, object, line).size(unfinished),
            Kind::QueueClosed => row.act("close", task, object, line),
            Kind::BarrierArrived { inside } => row.act("come", task, object, line).size(inside),
            Kind::BarrierLeft { inside } => row.act("go", task, object, line).size(inside),
            Kind::BarrierReset => row.act("reset", task, object, line),
            Kind::BarrierAborted => row.act("abort", task, object, line),
            Kind::GroupDropped { unjoined, lost } => row.act("lost", task, object, line).size(unjoined).size(lost),
            Kind::Refused => row.act("refused", task, object, line),
            Kind::EndFound => row.word("ended").maybe(task).line(line).text(event),
            Kind::EndAwaited => row.act("await", task, object, line),
            Kind::EndTold => row.word("told").maybe(object).number(back(event.cause)),
            Kind::Told { word } => row.act("does", task, object, line).name(word),
            Kind::Printed => row.word("print").maybe(task).text(event).line(line),
            Kind::Marked => row.word("mark").maybe(task).line(line).text(event),
            Kind::Stalled => row.word("stall"),
        };
        let cause = event.cause.unwrap_or_default();
        let departs = (cause != expected).then(|| back(event.cause));
        row.end(departs);
        self.under_way = match event.kind {
            kind if begins(kind) => seq,
            kind if has_no_cause(kind) => 0,
            _ => self.under_way,
        };
    }

    /// Tells that time has gone on. Returns by how much virtual time has jumped, which its own row tells.
    fn tell_time(&mut self, event: &TraceEvent) -> u64 {
        let now = event.time.as_micros();
        let passed = now - std::mem::replace(&mut self.time, now);
        if passed > 0 && !matches!(event.kind, Kind::TimeJumped { .. }) {
            Row::new(&mut self.out).word("now").number(passed).end(None);
        }
        passed
    }

    /// The number of a line.
    fn line(&mut self, at: &'static Location<'static>) -> usize {
        if let Some(&line) = self.addresses.get(&std::ptr::from_ref(at)) {
            return line;
        }
        let next = self.lines.len() + 1;
        let line = *self.lines.entry((at.file(), at.line(), at.column())).or_insert(next);
        self.addresses.insert(at, line);
        if line == next {
            _ = write!(self.out, r#"{{"line":{line},"at":"#);
            text(&mut self.out, &at.to_string());
            self.out.push_str("}\n");
        }
        line
    }

    /// The number of a task.
    fn task(&mut self, task: &TaskLabel, event: &TraceEvent) -> u64 {
        if event.kind != Kind::StaleWake && self.tasks.insert(task.number) {
            let spawned = event.at.filter(|_| event.kind == Kind::Spawned).map(|at| self.line(at));
            let mut name = task.to_string();
            let alike = self.names.entry(name.clone()).or_default();
            *alike += 1;
            if *alike > 1 {
                name = format!("{name} ({alike})");
            }
            _ = write!(self.out, r#"{{"task":{},"#, task.number);
            let last = spawned.and_then(|line| self.last.insert(line, (task.number, name.clone())));
            if let Some((before, _)) = last.filter(|(_, last)| next_name(last).as_ref() == Some(&name)) {
                _ = writeln!(self.out, r#""next":{before}}}"#);
                return task.number;
            }
            self.out.push_str(r#""name":"#);
            text(&mut self.out, &name);
            if let Some(line) = spawned {
                _ = write!(self.out, r#","line":{line}"#);
            }
            self.out.push_str("}\n");
        }
        task.number
    }

    /// The number of an object.
    fn object(&mut self, object: &ObjectLabel) -> Option<u64> {
        let number = object.number?;
        if self.objects.insert(number) {
            let line = self.line(object.made);
            _ = write!(self.out, r#"{{"object":{number},"is":"{}""#, object.kind);
            if let Some(name) = &object.name {
                self.out.push_str(r#","name":"#);
                text(&mut self.out, name);
            }
            _ = writeln!(self.out, r#","line":{line}}}"#);
        }
        Some(number)
    }
}

/// Whether it is the cause of what follows.
fn begins(kind: Kind) -> bool {
    matches!(kind, Kind::PollBegan | Kind::Dropping | Kind::TimerFired | Kind::ThreadArrived | Kind::EndTold)
}

/// Whether nothing in the runtime brings it about, and what was under way is over.
fn has_no_cause(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::TurnBegan { .. }
            | Kind::TimeJumped { .. }
            | Kind::ThreadParked { .. }
            | Kind::ThreadUnparked
            | Kind::ThreadArrived
            | Kind::Stalled
    )
}

/// The name that is the next one after this, by the number at its end, alone or in brackets; none if it has none.
fn next_name(name: &str) -> Option<String> {
    let bare = name.strip_suffix(')').unwrap_or(name);
    let (stem, number) = bare.split_at(bare.trim_end_matches(|c: char| c.is_ascii_digit()).len());
    // Up to here every reader counts without a fault.
    let number: u64 = number.parse().ok().filter(|number| *number < 1 << 53)?;
    Some(format!("{stem}{}{}", number + 1, &name[bare.len()..]))
}

fn purpose_name(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Sleep => "sleep",
        Purpose::Timeout => "timeout",
        Purpose::Deadline => "deadline",
        Purpose::Tick => "tick",
    }
}

/// A row that is being written. What is left out at its end is not written.
struct Row<'a> {
    out: &'a mut String,
    /// How many elements are left out so far.
    left_out: usize,
}

impl<'a> Row<'a> {
    fn new(out: &'a mut String) -> Self {
        out.push('[');
        Row { out, left_out: 0 }
    }

    fn word(&mut self, word: &str) -> &mut Self {
        self.out.push('"');
        self.out.push_str(word);
        self.out.push('"');
        self
    }

    /// What is done with an object.
    fn act(&mut self, word: &str, task: Option<u64>, object: Option<u64>, line: Option<usize>) -> &mut Self {
        self.word(word).maybe(task).maybe(object).line(line)
    }

    fn element(&mut self) -> &mut String {
        for _ in 0..std::mem::take(&mut self.left_out) {
            self.out.push_str(",null");
        }
        self.out.push(',');
        self.out
    }

    fn maybe(&mut self, number: Option<u64>) -> &mut Self {
        match number {
            Some(number) => push_number(self.element(), number),
            None => self.left_out += 1,
        }
        self
    }

    /// A number that says nothing if it is 0.
    fn number(&mut self, number: u64) -> &mut Self {
        self.maybe(Some(number).filter(|&number| number > 0))
    }

    fn size(&mut self, size: usize) -> &mut Self {
        self.maybe(Some(size as u64))
    }

    /// A number, unless it is the usual one.
    fn but(&mut self, size: usize, usual: usize) -> &mut Self {
        self.maybe(Some(size as u64).filter(|_| size != usual))
    }

    fn line(&mut self, line: Option<usize>) -> &mut Self {
        self.maybe(line.map(|line| line as u64))
    }

    fn name(&mut self, name: &str) -> &mut Self {
        text(self.element(), name);
        self
    }

    fn text(&mut self, event: &TraceEvent) -> &mut Self {
        self.name(event.text.as_deref().unwrap_or_default())
    }

    fn state(&mut self, state: ObjectState, task: Option<u64>) -> &mut Self {
        let said: &[(&str, Option<u64>)] = match state {
            ObjectState::Word { set, .. } => &[("set", Some(u64::from(set)))],
            ObjectState::Permits { made_with, .. } => &[("permits", Some(made_with as u64))],
            ObjectState::Arrivals { parties, .. } => &[("parties", Some(parties as u64))],
            ObjectState::Item { capacity } => &[("capacity", capacity.map(|capacity| capacity as u64))],
            ObjectState::End => &[("task", task)],
            _ => &[],
        };
        let said = said.iter().filter_map(|(name, number)| Some((name, (*number)?)));
        for (name, number) in said {
            _ = write!(self.element(), r#"{{"{name}":{number}}}"#);
        }
        self
    }

    /// Ends the row; with how many events back the cause is, if that is not what a reader expects.
    fn end(&mut self, cause: Option<u64>) {
        if let Some(back) = cause {
            self.left_out = 0;
            _ = write!(self.element(), r#"{{"cause":{back}}}"#);
        }
        self.out.push_str("]\n");
    }
}

/// As `write!` does, in a fraction of the time.
fn push_number(out: &mut String, number: u64) {
    if number >= 10 {
        push_number(out, number / 10);
    }
    out.push(char::from(b'0' + (number % 10) as u8));
}

/// A string of JSON.
pub(super) fn quoted(said: &str) -> String {
    let mut out = String::new();
    text(&mut out, said);
    out
}

/// Writes a string of JSON.
fn text(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => _ = write!(out, "\\u{:04x}", u32::from(c)),
            c => out.push(c),
        }
    }
    out.push('"');
}
