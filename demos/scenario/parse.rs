//! From a line of JSON to a script: resolves the names, checks the operations, and says of what it
//! refuses what it wants instead.

use super::items::Items;
use super::objects::{Object, objects};
use super::script::{Action, Block, Goal, Guarded, Op, Part, QueueAction, Scenario, TaskIndex};
use super::values::{count, duration, integer, item, quote, size, text, words};
use greenlight::Until;
use greenlight::sync::{Barrier, Condition, Event};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// Each operation with what follows its name, as the file has to spell it.
const OPERATIONS: [(&str, &str); 38] = [
    ("say", "text"),
    ("yield", ""),
    ("sleep", "microseconds"),
    ("start", "task"),
    ("join", "task or queue"),
    ("shield", "task"),
    ("cancel", "task"),
    ("fail", "text"),
    ("panic", "text"),
    ("repeat", "times, block"),
    ("gather", "[task, …]"),
    ("wait_tasks", "first, first_failure or all, [task, …]"),
    ("as_completed", "[task, …]"),
    ("group", "[task, …], or name, block"),
    ("spawn", "group, task"),
    ("set", "event"),
    ("clear", "event"),
    ("is_set", "event"),
    ("wait", "event, condition or barrier"),
    ("with", "lock, condition or semaphore, block"),
    ("wait_for", "condition, variable, least"),
    ("notify", "condition, count"),
    ("notify_all", "condition"),
    ("add", "variable, number"),
    ("locked", "lock, condition or semaphore"),
    ("abort", "barrier"),
    ("reset", "barrier"),
    ("waiting", "barrier"),
    ("timeout", "microseconds, block, name if it is to be moved"),
    ("move", "timeout, microseconds"),
    ("put", "queue, value"),
    ("get", "queue"),
    ("try_put", "queue, value"),
    ("try_get", "queue"),
    ("size", "queue"),
    ("task_done", "queue"),
    ("close", "queue"),
    ("close_now", "queue"),
];

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
            ("timeout", [time, block]) => Action::Timeout(duration(time).map_err(quoting)?, self.block(block)?, None),
            ("timeout", [time, block, name]) => {
                let name = Some(text(name).map_err(quoting)?.to_owned());
                Action::Timeout(duration(time).map_err(quoting)?, self.block(block)?, name)
            }
            ("group", [name @ Value::String(_), block]) => {
                Action::Crew(text(name).map_err(quoting)?.to_owned(), self.block(block)?)
            }
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
            ("join", [it]) => match self.queue(it) {
                Ok(queue) => Action::Queue(queue, QueueAction::Join),
                Err(_) => Action::Join(self.task(it)?),
            },
            ("shield", [it]) => Action::Join(self.task(it)?),
            ("cancel", [it]) => Action::Cancel(self.task(it)?),
            ("fail", [it]) => Action::Fail(text(it)?.to_owned()),
            ("panic", [it]) => Action::Panic(text(it)?.to_owned()),
            ("gather", [it]) => Action::Gather(self.tasks(it)?),
            ("wait_tasks", [until, it]) => Action::WaitForTasks(self.until(until)?, self.tasks(it)?),
            ("as_completed", [it]) => Action::AsCompleted(self.tasks(it)?),
            ("group", [it]) => Action::Group(self.tasks(it)?),
            ("spawn", [group, it]) => Action::SpawnInto(text(group)?.to_owned(), self.task(it)?),
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
            ("locked", [it]) => Action::Locked(self.guarded(it)?),
            ("abort", [it]) => Action::Abort(self.barrier(it)?),
            ("reset", [it]) => Action::Reset(self.barrier(it)?),
            ("waiting", [it]) => Action::Waiting(self.barrier(it)?),
            ("move", [name, time]) => Action::Move(text(name)?.to_owned(), duration(time)?),
            ("add", [variable, n]) => Action::Add(text(variable)?.to_owned(), integer(n)?),
            _ => self.queue_action(verb, arguments)?,
        })
    }

    fn queue_action(&self, verb: &str, arguments: &[Value]) -> Result<Action, String> {
        let (it, action) = match (verb, arguments) {
            ("put", [it, value]) => (it, QueueAction::Put(item(value))),
            ("get", [it]) => (it, QueueAction::Get),
            ("try_put", [it, value]) => (it, QueueAction::TryPut(item(value))),
            ("try_get", [it]) => (it, QueueAction::TryGet),
            ("size", [it]) => (it, QueueAction::Size),
            ("task_done", [it]) => (it, QueueAction::TaskDone),
            ("close", [it]) => (it, QueueAction::Close),
            ("close_now", [it]) => (it, QueueAction::CloseNow),
            _ => return Err(misspelt(verb)),
        };
        Ok(Action::Queue(self.queue(it)?, action))
    }

    fn until(&self, when: &Value) -> Result<Until, String> {
        match text(when)? {
            "first" => Ok(Until::First),
            "first_failure" => Ok(Until::FirstPanic),
            "all" => Ok(Until::All),
            _ => Err(format!("{} has to be first, first_failure or all", quote(when))),
        }
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

    fn barrier(&self, name: &Value) -> Result<Rc<Barrier>, String> {
        match self.object(name)? {
            Object::Barrier(barrier) => Ok(barrier.clone()),
            _ => Err(format!("{} is no barrier", quote(name))),
        }
    }

    fn queue(&self, name: &Value) -> Result<Rc<dyn Items>, String> {
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
