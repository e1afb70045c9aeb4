//! A trace in the form that Perfetto shows: a lane a task, a slice a poll, an arrow from what woke a task to the poll
//! that came of it, and counters of who is ready, who waits and what is due.
//!
//! Time stands still within a turn: what happens in it stands a nanosecond apart, in its order.

use super::super::watch::{Kind, TraceEvent};
use super::rows::quoted;
use std::collections::{HashMap, HashSet};
use std::fmt::Write;

/// Gathers events until the end.
#[derive(Default)]
pub(super) struct Perfetto {
    out: String,
    /// The last moment, in nanoseconds.
    now: u64,
    /// The tasks that have a lane.
    lanes: HashSet<u64>,
    /// The task whose slice is open.
    open: Option<u64>,
    /// The tasks that are in the ready queue.
    ready: HashSet<u64>,
    /// How many waits stand in line, and how many timers are armed.
    waiters: i64,
    timers: i64,
    /// The lanes and moments of the acts and polls that may wake somebody, by their numbers.
    acts: HashMap<u64, (u64, u64)>,
    /// The wakes that an arrow begins for, by their numbers.
    woken: HashSet<u64>,
}

impl Perfetto {
    /// Hears an event.
    pub(super) fn add(&mut self, event: &TraceEvent) {
        self.now = (self.now + 1).max(event.time.as_micros() * 1000);
        let lane = event.task.as_ref().map_or(0, |task| task.number + 1);
        if let Some(task) = event.task.as_ref().filter(|task| self.lanes.insert(task.number)) {
            let name = quoted(&task.to_string());
            self.put(format_args!(r#""ph":"M","name":"thread_name","tid":{lane},"args":{{"name":{name}}}"#));
            self.put(format_args!(
                r#""ph":"M","name":"thread_sort_index","tid":{lane},"args":{{"sort_index":{lane}}}"#
            ));
        }
        let at = event.at.map(|at| at.to_string()).unwrap_or_default();
        let at = quoted(&at);
        let (ready, waiters, timers) = (self.ready.len() as i64, self.waiters, self.timers);
        match event.kind {
            Kind::PollBegan | Kind::Dropping => {
                self.ready.remove(&lane);
                self.open = Some(lane);
                let name = if event.kind == Kind::PollBegan { "poll" } else { "drop" };
                let number = event.seq;
                self.put(format_args!(r#""ph":"B","name":"{name}","tid":{lane},"args":{{"event":{number}}}"#));
                if event.cause.is_some_and(|wake| self.woken.remove(&wake)) {
                    let wake = event.cause.unwrap_or_default();
                    self.put(format_args!(r#""ph":"f","bp":"e","name":"wake","cat":"wake","id":{wake},"tid":{lane}"#));
                }
            }
            end @ (Kind::PollPending | Kind::Returned | Kind::Cancelled | Kind::Panicked)
                if self.open.take().is_some() =>
            {
                self.put(format_args!(r#""ph":"E","tid":{lane},"args":{{"end":"{end:?}"}}"#));
            }
            Kind::Spawned | Kind::Woken => {
                self.ready.insert(lane);
                let by = event.via.or(event.cause).and_then(|by| self.acts.get(&by).copied());
                if let Some((lane, moment)) = by.filter(|_| event.kind == Kind::Woken) {
                    let (now, wake) = (std::mem::replace(&mut self.now, moment), event.seq);
                    self.put(format_args!(r#""ph":"s","name":"wake","cat":"wake","id":{wake},"tid":{lane}"#));
                    self.now = now;
                    self.woken.insert(wake);
                }
            }
            Kind::CancelRequested => _ = self.ready.insert(lane),
            Kind::Waits { .. } => self.waiters += 1,
            Kind::Granted | Kind::Leaves => self.waiters -= 1,
            Kind::TimerArmed { .. } => self.timers += 1,
            Kind::TimerFired | Kind::TimerDropped => self.timers -= 1,
            _ => {}
        }
        if tells(event.kind) {
            let (lane, name) = (self.open.unwrap_or(lane), quoted(&event.to_string()));
            self.acts.insert(event.seq, (lane, self.now));
            self.put(format_args!(r#""ph":"i","s":"t","name":{name},"tid":{lane},"args":{{"at":{at}}}"#));
        }
        let counters = [
            ("ready queue", ready, self.ready.len() as i64),
            ("waiters", waiters, self.waiters),
            ("timers", timers, self.timers),
        ];
        for (name, before, after) in counters {
            if before != after {
                self.put(format_args!(r#""ph":"C","name":"{name}","args":{{"count":{after}}}"#));
            }
        }
    }

    fn put(&mut self, event: std::fmt::Arguments<'_>) {
        let (whole, rest) = (self.now / 1000, self.now % 1000);
        _ = writeln!(self.out, r#"{{"pid":1,"ts":{whole}.{rest:03},{event}}},"#);
    }

    /// The whole file.
    pub(super) fn finish(&mut self) -> String {
        let events = std::mem::take(&mut self.out);
        let events = events.trim_end_matches(['\n', ',']);
        format!("{{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n{events}\n]}}\n")
    }
}

/// Whether it stands in the lane of who did it.
fn tells(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::Spawned
            | Kind::Woken
            | Kind::WokenAgain
            | Kind::TurnBegan { .. }
            | Kind::PollBegan
            | Kind::PollPending
            | Kind::PollReady
            | Kind::Dropping
            | Kind::Granted
            | Kind::Waited
            | Kind::ObjectMade { .. }
            | Kind::ObjectGone
            | Kind::EndAwaited
            | Kind::ThreadParked { .. }
            | Kind::ThreadUnparked
    )
}
