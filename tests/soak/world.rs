//! What the tasks of a soak share: the primitives, a model beside each, and the count of who is
//! alive. After every turn the two are compared.

use crate::timers::Timers;
use crate::watched::Parcel;
use greenlight::sync::{Barrier, Condition, Event, LifoQueue, Lock, PriorityQueue, Queue, QueueOver, Semaphore, Store};
use greenlight::{Runtime, Task};
use stage::model::{ActorId, EventModel, LockModel, Order, QueueModel, SemaphoreModel, WaitId};
use std::cell::{Cell, RefCell};
use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::fmt::{Debug, Write};
use std::rc::Rc;
use std::sync::Arc;

/// How often there is each of the following.
pub(crate) const ROOMS: usize = 16;

/// How many objects of a kind are in a room.
pub(crate) const EVENTS: usize = 4;
pub(crate) const LOCKS: usize = 3;
pub(crate) const CONDITIONS: usize = 4;
pub(crate) const SEMAPHORES: usize = PERMITS.len();
pub(crate) const BARRIERS: usize = 2;
pub(crate) const QUEUES: usize = 3;

/// The permits of each semaphore of a room.
const PERMITS: [usize; 3] = [1, 3, 5];

/// The capacities of each kind of queue.
const CAPACITIES: [usize; 3] = [1, 2, usize::MAX];

/// What all tasks of a scenario share.
pub(crate) struct World {
    pub(crate) events: Vec<(Event, RefCell<EventModel>)>,
    pub(crate) locks: Vec<(Rc<Lock<u32>>, RefCell<LockModel>)>,
    pub(crate) conditions: Vec<Guarded>,
    pub(crate) semaphores: Vec<(Semaphore, RefCell<SemaphoreModel>)>,
    pub(crate) barriers: Vec<(Barrier, Cell<usize>)>,
    pub(crate) fifos: Vec<Slot<VecDeque<u32>>>,
    pub(crate) lifos: Vec<Slot<Vec<u32>>>,
    pub(crate) smallest: Vec<Slot<BinaryHeap<Reverse<u32>>>>,
    pub(crate) timers: RefCell<Timers>,
    /// The name of tasks that others spawn.
    pub(crate) task_name: Arc<str>,
    /// Futures that were polled once and lie where nobody polls them.
    pub(crate) parcels: RefCell<VecDeque<Parcel>>,
    /// Those who can be cancelled by number.
    pub(crate) numbered: RefCell<HashMap<u32, (Task, ActorId)>>,
    actors: RefCell<Vec<Life>>,
    pub(crate) current: Cell<ActorId>,
    pub(crate) alive: Cell<usize>,
    last_wait: Cell<WaitId>,
    last_item: Cell<u32>,
    /// How many steps were taken.
    pub(crate) steps: Cell<u64>,
    /// Grows whenever a wait, a step or a task ends.
    pub(crate) progress: Cell<u64>,
    /// The first thing that was not as it has to be.
    fault: RefCell<Option<String>>,
    text: RefCell<String>,
}

/// The names in a world. Whatever keeps one after the world has ended was not dropped: the wait list of a task or of an
/// object, the slot of a task, a handle.
pub(crate) struct Names {
    /// Those of the objects of each kind are their numbers, by which a dump is compared.
    objects: Vec<Arc<str>>,
    task: Arc<str>,
}

impl Names {
    pub(crate) fn new() -> Self {
        let most = ROOMS * EVENTS.max(LOCKS).max(SEMAPHORES);
        Names { objects: (0..most).map(|index| index.to_string().into()).collect(), task: "child".into() }
    }

    /// Whoever has been named and was not dropped, now that nobody else keeps the names.
    pub(crate) fn kept(&self) -> Option<String> {
        let mut all = self.objects.iter().chain([&self.task]);
        let kept = all.find(|name| Arc::strong_count(name) > 1)?;
        Some(format!(
            "{} wait lists, tasks or handles with the name {kept} were not dropped",
            Arc::strong_count(kept) - 1
        ))
    }
}

/// A condition and its line. It shares one of the locks.
pub(crate) struct Guarded {
    pub(crate) condition: Condition<u32>,
    pub(crate) lock: usize,
    pub(crate) waits: RefCell<stage::model::Waits>,
}

/// A queue, and another one in its place once it is closed.
pub(crate) type Slot<S> = RefCell<Rc<Queued<S>>>;

/// A queue and its model.
pub(crate) struct Queued<S> {
    pub(crate) queue: QueueOver<u32, S>,
    pub(crate) model: RefCell<QueueModel>,
}

#[derive(Clone, Copy, PartialEq)]
enum Life {
    Living,
    /// Cancelled, and not dropped yet.
    Dying,
    Ended,
    /// Ended by a cancel: a wait that it has left behind counts as that of one who is dying, until another task polls it.
    Cancelled,
}

impl World {
    pub(crate) fn new(names: &Names) -> Self {
        let event = |index: usize| (Event::new().named(names.objects[index].clone()), RefCell::default());
        let lock = |index: usize| (Rc::new(Lock::new(0).named(names.objects[index].clone())), RefCell::default());
        let locks: Vec<_> = (0..ROOMS * LOCKS).map(lock).collect();
        let guarded = |index: usize| {
            let lock = index / CONDITIONS * LOCKS + index % CONDITIONS % LOCKS;
            Guarded { condition: Condition::sharing(&locks[lock].0), lock, waits: RefCell::default() }
        };
        let semaphore = |(index, permits): (usize, usize)| {
            let model = RefCell::new(SemaphoreModel::new(permits));
            (Semaphore::bounded(permits).named(names.objects[index].clone()), model)
        };
        World {
            events: (0..ROOMS * EVENTS).map(event).collect(),
            conditions: (0..ROOMS * CONDITIONS).map(guarded).collect(),
            locks,
            semaphores: PERMITS.repeat(ROOMS).into_iter().enumerate().map(semaphore).collect(),
            barriers: (0..ROOMS * BARRIERS).map(|index| (Barrier::new(2 + index % BARRIERS), Cell::new(0))).collect(),
            fifos: (0..ROOMS).map(|_| RefCell::new(fifo())).collect(),
            lifos: (0..ROOMS).map(|_| RefCell::new(lifo())).collect(),
            smallest: (0..ROOMS).map(|_| RefCell::new(smallest())).collect(),
            timers: RefCell::default(),
            task_name: names.task.clone(),
            parcels: RefCell::default(),
            numbered: RefCell::default(),
            // The first is NOBODY.
            actors: RefCell::new(vec![Life::Ended]),
            current: Cell::new(0),
            alive: Cell::new(0),
            last_wait: Cell::new(0),
            last_item: Cell::new(0),
            steps: Cell::new(0),
            progress: Cell::new(0),
            fault: RefCell::default(),
            text: RefCell::default(),
        }
    }

    pub(crate) fn new_wait(&self) -> WaitId {
        self.last_wait.set(self.last_wait.get() + 1);
        self.last_wait.get()
    }

    pub(crate) fn new_item(&self) -> u32 {
        // Small numbers are not always put first.
        self.last_item.set(self.last_item.get() + 1);
        self.last_item.get().reverse_bits()
    }

    pub(crate) fn advance(&self) {
        self.progress.set(self.progress.get() + 1);
    }

    pub(crate) fn begin_actor(&self) -> ActorId {
        let mut actors = self.actors.borrow_mut();
        actors.push(Life::Living);
        self.alive.set(self.alive.get() + 1);
        actors.len() - 1
    }

    pub(crate) fn end_actor(&self, actor: ActorId) {
        let life = &mut self.actors.borrow_mut()[actor];
        *life = if *life == Life::Dying { Life::Cancelled } else { Life::Ended };
        self.alive.set(self.alive.get() - 1);
        self.advance();
    }

    /// Notes that a task is cancelled; false if it has ended.
    pub(crate) fn cancel_actor(&self, actor: ActorId) -> bool {
        let life = &mut self.actors.borrow_mut()[actor];
        let alive = !matches!(*life, Life::Ended | Life::Cancelled);
        if alive {
            *life = Life::Dying;
        }
        alive
    }

    pub(crate) fn is_living(&self, actor: ActorId) -> bool {
        self.actors.borrow()[actor] == Life::Living
    }

    pub(crate) fn is_dying(&self, actor: ActorId) -> bool {
        matches!(self.actors.borrow()[actor], Life::Dying | Life::Cancelled)
    }

    /// Notes what is wrong, unless something was before: a fault is not a panic, because it may be
    /// found while another one unwinds.
    pub(crate) fn expect(&self, holds: bool, what: impl FnOnce() -> String) {
        if !holds && self.fault.borrow().is_none() {
            *self.fault.borrow_mut() = Some(what());
        }
    }

    pub(crate) fn fault(&self) -> Option<String> {
        self.fault.borrow().clone()
    }

    /// Compares the objects of one room with their models.
    pub(crate) fn check(&self, room: usize, runtime: &Runtime) {
        for (index, (event, model)) in in_room(&self.events, room, EVENTS) {
            let model = model.borrow();
            self.expect(event.is_set() == model.flag, || format!("event {index} is set: {}", event.is_set()));
            self.expect_waiters("event", index, &["waiters"], event, &[model.waits.waiting()]);
        }
        for (index, (lock, model)) in in_room(&self.locks, room, LOCKS) {
            let model = model.borrow();
            self.expect(lock.is_locked() == model.held, || format!("lock {index} is held: {}", lock.is_locked()));
            self.expect_waiters("lock", index, &["waiters"], lock, &[model.waits.waiting()]);
        }
        for (index, guarded) in in_room(&self.conditions, room, CONDITIONS) {
            let waiting = guarded.waits.borrow().waiting();
            self.expect_waiters("condition", index, &["waiters"], &guarded.condition, &[waiting]);
        }
        for (index, (semaphore, model)) in in_room(&self.semaphores, room, SEMAPHORES) {
            let model = model.borrow();
            let (available, granted) = (semaphore.available(), model.waits.granted_asks());
            self.expect(available == model.free && model.free + model.held + granted == model.total, || {
                let SemaphoreModel { total, free, held, .. } = &*model;
                format!(
                    "semaphore {index}: {available} available of {total}; {free} free, {held} held, {granted} granted"
                )
            });
            self.expect_waiters("semaphore", index, &["waiters"], semaphore, &[model.waits.waiting()]);
        }
        for (index, (barrier, inside)) in in_room(&self.barriers, room, BARRIERS) {
            let (waiting, parties) = (barrier.waiting(), barrier.parties());
            self.expect(waiting < parties && waiting <= inside.get(), || {
                format!("barrier {index}: {waiting} of {parties} wait, and {} came", inside.get())
            });
        }
        self.check_queue(QUEUES * room, &self.fifos[room].borrow());
        self.check_queue(QUEUES * room + 1, &self.lifos[room].borrow());
        self.check_queue(QUEUES * room + 2, &self.smallest[room].borrow());
        let (tasks, alive) = (runtime.task_count(), self.alive.get());
        self.expect(tasks >= alive, || format!("the runtime has {tasks} tasks, and {alive} are alive"));
    }

    fn check_queue<S: Store<u32>>(&self, index: usize, queued: &Queued<S>) {
        let model = queued.model.borrow();
        let expected = [model.len(), model.getters.waiting(), model.putters.waiting()];
        self.expect_waiters("queue", index, &["len", "getters", "putters"], &queued.queue, &expected);
    }

    /// Compares the numbers behind labels in the Debug output of an object.
    fn expect_waiters(&self, kind: &str, index: usize, labels: &[&str], object: &impl Debug, expected: &[usize]) {
        let text = &mut *self.text.borrow_mut();
        text.clear();
        write!(text, "{object:?}").expect("a string takes any text");
        for (label, expected) in labels.iter().zip(expected) {
            let number = number_after(label, text);
            self.expect(number == Some(*expected), || {
                format!("{kind} {index} has {text}; {expected} {label} were expected")
            });
        }
    }

    /// What holds when nobody was ready: nobody has been granted anything that was not fetched, and
    /// nobody waits for what is free.
    pub(crate) fn check_idle(&self, runtime: &Runtime) {
        for (index, (event, model)) in self.events.iter().enumerate() {
            self.expect_fetched("event", index, model.borrow().waits.granted());
            self.expect(!event.is_set() || model.borrow().waits.waiting() == 0, || {
                format!("event {index} is set and waited for")
            });
        }
        for (index, (_, model)) in self.locks.iter().enumerate() {
            let model = model.borrow();
            self.expect_fetched("lock", index, model.waits.granted());
            self.expect(model.held || model.waits.waiting() == 0, || format!("lock {index} is free and waited for"));
        }
        for (index, guarded) in self.conditions.iter().enumerate() {
            self.expect_fetched("condition", index, guarded.waits.borrow().granted());
        }
        for (index, (_, model)) in self.semaphores.iter().enumerate() {
            let model = model.borrow();
            self.expect_fetched("semaphore", index, model.waits.granted());
            let asks = model.waits.first_asks();
            self.expect(asks.is_none_or(|asks| asks > model.free), || {
                format!("semaphore {index} has {} free, and the first in line asks for {asks:?}", model.free)
            });
        }
        for (index, (barrier, inside)) in self.barriers.iter().enumerate() {
            let (waiting, came) = (barrier.waiting(), inside.get());
            self.expect(waiting == came, || format!("barrier {index}: {waiting} wait of {came} who came"));
        }
        for room in 0..ROOMS {
            self.check_queue_idle(QUEUES * room, &self.fifos[room].borrow());
            self.check_queue_idle(QUEUES * room + 1, &self.lifos[room].borrow());
            self.check_queue_idle(QUEUES * room + 2, &self.smallest[room].borrow());
        }
        let (tasks, alive) = (runtime.task_count(), self.alive.get());
        self.expect(tasks == alive, || format!("the runtime has {tasks} tasks, and {alive} are alive"));
    }

    fn check_queue_idle<S>(&self, index: usize, queued: &Queued<S>) {
        let model = queued.model.borrow();
        for waits in [&model.getters, &model.putters, &model.joiners] {
            self.expect_fetched("queue", index, waits.granted());
        }
        let in_vain = !model.is_empty() && model.getters.waiting() > 0
            || !model.is_full() && model.putters.waiting() > 0
            || model.unfinished == 0 && model.joiners.waiting() > 0;
        self.expect(!in_vain, || format!("queue {index} has {} items, and is waited for in vain", model.len()));
    }

    fn expect_fetched(&self, kind: &str, index: usize, granted: usize) {
        self.expect(granted == 0, || {
            format!("lost wake: {granted} waits were granted {kind} {index}, and none was polled")
        });
    }

    /// Lets everybody go on who waits for something other than a lock or a semaphore.
    pub(crate) fn release(&self) {
        for index in 0..self.events.len() {
            self.set(index);
        }
        for (barrier, _) in &self.barriers {
            barrier.abort();
        }
        for room in 0..ROOMS {
            close_now(self, &self.fifos[room], fifo);
            close_now(self, &self.lifos[room], lifo);
            close_now(self, &self.smallest[room], smallest);
        }
    }

    pub(crate) fn set(&self, index: usize) {
        let (event, model) = &self.events[index % self.events.len()];
        let mut model = model.borrow_mut();
        if !std::mem::replace(&mut model.flag, true) {
            model.waits.grant_all();
        }
        drop(model);
        event.set();
    }
}

pub(crate) fn fifo() -> Rc<Queued<VecDeque<u32>>> {
    Rc::new(Queued { queue: Queue::bounded(CAPACITIES[0]), model: model(Order::First, 0) })
}

pub(crate) fn lifo() -> Rc<Queued<Vec<u32>>> {
    Rc::new(Queued { queue: LifoQueue::bounded(CAPACITIES[1]), model: model(Order::Last, 1) })
}

pub(crate) fn smallest() -> Rc<Queued<BinaryHeap<Reverse<u32>>>> {
    Rc::new(Queued { queue: PriorityQueue::unbounded(), model: model(Order::Smallest, 2) })
}

fn model(order: Order, kind: usize) -> RefCell<QueueModel> {
    RefCell::new(QueueModel::new(order, CAPACITIES[kind]))
}

/// Closes a queue, takes out what it has, and puts another one in its place.
pub(crate) fn close_now<S: Store<u32>>(world: &World, slot: &Slot<S>, new: fn() -> Rc<Queued<S>>) {
    let queued = slot.replace(new());
    let expected = queued.model.borrow_mut().close_now(&|actor| world.is_dying(actor));
    let items = queued.queue.close_now().len();
    world.expect(items == expected, || format!("close_now() took out {items} items of {expected}"));
}

/// The objects of a room, and their places among all.
fn in_room<T>(objects: &[T], room: usize, count: usize) -> impl Iterator<Item = (usize, &T)> {
    objects.iter().enumerate().skip(room * count).take(count)
}

fn number_after(label: &str, text: &str) -> Option<usize> {
    let (_, rest) = text.split_once(label)?;
    let rest = rest.strip_prefix(": ")?;
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..end].parse().ok()
}
