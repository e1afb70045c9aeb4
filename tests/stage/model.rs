//! What the primitives have to do, told a second time and without wakers: who waits in which line, and who was granted
//! what. A soak asks this model before every poll, and compares after every turn; an enumeration of schedules plays
//! whole programs on it.

use std::collections::VecDeque;

/// A task of the soak.
pub type ActorId = usize;

/// Who is never dying: whoever acts outside of any task, or by a foreign waker.
pub const NOBODY: ActorId = 0;

/// One wait. Later ones have higher numbers.
pub type WaitId = u64;

/// Tells whether a task was cancelled, whether or not it is dropped yet.
pub type Dying<'a> = &'a dyn Fn(ActorId) -> bool;

#[derive(Clone, Debug)]
struct Wait {
    id: WaitId,
    actor: ActorId,
    asks: usize,
    granted: bool,
    /// How many notifies there had been before it.
    notifies: u64,
}

/// Those who wait for one thing, in the order in which they came, and those who were granted it and
/// have not run since.
#[derive(Clone, Debug, Default)]
pub struct Waits {
    waits: VecDeque<Wait>,
    granted: usize,
    /// How many notifies there were.
    notifies: u64,
    /// How many of those whose tasks were dying the notifies up to a number have passed over.
    missed: (usize, u64),
}

impl Waits {
    /// A wait joins the line, and asks for so much.
    pub fn join(&mut self, id: WaitId, actor: ActorId, asks: usize) {
        self.waits.push_back(Wait { id, actor, asks, granted: false, notifies: self.notifies });
    }

    fn find(&self, id: WaitId) -> usize {
        self.waits.binary_search_by_key(&id, |wait| wait.id).expect("who waits is in line")
    }

    /// Notes which task has polled a wait last.
    pub fn polled_by(&mut self, id: WaitId, actor: ActorId) -> bool {
        let index = self.find(id);
        self.waits[index].actor = actor;
        self.waits[index].granted
    }

    /// Takes a wait out; true if it was granted.
    pub fn leave(&mut self, id: WaitId) -> bool {
        let wait = self.waits.remove(self.find(id)).expect("who was found is there");
        self.granted -= usize::from(wait.granted);
        wait.granted
    }

    /// How many wait and were not granted.
    pub fn waiting(&self) -> usize {
        self.waits.len() - self.granted
    }

    /// How many were granted what they wait for and have not run since.
    pub fn granted(&self) -> usize {
        self.granted
    }

    /// Which waits these are, and whose.
    pub fn grants(&self) -> impl Iterator<Item = (WaitId, ActorId)> {
        self.waits.iter().filter(|wait| wait.granted).map(|wait| (wait.id, wait.actor))
    }

    /// What those who were granted ask for in all.
    pub fn granted_asks(&self) -> usize {
        self.waits.iter().filter(|wait| wait.granted).map(|wait| wait.asks).sum()
    }

    /// What the first in line asks for.
    pub fn first_asks(&self) -> Option<usize> {
        self.waits.iter().find(|wait| !wait.granted).map(|wait| wait.asks)
    }

    /// Whether everybody who waits and was not granted is dying.
    pub fn all_dying(&self, dying: Dying<'_>) -> bool {
        self.waits.iter().all(|wait| wait.granted || dying(wait.actor))
    }

    /// Grants the living, first in first out, as long as what each asks for suffices. Returns how
    /// many.
    pub fn grant_while(&mut self, dying: Dying<'_>, mut suffices: impl FnMut(usize) -> bool) -> usize {
        let before = self.granted;
        for wait in self.waits.iter_mut().filter(|wait| !wait.granted && !dying(wait.actor)) {
            if !suffices(wait.asks) {
                break;
            }
            wait.granted = true;
            self.granted += 1;
        }
        self.granted - before
    }

    /// Grants up to `n` of the living. As many of the dying as are left are notified if another task polls them.
    pub fn notify(&mut self, dying: Dying<'_>, n: usize) -> usize {
        let mut left = n;
        let granted = self.grant_while(dying, |_| {
            let any = left > 0;
            left = left.saturating_sub(1);
            any
        });
        self.notifies += 1;
        if n > granted {
            let missed = self.missed.0.saturating_add(n - granted).min(self.waiting());
            self.missed = (missed, self.notifies);
        }
        granted
    }

    /// Grants a wait that a notify has passed over, and that is polled now.
    pub fn pay(&mut self, id: WaitId) {
        let index = self.find(id);
        let wait = &mut self.waits[index];
        let (missed, by) = self.missed;
        if !wait.granted && missed > 0 && wait.notifies < by {
            wait.granted = true;
            self.granted += 1;
            self.missed.0 -= 1;
        }
    }

    /// Grants everybody, dying or not. Returns how many.
    pub fn grant_all(&mut self) -> usize {
        self.grant_while(&|_| false, |_| true)
    }

    /// Grants the first in line, dying or not.
    fn grant_first(&mut self, dying: Dying<'_>) -> Option<(WaitId, bool)> {
        let wait = self.waits.iter_mut().find(|wait| !wait.granted)?;
        wait.granted = true;
        self.granted += 1;
        Some((wait.id, dying(wait.actor)))
    }
}

/// What an event has to do.
#[derive(Clone, Debug, Default)]
pub struct EventModel {
    /// Whether it is set.
    pub flag: bool,
    /// Who waits for that.
    pub waits: Waits,
}

/// What a lock has to do.
#[derive(Clone, Debug, Default)]
pub struct LockModel {
    /// Whether somebody has it.
    pub held: bool,
    /// To which wait the lock was granted, and whether its task was dying then.
    pub promised: Option<(WaitId, bool)>,
    /// Who waits for it.
    pub waits: Waits,
    /// What the lock guards.
    pub value: u32,
}

impl LockModel {
    /// Whether who comes now gets it at once.
    pub fn may_take(&self, dying: Dying<'_>) -> bool {
        !self.held && self.promised.is_none_or(|(_, was_dying)| was_dying && self.waits.all_dying(dying))
    }

    /// Takes the lock if nobody is in the way.
    pub fn take(&mut self, dying: Dying<'_>) -> bool {
        let takes = self.may_take(dying);
        if takes {
            (self.held, self.promised) = (true, None);
        }
        takes
    }

    /// Whoever had it has it no more.
    pub fn release(&mut self, dying: Dying<'_>) {
        self.held = false;
        self.promised = self.waits.grant_first(dying);
    }

    fn is_promised_to(&self, id: WaitId) -> bool {
        self.promised.is_some_and(|(to, _)| to == id)
    }

    /// Takes the lock, or joins the line.
    pub fn first(&mut self, id: WaitId, actor: ActorId, dying: Dying<'_>) -> bool {
        self.take(dying) || {
            self.waits.join(id, actor, 1);
            false
        }
    }

    /// Takes the lock if it was granted. One that was robbed begins anew, by the number `new`.
    pub fn again(&mut self, id: &mut WaitId, new: WaitId, actor: ActorId, dying: Dying<'_>) -> bool {
        if !self.waits.polled_by(*id, actor) {
            return false;
        }
        self.waits.leave(*id);
        if self.is_promised_to(*id) {
            (self.held, self.promised) = (true, None);
            return true;
        }
        *id = new;
        self.first(new, actor, dying)
    }

    /// A wait is dropped, which passes on what it was promised.
    pub fn dropped(&mut self, id: WaitId, dying: Dying<'_>) {
        if self.waits.leave(id) && self.is_promised_to(id) {
            self.promised = self.waits.grant_first(dying);
        }
    }
}

/// What a semaphore has to do.
#[derive(Clone, Debug)]
pub struct SemaphoreModel {
    /// How many permits there are.
    pub total: usize,
    /// How many of them nobody has and nobody was granted.
    pub free: usize,
    /// How many somebody has.
    pub held: usize,
    /// Who waits for permits.
    pub waits: Waits,
}

impl SemaphoreModel {
    /// One with so many permits.
    pub fn new(total: usize) -> Self {
        SemaphoreModel { total, free: total, held: 0, waits: Waits::default() }
    }

    /// Takes the permits if nobody is in the way.
    pub fn take(&mut self, permits: usize, dying: Dying<'_>) -> bool {
        let takes = self.free >= permits && self.waits.granted() == 0 && self.waits.all_dying(dying);
        if takes {
            self.free -= permits;
            self.held += permits;
        }
        takes
    }

    /// Permits come back.
    pub fn release(&mut self, permits: usize, dying: Dying<'_>) {
        self.held -= permits;
        self.free += permits;
        self.hand_out(permits, dying);
    }

    /// Takes the permits if they were granted.
    pub fn again(&mut self, id: WaitId, permits: usize, actor: ActorId, dying: Dying<'_>) -> bool {
        let granted = self.waits.polled_by(id, actor);
        if granted {
            self.waits.leave(id);
            self.held += permits;
        }
        if granted || self.waits.granted() == 0 {
            self.hand_out(usize::MAX, dying);
        }
        granted
    }

    /// A wait is dropped, which gives back what it was granted.
    pub fn dropped(&mut self, id: WaitId, permits: usize, dying: Dying<'_>) {
        let granted = self.waits.leave(id);
        if granted {
            self.free += permits;
        }
        self.hand_out(usize::MAX, dying);
    }

    /// A release grants one wait for each permit, at most.
    fn hand_out(&mut self, mut at_most: usize, dying: Dying<'_>) {
        let free = &mut self.free;
        self.waits.grant_while(dying, |asks| {
            let grants = at_most > 0 && asks <= *free;
            if grants {
                at_most -= 1;
                *free -= asks;
            }
            grants
        });
    }
}

/// Which item of a queue comes next.
#[derive(Clone, Copy, Debug)]
pub enum Order {
    /// The one that was put first.
    First,
    /// The one that was put last.
    Last,
    /// The smallest.
    Smallest,
}

/// What a queue has to do.
#[derive(Clone, Debug)]
pub struct QueueModel {
    order: Order,
    capacity: usize,
    items: VecDeque<u32>,
    /// Whether it was closed.
    pub closed: bool,
    /// How many items were put and are not done.
    pub unfinished: usize,
    /// Who waits for an item.
    pub getters: Waits,
    /// Who waits for room.
    pub putters: Waits,
    /// Who waits until all items are done.
    pub joiners: Waits,
}

impl QueueModel {
    /// One that is empty.
    pub fn new(order: Order, capacity: usize) -> Self {
        QueueModel {
            order,
            capacity,
            items: VecDeque::new(),
            closed: false,
            unfinished: 0,
            getters: Waits::default(),
            putters: Waits::default(),
            joiners: Waits::default(),
        }
    }

    /// How many items are in it.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether no item is in it.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Whether it has no room.
    pub fn is_full(&self) -> bool {
        self.len() >= self.capacity
    }

    /// Whether who comes now gets an item at once.
    pub fn may_get(&self, dying: Dying<'_>) -> bool {
        !self.is_empty() && self.getters.granted() == 0 && self.getters.all_dying(dying)
    }

    /// Whether who comes now has room at once.
    pub fn may_put(&self, dying: Dying<'_>) -> bool {
        !self.closed && self.putters.granted() == 0 && self.putters.all_dying(dying) && !self.is_full()
    }

    /// An item comes.
    pub fn push(&mut self, item: u32, dying: Dying<'_>) {
        self.items.push_back(item);
        self.unfinished += 1;
        self.hand_out_items(dying);
    }

    /// Takes the next item; none if there is none.
    pub fn pop(&mut self, dying: Dying<'_>) -> Option<u32> {
        let item = match self.order {
            Order::First => self.items.pop_front(),
            Order::Last => self.items.pop_back(),
            Order::Smallest => {
                let smallest = self.items.iter().enumerate().min_by_key(|(_, item)| **item);
                smallest.map(|(index, _)| index).and_then(|index| self.items.remove(index))
            }
        };
        if item.is_some() {
            self.hand_out_room(dying);
        }
        item
    }

    /// Grants those who wait for an item, as many as there are items for; everybody, if it is closed.
    pub fn hand_out_items(&mut self, dying: Dying<'_>) {
        let (mut granted, count, closed) = (self.getters.granted(), self.len(), self.closed);
        self.getters.grant_while(dying, |_| {
            let suffices = closed || count > granted;
            granted += 1;
            suffices
        });
    }

    /// Grants those who wait for room, as many as there is room for; everybody, if it is closed.
    pub fn hand_out_room(&mut self, dying: Dying<'_>) {
        let (mut granted, count, capacity, closed) = (self.putters.granted(), self.len(), self.capacity, self.closed);
        self.putters.grant_while(dying, |_| {
            let suffices = closed || count + granted < capacity;
            granted += 1;
            suffices
        });
    }

    /// So many items are done.
    pub fn done(&mut self, items: usize) {
        self.unfinished -= items;
        if self.unfinished == 0 {
            self.joiners.grant_all();
        }
    }

    /// Refuses items from now on.
    pub fn close(&mut self, dying: Dying<'_>) {
        self.closed = true;
        self.hand_out_items(dying);
        self.hand_out_room(dying);
    }

    /// Closes the queue and takes everything out. Returns how much that was.
    pub fn close_now(&mut self, dying: Dying<'_>) -> usize {
        let count = self.items.len();
        self.items.clear();
        self.done(count);
        self.close(dying);
        count
    }
}
