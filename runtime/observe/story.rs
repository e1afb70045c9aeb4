//! A trace as sentences that a person reads: who did what, in which line, and whom that woke.

use super::super::watch::{Kind, TraceEvent};
use std::fmt::Write;

/// Puts events into sentences that a person reads. An act and those whom it wakes are one.
///
/// ```
/// use greenlight::{Runtime, sync::Event, trace::{Recorder, Story}};
/// use std::rc::Rc;
///
/// let recorder = Rc::new(Recorder::default());
/// let runtime = Runtime::builder().virtual_clock().observer(recorder.clone()).build();
/// runtime.run(async {
///     let light = Rc::new(Event::new().named("light"));
///     let walker = light.clone();
///     let walker = greenlight::task("walker").spawn(async move { walker.wait().await });
///     greenlight::yield_now().await;
///     light.set();
///     walker.await.unwrap();
/// });
/// let mut story = Story::default();
/// let mut told = Vec::new();
/// for event in recorder.events() {
///     told.extend(story.hear(&event));
/// }
/// told.extend(story.end());
/// let set = told.iter().find(|sentence| sentence.contains("sets event `light`")).unwrap();
/// assert!(set.starts_with("t=0 s, turn 2: main sets event `light`"), "{set}");
/// assert!(set.ends_with(" → walker wakes"));
/// ```
#[derive(Default, Debug)]
pub struct Story {
    /// The sentence that may go on.
    open: Option<String>,
    /// The events that it tells of: the act, and those whom it wakes.
    told: Vec<u64>,
}

impl Story {
    /// Hears an event. Returns the sentence before this one, once no further event is part of it.
    pub fn hear(&mut self, event: &TraceEvent) -> Option<String> {
        let goes_on = [event.via, event.cause].into_iter().flatten().any(|by| self.told.contains(&by));
        match event.kind {
            Kind::Woken | Kind::WokenAgain if goes_on => {
                let task = event.task.as_ref().map_or("somebody".to_string(), ToString::to_string);
                let joint = if self.told.len() == 1 { " → " } else { ", " };
                let again = if event.kind == Kind::Woken { "wakes" } else { "is ready already" };
                self.open.iter_mut().for_each(|open| _ = write!(open, "{joint}{task} {again}"));
                self.told.push(event.seq);
                None
            }
            kind if is_quiet(kind) => None,
            _ => {
                let before = self.end();
                let mut open = format!("t={}, turn {}: {event}", Seconds(event.time.as_micros()), event.turn);
                if let Some(at) = event.at.filter(|_| tells_its_line(event.kind)) {
                    let file = at.file().rsplit(['/', '\\']).next().unwrap_or_default();
                    _ = write!(open, ", {file}:{}", at.line());
                }
                self.open = Some(open);
                // What a poll wakes is woken by what it does, and not by the poll.
                let acts = !matches!(event.kind, Kind::PollBegan | Kind::Dropping);
                self.told.extend(Some(event.seq).filter(|_| acts));
                before
            }
        }
    }

    /// The last sentence: no further event is part of it.
    pub fn end(&mut self) -> Option<String> {
        self.told.clear();
        self.open.take()
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
