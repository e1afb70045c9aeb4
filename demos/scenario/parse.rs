//! From a line of JSON to a script: resolves the names, checks the operations, and says of what it
//! refuses what it wants instead.

use super::script::{Action, Block, Goal, Guarded, LockOf, Op, Part, Scenario, TaskIndex};
use greenlight::sync::{Barrier, Condition, Event, Lock, Queue, Semaphore};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

/// Each operation with what follows its name, as the file has to spell it.
const OPERATIONS: [(&str, &str); 22] = [
    ("say", "text"),
    ("yield", ""),
    ("sleep", "microseconds"),
    ("start", "task"),
    ("join", "task"),
    ("cancel", "task"),
    ("fail", "text"),
    ("repeat", "times, block"),
    ("gather", "[task, …]"),
    ("group", "[task, …]"),
    ("set", "event"),
    ("clear", "event"),
    ("is_set", "event"),
    ("wait", "event, condition or barrier"),
    ("with", "lock, condition or semaphore, block"),
    ("wait_for", "condition, variable, least"),
    ("notify", "condition, count"),
    ("notify_all", "condition"),
    ("add", "variable, number"),
    ("timeout", "microseconds, block"),
    ("put", "queue, value"),
    ("get", "queue"),
];

/// The kinds of objects.
const KINDS: [&str; 6] = ["event", "lock", "condition", "semaphore", "barrier", "queue"];

/// How much of the JSON that is at fault a complaint quotes, in characters.
const QUOTED: usize = 60;

/// An object of a scenario.
enum Object {
    Event(Rc<Event>),
    Lock(Guarded, Rc<Lock>),
    Condition(Guarded, Rc<Condition>),
    Semaphore(Guarded),
    Barrier(Rc<Barrier>),
    Queue(Rc<Queue<String>>),
}

/// What the names in a scenario stand for.
struct Names {
    objects: BTreeMap<String, Object>,
    tasks: Vec<Arc<str>>,
}

/// Reads one scenario. The error is a sentence for whoever wrote the line.
pub(super) fn scenario(line: &[u8]) -> Result<Scenario, String> {
    let value = serde_json::from_slice(line).map_err(|error| broken_json(&error))?;
    let Value::Object(fields) = value else {
        return Err("it is not a JSON object; a scenario is {\"name\": …, \"tasks\": …, \"start\": …}".into());
    };
    let name = field(&fields, "name", Value::as_str, "a text")?.to_owned();
    let tasks = field(&fields, "tasks", Value::as_object, "an object of blocks")?;
    let names = Names { objects: objects(&fields)?, tasks: tasks.keys().map(|name| name.as_str().into()).collect() };
    let part = |(name, block): (&String, &Value)| {
        Ok(Part {
            name: name.as_str().into(),
            block: names.block(block).map_err(|why| format!("task `{name}`: {why}"))?,
        })
    };
    let start = field(&fields, "start", Some, "a list of tasks")?;
    Ok(Scenario {
        name,
        tasks: tasks.iter().map(part).collect::<Result<_, String>>()?,
        start: names.tasks(start).map_err(|why| format!("`start`: {why}"))?,
    })
}

fn broken_json(error: &serde_json::Error) -> String {
    let column = error.column();
    let message = error.to_string();
    let what = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what);
    format!("it is not JSON ({what}, in column {column}); a scenario is one JSON object on a line of its own")
}

fn field<'v, T>(
    fields: &'v Map<String, Value>,
    name: &str,
    read: impl Fn(&'v Value) -> Option<T>,
    wanted: &str,
) -> Result<T, String> {
    let value = fields.get(name).ok_or_else(|| format!("it has no `{name}`; give it one, {wanted}"))?;
    read(value).ok_or_else(|| format!("`{name}` is {}; it has to be {wanted}", quote(value)))
}

fn objects(fields: &Map<String, Value>) -> Result<BTreeMap<String, Object>, String> {
    let Some(objects) = fields.get("objects") else {
        return Ok(BTreeMap::new());
    };
    let objects = objects.as_object().ok_or("`objects` has to be an object of objects, each with its `kind`")?;
    let mut made = BTreeMap::new();
    // A condition may share a lock that stands behind it.
    let (sharing, others): (Vec<_>, Vec<_>) = objects.iter().partition(|(_, spec)| spec.get("lock").is_some());
    for (name, spec) in others.into_iter().chain(sharing) {
        let object = object(name, spec, &made).map_err(|why| format!("object `{name}`: {why}"))?;
        made.insert(name.clone(), object);
    }
    Ok(made)
}

fn object(name: &str, spec: &Value, made: &BTreeMap<String, Object>) -> Result<Object, String> {
    match spec.get("kind").and_then(Value::as_str) {
        Some("event") => Ok(Object::Event(Rc::new(Event::new().named(name)))),
        Some("lock") => {
            let lock = Rc::new(Lock::new(()).named(name));
            Ok(Object::Lock(Guarded { name: name.into(), lock: LockOf::Itself(lock.clone()) }, lock))
        }
        Some("condition") => condition(name, spec.get("lock"), made),
        Some("semaphore") => {
            let permits = spec.get("value").ok_or("it has no `value`; give it one, the number of its permits")?;
            let semaphore = Semaphore::new(size(permits)?).named(name);
            let lock = LockOf::Semaphore(Rc::new(semaphore));
            Ok(Object::Semaphore(Guarded { name: name.into(), lock }))
        }
        Some("barrier") => match size(spec.get("parties").ok_or("it has no `parties`; give it one, their number")?)? {
            0 => Err("it has 0 parties; give it at least 1".into()),
            parties => Ok(Object::Barrier(Rc::new(Barrier::new(parties).named(name)))),
        },
        Some("queue") => {
            let queue = match spec.get("maxsize").map_or(Ok(0), size)? {
                0 => Queue::unbounded(),
                capacity => Queue::bounded(capacity),
            };
            Ok(Object::Queue(Rc::new(queue.named(name))))
        }
        Some(kind) => Err(format!("unknown kind `{kind}`; the kinds are {}", KINDS.join(", "))),
        None => Err(format!("it has no `kind`; the kinds are {}", KINDS.join(", "))),
    }
}

fn condition(name: &str, lock: Option<&Value>, made: &BTreeMap<String, Object>) -> Result<Object, String> {
    let Some(lock) = lock else {
        let condition = Rc::new(Condition::new(()).named(name));
        let guarded = Guarded { name: name.into(), lock: LockOf::Condition(condition.clone()) };
        return Ok(Object::Condition(guarded, condition));
    };
    match made.get(text(lock)?) {
        Some(Object::Lock(guarded, lock)) => {
            let condition = Rc::new(Condition::sharing(lock).named(name));
            Ok(Object::Condition(Guarded { name: name.into(), ..guarded.clone() }, condition))
        }
        _ => Err(format!("there is no lock {}; add it to `objects`", quote(lock))),
    }
}

impl Names {
    fn block(&self, block: &Value) -> Result<Block, String> {
        block
            .as_array()
            .ok_or_else(|| format!("{} is no block; a block is a list of operations", quote(block)))?
            .iter()
            .map(|op| self.op(op))
            .collect()
    }

    fn op(&self, op: &Value) -> Result<Op, String> {
        let (verb, arguments) = op
            .as_array()
            .and_then(|op| op.split_first())
            .and_then(|(verb, arguments)| Some((verb.as_str()?, arguments)))
            .ok_or_else(|| {
                format!("{} is no operation; an operation is a list that begins with its name", quote(op))
            })?;
        // What is wrong inside a block quotes its own operation.
        let quoting = |why| format!("{}: {why}", quote(op));
        let action = match (verb, arguments) {
            ("repeat", [times, block]) => Action::Repeat(count(times).map_err(quoting)?, self.block(block)?),
            ("with", [it, block]) => Action::With(self.guarded(it).map_err(quoting)?, self.block(block)?),
            ("timeout", [time, block]) => Action::Timeout(duration(time).map_err(quoting)?, self.block(block)?),
            _ => self.plain_action(verb, arguments).map_err(quoting)?,
        };
        Ok(Op { words: words(verb, arguments), action })
    }

    /// The action of an operation without a block.
    fn plain_action(&self, verb: &str, arguments: &[Value]) -> Result<Action, String> {
        Ok(match (verb, arguments) {
            ("say", [it]) => {
                text(it)?;
                Action::Say
            }
            ("yield", []) => Action::Yield,
            ("sleep", [it]) => Action::Sleep(duration(it)?),
            ("start", [it]) => Action::Start(self.task(it)?),
            ("join", [it]) => Action::Join(self.task(it)?),
            ("cancel", [it]) => Action::Cancel(self.task(it)?),
            ("fail", [it]) => Action::Fail(text(it)?.to_owned()),
            ("gather", [it]) => Action::Gather(self.tasks(it)?),
            ("group", [it]) => Action::Group(self.tasks(it)?),
            ("set", [it]) => Action::Set(self.event(it)?),
            ("clear", [it]) => Action::Clear(self.event(it)?),
            ("is_set", [it]) => Action::IsSet(self.event(it)?),
            ("wait", [it]) => match self.object(it)? {
                Object::Event(event) => Action::WaitForEvent(event.clone()),
                Object::Condition(guarded, condition) => Action::Wait(guarded.clone(), condition.clone()),
                Object::Barrier(barrier) => Action::WaitForOthers(barrier.clone()),
                Object::Queue(_) => {
                    return Err(format!("{} is a queue; take from it with [\"get\", queue]", quote(it)));
                }
                Object::Lock(..) | Object::Semaphore(_) => {
                    return Err(format!("{} is nothing to wait on; hold it with [\"with\", object, block]", quote(it)));
                }
            },
            ("wait_for", [it, variable, least]) => {
                let (guarded, condition) = self.condition(it)?;
                let goal = Goal { variable: text(variable)?.to_owned(), least: integer(least)? };
                Action::WaitFor(guarded, condition, goal)
            }
            ("notify", [it, n]) => {
                let (guarded, condition) = self.condition(it)?;
                Action::Notify(guarded, condition, size(n)?)
            }
            ("notify_all", [it]) => {
                let (guarded, condition) = self.condition(it)?;
                Action::Notify(guarded, condition, usize::MAX)
            }
            ("put", [it, value]) => Action::Put(self.queue(it)?, spelt(value)),
            ("get", [it]) => Action::Get(self.queue(it)?),
            ("add", [variable, n]) => Action::Add(text(variable)?.to_owned(), integer(n)?),
            _ => return Err(misspelt(verb)),
        })
    }

    fn task(&self, name: &Value) -> Result<TaskIndex, String> {
        let name = text(name)?;
        self.tasks
            .iter()
            .position(|task| **task == *name)
            .ok_or_else(|| format!("there is no task `{name}`; add it to `tasks`"))
    }

    fn tasks(&self, names: &Value) -> Result<Vec<TaskIndex>, String> {
        names
            .as_array()
            .ok_or_else(|| format!("{} is no list of tasks", quote(names)))?
            .iter()
            .map(|name| self.task(name))
            .collect()
    }

    fn object(&self, name: &Value) -> Result<&Object, String> {
        let name = text(name)?;
        self.objects.get(name).ok_or_else(|| format!("there is no object `{name}`; add it to `objects`"))
    }

    fn event(&self, name: &Value) -> Result<Rc<Event>, String> {
        match self.object(name)? {
            Object::Event(event) => Ok(event.clone()),
            _ => Err(format!("{} is no event", quote(name))),
        }
    }

    fn queue(&self, name: &Value) -> Result<Rc<Queue<String>>, String> {
        match self.object(name)? {
            Object::Queue(queue) => Ok(queue.clone()),
            _ => Err(format!("{} is no queue", quote(name))),
        }
    }

    fn guarded(&self, name: &Value) -> Result<Guarded, String> {
        match self.object(name)? {
            Object::Lock(guarded, _) | Object::Condition(guarded, _) | Object::Semaphore(guarded) => {
                Ok(guarded.clone())
            }
            _ => Err(format!("{} is nothing that a task can hold", quote(name))),
        }
    }

    fn condition(&self, name: &Value) -> Result<(Guarded, Rc<Condition>), String> {
        match self.object(name)? {
            Object::Condition(guarded, condition) => Ok((guarded.clone(), condition.clone())),
            _ => Err(format!("{} is no condition", quote(name))),
        }
    }
}

/// What is wrong with an operation whose name or number of arguments fits no known one.
fn misspelt(verb: &str) -> String {
    match OPERATIONS.iter().find(|(known, _)| *known == verb) {
        Some((_, "")) => format!("it has to be [\"{verb}\"]"),
        Some((_, arguments)) => format!("it has to be [\"{verb}\", {arguments}]"),
        None => {
            format!("unknown operation `{verb}`; the operations are {}", OPERATIONS.map(|(known, _)| known).join(", "))
        }
    }
}

fn words(verb: &str, arguments: &[Value]) -> String {
    let mut words = verb.to_owned();
    for argument in arguments.iter().filter(|argument| !argument.is_array()) {
        words.push(' ');
        words.push_str(&spelt(argument));
    }
    words
}

/// A value as the log spells it.
fn spelt(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| format!("{} has to be a text", quote(value)))
}

fn count(value: &Value) -> Result<u64, String> {
    value.as_u64().ok_or_else(|| format!("{} has to be a whole number from 0", quote(value)))
}

fn size(value: &Value) -> Result<usize, String> {
    usize::try_from(count(value)?).map_err(|_| format!("{} is too large", quote(value)))
}

fn integer(value: &Value) -> Result<i64, String> {
    value.as_i64().ok_or_else(|| format!("{} has to be a whole number", quote(value)))
}

fn duration(value: &Value) -> Result<Duration, String> {
    count(value)
        .map(Duration::from_micros)
        .map_err(|_| format!("{} has to be whole microseconds, from 0", quote(value)))
}

/// A value as JSON, cut short.
fn quote(value: &Value) -> String {
    let json = value.to_string();
    match json.char_indices().nth(QUOTED) {
        Some((end, _)) => format!("{}…", &json[..end]),
        None => json,
    }
}
