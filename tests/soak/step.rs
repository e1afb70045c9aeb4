//! What a soak plays, as data: steps, the tasks that take them, and the text that a scenario is
//! written as. One line is one task, or so many turns.

use std::fmt;
use std::sync::Arc;

/// What a task does in one step. [`WORDS`] says what each does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Yield,
    Sleep,
    Tick,
    Wait,
    Set,
    Clear,
    Pulse,
    Lock,
    TryLock,
    Await,
    AwaitGoal,
    AwaitUntil,
    Notify,
    Acquire,
    TryAcquire,
    Forget,
    Arrive,
    Reset,
    Abort,
    Put,
    TryPut,
    Get,
    TryGet,
    Drain,
    Close,
    CloseNow,
    Spawn,
    Join,
    Gather,
    GatherTasks,
    Group,
    Ends,
    Completed,
    Race,
    Timeout,
    Abandon,
    Leave,
    Take,
    Foreign,
    Thread,
    Cancel,
    CancelSelf,
    Panic,
    Fail,
}

use Verb::*;

/// The word for each verb, and what a step with the numbers a and b does.
const WORDS: [(&str, Verb, &str); 44] = [
    ("yield", Yield, "yields b times"),
    ("sleep", Sleep, "sleeps for b µs, and on to a multiple of a µs"),
    ("tick", Tick, "awaits two ticks of an interval, each as long as a sleep"),
    ("wait", Wait, "waits for event a"),
    ("set", Set, "sets event a"),
    ("clear", Clear, "clears event a"),
    ("pulse", Pulse, "pulses event a"),
    ("lock", Lock, "takes lock a for the time of the body"),
    ("try-lock", TryLock, "takes lock a for the time of the body, if it is free"),
    ("await", Await, "takes the lock of condition a, and waits for a notify"),
    ("await-goal", AwaitGoal, "takes the lock of condition a, and waits until its value has grown by b"),
    ("await-until", AwaitUntil, "takes the lock of condition a, and waits for a notify, for b µs at most"),
    ("notify", Notify, "takes the lock of condition a, adds b to its value, and notifies b who wait"),
    ("acquire", Acquire, "takes 1 + b permits of semaphore a, modulo all it has, for the time of the body"),
    ("try-acquire", TryAcquire, "takes a permit of semaphore a for the time of the body, if there is one"),
    ("forget", Forget, "takes permits of semaphore a, as acquire does, forgets them, and releases as many"),
    ("arrive", Arrive, "waits at barrier a"),
    ("reset", Reset, "resets barrier a"),
    ("abort", Abort, "aborts barrier a"),
    ("put", Put, "puts an item into queue a"),
    ("try-put", TryPut, "puts an item into queue a, if there is room"),
    ("get", Get, "gets an item of queue a, and says b turns later that it is done"),
    ("try-get", TryGet, "gets an item of queue a, if there is one, and says b turns later that it is done"),
    ("drain", Drain, "waits until all items of queue a are done"),
    ("close", Close, "closes queue a, which is emptied two turns later, and puts a new one in its place"),
    ("close-now", CloseNow, "closes and empties queue a, and puts a new one in its place"),
    ("spawn", Spawn, "spawns a task that takes the body"),
    ("join", Join, "spawns a task that takes the body, and awaits it"),
    ("gather", Gather, "gathers the steps of the body, each in a task"),
    ("gather-tasks", GatherTasks, "spawns a task for each step of the body, and gathers them"),
    ("group", Group, "runs a task group, a task for each step of the body; if b > 0, they may fail"),
    (
        "ends",
        Ends,
        "spawns a task for each step of the body, and waits for the first end (b = 0, modulo 3), panic (1), or all (2)",
    ),
    ("completed", Completed, "spawns a task for each step of the body, and takes them as they end"),
    ("race", Race, "takes the steps of the body side by side, until one is through"),
    ("timeout", Timeout, "takes the body, for as long at most as a sleep"),
    ("abandon", Abandon, "takes the body for b turns, and drops what is left of it"),
    ("leave", Leave, "begins the body, and leaves it where another task takes it up"),
    ("take", Take, "goes on with what another task has left"),
    (
        "foreign",
        Foreign,
        "takes the body under foreign wakers: FuturesUnordered (b = 0, modulo 3), one for each poll (1), only one (2)",
    ),
    ("thread", Thread, "waits for a thread that wakes it (b even), or spawns what wakes it (odd)"),
    ("cancel", Cancel, "cancels task a"),
    ("cancel-self", CancelSelf, "cancels its own task"),
    ("panic", Panic, "panics on purpose"),
    ("fail", Fail, "fails, as a task of a group"),
];

/// One step of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) verb: Verb,
    /// Which of the objects of its kind, or which task.
    pub(crate) object: u32,
    /// How much, how long, or which way.
    pub(crate) amount: u32,
    /// What it does meanwhile, or what its children do.
    pub(crate) body: Arc<[Step]>,
}

/// One line of a scenario.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Line {
    /// A task with a number, by which it can be cancelled.
    Task(u32, Arc<[Step]>),
    /// So many turns pass; with 0, turns until nobody can run.
    Turns(u32),
}

/// Lines from first to last.
pub(crate) type Scenario = Vec<Line>;

impl Step {
    pub(crate) fn new(verb: Verb, object: u32, amount: u32) -> Self {
        Step::with(verb, object, amount, Vec::new())
    }

    pub(crate) fn with(verb: Verb, object: u32, amount: u32, body: Vec<Step>) -> Self {
        Step { verb, object, amount, body: body.into() }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = WORDS.iter().find(|(_, verb, _)| *verb == self.verb).map_or("?", |(word, ..)| word);
        write!(f, "{word} {} {}", self.object, self.amount)?;
        if !self.body.is_empty() {
            write!(f, " [{}]", text(&self.body))?;
        }
        Ok(())
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Line::Task(number, steps) => write!(f, "task {number}: {}", text(steps)),
            Line::Turns(count) => write!(f, "turns {count}"),
        }
    }
}

fn text(steps: &[Step]) -> String {
    steps.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

/// What each verb of a scenario means, a line for each.
pub(crate) fn legend(scenario: &[Line]) -> String {
    fn has(steps: &[Step], verb: Verb) -> bool {
        steps.iter().any(|step| step.verb == verb || has(&step.body, verb))
    }
    let used = |verb| scenario.iter().any(|line| matches!(line, Line::Task(_, steps) if has(steps, verb)));
    let lines = WORDS.iter().filter(|(_, verb, _)| used(*verb));
    lines.map(|(word, _, meaning)| format!("{word}: {meaning}")).collect::<Vec<_>>().join("\n")
}

/// Reads what the `Display` of lines writes.
///
/// # Panics
/// When that is no scenario.
pub(crate) fn parse(text: &str) -> Scenario {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(parse_line).collect()
}

fn parse_line(line: &str) -> Line {
    if let Some(count) = line.strip_prefix("turns ") {
        return Line::Turns(number(count));
    }
    let rest = line.strip_prefix("task ").unwrap_or_else(|| panic!("neither a task nor turns: {line}"));
    let (task, steps) = rest.split_once(':').unwrap_or_else(|| panic!("a task without steps: {line}"));
    let spaced = steps.replace('[', " [ ").replace(']', " ] ").replace(';', " ; ");
    let mut words = spaced.split_whitespace();
    Line::Task(number(task), parse_steps(&mut words).into())
}

/// Reads steps up to the bracket that closes them, or to the end.
fn parse_steps<'a>(words: &mut impl Iterator<Item = &'a str>) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    while let Some(word) = words.next() {
        match word {
            "]" => break,
            ";" => {}
            "[" => steps.last_mut().expect("a body follows a step").body = parse_steps(words).into(),
            word => {
                let verb = WORDS.iter().find(|(known, ..)| *known == word);
                let (_, verb, _) = verb.unwrap_or_else(|| panic!("no step: {word}"));
                let mut next = || number(words.next().expect("two numbers follow a word"));
                let (object, amount) = (next(), next());
                steps.push(Step::new(*verb, object, amount));
            }
        }
    }
    steps
}

fn number(word: &str) -> u32 {
    word.trim().parse().unwrap_or_else(|_| panic!("no number: {word}"))
}

#[test]
fn a_scenario_is_read_as_it_was_written() {
    let text = "task 3: lock 0 1 [yield 0 2; race 0 0 [wait 1 0; sleep 0 5]]; cancel 3 0\nturns 0";
    let scenario = parse(text);
    assert_eq!(scenario.len(), 2);
    let written: Vec<_> = scenario.iter().map(ToString::to_string).collect();
    assert_eq!(written.join("\n"), text);
}

#[test]
fn a_legend_has_the_verbs_of_a_scenario_and_no_others() {
    let scenario = parse("task 3: leave 0 0 [await-until 24 5]\nturns 0");
    let until = "await-until: takes the lock of condition a, and waits for a notify, for b µs at most";
    let leave = "leave: begins the body, and leaves it where another task takes it up";
    assert_eq!(legend(&scenario).lines().collect::<Vec<_>>(), [until, leave]);
}
