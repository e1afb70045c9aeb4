//! A trace as sentences that a person reads: who did what, in which line, and whom that woke.

use super::super::clock::Instant;
use super::super::watch::{Kind, Purpose, TraceEvent};
use std::fmt::{self, Write};

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
    /// Whom what it tells wakes, and who was ready already.
    woken: [Vec<String>; 2],
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
                self.woken[usize::from(event.kind == Kind::WokenAgain)].push(task);
                self.told.push(event.seq);
                None
            }
            kind if is_quiet(kind) => None,
            _ => {
                let before = self.end();
                let mut open = format!("{}, turn {}: {}", Moment(event.time), event.turn, Told(event));
                if let Some(at) = event.at.filter(|_| tells_its_line(event.kind)) {
                    let file = at.file().rsplit(['/', '\\']).next().unwrap_or_default();
                    _ = write!(open, ", {file}:{}", at.line());
                }
                if reaches_nobody(event.kind) {
                    open.push_str(" → nobody wakes");
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
        let [woken, again] = std::mem::take(&mut self.woken);
        let mut open = self.open.take()?;
        for (tasks, one, several) in [(woken, "wakes", "wake"), (again, "is ready already", "are ready already")] {
            match &tasks[..] {
                [] => {}
                [task] => _ = write!(open, " → {task} {one}"),
                [first @ .., last] => _ = write!(open, " → {} and {last} {several}", first.join(", ")),
            }
        }
        Some(open)
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
            | Kind::ThreadUnparked
    )
}

/// Whether somebody looks for the line that it comes from.
fn tells_its_line(kind: Kind) -> bool {
    use Kind::{EndTold, Leaves, Printed, TimerDropped, TimerFired, Waited};
    !matches!(kind, EndTold | Leaves | Printed | TimerDropped | TimerFired | Waited)
}

/// Whether it is a signal that nobody has waited for.
fn reaches_nobody(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::EventSet { released: 0 } | Kind::EventPulsed { released: 0 } | Kind::Notified { reached: 0, .. }
    )
}

/// An event in the words of a story, where they are not its own: whom an act reaches follows, and a moment has as many
/// digits as it needs.
struct Told<'a>(&'a TraceEvent);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let event = self.0;
        let (Some(task), object) = (&event.task, event.object.as_ref()) else { return self.of_nobody(f) };
        let object = object.map(ToString::to_string).unwrap_or_default();
        match event.kind {
            Kind::Spawned => write!(f, "{task} is spawned"),
            Kind::Woken => write!(f, "{task} wakes"),
            Kind::WokenAgain => write!(f, "{task} is ready already"),
            Kind::PollBegan => write!(f, "{task} is polled"),
            Kind::Dropping => write!(f, "{task} is dropped"),
            Kind::Returned => write!(f, "{task} ends"),
            Kind::CancelRequested => write!(f, "{task} is to be cancelled"),
            Kind::Cancelled => write!(f, "{task} is cancelled"),
            Kind::Panicked => write!(f, "{task} ends by its panic"),
            Kind::TimerArmed { deadline, purpose: Purpose::Sleep } => {
                write!(f, "{task} sleeps until {}", Moment(deadline))
            }
            Kind::TimerArmed { deadline, purpose: Purpose::Tick } => {
                write!(f, "{task} waits for the tick at {}", Moment(deadline))
            }
            Kind::TimerArmed { deadline, .. } => write!(f, "{task} has time until {}", Moment(deadline)),
            Kind::TimerFired => write!(f, "the timer of {task} fires"),
            Kind::TimerDropped => write!(f, "a timer of {task} is dropped"),
            Kind::EventSet { .. } => write!(f, "{task} sets {object}"),
            Kind::EventPulsed { .. } => write!(f, "{task} pulses {object}"),
            Kind::Notified { asked: usize::MAX, .. } => write!(f, "{task} notifies all at {object}"),
            Kind::Notified { asked: 1, .. } => write!(f, "{task} notifies one at {object}"),
            Kind::Notified { asked, .. } => write!(f, "{task} notifies {asked} at {object}"),
            _ => write!(f, "{event}"),
        }
    }
}

impl Told<'_> {
    /// What happens to no task.
    fn of_nobody(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.kind {
            Kind::TimeJumped { from } => write!(f, "nobody is ready, so time goes on from {}", Moment(from)),
            Kind::ThreadParked { at_most: Some(time) } => {
                let seconds = (time.as_secs_f64() * 1000.0).ceil() / 1000.0;
                write!(f, "nobody is ready, so the thread sleeps for {seconds} s at most")
            }
            Kind::ThreadParked { at_most: None } => {
                write!(f, "nobody is ready, so the thread sleeps until somebody outside acts")
            }
            Kind::Stalled => write!(f, "nobody can ever run again: a stall"),
            _ => write!(f, "{}", self.0),
        }
    }
}

/// A moment with as many digits as there are: t=2 s, t=0.25 s.
struct Moment(Instant);

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let micros = self.0.as_micros();
        let (whole, rest) = (micros / 1_000_000, format!("{:06}", micros % 1_000_000));
        match rest.trim_end_matches('0') {
            "" => write!(f, "t={whole} s"),
            digits => write!(f, "t={whole}.{digits} s"),
        }
    }
}
