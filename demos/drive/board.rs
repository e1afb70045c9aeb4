//! What a level looks like between two picks, in words: what the last one did, who waits for what, who is ready.

use super::game::{Game, Verdict};
use crate::graph::told::Object;
use greenlight::dump::{Hold, Place, TaskInfo, TaskState, WaitInfo, Who};
use greenlight::explore::{Fault, Pick};
use greenlight::trace::ObjectLabel;

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

impl Board {
    pub(crate) fn of(game: &Game) -> Board {
        let (seen, scene) = (&game.seen, &game.scene);
        let last = match game.last() {
            Pick::Run(task) => format!("{} ran", seen.name(task)),
            Pick::Cancel(task) => format!("{} was cancelled", seen.name(task)),
            _ => "time jumped".into(),
        };
        let did = game.told.did.clone();
        let tasks: &[TaskInfo] = match (&scene.dump, &scene.ended) {
            (Some(dump), _) => &dump.tasks,
            (None, Some(Err(Fault::Stalled(stalled)))) => stalled.tasks(),
            _ => &[],
        };
        let waiting = if tasks.is_empty() { Vec::new() } else { waiting(game, tasks) };
        let is_next = |task: u64| game.ordinary() == Some(Pick::Run(task));
        let ready = scene.ready.iter().map(|ready| (ready.task.to_string(), is_next(ready.task.number)));
        Board { last, did, waiting, ready: ready.collect(), said: scene.said.clone() }
    }
}

/// Each object with those who wait for it, in order.
fn waiting(game: &Game, tasks: &[TaskInfo]) -> Vec<String> {
    let objects = game.told.objects.values().filter(|object| !is_end(object.kind));
    let things = objects.map(|object| {
        let line = line(object, tasks);
        let line = if line.is_empty() { "nobody waits".into() } else { line.join(", ") };
        format!("{}{}: {line}", name(object), state(object))
    });
    let mut others = Vec::new();
    for task in tasks {
        let name = task.label.to_string();
        if task.state == TaskState::Parked && task.waits.is_empty() {
            let woken = if task.nobody_can_wake { "nothing that can come" } else { "a waker of its own" };
            others.push(format!("{name} waits for {woken}"));
        }
        others.extend(task.waits.iter().filter_map(|wait| other(&name, wait)));
    }
    things.chain(others).collect()
}

fn name(object: &Object) -> String {
    let made = || format!("of line {}", object.made.line());
    format!("{} {}", object.kind, object.name.as_ref().map_or_else(made, |name| format!("`{name}`")))
}

/// How an object is, where that can be said.
fn state(object: &Object) -> String {
    let holders: Vec<_> = object.holders.iter().map(ToString::to_string).collect();
    match (holders.is_empty(), object.state.is_empty()) {
        (false, _) => format!(", held by {}", holders.join(", ")),
        (true, false) => format!(", {}", object.state),
        (true, true) => String::new(),
    }
}

/// The names of those who wait for an object, in order; who was told already and has not run since comes first.
fn line(object: &Object, tasks: &[TaskInfo]) -> Vec<String> {
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
fn is_same(one: &Object, other: &ObjectLabel) -> bool {
    (one.kind, one.name.as_deref(), one.made) == (other.kind, other.name.as_deref(), other.made)
}

/// A wait for a moment, or for the ends of tasks.
fn other(name: &str, wait: &WaitInfo) -> Option<String> {
    match wait {
        WaitInfo::Sleep { until, .. } => Some(format!("{name} sleeps until {} s", until.as_micros() as f64 / 1e6)),
        WaitInfo::Object { object, holders, place: Place::InLine { .. }, .. } if is_end(object.kind) => {
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

/// Whether what is of that kind stands for the end of tasks.
fn is_end(kind: &str) -> bool {
    ["task", "gather"].contains(&kind)
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
