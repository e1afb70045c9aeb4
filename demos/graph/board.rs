//! What the page shows of one moment: who is ready, who waits for what, behind whom, and who has it.

use super::Tasks;
use super::told::{Object, several};
use greenlight::Instant;
use greenlight::dump::{Hold, HolderInfo, ObjectState, Place as Standing, TaskInfo, TaskState, WaitInfo, Who};
use greenlight::explore::{Fault, Scene};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::panic::Location;

/// A card of the board.
struct Card {
    kind: &'static str,
    name: Option<String>,
    made: &'static Location<'static>,
    /// The number that a dump has of it.
    number: Option<u64>,
    state: String,
    /// Who has it: the place of a task among all tasks, and words for somebody else.
    holders: Vec<Value>,
    /// Who waits, in order; those to whom it was granted come first.
    waiters: Vec<(usize, usize)>,
}

/// The board of a scene, in which these objects are there. A scene that ended in a stall shows those who wait for ever.
pub(super) fn board(scene: &Scene, objects: &BTreeMap<u64, Object>, names: &mut Tasks) -> Value {
    let tasks = match (&scene.dump, &scene.ended) {
        (Some(dump), _) => &dump.tasks[..],
        (None, Some(Err(Fault::Stalled(stalled)))) => stalled.tasks(),
        _ => &[],
    };
    let at = scene.dump.as_ref().map(|dump| moment(dump.at));
    let ready: Vec<_> = scene.ready.iter().map(|ready| json!([names.add(&ready.task), ready.poll])).collect();
    let mut sleeping = Vec::new();
    let mut cards = cards_of(objects, names);
    for task in tasks {
        let name = names.add(&task.label);
        for wait in &task.waits {
            match wait {
                WaitInfo::Sleep { until, .. } => sleeping.push((*until, name)),
                wait => add(&mut cards, name, wait, names),
            }
        }
    }
    sleeping.sort();
    let sleeping: Vec<_> = sleeping.into_iter().map(|(until, task)| json!([task, moment(until)])).collect();
    let is_elsewhere = |task: &&TaskInfo| task.state == TaskState::Parked && task.waits.is_empty();
    let elsewhere: Vec<_> = tasks.iter().filter(is_elsewhere).map(|task| names.add(&task.label)).collect();
    cards.sort_by_key(|card| (is_passing(card), card.made.line(), card.made.column(), card.name.clone(), card.number));
    let cards: Vec<_> = cards.into_iter().map(told).collect();
    json!({ "at": at, "ready": ready, "things": cards, "sleeping": sleeping, "elsewhere": elsewhere })
}

/// The cards of the objects that have a name, or that somebody has.
fn cards_of(objects: &BTreeMap<u64, Object>, names: &mut Tasks) -> Vec<Card> {
    let mut card = |object: &Object| Card {
        kind: object.kind,
        name: object.name.clone(),
        made: object.made,
        number: None,
        state: object.state.clone(),
        holders: object.holders.iter().map(|task| names.add(task).into()).collect(),
        waiters: Vec::new(),
    };
    let is_shown = |object: &&Object| !["task", "gather"].contains(&object.kind);
    objects.values().filter(is_shown).map(&mut card).collect()
}

/// Adds what a task waits for.
fn add(cards: &mut Vec<Card>, task: usize, wait: &WaitInfo, names: &mut Tasks) {
    let WaitInfo::Object { object, place, holders, state, .. } = wait else { return };
    let is_alike = |card: &Card| {
        card.kind == object.kind && card.name.as_deref() == object.name.as_deref() && card.made == object.made
    };
    let known = cards.iter().position(|card| card.number.is_some() && card.number == object.number && is_alike(card));
    let at = known.unwrap_or_else(|| {
        let mut alike = (0..cards.len()).filter(|&at| cards[at].number.is_none() && is_alike(&cards[at]));
        // Of several that are alike nobody can tell which this is.
        match (alike.next(), alike.next()) {
            (Some(at), None) => at,
            _ => {
                let (state, holders, waiters) = (String::new(), Vec::new(), Vec::new());
                let (kind, number, name) = (object.kind, object.number, object.name.as_deref().map(str::to_string));
                cards.push(Card { kind, name, made: object.made, number, state, holders, waiters });
                cards.len() - 1
            }
        }
    });
    let card = &mut cards[at];
    card.number = object.number;
    if let Some(state) = in_words(*state) {
        card.state = state;
    }
    if !holders.is_empty() {
        card.holders = holders.iter().map(|who| holder(who, names)).collect();
    }
    let place = match place {
        Standing::Granted => 0,
        Standing::InLine { ahead, .. } => ahead + 1,
    };
    card.waiters.push((place, task));
}

/// A moment in as many digits as it needs.
fn moment(at: Instant) -> String {
    format!("{} s", at.since_start().as_secs_f64())
}

fn holder(holder: &HolderInfo, names: &mut Tasks) -> Value {
    match &holder.who {
        Who::Task(task) if holder.hold == Hold::Runs => json!([names.add(task)]),
        Who::Task(task) => names.add(task).into(),
        Who::OtherRuntime(task) => format!("{task} of another runtime").into(),
        Who::EndedTask => "a task that has ended".into(),
        Who::Outside => "code outside of any task".into(),
    }
}

fn in_words(state: ObjectState) -> Option<String> {
    match state {
        ObjectState::Arrivals { arrived, parties, .. } => Some(format!("{arrived} of {parties} have arrived")),
        ObjectState::Done { unfinished, .. } => Some(format!("{} unfinished", several(unfinished, "item"))),
        _ => None,
    }
}

/// Whether it is there only while somebody waits for it.
fn is_passing(card: &Card) -> bool {
    ["task", "gather"].contains(&card.kind)
}

fn told(mut card: Card) -> Value {
    card.waiters.sort();
    let name = card.name.unwrap_or_else(|| {
        let file = card.made.file().rsplit(['/', '\\']).next().unwrap_or_default();
        format!("of {file}:{}", card.made.line())
    });
    let name = if ["task", "gather"].contains(&card.kind) { String::new() } else { name };
    let granted: Vec<_> = card.waiters.iter().filter(|(place, _)| *place == 0).map(|(_, task)| task).collect();
    let line: Vec<_> = card.waiters.iter().filter(|(place, _)| *place > 0).map(|(_, task)| task).collect();
    json!([card.kind, name, card.state, card.holders, granted, line])
}
