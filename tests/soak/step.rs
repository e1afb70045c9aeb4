//! What a soak plays, as data: steps, the tasks that take them, and the text that a scenario is
//! written as. One line is one task, or so many turns.

use std::fmt;
use std::sync::Arc;

/// What a task does in one step. [`actor`](crate::actor) says what each does.
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

/// The word for each verb.
const WORDS: [(&str, Verb); 44] = [
    ("yield", Yield),
    ("sleep", Sleep),
    ("tick", Tick),
    ("wait", Wait),
    ("set", Set),
    ("clear", Clear),
    ("pulse", Pulse),
    ("lock", Lock),
    ("try-lock", TryLock),
    ("await", Await),
    ("await-goal", AwaitGoal),
    ("await-until", AwaitUntil),
    ("notify", Notify),
    ("acquire", Acquire),
    ("try-acquire", TryAcquire),
    ("forget", Forget),
    ("arrive", Arrive),
    ("reset", Reset),
    ("abort", Abort),
    ("put", Put),
    ("try-put", TryPut),
    ("get", Get),
    ("try-get", TryGet),
    ("drain", Drain),
    ("close", Close),
    ("close-now", CloseNow),
    ("spawn", Spawn),
    ("join", Join),
    ("gather", Gather),
    ("gather-tasks", GatherTasks),
    ("group", Group),
    ("ends", Ends),
    ("completed", Completed),
    ("race", Race),
    ("timeout", Timeout),
    ("abandon", Abandon),
    ("leave", Leave),
    ("take", Take),
    ("foreign", Foreign),
    ("thread", Thread),
    ("cancel", Cancel),
    ("cancel-self", CancelSelf),
    ("panic", Panic),
    ("fail", Fail),
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
        let word = WORDS.iter().find(|(_, verb)| *verb == self.verb).map_or("?", |(word, _)| word);
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
                let verb = WORDS.iter().find(|(known, _)| *known == word);
                let (_, verb) = verb.unwrap_or_else(|| panic!("no step: {word}"));
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
