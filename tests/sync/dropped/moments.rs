//! The loop over all moments of a scene.
//!
//! A scene is a little program in which a victim waits, and which checks itself. It is played
//! undisturbed first, which counts its moments, and then anew for every moment, at which the victim
//! is struck. A moment is an event of the trace: there is one before and after every poll and every
//! wake, and one inside every signal, such as between the release of a lock and its grant to the
//! next in line.

use super::around::{AROUND, Around};
use futures::stream::{FuturesUnordered, StreamExt};
use greenlight::trace::{Kind, Observer, Recorder, TraceEvent};
use greenlight::{Instant, JoinHandle, Runtime, Task, Turn};
use stage::Log;
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashSet;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

/// How a victim is struck.
#[derive(Clone, Copy, Debug)]
enum Blow {
    /// Its owner drops the future, and runs on. One that is being polled is dropped after that
    /// poll.
    Drop,
    /// Its task is cancelled.
    Cancel,
}

const BLOWS: [Blow; 2] = [Blow::Drop, Blow::Cancel];

/// What polls a victim.
#[derive(Clone, Copy, Debug)]
enum Host {
    /// Its task, with the task's own waker.
    Task,
    /// A `FuturesUnordered` in its task, with a waker that is not greenlight's.
    Unordered,
}

const HOSTS: [Host; 2] = [Host::Task, Host::Unordered];

/// The wait under test, where both its task and its fate can get at it.
struct Victim {
    name: &'static str,
    /// None while it is being polled, and when it is over.
    future: Cell<Option<Pin<Box<dyn Future<Output = ()>>>>>,
    /// Set once its owner has dropped it, or is to drop it after the poll that is under way.
    abandoned: Cell<bool>,
    waker: Cell<Option<Waker>>,
    phase: Cell<Phase>,
    task: OnceCell<Task>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Phase {
    /// It was not polled yet.
    New,
    Polled,
    Parked,
    /// It was woken and does not run yet.
    Woken,
    /// It has ended, one way or another.
    Over,
}

impl Victim {
    fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(mut future) = self.future.take() else { return Poll::Ready(()) };
        if future.as_mut().poll(cx).is_ready() || self.abandoned.get() {
            return Poll::Ready(());
        }
        self.waker.set(Some(cx.waker().clone()));
        self.future.set(Some(future));
        Poll::Pending
    }

    fn strike(&self, blow: Blow) {
        match blow {
            Blow::Cancel => _ = self.task.get().expect("a victim is known once it was spawned").cancel(),
            Blow::Drop => {
                self.abandoned.set(true);
                drop(self.future.take());
                if let Some(waker) = self.waker.take() {
                    waker.wake();
                }
            }
        }
    }
}

/// The share of its host in a victim, which ends with it.
struct Hosted(Rc<Victim>);

impl Drop for Hosted {
    fn drop(&mut self) {
        drop(self.0.future.take());
        self.0.phase.set(Phase::Over);
    }
}

async fn host(hosted: Hosted, host: Host) {
    let wait = poll_fn(move |cx| hosted.0.poll(cx));
    match host {
        Host::Task => wait.await,
        Host::Unordered => _ = FuturesUnordered::from_iter([wait]).next().await,
    }
}

/// One blow that a victim is to receive.
#[derive(Clone, Copy, Debug)]
struct Strike {
    moment: usize,
    /// The number of the victim, in the order of spawning.
    victim: usize,
    blow: Blow,
}

/// Strikes the victims of a play, at their moments.
struct Fate {
    strikes: Vec<Strike>,
    victims: RefCell<Vec<Rc<Victim>>>,
    /// Set once everybody is on the stage.
    begun: Cell<bool>,
    /// How many moments have passed while a victim was not over.
    moments: Cell<usize>,
    /// In what phases the victims were struck.
    struck: RefCell<Vec<Phase>>,
    /// When the last of them was struck.
    struck_at: Cell<Option<Instant>>,
    turn: Rc<Cell<u64>>,
    recorder: Recorder,
}

impl Observer for Fate {
    fn on_event(&self, event: &TraceEvent) {
        self.recorder.on_event(event);
        self.turn.set(event.turn);
        self.note_phase(event);
        // The begin of a turn with somebody ready is the moment before the first poll of it.
        if self.begun.get() && !matches!(event.kind, Kind::TurnBegan { ready: 1.. }) {
            self.pass_moment(event.time);
        }
    }
}

impl Fate {
    fn pass_moment(&self, now: Instant) {
        if self.victims.borrow().iter().all(|victim| victim.phase.get() == Phase::Over) {
            return;
        }
        let moment = self.moments.replace(self.moments.get() + 1);
        for strike in self.strikes.iter().filter(|strike| strike.moment == moment) {
            let victim = self.victims.borrow()[strike.victim].clone();
            self.struck.borrow_mut().push(victim.phase.get());
            self.struck_at.set(Some(now));
            victim.strike(strike.blow);
        }
    }

    fn note_phase(&self, event: &TraceEvent) {
        let name = event.task.as_ref().and_then(|task| task.name.as_deref());
        let phase = match event.kind {
            Kind::PollBegan => Phase::Polled,
            Kind::PollPending => Phase::Parked,
            Kind::Woken => Phase::Woken,
            _ => return,
        };
        for victim in self.victims.borrow().iter().filter(|victim| Some(victim.name) == name) {
            if victim.phase.get() != Phase::Over {
                victim.phase.set(phase);
            }
        }
    }
}

/// One play of a scene.
pub(crate) struct Play {
    runtime: Runtime,
    fate: Rc<Fate>,
    reports: Log,
    host: Host,
    around: Around,
    pub(crate) said: Said,
}

/// What the tasks of a play say, and how many turns after the cause.
#[derive(Clone, Default)]
pub(crate) struct Said {
    lines: Log,
    turn: Rc<Cell<u64>>,
    cause: Rc<Cell<u64>>,
}

impl Said {
    pub(crate) fn say(&self, line: impl Into<String>) {
        self.lines.say(line);
    }

    /// The cause is now.
    pub(crate) fn cause(&self) {
        self.cause.set(self.turn.get());
    }

    /// Says a line and how many turns ago the cause was.
    pub(crate) fn say_hops(&self, line: &str) {
        self.say(format!("{line} {}", self.turn.get() - self.cause.get()));
    }
}

impl Play {
    fn new(host: Host, around: Around, strikes: Vec<Strike>) -> Self {
        let (said, reports) = (Said::default(), Log::default());
        let fate = Rc::new(Fate {
            strikes,
            victims: RefCell::default(),
            begun: Cell::default(),
            moments: Cell::default(),
            struck: RefCell::default(),
            struck_at: Cell::default(),
            turn: said.turn.clone(),
            recorder: Recorder::default(),
        });
        let builder = Runtime::builder().virtual_clock().observer(fate.clone());
        let runtime = builder.on_report(move |report| reports.say(report)).build();
        Play { runtime, fate, reports, host, around, said }
    }

    pub(crate) fn spawn(&self, name: &'static str, future: impl Future<Output = ()> + 'static) -> Task {
        self.runtime.task(name).spawn_detached(future)
    }

    /// Spawns a task that is awaited.
    pub(crate) fn joined<T: 'static>(&self, future: impl Future<Output = T> + 'static) -> JoinHandle<T> {
        self.runtime.spawn(future)
    }

    /// Spawns a victim.
    pub(crate) fn victim(&self, name: &'static str, future: impl Future<Output = ()> + 'static) -> Task {
        let victim = Rc::new(Victim {
            name,
            future: Cell::new(Some(Box::pin(future))),
            abandoned: Cell::default(),
            waker: Cell::default(),
            phase: Cell::new(Phase::New),
            task: OnceCell::new(),
        });
        let task = self.spawn(name, host(Hosted(victim.clone()), self.host));
        victim.task.set(task.clone()).expect("a victim has one task");
        self.fate.victims.borrow_mut().push(victim);
        task
    }

    /// What stands around the waits of the victims.
    pub(crate) fn around(&self) -> Around {
        self.around
    }

    /// Spawns a task for each name, in order, and at that place among them the victim.
    pub(crate) fn line_up<F>(&self, names: &[&'static str], place: usize, role: impl Fn(&'static str, Around) -> F)
    where
        F: Future<Output = ()> + 'static,
    {
        for (index, name) in names.iter().enumerate() {
            if index == place {
                self.victim("victim", role("victim", self.around));
            }
            self.spawn(name, role(name, Around::Nothing));
        }
        if place == names.len() {
            self.victim("victim", role("victim", self.around));
        }
    }

    /// Runs on until nobody can go on, or nobody is left. The first moment comes before the first
    /// turn.
    pub(crate) fn run(&self) {
        if !self.fate.begun.replace(true) {
            self.fate.pass_moment(self.now());
        }
        let turns = 10_000;
        let stands = |_: &usize| matches!(self.runtime.turn(), Turn::Idle(None) | Turn::Stalled);
        assert!((0..turns).find(stands).is_some(), "the play runs on after {turns} turns");
        let mut reports = self.reports.take();
        // A group that is dropped tells of the errors that it had.
        reports.retain(|report| !report.contains("returned an error"));
        assert_eq!(reports, [""; 0], "nobody panics");
    }

    pub(crate) fn now(&self) -> Instant {
        self.runtime.now()
    }

    /// When a victim was struck, if one was.
    pub(crate) fn struck_at(&self) -> Option<Instant> {
        self.fate.struck_at.get()
    }

    /// What the others have said and what the victims have, since the last call.
    pub(crate) fn lines(&self) -> (Vec<String>, Vec<String>) {
        self.said.lines.take().into_iter().partition(|line| !line.starts_with("victim"))
    }

    /// The numbers of those who were to be cancelled, in order, but for the victim.
    pub(crate) fn cancelled(&self) -> Vec<u64> {
        let events = self.fate.recorder.events().into_iter().filter(|event| event.kind == Kind::CancelRequested);
        let others = events.filter_map(|event| event.task).filter(|task| task.name.as_deref() != Some("victim"));
        others.map(|task| task.number).collect()
    }

    /// Everybody has ended.
    pub(crate) fn ends(&self) {
        assert_eq!(self.runtime.turn(), Turn::Idle(None), "nobody waits, and no timer is armed");
        assert_eq!(self.runtime.task_count(), 0);
    }

    fn moments(&self) -> usize {
        self.fate.moments.get()
    }
}

/// A scene that fails tells what was done to it, and what happened.
impl Drop for Play {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Play { fate, host, around, .. } = self;
            eprintln!("polled by: {host:?}, around it: {around:?}, struck: {:?}", fate.strikes);
            eprintln!("what happened:\n  {}", fate.recorder.lines().join("\n  "));
            eprintln!("what was reported: {:?}", self.reports.take());
        }
    }
}

fn play(scene: &impl Fn(&Play), host: Host, around: Around, strikes: Vec<Strike>) -> Play {
    let play = Play::new(host, around, strikes);
    scene(&play);
    play
}

/// Plays a scene for every moment, every blow, every way of being polled, and everything around the
/// wait.
pub(crate) fn at_every_moment(scene: impl Fn(&Play)) {
    for around in AROUND {
        let phases = struck_within(&scene, around);
        if let Around::Nothing = around {
            for phase in [Phase::New, Phase::Polled, Phase::Parked, Phase::Woken] {
                assert!(phases.contains(&phase), "no blow fell while the victim was {phase:?}");
            }
        }
    }
}

fn struck_within(scene: &impl Fn(&Play), around: Around) -> HashSet<Phase> {
    let mut phases = HashSet::new();
    for host in HOSTS {
        let moments = play(scene, host, around, Vec::new()).moments();
        assert!(moments > 0, "the scene has a victim");
        for (moment, blow) in (0..moments).flat_map(|moment| BLOWS.map(|blow| (moment, blow))) {
            let struck = play(scene, host, around, vec![Strike { moment, victim: 0, blow }]);
            phases.extend(struck.fate.struck.take());
        }
    }
    phases
}

/// Plays a scene with two victims for every pair of moments and every pair of blows.
pub(crate) fn at_every_two_moments(scene: impl Fn(&Play)) {
    for (host, first) in HOSTS.into_iter().flat_map(|host| BLOWS.map(|blow| (host, blow))) {
        for (victim, second) in BLOWS.into_iter().flat_map(|blow| [(0, blow), (1, blow)]) {
            let undisturbed = play(&scene, host, Around::Nothing, Vec::new()).moments();
            for moment in 0..undisturbed {
                let strike = Strike { moment, victim, blow: first };
                let moments = play(&scene, host, Around::Nothing, vec![strike]).moments();
                for later in moment..moments {
                    let other = Strike { moment: later, victim: 1 - victim, blow: second };
                    play(&scene, host, Around::Nothing, vec![strike, other]);
                }
            }
        }
    }
}
