//! The state of a run, rebuilt from its trace alone, and compared with what the runtime says of itself.

use greenlight::dump::{Dump, Hold, ObjectState, Place, TaskState, WaitInfo, Who, try_dump};
use greenlight::trace::{Kind, Observer, TraceEvent};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The state after some events.
#[derive(Debug, Default)]
pub struct State {
    /// The tasks that are being polled or dropped; the last one is the one that runs.
    runs: Vec<u64>,
    ready: Vec<u64>,
    tasks: BTreeMap<u64, Life>,
    dying: BTreeSet<u64>,
    waits: BTreeMap<u64, Wait>,
    objects: BTreeMap<u64, Object>,
    /// When each timer fires, in microseconds, by its wait.
    timers: BTreeMap<u64, u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    Ready,
    Running,
    Parked,
    Over,
}

#[derive(Debug)]
struct Wait {
    task: Option<u64>,
    /// None if it is for time.
    object: Option<u64>,
    asks: i64,
}

#[derive(Debug, Default)]
struct Object {
    kind: &'static str,
    line: Vec<u64>,
    granted: Vec<u64>,
    /// Who holds a lock, and by which wait if that is a promise.
    holder: Option<(Option<u64>, Option<u64>)>,
    set: bool,
    permits: i64,
    len: usize,
    inside: usize,
    /// The task whose end it stands for.
    end_of: Option<u64>,
    awaits: Option<BTreeSet<u64>>,
}

impl State {
    /// Takes the state one event further.
    pub fn add(&mut self, event: &TraceEvent) {
        let task = event.task.as_ref().map(|task| task.number);
        let of_task = || task.expect("it happens to a task");
        match event.kind {
            Kind::Spawned | Kind::Woken => self.queue(of_task()),
            Kind::PollBegan | Kind::Dropping => {
                self.ready.retain(|&other| other != of_task());
                self.tasks.insert(of_task(), Life::Running);
                self.runs.push(of_task());
            }
            Kind::PollPending => {
                let task = of_task();
                self.stop(task);
                if self.dying.contains(&task) && !self.ready.contains(&task) {
                    self.ready.push(task);
                }
                let life = if self.ready.contains(&task) { Life::Ready } else { Life::Parked };
                self.tasks.insert(task, life);
            }
            Kind::CancelRequested => {
                self.dying.insert(of_task());
                if self.tasks.get(&of_task()) == Some(&Life::Parked) {
                    self.queue(of_task());
                }
            }
            Kind::Returned | Kind::Cancelled | Kind::Panicked => self.finish(of_task()),
            Kind::TimerArmed { deadline, .. } => {
                let wait = event.wait.expect("a timer has a number");
                self.waits.insert(wait, Wait { task, object: None, asks: 1 });
                self.timers.insert(wait, deadline.as_micros());
            }
            _ => self.add_of_object(event, task),
        }
    }

    fn add_of_object(&mut self, event: &TraceEvent, task: Option<u64>) {
        if let (Kind::WaitMoved | Kind::TimerMoved, Some(wait)) = (event.kind, event.wait) {
            let waiting = self.waits.get_mut(&wait).expect("a wait that moves is there");
            waiting.task = task;
            let object = waiting.object.and_then(|number| self.objects.get_mut(&number));
            if let Some((holder, Some(promised))) = object.and_then(|object| object.holder.as_mut())
                && *promised == wait
            {
                *holder = task;
            }
            return;
        }
        if let (Kind::Waited | Kind::Leaves | Kind::TimerFired | Kind::TimerDropped, Some(wait)) =
            (event.kind, event.wait)
        {
            return self.end_wait(wait);
        }
        let Some(label) = &event.object else { return };
        let number = label.number.expect("a trace numbers its objects");
        if event.kind == Kind::ObjectGone {
            self.objects.remove(&number);
            return;
        }
        let object = self.objects.entry(number).or_insert_with(|| Object { kind: label.kind, ..Object::default() });
        match event.kind {
            Kind::ObjectMade { state } => match state {
                ObjectState::Word { set, .. } => object.set = set,
                ObjectState::Permits { made_with, .. } => object.permits = i64::try_from(made_with).unwrap_or(i64::MAX),
                ObjectState::End => object.end_of = task,
                _ => {}
            },
            Kind::Waits { asks } => {
                let wait = event.wait.expect("a wait has a number");
                object.line.push(wait);
                self.waits.insert(wait, Wait { task, object: Some(number), asks: asks as i64 });
            }
            Kind::Granted => {
                let wait = event.wait.expect("a wait has a number");
                object.line.retain(|&other| other != wait);
                object.granted.push(wait);
                if object.kind == "lock" {
                    object.holder = Some((self.waits[&wait].task, Some(wait)));
                }
            }
            Kind::EventSet { .. } => object.set = true,
            Kind::EventPulsed { .. } | Kind::EventCleared => object.set = false,
            Kind::LockTaken => object.holder = Some((task, None)),
            Kind::LockReleased => object.holder = None,
            Kind::PermitsTaken { permits } => object.permits -= permits as i64,
            Kind::PermitsReleased { permits } => object.permits += permits as i64,
            Kind::ItemPut { len } | Kind::ItemTaken { len } => object.len = len,
            Kind::BarrierArrived { inside } | Kind::BarrierLeft { inside } => object.inside = inside,
            Kind::EndAwaited => _ = object.awaits.get_or_insert_default().insert(task.expect("a task is awaited")),
            _ => {}
        }
    }

    fn queue(&mut self, task: u64) {
        if !self.ready.contains(&task) {
            self.ready.push(task);
        }
        if self.tasks.get(&task) != Some(&Life::Running) {
            self.tasks.insert(task, Life::Ready);
        }
    }

    fn stop(&mut self, task: u64) {
        if let Some(place) = self.runs.iter().rposition(|&other| other == task) {
            self.runs.remove(place);
        }
    }

    fn finish(&mut self, task: u64) {
        self.stop(task);
        self.ready.retain(|&other| other != task);
        self.tasks.insert(task, Life::Over);
        self.dying.remove(&task);
        let awaits = self.objects.values_mut().filter_map(|object| object.awaits.as_mut());
        awaits.for_each(|awaits| _ = awaits.remove(&task));
    }

    fn end_wait(&mut self, wait: u64) {
        self.timers.remove(&wait);
        let object = self.waits.remove(&wait).and_then(|waiting| self.objects.get_mut(&waiting.object?));
        let Some(object) = object else { return };
        object.line.retain(|&other| other != wait);
        object.granted.retain(|&other| other != wait);
        if object.holder.is_some_and(|(_, promised)| promised == Some(wait)) {
            object.holder = None;
        }
    }

    /// The state in one line of JSON, as the page's own reader writes it.
    pub fn json(&self) -> String {
        let mut json = String::new();
        let objects = self.objects.iter().map(|(number, object)| (number.to_string(), self.json_of(object)));
        let tasks = self.tasks.iter().map(|(number, life)| {
            let life = match life {
                Life::Ready => "ready",
                Life::Running => "running",
                Life::Parked => "parked",
                Life::Over => "over",
            };
            (number.to_string(), format!("\"{life}\""))
        });
        let mut timers: Vec<_> = self.timers.iter().map(|(&wait, &due)| (due, wait)).collect();
        timers.sort_unstable();
        let timers = timers.iter().map(|(due, wait)| format!("[{},{due}]", number(self.waits[wait].task)));
        _ = write!(
            json,
            r#"{{"objects":{},"ready":{},"running":{},"tasks":{},"timers":{}}}"#,
            members(objects),
            list(self.ready.iter()),
            number(self.runs.last().copied()),
            members(tasks),
            list(timers)
        );
        json
    }

    fn json_of(&self, object: &Object) -> String {
        let tasks = |waits: &[u64]| list(waits.iter().map(|wait| number(self.waits[wait].task)));
        let mut said = Vec::new();
        if let Some(awaits) = &object.awaits {
            said.push(("awaits".to_string(), list(awaits.iter())));
        }
        if object.kind == "semaphore" {
            let granted: i64 = object.granted.iter().map(|wait| self.waits[wait].asks).sum();
            said.push(("free".to_string(), (object.permits - granted).to_string()));
        }
        said.push(("granted".to_string(), tasks(&object.granted)));
        match object.kind {
            "lock" => said.push(("holder".to_string(), number(object.holder.and_then(|(task, _)| task)))),
            "barrier" => said.push(("inside".to_string(), object.inside.to_string())),
            "queue" => said.push(("len".to_string(), object.len.to_string())),
            _ => {}
        }
        said.push(("line".to_string(), tasks(&object.line)));
        if object.kind == "event" {
            said.push(("set".to_string(), u8::from(object.set).to_string()));
        }
        said.sort();
        members(said.into_iter())
    }
}

fn number(task: Option<u64>) -> String {
    task.map_or("null".to_string(), |task| task.to_string())
}

fn list(elements: impl Iterator<Item = impl ToString>) -> String {
    format!("[{}]", elements.map(|element| element.to_string()).collect::<Vec<_>>().join(","))
}

/// An object of JSON, with its keys sorted as text.
fn members(members: impl Iterator<Item = (String, String)>) -> String {
    let mut members: Vec<_> = members.collect();
    members.sort();
    let members: Vec<_> = members.into_iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

/// An observer that rebuilds the state from what it hears, and compares it with the runtime's own.
#[derive(Debug, Default)]
pub struct Rebuilt {
    inner: RefCell<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    state: State,
    events: Vec<TraceEvent>,
    /// The state after each event, in JSON.
    states: Vec<String>,
    compared: usize,
    faults: Vec<String>,
}

impl Rebuilt {
    /// What was wrong with the trace so far, and how many states were compared.
    pub fn faults(&self) -> (Vec<String>, usize) {
        let inner = self.inner.borrow();
        (inner.faults.clone(), inner.compared)
    }

    /// The same once the runtime is gone: whatever is left dangles.
    pub fn faults_at_the_end(&self) -> (Vec<String>, usize) {
        let (mut faults, compared) = self.faults();
        let state = &self.inner.borrow().state;
        let alive: Vec<_> = state.tasks.iter().filter(|(_, life)| **life != Life::Over).collect();
        if !alive.is_empty() || !state.ready.is_empty() || !state.runs.is_empty() {
            faults.push(format!("tasks are left: {alive:?}, ready: {:?}", state.ready));
        }
        if !state.waits.is_empty() || !state.timers.is_empty() {
            let left: Vec<_> = state.waits.keys().collect();
            faults.push(format!("waits are left: {left:?}, timers: {:?}", state.timers));
        }
        (faults, compared)
    }

    /// The state after each event, in JSON.
    pub fn states(&self) -> Vec<String> {
        self.inner.borrow().states.clone()
    }
}

impl Observer for Rebuilt {
    fn on_event(&self, event: &TraceEvent) {
        let compares = matches!(event.kind, Kind::PollBegan | Kind::PollPending);
        // Asked for before anything is borrowed here: it tells nobody of anything.
        let dump = if compares { try_dump() } else { None };
        let mut inner = self.inner.borrow_mut();
        inner.check_causes(event);
        if event.kind == Kind::PollBegan {
            let task = event.task.as_ref().map(|task| task.number);
            let first = inner.state.ready.first().copied();
            if first != task {
                inner.fault(event, &format!("{task:?} is polled, and {first:?} is first in the ready queue"));
            }
        }
        inner.state.add(event);
        if let Some(dump) = dump {
            inner.compared += 1;
            for fault in inner.state.differences(&dump) {
                inner.fault(event, &fault);
            }
        }
        let json = inner.state.json();
        inner.states.push(json);
        inner.events.push(event.clone());
    }
}

impl Inner {
    fn fault(&mut self, event: &TraceEvent, fault: &str) {
        // The first tell enough.
        if self.faults.len() < 5 {
            let before = self.events.iter().rev().take(12).rev().map(|event| format!("\n    {} {event}", event.seq));
            self.faults.push(format!("at {} {event}: {fault}{}", event.seq, before.collect::<String>()));
        }
    }

    fn check_causes(&mut self, event: &TraceEvent) {
        let is_before = |other: Option<u64>| other.is_none_or(|other| 0 < other && other < event.seq);
        if event.seq != self.events.len() as u64 + 1 {
            self.fault(event, "its number is not the next");
        }
        if !is_before(event.cause) || !is_before(event.via) {
            self.fault(event, &format!("it comes before its cause {:?} or its act {:?}", event.cause, event.via));
        }
        if let Some(fault) = self.state.cannot_be(event) {
            self.fault(event, &fault);
        }
        let task = event.task.as_ref().map(|task| task.number);
        let queued_by = event.cause.and_then(|cause| self.events.get(cause as usize - 1));
        match event.kind {
            Kind::PollBegan => {
                let queues = |event: &TraceEvent| matches!(event.kind, Kind::Spawned | Kind::Woken);
                let is_own = |event: &TraceEvent| event.task.as_ref().map(|task| task.number) == task;
                if !queued_by.is_some_and(|event| queues(event) && is_own(event)) {
                    self.fault(event, "a poll that no spawn and no wake has brought about");
                }
            }
            Kind::Woken | Kind::Granted if event.cause.is_none() => self.fault(event, "nothing has caused it"),
            _ => {}
        }
    }
}

impl State {
    /// Why that cannot happen now, if it cannot.
    fn cannot_be(&self, event: &TraceEvent) -> Option<String> {
        let object = self.objects.get(&event.object.as_ref()?.number?)?;
        let fits = match event.kind {
            Kind::EventSet { released } => !object.set && released == object.line.len(),
            Kind::EventPulsed { released } => released == object.line.len(),
            Kind::EventCleared | Kind::EventFound => object.set,
            Kind::EventUnset => !object.set,
            Kind::LockTaken => object.holder.is_none_or(|(_, promised)| promised.is_some()),
            Kind::LockReleased => object.holder.is_some_and(|(_, promised)| promised.is_none()),
            Kind::PermitsTaken { permits } => {
                let granted: i64 = object.granted.iter().map(|wait| self.waits[wait].asks).sum();
                object.permits - granted >= permits as i64
            }
            Kind::ItemPut { len } => len == object.len + 1,
            Kind::ItemTaken { len } => len + 1 == object.len,
            Kind::BarrierArrived { inside } => inside == object.inside + 1,
            Kind::BarrierLeft { inside } => inside + 1 == object.inside,
            _ => true,
        };
        (!fits).then(|| format!("the trace says {object:?}"))
    }

    /// In what it differs from what the runtime says.
    fn differences(&self, dump: &Dump) -> Vec<String> {
        let mut faults = Vec::new();
        let known: BTreeMap<_, _> = self.tasks.iter().filter(|(_, life)| **life != Life::Over).collect();
        let there = dump.tasks.iter().map(|task| {
            let life = match task.state {
                TaskState::Ready => Life::Ready,
                TaskState::Polling | TaskState::Ending => Life::Running,
                TaskState::Parked => Life::Parked,
            };
            (task.label.number, life)
        });
        let there: BTreeMap<_, _> = there.collect();
        if !there.iter().eq(known.iter().map(|(&&task, &life)| (task, *life)).collect::<BTreeMap<_, _>>().iter()) {
            faults.push(format!("the tasks are {there:?}, and the trace says {known:?}"));
        }
        let (mut lines, mut granted, mut timers) =
            <(BTreeMap<_, BTreeMap<_, _>>, BTreeMap<_, Vec<_>>, Vec<_>)>::default();
        for task in &dump.tasks {
            let number = task.label.number;
            for wait in &task.waits {
                match wait {
                    WaitInfo::Sleep { until, .. } => timers.push((until.as_micros(), number)),
                    WaitInfo::Object { object, place, holders, state, .. } => {
                        let of = object.number.expect("a dump numbers its objects");
                        match place {
                            Place::InLine { ahead, .. } => _ = lines.entry(of).or_default().insert(*ahead, number),
                            Place::Granted => granted.entry(of).or_default().push(number),
                        }
                        faults.extend(self.differs_in(of, holders, *state));
                    }
                    _ => faults.push("a wait of another kind".to_string()),
                }
            }
        }
        for (&number, object) in &self.objects {
            let alive = |wait: &u64| self.waits[wait].task.filter(|task| there.contains_key(task));
            let line = object.line.iter().enumerate().filter_map(|(place, wait)| Some((place, alive(wait)?)));
            let line: BTreeMap<_, _> = line.collect();
            let told = lines.remove(&number).unwrap_or_default();
            if line != told {
                faults.push(format!("in line at {} {number} are {told:?}, and the trace says {line:?}", object.kind));
            }
            let mut line: Vec<_> = object.granted.iter().filter_map(alive).collect();
            let mut told = granted.remove(&number).unwrap_or_default();
            line.sort_unstable();
            told.sort_unstable();
            if line != told {
                faults.push(format!("granted at {} {number} are {told:?}, the trace says {line:?}", object.kind));
            }
        }
        if !lines.is_empty() || !granted.is_empty() {
            faults.push(format!("the trace knows nothing of the waits {lines:?} and {granted:?}"));
        }
        let mut known: Vec<_> =
            self.timers.iter().filter_map(|(wait, &due)| Some((due, self.waits[wait].task?))).collect();
        known.sort_unstable();
        timers.sort_unstable();
        if known != timers {
            faults.push(format!("the sleeps are {timers:?}, and the trace says {known:?}"));
        }
        faults.extend(self.differ_in_ends(dump));
        faults
    }

    /// Whether somebody else holds the object, or it is in another state.
    fn differs_in(&self, number: u64, holders: &[greenlight::dump::HolderInfo], state: ObjectState) -> Option<String> {
        let object = self.objects.get(&number)?;
        let known = object.holder.and_then(|(task, _)| task);
        if object.kind == "lock" {
            let told = holders.first().and_then(|holder| match &holder.who {
                Who::Task(task) => Some(task.number),
                _ => None,
            });
            let is_promised = holders.first().is_some_and(|holder| holder.hold != Hold::Taken);
            if known != told || object.holder.is_some_and(|(_, wait)| wait.is_some()) != is_promised {
                return Some(format!("lock {number} is held by {told:?}, and the trace says {:?}", object.holder));
            }
        }
        if let ObjectState::Arrivals { arrived: 1.., .. } = state {
            let ObjectState::Arrivals { arrived, .. } = state else { return None };
            if arrived != object.inside {
                return Some(format!("{arrived} are at barrier {number}, and the trace says {}", object.inside));
            }
        }
        None
    }

    /// Whether somebody else awaits the ends of tasks.
    fn differ_in_ends(&self, dump: &Dump) -> Vec<String> {
        let waits_of = |object: &Object| -> BTreeSet<u64> {
            let waits = object.line.iter().chain(&object.granted);
            waits.filter_map(|wait| self.waits[wait].task).collect()
        };
        let differs = |task: &greenlight::dump::TaskInfo| {
            let number = task.label.number;
            let is_of_it = |object: &&Object| {
                object.end_of == Some(number) || object.awaits.as_ref().is_some_and(|all| all.contains(&number))
            };
            let known: BTreeSet<_> = self.objects.values().filter(is_of_it).flat_map(waits_of).collect();
            let told: BTreeSet<_> = task.awaited_by.iter().map(|task| task.number).collect();
            (known != told).then(|| format!("{} is awaited by {told:?}, and the trace says {known:?}", task.label))
        };
        dump.tasks.iter().filter_map(differs).collect()
    }
}
