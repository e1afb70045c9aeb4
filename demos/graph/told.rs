//! What each pick of a schedule did, in sentences, and how the objects were then, as the trace of the schedule tells it.

use greenlight::explore::{Explorer, Pick, Scene};
use greenlight::trace::{Kind, ObjectLabel, Observer, Story, TaskLabel, TraceEvent};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::Location;
use std::rc::Rc;

/// No pick has more events that anybody reads.
const EVENTS: usize = 1000;

/// What comes behind a pick, up to the next choice.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    /// What happened, a sentence each.
    pub(crate) did: Vec<String>,
    /// What the program said.
    pub(crate) said: Vec<String>,
    /// The objects that are there then, by their numbers.
    pub(crate) objects: BTreeMap<u64, Object>,
}

/// An object as the events have it.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub(crate) kind: &'static str,
    pub(crate) name: Option<String>,
    pub(crate) made: &'static Location<'static>,
    /// Whether it is set, or how much is in it.
    pub(crate) state: String,
    /// The tasks that have it, or a part of it.
    pub(crate) holders: Vec<TaskLabel>,
}

/// Plays the schedule of a scene, and tells of each of its picks, and of what came before the first.
pub(crate) fn tell<F: Future>(explorer: &Explorer, scene: &Scene, program: impl FnOnce() -> F) -> Vec<Told> {
    let hearing = Rc::new(Hearing(RefCell::new(Heard { moves: scene.moves.clone(), ..Heard::default() })));
    // How it ends is known.
    _ = explorer.play(&scene.schedule, vec![hearing.clone()], program);
    let mut heard = hearing.0.take();
    if !heard.is_over {
        heard.close();
    }
    heard.told
}

struct Hearing(RefCell<Heard>);

#[derive(Default)]
struct Heard {
    moves: Vec<Pick>,
    /// One for each move that is over, and for what came before the first.
    told: Vec<Told>,
    now: Told,
    story: Story,
    /// How many events belong to the present move.
    events: usize,
    /// Who has just let others run first.
    yielded: Option<u64>,
    /// Whether time is to jump because nobody is ready.
    is_idle: bool,
    /// Set behind the last move.
    is_over: bool,
}

impl Observer for Hearing {
    fn on_event(&self, event: &TraceEvent) {
        let heard = &mut *self.0.borrow_mut();
        if !heard.is_over {
            heard.hear(event);
        }
    }
}

impl Heard {
    fn hear(&mut self, event: &TraceEvent) {
        // The end of the run drops who is left.
        let ends = matches!(event.kind, Kind::Dropping | Kind::Leaves) && event.cause.is_none();
        if ends || self.begins(event) {
            self.close();
            self.is_over = ends || self.told.len() > self.moves.len();
            if self.is_over {
                return;
            }
        }
        match event.kind {
            Kind::TurnBegan { ready } => self.is_idle = ready == 0,
            Kind::TimeJumped { .. } => self.is_idle = false,
            _ => {}
        }
        self.note(event);
        self.events += 1;
        let task = event.task.as_ref().map(|task| task.number);
        // Who is polled is what was picked, who yields is woken at once, and main is there from the start.
        let goes_without_saying = matches!(event.kind, Kind::PollBegan | Kind::Deferred | Kind::Printed)
            || event.kind == Kind::Spawned && self.told.is_empty()
            || event.kind == Kind::Woken && task.is_some() && task == self.yielded;
        self.yielded = task.filter(|_| event.kind == Kind::Yields);
        if self.events <= EVENTS && !goes_without_saying {
            let sentence = self.story.hear(event);
            self.now.did.extend(sentence.map(without_moment));
        }
        if let (Kind::Printed, Some(line)) = (event.kind, &event.text) {
            self.now.said.push(line.to_string());
        }
        // The end of the run comes behind.
        if event.kind == Kind::Stalled {
            self.close();
            self.is_over = true;
        }
    }

    /// Whether what follows belongs to the next pick, or to the choice behind the last.
    fn begins(&self, event: &TraceEvent) -> bool {
        let task = event.task.as_ref().map(|task| task.number);
        let polls = matches!(event.kind, Kind::PollBegan | Kind::Dropping | Kind::Deferred);
        match self.moves.get(self.told.len()) {
            // A deferral is part of the pick behind it.
            Some(Pick::Run(number)) => matches!(event.kind, Kind::PollBegan | Kind::Dropping) && task == Some(*number),
            Some(Pick::Cancel(number)) => {
                event.kind == Kind::CancelRequested && event.cause.is_none() && task == Some(*number)
            }
            Some(_) => matches!(event.kind, Kind::TimeJumped { .. }) && !self.is_idle,
            None => polls && event.cause.is_some(),
        }
    }

    fn close(&mut self) {
        self.now.did.extend(self.story.end().map(without_moment));
        if self.events > EVENTS {
            self.now.did.push(format!("… and {} more events", self.events - EVENTS));
        }
        self.events = 0;
        self.told.push(self.now.clone());
        self.now.did.clear();
        self.now.said.clear();
    }

    /// Has the objects be as that event leaves them.
    fn note(&mut self, event: &TraceEvent) {
        let Some(ObjectLabel { kind, number: Some(number), name, made, .. }) = event.object.as_deref() else { return };
        if event.kind == Kind::ObjectGone {
            self.now.objects.remove(number);
            return;
        }
        let object = self.now.objects.entry(*number).or_insert_with(|| Object {
            kind,
            name: name.as_deref().map(str::to_string),
            made,
            state: String::new(),
            holders: Vec::new(),
        });
        let task = event.task.as_deref();
        match event.kind {
            Kind::EventSet { .. } | Kind::EventFound => object.state = "set".into(),
            Kind::EventCleared | Kind::EventUnset | Kind::EventPulsed { .. } => object.state = "unset".into(),
            Kind::ItemPut { len } | Kind::ItemTaken { len } => object.state = several(len, "item"),
            Kind::LockTaken | Kind::PermitsTaken { .. } => object.holders.extend(task.cloned()),
            Kind::LockReleased | Kind::PermitsReleased { .. } => {
                let at = object.holders.iter().position(|holder| Some(holder) == task);
                if at.is_some() || !object.holders.is_empty() {
                    object.holders.remove(at.unwrap_or(0));
                }
            }
            _ => {}
        }
    }
}

/// The sentence behind its moment and its turn.
fn without_moment(sentence: String) -> String {
    match sentence.split_once(": ") {
        Some((moment, rest)) if moment.starts_with("t=") => rest.to_string(),
        _ => sentence,
    }
}

pub(crate) fn several(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
