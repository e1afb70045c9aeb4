//! The objects of a scenario: what each kind wants to be told, and what it is on greenlight.

use super::items::{Item, Items};
use super::script::{Guarded, LockOf};
use super::values::{quote, size, text};
use greenlight::sync::{Barrier, Condition, Event, Lock, QueueOver, Semaphore, Store};
use serde_json::{Map, Value};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, VecDeque};
use std::rc::Rc;

/// The kinds of objects.
const KINDS: [&str; 6] = ["event", "lock", "condition", "semaphore", "barrier", "queue"];

/// An object of a scenario.
pub(super) enum Object {
    Event(Rc<Event>),
    Lock(Guarded, Rc<Lock>),
    Condition(Guarded, Rc<Condition>),
    Semaphore(Guarded),
    Barrier(Rc<Barrier>),
    Queue(Rc<dyn Items>),
}

/// The objects of a scenario, by their names.
pub(super) fn objects(fields: &Map<String, Value>) -> Result<BTreeMap<String, Object>, String> {
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
            let capacity = spec.get("maxsize").map_or(Ok(0), size)?;
            match spec.get("next").map_or(Ok("first"), text)? {
                "first" => Ok(Object::Queue(queue::<VecDeque<Item>>(name, capacity))),
                "last" => Ok(Object::Queue(queue::<Vec<Item>>(name, capacity))),
                "smallest" => Ok(Object::Queue(queue::<BinaryHeap<Reverse<Item>>>(name, capacity))),
                next => Err(format!("its `next` is `{next}`; it has to be first, last or smallest")),
            }
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

fn queue<S: Store<Item> + 'static>(name: &str, capacity: usize) -> Rc<dyn Items> {
    let queue = match capacity {
        0 => QueueOver::<Item, S>::unbounded(),
        capacity => QueueOver::bounded(capacity),
    };
    Rc::new(queue.named(name))
}
