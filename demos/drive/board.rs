//! What a level looks like between two picks, in words: what the last one did, who waits for what, who is ready.

use super::game::{Game, Verdict};
use super::seen::Seen;
use greenlight::dump::{Hold, Place, TaskInfo, TaskState, WaitInfo, Who};
use greenlight::explore::{Fault, Pick};
use greenlight::trace::{Kind, ObjectLabel, TraceEvent};

/// A board. Each line is for one object, one task or one thing that happened.
#[derive(Debug, Default)]
pub(crate) struct Board {
    /// Who ran last, or what was done beside.
    pub(crate) last: String,
    /// What that did.
    pub(crate) did: Vec<String>,
    /// The objects, each with its line.
    pub(crate) waiting: Vec<String>,
    /// The ready queue, and whether it is who the ordinary order runs next.
    pub(crate) ready: Vec<(String, bool)>,
    pub(crate) said: Vec<String>,
}

/// An object that the program has used.
struct Thing {
    object: ObjectLabel,
    /// How it is, where that can be said.
    is: String,
    line: Vec<String>,
}

impl Board {
    pub(crate) fn of(game: &Game) -> Board {
        let (seen, scene) = (&game.seen, &game.scene);
        let last = match game.last() {
            Pick::Run(task) => format!("{} ran", seen.name(task)),
            Pick::Cancel(task) => format!("{} was cancelled", seen.name(task)),
            _ => "time jumped".into(),
        };
        // Who yields is ready again, which is seen below.
        let is_quiet = |told: &str| {
            told.ends_with(" is polled") || told.split_once(" wakes") == Some((last.trim_end_matches(" ran"), ""))
        };
        let did = seen.told().into_iter().filter(|told| !is_quiet(told)).collect();
        let tasks: &[TaskInfo] = match (&scene.dump, &scene.ended) {
            (Some(dump), _) => &dump.tasks,
            (None, Some(Err(Fault::Stalled(stalled)))) => stalled.tasks(),
            _ => &[],
        };
        let waiting = if tasks.is_empty() { Vec::new() } else { waiting(seen, tasks) };
        let is_next = |task: u64| game.ordinary() == Some(Pick::Run(task));
        let ready = scene.ready.iter().map(|ready| (ready.task.to_string(), is_next(ready.task.number)));
        Board { last, did, waiting, ready: ready.collect(), said: scene.said.clone() }
    }
}

/// Each object with those who wait for it, in order.
fn waiting(seen: &Seen, tasks: &[TaskInfo]) -> Vec<String> {
    let mut things = Vec::new();
    seen.events.iter().for_each(|event| meet(&mut things, event));
    let mut others = Vec::new();
    for task in tasks {
        let name = task.label.to_string();
        if task.state == TaskState::Parked && task.waits.is_empty() {
            let woken = if task.nobody_can_wake { "nothing that can come" } else { "a waker of its own" };
            others.push(format!("{name} waits for {woken}"));
        }
        others.extend(task.waits.iter().filter_map(|wait| other(&name, wait)));
    }
    for thing in &mut things {
        thing.line = line(&thing.object, tasks);
    }
    let told = |thing: Thing| {
        let line = if thing.line.is_empty() { "nobody waits".into() } else { thing.line.join(", ") };
        format!("{}{}: {line}", thing.object, thing.is)
    };
    things.into_iter().map(told).chain(others).collect()
}

/// The names of those who wait for an object, in order; who was told already and has not run since comes first.
fn line(object: &ObjectLabel, tasks: &[TaskInfo]) -> Vec<String> {
    let place = |wait: &WaitInfo| match wait {
        WaitInfo::Object { object: other, place, .. } if is_same(object, other) => Some(*place),
        _ => None,
    };
    let waits = tasks.iter().filter_map(|task| Some((task.waits.iter().find_map(place)?, &task.label)));
    let mut line: Vec<_> = waits
        .map(|(place, task)| match place {
            Place::Granted => (0, format!("{task} (woken)")),
            Place::InLine { ahead, .. } => (ahead + 1, task.to_string()),
        })
        .collect();
    line.sort_by_key(|(place, _)| *place);
    line.into_iter().map(|(_, name)| name).collect()
}

/// Objects have numbers in a trace, and none beside one.
fn is_same(one: &ObjectLabel, other: &ObjectLabel) -> bool {
    (one.kind, &one.name, one.made) == (other.kind, &other.name, other.made)
}

/// A wait for a moment, or for the ends of tasks.
fn other(name: &str, wait: &WaitInfo) -> Option<String> {
    match wait {
        WaitInfo::Sleep { until, .. } => Some(format!("{name} sleeps until {} s", until.as_micros() as f64 / 1e6)),
        WaitInfo::Object { object, holders, place: Place::InLine { .. }, .. } if is_end(object) => {
            let ends =
                holders.iter().filter(|holder| holder.hold == Hold::Runs).filter_map(|holder| match &holder.who {
                    Who::Task(task) => Some(task.to_string()),
                    _ => None,
                });
            let ends: Vec<_> = ends.collect();
            Some(format!("{name} waits for the end of {}", ends.join(", ")))
        }
        _ => None,
    }
}

/// Whether it stands for the end of tasks.
fn is_end(object: &ObjectLabel) -> bool {
    ["task", "gather"].contains(&object.kind)
}

/// What an event says of an object.
fn meet(things: &mut Vec<Thing>, event: &TraceEvent) {
    let Some(object) = event.object.as_deref().filter(|object| !is_end(object)) else { return };
    if event.kind == Kind::ObjectGone {
        return things.retain(|thing| thing.object.number != object.number);
    }
    if !things.iter().any(|thing| thing.object.number == object.number) {
        let is = if object.kind == "event" { ", not set" } else { "" };
        things.push(Thing { object: object.clone(), is: is.into(), line: Vec::new() });
    }
    let is = match event.kind {
        Kind::EventSet { .. } | Kind::EventFound => ", set".into(),
        Kind::EventCleared | Kind::EventUnset | Kind::EventPulsed { .. } => ", not set".into(),
        Kind::LockTaken => event.task.as_ref().map_or(String::new(), |task| format!(", held by {task}")),
        Kind::LockReleased => ", free".into(),
        Kind::Granted if object.kind == "lock" => {
            event.task.as_ref().map_or(String::new(), |task| format!(", granted to {task}"))
        }
        _ => return,
    };
    let met = things.iter_mut().find(|thing| thing.object.number == object.number);
    met.expect("it was met just now").is = is;
}

/// How a level stands, in sentences: the first is the verdict.
pub(crate) fn verdict(game: &Game) -> Vec<String> {
    let used = several(game.deviations());
    let fewest = game.level.fewest;
    match game.verdict() {
        Verdict::Open => vec![format!("{used} so far; the goal takes {}.", several(fewest))],
        Verdict::Won => {
            let least = match game.deviations().saturating_sub(fewest) {
                0 => "no play takes fewer".into(),
                _ => format!("{} suffices", several(fewest)),
            };
            let name = game.level.name;
            vec![
                format!("You have done it, with {used}: {least}."),
                game.level.teaches.into(),
                format!("The schedule is {}. To see it on a page:", game.scene.schedule),
                format!("greenlight-demos drive {name} --picks '{}' --trace {name}.html", game.played()),
            ]
        }
        Verdict::Missed(Ok(())) => vec![format!("It is over, and the goal is not reached: main has returned.")],
        Verdict::Missed(Err(fault)) => {
            vec![format!("It is over, and the goal is not reached: {}.", fault.headline())]
        }
    }
}

pub(super) fn several(count: usize) -> String {
    match count {
        0 => "no deviation".into(),
        1 => "1 deviation".into(),
        _ => format!("{count} deviations"),
    }
}
