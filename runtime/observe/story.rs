//! A trace as sentences that a person reads: who did what, in which line, and whom that woke.

use super::super::watch::{Kind, TraceEvent};
use std::fmt::Write;

/// Puts events into sentences, a line each. An act and those whom it wakes are one.
#[derive(Default)]
pub(super) struct Story {
    /// The sentence that may go on.
    open: String,
    /// The events that it tells of: the act, and those whom it wakes.
    told: Vec<u64>,
    out: String,
}

impl Story {
    /// Hears an event. A sentence is told once no further event is part of it.
    pub(super) fn add(&mut self, event: &TraceEvent) {
        let goes_on = [event.via, event.cause].into_iter().flatten().any(|by| self.told.contains(&by));
        match event.kind {
            Kind::Woken | Kind::WokenAgain if goes_on => {
                let task = event.task.as_ref().map_or("somebody".to_string(), ToString::to_string);
                let joint = if self.told.len() == 1 { " → " } else { ", " };
                let again = if event.kind == Kind::Woken { "wakes" } else { "is ready already" };
                _ = write!(self.open, "{joint}{task} {again}");
                self.told.push(event.seq);
            }
            kind if is_quiet(kind) => {}
            _ => {
                self.close();
                _ = write!(self.open, "t={}, turn {}: {event}", Seconds(event.time.as_micros()), event.turn);
                if let Some(at) = event.at.filter(|_| tells_its_line(event.kind)) {
                    let file = at.file().rsplit(['/', '\\']).next().unwrap_or_default();
                    _ = write!(self.open, ", {file}:{}", at.line());
                }
                // What a poll wakes is woken by what it does, and not by the poll.
                let acts = !matches!(event.kind, Kind::PollBegan | Kind::Dropping);
                self.told.extend(Some(event.seq).filter(|_| acts));
            }
        }
    }

    /// No further event is part of the last sentence.
    pub(super) fn close(&mut self) {
        self.told.clear();
        if !self.open.is_empty() {
            self.out += &std::mem::take(&mut self.open);
            self.out.push('\n');
        }
    }

    /// The sentences that are told and not forgotten.
    pub(super) fn written(&self) -> &str {
        &self.out
    }

    pub(super) fn forget(&mut self) {
        self.out.clear();
    }
}

/// Whether it goes without saying.
fn is_quiet(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::TurnBegan { .. }
            | Kind::PollPending
            | Kind::PollReady
            | Kind::Granted
            | Kind::ObjectMade { .. }
            | Kind::ObjectGone
            | Kind::WakerHeld
            | Kind::WakerLetGo
            | Kind::EndAwaited
            | Kind::TimeJumped { .. }
            | Kind::ThreadUnparked
    )
}

/// Whether somebody looks for the line that it comes from.
fn tells_its_line(kind: Kind) -> bool {
    !matches!(kind, Kind::EndTold | Kind::Waited | Kind::Leaves | Kind::TimerFired | Kind::TimerDropped)
}

/// Microseconds, as seconds with as many digits as there are: 2 s, 0.25 s.
struct Seconds(u64);

impl std::fmt::Display for Seconds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, rest) = (self.0 / 1_000_000, format!("{:06}", self.0 % 1_000_000));
        match rest.trim_end_matches('0') {
            "" => write!(f, "{whole} s"),
            digits => write!(f, "{whole}.{digits} s"),
        }
    }
}
