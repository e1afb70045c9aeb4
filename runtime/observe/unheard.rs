//! Signals that reach nobody, for the debug mode. A set is lost when it is cleared and nobody has found it, a pulse at
//! once. A notify is lost if who begins to wait after it is never notified, or if nobody ever waits: whoever looks at a
//! predicate before waiting needs none.

use super::super::Line;
use super::super::watch::{Kind, ObjectLabel, TraceEvent};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// So many objects of one line are told: a line that makes one after the other makes the same mistake each time.
const OBJECTS_OF_A_LINE: usize = 3;

/// The signals that reached nobody, and what of them was told.
#[derive(Default)]
pub(super) struct Unheard {
    /// The last signal of an object, if it reached nobody and nobody has found it since.
    signals: HashMap<u64, Signal>,
    /// The objects that somebody has waited for.
    awaited: HashSet<u64>,
    /// The lines whose signals were told, and of which objects: each is, once.
    told: HashMap<Line, Vec<u64>>,
}

/// A signal that reached nobody.
struct Signal {
    object: Arc<ObjectLabel>,
    at: Line,
    /// It was a notify, and not a set.
    notifies: bool,
    /// Who has begun to wait since, first, and in which line.
    then: Option<(String, Line)>,
}

impl Unheard {
    /// Takes an event in. Returns what there is to report.
    pub(super) fn see(&mut self, event: &TraceEvent) -> Option<String> {
        let (object, at) = (event.object.as_ref()?, event.at?);
        let number = object.number?;
        match event.kind {
            Kind::EventSet { released: 0 } | Kind::Notified { asked: 1.., reached: 0 } => {
                let notifies = matches!(event.kind, Kind::Notified { .. });
                self.signals.insert(number, Signal { object: object.clone(), at, notifies, then: None });
            }
            Kind::EventSet { .. } | Kind::EventFound | Kind::Notified { reached: 1.., .. } => {
                self.signals.remove(&number);
            }
            Kind::PredicateAsked { .. } => {
                self.awaited.insert(number);
                self.signals.remove(&number);
            }
            Kind::ObjectGone => {
                let was_awaited = self.awaited.remove(&number);
                return self.signals.remove(&number).and_then(|signal| self.tell_lost(&signal, was_awaited));
            }
            Kind::EventPulsed { released: 0 } => return self.tell(object, "pulsed", at, ""),
            Kind::EventCleared => {
                let set = self.signals.remove(&number)?.at;
                return self.tell(object, "set", set, &format!(", and cleared at {at}"));
            }
            Kind::Waits { .. } => {
                self.awaited.insert(number);
                if let Some(signal) = self.signals.get_mut(&number) {
                    let task = event.task.as_ref().map_or("somebody".to_string(), ToString::to_string);
                    signal.then.get_or_insert((task, at));
                }
            }
            Kind::Leaves => {
                let then = self.signals.get(&number).and_then(|signal| signal.then.as_ref());
                if then.is_some_and(|(_, line)| *line == at) {
                    self.signals.remove(&number);
                }
            }
            _ => {}
        }
        None
    }

    /// Main has ended. Returns what there is to report.
    pub(super) fn end(&mut self) -> Vec<String> {
        let mut lost: Vec<_> = self.signals.drain().collect();
        lost.sort_unstable_by_key(|(object, _)| *object);
        let tell = |(object, signal)| self.tell_lost(&signal, self.awaited.contains(&object));
        lost.into_iter().filter_map(tell).collect()
    }

    /// A notify that nobody made up for: one who began to wait after it was never notified, or nobody ever waited.
    fn tell_lost(&mut self, signal: &Signal, was_awaited: bool) -> Option<String> {
        match signal {
            Signal { notifies: false, .. } => None,
            Signal { object, at, then: Some((task, waits)), .. } => {
                let lost =
                    format!(", before {task} began to wait for it, at {waits}, and nobody has notified it since");
                self.tell(object, "notified", at, &lost)
            }
            Signal { object, at, .. } if !was_awaited => {
                self.tell(object, "notified", at, ", and nobody ever waited for it")
            }
            Signal { .. } => None,
        }
    }

    fn tell(&mut self, object: &ObjectLabel, signalled: &str, at: Line, lost: &str) -> Option<String> {
        let (told, number) = (self.told.entry(at).or_default(), object.number?);
        if told.len() == OBJECTS_OF_A_LINE || told.contains(&number) {
            return None;
        }
        told.push(number);
        let more = if told.len() < OBJECTS_OF_A_LINE { "" } else { "; further ones of this line are not told" };
        let object = findable(object);
        Some(format!("unheard: {object} was {signalled} when nobody waited, at {at}{lost}{more}"))
    }
}

/// An object by its name, or by the line that made it.
pub(super) fn findable(object: &ObjectLabel) -> String {
    match object.name {
        Some(_) => object.to_string(),
        None => format!("{object} (made at {})", object.made),
    }
}
