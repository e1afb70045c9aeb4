//! A picture of a run, made of its trace: a lane for each task from the top down, a box for each poll, an arrow for
//! each wake from who wakes to whom, and a mark where time jumps. It has the colours of the page that it stands in.

use crate::drawing::{Anchor, Drawing};
use serde_json::Value;
use std::collections::BTreeMap;

/// Where times and turns are told, left of the lanes.
const GUTTER: usize = 50;

/// As wide as a lane is, of few and of many: four fit a phone.
const LANE: [usize; 2] = [96, 76];

/// So many lanes are few.
const FEW: usize = 3;

/// Right of the lanes, for the arrow of the last task to itself.
const MARGIN: usize = 8;

/// A picture is drawn no smaller than this part of its size, in hundredths: one that is wider scrolls.
const LEAST: usize = 88;

/// As high as a box is, unless more arrows leave it.
const BOX: usize = 40;

/// No picture has more polls. The replay page has them.
const MOST_POLLS: usize = 60;

/// Makes the picture of a trace, as `docs/TRACE.md` has it.
pub(crate) fn picture(trace: &str) -> Result<String, String> {
    let rows = trace.lines().map(serde_json::from_str::<Value>).collect::<Result<Vec<_>, _>>();
    let rows = rows.map_err(|error| error.to_string())?;
    let tasks = rows.iter().filter(|row| row["task"].is_u64()).count();
    let mut picture = Picture { tasks, lane: LANE[usize::from(tasks > FEW)], y: 34, ..Picture::default() };
    for row in &rows {
        if row[0] == "poll" && picture.polls == MOST_POLLS {
            picture.across("…", "and so on: the replay page has it all");
            break;
        }
        picture.read(row);
    }
    Ok(picture.finish())
}

/// Who brings something about.
#[derive(Clone, Copy, Default)]
enum Actor {
    #[default]
    Nobody,
    Task(usize),
    Timer,
    Thread,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum State {
    #[default]
    Unborn,
    Ready,
    Running,
    Parked,
    Over,
}

#[derive(Default)]
struct Lane {
    name: String,
    state: State,
    /// Where it came into its state.
    since: usize,
    polls: usize,
    /// What it waits for, by the number of the wait.
    waits: BTreeMap<u64, String>,
}

#[derive(Default)]
struct Picture {
    /// How many lanes there will be.
    tasks: usize,
    lane: usize,
    y: usize,
    lanes: Vec<Lane>,
    objects: BTreeMap<u64, String>,
    /// Who owns a wait.
    waiters: BTreeMap<u64, usize>,
    /// Who was under way at each event, the first of which is number 1.
    actors: Vec<Actor>,
    turn: u64,
    /// The turn whose number was drawn last.
    turn_drawn: u64,
    /// Set once nobody will be polled any more: what is left is dropped.
    is_over: bool,
    /// The box that is being drawn: its task, its top, and how many arrows have left it.
    open: Option<(usize, usize, usize)>,
    polls: usize,
    wakes: usize,
    drawing: Drawing,
}

impl Picture {
    fn read(&mut self, row: &Value) {
        if let Some(task) = row["task"].as_u64() {
            let name = row["name"].as_str().map(str::to_string);
            let next =
                || row["next"].as_u64().and_then(|of| self.lanes.get(of as usize)).map(|lane| numbered(&lane.name));
            let name = name.or_else(next).unwrap_or_default();
            self.lanes.resize_with(self.lanes.len().max(task as usize + 1), Lane::default);
            self.lanes[task as usize].name = name;
        } else if let Some(object) = row["object"].as_u64() {
            let name = row["name"].as_str().or(row["is"].as_str()).unwrap_or_default();
            self.objects.insert(object, name.to_string());
        } else if let Some(word) = row[0].as_str().filter(|word| *word != "now") {
            self.event(word, row);
        }
    }

    fn event(&mut self, word: &str, row: &Value) {
        let number = |at: usize| row[at].as_u64();
        let task = number(1).unwrap_or_default() as usize;
        let back = |picture: &Picture, back: Option<u64>| {
            let at = back.filter(|back| *back > 0).and_then(|back| picture.actors.len().checked_sub(back as usize));
            at.and_then(|at| picture.actors.get(at)).copied().unwrap_or_default()
        };
        let mut actor = match word {
            "poll" | "drop" => Actor::Task(task),
            "fire" => Actor::Timer,
            "arrive" => Actor::Thread,
            "told" => back(self, number(2)),
            "turn" | "jump" | "park" | "unpark" | "stall" => Actor::Nobody,
            _ => self.actors.last().copied().unwrap_or_default(),
        };
        let context = actor;
        if let Some(cause) = row.as_array().and_then(|row| row.last()).and_then(|last| last["cause"].as_u64()) {
            actor = back(self, Some(cause));
        }
        match word {
            "spawn" => self.arrow(actor, task, "spawn", State::Ready),
            "wake" => self.arrow(actor, task, "wake", State::Ready),
            "again" => self.arrow(actor, task, "again", State::Ready),
            "turn" => self.turn += 1,
            "poll" => self.begin(task, true),
            "drop" => self.begin(task, false),
            "pending" => self.end(task, "Pending", State::Parked),
            "ready" => self.end(task, "Ready", State::Over),
            "panics" => self.end(task, "panics", State::Over),
            "cancelled" => self.end(task, "dropped", State::Over),
            "cancel" if self.lanes[task].state == State::Parked => self.arrow(actor, task, "cancel", State::Ready),
            "jump" => self.jump(number(1).unwrap_or_default()),
            "stall" => {
                self.is_over = true;
                self.across("stall", "nobody can ever run again");
            }
            "returned" | "panicked" if task == 0 && self.lanes[0].name == "main" => self.is_over = true,
            "wait" => {
                let object = number(3).and_then(|object| self.objects.get(&object)).cloned().unwrap_or_default();
                self.wait(task, number(2), format!("on {object}"));
            }
            "arm" => self.wait(task, number(2), format!("for {}", time(number(3).unwrap_or_default()))),
            "fire" | "disarm" | "grant" | "waited" | "leave" => {
                let owner = number(1).and_then(|wait| self.waiters.remove(&wait));
                if let (Some(wait), Some(owner)) = (number(1), owner) {
                    self.lanes[owner].waits.remove(&wait);
                }
            }
            _ => {}
        }
        self.actors.push(context);
    }

    fn wait(&mut self, task: usize, wait: Option<u64>, what: String) {
        if let Some(wait) = wait {
            self.waiters.insert(wait, task);
            self.lanes[task].waits.insert(wait, what);
        }
    }

    /// Begins a box.
    fn begin(&mut self, task: usize, is_poll: bool) {
        self.polls += usize::from(is_poll);
        self.lanes[task].polls += usize::from(is_poll);
        self.becomes(task, State::Running, self.y);
        if self.turn > self.turn_drawn || self.is_over && self.turn_drawn < u64::MAX {
            let turn = self.turn;
            let (width, y) = (self.width(), self.y);
            self.drawing.rule("turn", 0, width, y - 6);
            let when = if self.is_over { "the end".to_string() } else { format!("turn {turn}") };
            self.drawing.text("small", (2, y + 12), Anchor::Start, &when);
            self.turn_drawn = if self.is_over { u64::MAX } else { turn };
        }
        self.open = Some((task, self.y, 0));
    }

    /// Ends the box that is open.
    fn end(&mut self, task: usize, how: &str, state: State) {
        let Some((_, top, arrows)) = self.open.take().filter(|open| open.0 == task) else { return };
        let height = BOX.max(14 * (arrows + 1));
        let (x, width) = (self.x(task), self.lane - 16);
        let polls = self.lanes[task].polls;
        self.drawing.rect(&how.to_lowercase(), (x - width / 2, top), (width, height));
        let middle = top + height / 2;
        if how == "dropped" {
            self.drawing.text("how", (x, middle + 4), Anchor::Middle, how);
        } else {
            self.drawing.text("what", (x, middle - 4), Anchor::Middle, &format!("poll {polls}"));
            self.drawing.text("how", (x, middle + 12), Anchor::Middle, how);
        }
        self.y = top + height;
        let state = if self.lanes[task].state == State::Ready { State::Ready } else { state };
        self.becomes(task, state, self.y);
        let waits: Vec<_> = self.lanes[task].waits.values().cloned().collect();
        if state == State::Parked && !waits.is_empty() {
            let waits = shortened(&waits.join(", "), self.lane / 7);
            // Right of the last lane is nothing.
            let is_last = task + 1 == self.tasks;
            let (x, anchor) = if is_last { (x - 4, Anchor::End) } else { (x + 4, Anchor::Start) };
            self.drawing.text("small wait", (x, self.y + 13), anchor, &waits);
            self.y += 8;
        }
        self.y += 14;
    }

    /// Draws an arrow to a task that becomes ready.
    fn arrow(&mut self, from: Actor, to: usize, class: &str, state: State) {
        self.wakes += usize::from(class == "wake");
        let y = match (from, &mut self.open) {
            (Actor::Task(_), Some((_, top, arrows))) => {
                *arrows += 1;
                *top + 14 * *arrows - 3
            }
            _ => {
                self.y += 8;
                self.y
            }
        };
        let half = (self.lane - 16) / 2;
        let begin = match from {
            Actor::Task(task) if task == to => None,
            Actor::Task(task) if self.open.is_some() => {
                Some(if self.x(task) < self.x(to) { self.x(task) + half } else { self.x(task) - half })
            }
            Actor::Task(task) => Some(self.x(task)),
            Actor::Timer | Actor::Thread => Some(GUTTER - 14),
            Actor::Nobody => None,
        };
        let end = self.x(to);
        match begin {
            Some(begin) => {
                self.drawing.arrow(class, begin, end, y);
                if class == "cancel" {
                    let (x, anchor) = if begin < end { (end - 14, Anchor::End) } else { (end + 14, Anchor::Start) };
                    self.drawing.text("small", (x, y - 3), anchor, class);
                }
            }
            None if matches!(from, Actor::Task(_)) => self.drawing.loops(class, end + half, y),
            None => {}
        }
        let outside = match from {
            Actor::Timer => "timer",
            Actor::Thread => "thread",
            Actor::Task(_) | Actor::Nobody => "",
        };
        if !outside.is_empty() {
            self.drawing.text("small", (2, y + 4), Anchor::Start, outside);
        }
        if self.lanes[to].state != State::Running {
            self.becomes(to, state, y);
        } else {
            self.lanes[to].state = State::Ready;
        }
        if self.open.is_none() {
            self.y += 16;
        }
    }

    fn jump(&mut self, micros: u64) {
        self.across(&format!("+{}", time(micros)), "");
    }

    /// A mark across all lanes.
    fn across(&mut self, what: &str, why: &str) {
        let (y, width) = (self.y + 4, self.width());
        self.drawing.rule("jump", GUTTER, width, y);
        self.drawing.text("time", (2, y + 4), Anchor::Start, what);
        if !why.is_empty() {
            self.drawing.text("time", (width - 4, y + 16), Anchor::End, why);
            self.y += 14;
        }
        self.y += 20;
    }

    /// Draws what a lane was until now.
    fn becomes(&mut self, task: usize, state: State, y: usize) {
        let (x, Lane { state: before, since, .. }) = (self.x(task), &self.lanes[task]);
        let class = match before {
            State::Ready => "ready",
            State::Parked => "parked",
            State::Unborn | State::Running | State::Over => "",
        };
        if !class.is_empty() {
            self.drawing.lane(class, x, *since, y);
        }
        let lane = &mut self.lanes[task];
        (lane.state, lane.since) = (state, y);
    }

    fn x(&self, task: usize) -> usize {
        GUTTER + task * self.lane + self.lane / 2
    }

    fn width(&self) -> usize {
        GUTTER + self.tasks * self.lane + MARGIN
    }

    fn finish(mut self) -> String {
        for task in 0..self.lanes.len() {
            self.becomes(task, State::Over, self.y);
            let name = shortened(&self.lanes[task].name, self.lane / 7);
            self.drawing.text("name", (self.x(task), 16), Anchor::Middle, &name);
        }
        let counted = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
        let parts = [(self.lanes.len(), "task"), (self.polls, "poll"), (self.wakes, "wake")];
        let label = format!("a run: {}", parts.map(|(number, what)| counted(number, what)).join(", "));
        let size = (self.width(), self.y + 4);
        self.drawing.finish(size, size.0 * LEAST / 100, &label)
    }
}

/// The name of one who has the name of another, but for the number at its end.
fn numbered(name: &str) -> String {
    let digits = name.trim_end_matches(')').chars().rev().take_while(char::is_ascii_digit).count();
    let end = name.trim_end_matches(')').len();
    let number: Result<u64, _> = name[end - digits..end].parse();
    number.map_or(name.to_string(), |number| format!("{}{}{}", &name[..end - digits], number + 1, &name[end..]))
}

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most { text.to_string() } else { text.chars().take(most - 1).chain(['…']).collect() }
}

fn time(micros: u64) -> String {
    match micros {
        0 => "0 s".to_string(),
        1_000_000.. => format!("{} s", micros as f64 / 1e6),
        1000.. => format!("{} ms", micros as f64 / 1e3),
        _ => format!("{micros} µs"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str = r#"{"trace":"mine","version":1,"clock":"virtual"}
{"task":0,"name":"main"}
["spawn",0]
["turn",1]
["poll",0,2]
{"task":1,"name":"a<b"}
["spawn",1]
{"task":2,"next":1}
["pending",0]
["turn",1]
["poll",1,5]
{"object":1,"is":"event","name":"light"}
["wait",1,1,1]
["pending",1]
["jump",2000000]
["wake",1]
["turn",1]
["poll",1,2]
["wake",0]
["ready",1]
["returned",1]
["turn",1]
["poll",0,4]
["ready",0]
["returned",0]
"#;

    #[test]
    fn a_run_has_a_box_for_each_poll_an_arrow_for_each_wake_and_a_mark_for_each_jump() {
        let picture = picture(RUN).expect("it is a trace");
        assert!(picture.contains(r#"aria-label="a run: 3 tasks, 4 polls, 2 wakes""#), "{picture}");
        let count = |what: &str| picture.matches(what).count();
        assert_eq!(
            (count("<rect"), count("class=\"pending\""), count("<rect class=\"ready\"")),
            (4, 2, 2),
            "{picture}"
        );
        // Nobody woke the first of the two that are woken: the trace does not say who.
        assert_eq!((count("<line class=\"wake\""), count("<line class=\"spawn\"")), (1, 1), "{picture}");
        assert!(picture.contains(">on light</text>") && picture.contains(">+2 s</text>"), "{picture}");
        assert!(picture.contains(">a&lt;b</text>"), "{picture}");
    }

    #[test]
    fn what_is_no_trace_makes_no_picture() {
        assert!(picture("not a trace").is_err());
    }

    #[test]
    fn the_next_of_a_name_counts_on() {
        let next = ["worker 2", "main.rs:3 (9)", "worker"].map(numbered);
        assert_eq!(next, ["worker 3", "main.rs:3 (10)", "worker"]);
    }
}
