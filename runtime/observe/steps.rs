//! A trace told poll by poll: who runs, what it does, whom that wakes, and where it is not the turn of who runs.

use super::super::watch::{Kind, TraceEvent};

/// A poll, or what happens between two.
struct Step {
    who: String,
    /// Whether it is otherwise than the ordinary order has it.
    deviates: bool,
    did: Vec<String>,
}

/// Stands for what a poll does more than once in a row.
const AGAIN: &str = ", again and again";

impl Step {
    /// Adds to what is done. Who yields wakes itself, which goes without saying.
    fn does(&mut self, act: String) {
        match self.did.last_mut() {
            Some(last) if last.trim_end_matches(AGAIN) == act => *last = act + AGAIN,
            _ if act == format!("wakes {}", self.who) => {}
            _ => self.did.push(act),
        }
    }
}

/// How many lines are shown of the end of a long trace, and how many acts of a long poll.
const LAST: usize = 30;
const ACTS: usize = 8;

/// How long a round is, at most, that is told once when it is repeated.
const ROUND: usize = 8;

/// A line for each poll, until nobody runs any more. What deviates begins with `>`. So many cancels are the schedule's
/// own; what is cancelled after them is so because the run has ended.
pub(in crate::runtime) fn steps(events: &[TraceEvent], mut cancels: usize) -> Vec<String> {
    let mut steps: Vec<Step> = Vec::new();
    let mut step = |who: &str, deviates, did: String| {
        let did = if did.is_empty() { Vec::new() } else { vec![did] };
        steps.push(Step { who: who.into(), deviates, did });
    };
    let mut deferred: Vec<String> = Vec::new();
    let mut ready = 0;
    let mut acts: Vec<(usize, String)> = Vec::new();
    let mut count = 0;
    for (place, event) in events.iter().enumerate() {
        let task = event.task.as_ref().map(ToString::to_string).unwrap_or_default();
        match event.kind {
            Kind::TurnBegan { ready: now } => ready = now,
            Kind::Deferred => {
                let does = next_act(&events[place..], &task).unwrap_or_default();
                deferred.push(format!("before {task} {does}").trim_end().into());
            }
            // The end of the run drops who is left.
            Kind::Dropping if event.cause.is_none() => break,
            Kind::PollBegan | Kind::Dropping => {
                if !deferred.is_empty() {
                    step(&task, true, format!("runs {}", deferred.join(" and ")));
                    (deferred, count) = (Vec::new(), count + 1);
                }
                step(&task, false, if event.kind == Kind::Dropping { "is dropped".into() } else { String::new() });
                count += 1;
            }
            Kind::TimeJumped { .. } => {
                step("time", ready > 0, format!("jumps to {}", event.time));
                count += 1;
            }
            Kind::CancelRequested if event.cause.is_none() && cancels == 0 => break,
            Kind::CancelRequested if event.cause.is_none() => {
                cancels -= 1;
                step(&task, true, "is cancelled".into());
                count += 1;
            }
            Kind::Stalled => {
                step("nobody", false, "can ever run again".into());
                break;
            }
            _ if event.cause.is_none() => {}
            _ => acts.extend(act(event, &task).map(|act| (count, act))),
        }
    }
    for (count, act) in acts {
        if let Some(step) = count.checked_sub(1).and_then(|last| steps.get_mut(last)) {
            step.does(act);
        }
    }
    lines(&steps)
}

fn lines(steps: &[Step]) -> Vec<String> {
    let width = steps.iter().map(|step| step.who.chars().count()).max().unwrap_or_default().min(20);
    let told = |step: &Step| {
        let mark = if step.deviates { '>' } else { ' ' };
        let mut did = step.did.iter().take(ACTS).cloned().collect::<Vec<_>>();
        if step.did.len() > ACTS {
            did.push(format!("and {} more", step.did.len() - ACTS));
        }
        let did = if did.is_empty() { "runs".into() } else { did.join("; ") };
        format!("{mark} {:width$}  {did}", step.who)
    };
    let mut lines: Vec<_> = steps.iter().map(told).collect();
    // What goes round and round at the end is told once.
    let repeats = |&round: &usize| {
        let last = lines.len().checked_sub(round * 3)?;
        (0..round * 2).all(|line| lines[last + line] == lines[last + line + round]).then_some(round)
    };
    if let Some(round) = (1..=ROUND).find_map(|round| repeats(&round)) {
        let rounds = lines.rchunks(round).take_while(|chunk| *chunk == &lines[lines.len() - round..]).count();
        lines.truncate(lines.len() - round * (rounds - 1));
        lines.push(format!("  … and so on, {rounds} times"));
    }
    let cut = lines.len().saturating_sub(LAST);
    let is_told = |(place, line): (usize, String)| (place >= cut || line.starts_with('>')).then_some(line);
    let mut told: Vec<_> = lines.into_iter().enumerate().map(is_told).collect();
    told.dedup_by(|next, before| next.is_none() && before.is_none());
    told.into_iter().map(|line| line.unwrap_or_else(|| "  …".into())).collect()
}

/// What a task does first in its next poll.
fn next_act(events: &[TraceEvent], task: &str) -> Option<String> {
    let is_of = |event: &&TraceEvent| event.task.as_ref().is_some_and(|of| of.to_string() == task);
    let mut own = events.iter().skip_while(|event| !(is_of(event) && event.kind == Kind::PollBegan));
    let poll = own.next()?.seq;
    own.take_while(|event| event.kind != Kind::PollBegan)
        .filter(|event| event.cause == Some(poll))
        .find_map(|event| act(event, &event.task.as_ref().map(ToString::to_string).unwrap_or_default()))
}

/// What an event adds to what a poll did; nothing where that goes without saying.
fn act(event: &TraceEvent, task: &str) -> Option<String> {
    let sentence = event.to_string();
    Some(match event.kind {
        Kind::Spawned => format!("spawns {task}"),
        Kind::Woken => format!("wakes {task}"),
        Kind::Returned => "ends".into(),
        Kind::CancelRequested => format!("cancels {task}"),
        Kind::Printed => format!("says {:?}", event.text.as_deref().unwrap_or_default()),
        Kind::PollPending
        | Kind::PollReady
        | Kind::Panicked
        | Kind::Cancelled
        | Kind::Granted
        | Kind::Waited
        | Kind::WokenAgain
        | Kind::StaleWake
        | Kind::WakerHeld
        | Kind::WakerLetGo
        | Kind::ObjectMade { .. }
        | Kind::ObjectGone
        | Kind::EndAwaited
        | Kind::EndTold
        | Kind::ThreadParked { .. }
        | Kind::ThreadUnparked => return None,
        _ => sentence.strip_prefix(task).map_or(sentence.clone(), |rest| rest.trim_start().into()),
    })
}
