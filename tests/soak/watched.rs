//! Waits that are watched: before each poll of a leaf the model says whether it has to be ready,
//! and a leaf that is dropped leaves the model first.

use crate::timers::{Alarm, ForTime};
use crate::world::{Guarded, Queued, World};
use stage::model::{ActorId, LockModel, WaitId, Waits};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

/// A future that may move from one task to another.
pub(crate) type Parcel = Pin<Box<dyn Future<Output = ()>>>;

/// What the model says of one wait. Each call also does to the model what the wait does.
pub(crate) trait Rules {
    /// Whether the first poll is ready. If not, the wait is in line from then on.
    fn first(&self, id: WaitId) -> bool;

    /// Whether a later poll is ready. A wait that begins anew takes a new number.
    fn again(&self, id: &mut WaitId) -> bool;

    /// The wait is dropped, before its first poll or in line.
    fn dropped(&self, id: Option<WaitId>);
}

/// A wait that has to do as its rules say.
pub(crate) struct Watched<'w, F, R: Rules> {
    world: &'w World,
    what: &'static str,
    /// None before the first poll.
    id: Option<WaitId>,
    /// None once it was ready.
    future: Option<Pin<Box<F>>>,
    rules: R,
}

impl<'w, F: Future, R: Rules> Watched<'w, F, R> {
    pub(crate) fn new(world: &'w World, what: &'static str, future: F, rules: R) -> Self {
        Watched { world, what, id: None, future: Some(Box::pin(future)), rules }
    }

    pub(crate) fn rules(&self) -> &R {
        &self.rules
    }
}

impl<F: Future, R: Rules> Unpin for Watched<'_, F, R> {}

impl<F: Future, R: Rules> Future for Watched<'_, F, R> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let Watched { world, what, id, future, rules } = &mut *self;
        let expected = match id {
            Some(id) => rules.again(id),
            None => rules.first(*id.insert(world.new_wait())),
        };
        let running = future.as_mut().expect("a wait is not polled after it was ready");
        let polled = running.as_mut().poll(cx);
        world.expect(polled.is_ready() == expected, || {
            format!("a poll of {what} was ready: {}; it had to be: {expected}", polled.is_ready())
        });
        if polled.is_ready() {
            *future = None;
            world.advance();
        }
        polled
    }
}

impl<F, R: Rules> Drop for Watched<'_, F, R> {
    fn drop(&mut self) {
        if self.future.is_some() {
            self.rules.dropped(self.id);
            self.future = None;
        }
    }
}

/// Waits in one line until it is granted, as for an event or for all items of a queue.
pub(crate) struct InLine<'w, M> {
    pub(crate) world: &'w World,
    pub(crate) model: &'w RefCell<M>,
    /// Whether there is nothing to wait for.
    pub(crate) settled: fn(&M) -> bool,
    pub(crate) waits: fn(&mut M) -> &mut Waits,
}

impl<M> Rules for InLine<'_, M> {
    fn first(&self, id: WaitId) -> bool {
        let mut model = self.model.borrow_mut();
        let settled = (self.settled)(&model);
        if !settled {
            (self.waits)(&mut model).join(id, self.world.current.get(), 1);
        }
        settled
    }

    fn again(&self, id: &mut WaitId) -> bool {
        let mut model = self.model.borrow_mut();
        let waits = (self.waits)(&mut model);
        let granted = waits.polled_by(*id, self.world.current.get());
        granted && waits.leave(*id)
    }

    fn dropped(&self, id: Option<WaitId>) {
        if let Some(id) = id {
            (self.waits)(&mut self.model.borrow_mut()).leave(id);
        }
    }
}

/// Waits for a lock.
pub(crate) struct ForLock<'w> {
    pub(crate) world: &'w World,
    pub(crate) lock: usize,
}

impl ForLock<'_> {
    fn model<T>(&self, act: impl FnOnce(&mut LockModel, ActorId, &dyn Fn(ActorId) -> bool) -> T) -> T {
        let model = &self.world.locks[self.lock].1;
        act(&mut model.borrow_mut(), self.world.current.get(), &|actor| self.world.is_dying(actor))
    }
}

impl Rules for ForLock<'_> {
    fn first(&self, id: WaitId) -> bool {
        self.model(|lock, actor, dying| lock.first(id, actor, dying))
    }

    fn again(&self, id: &mut WaitId) -> bool {
        let new = self.world.new_wait();
        self.model(|lock, actor, dying| lock.again(id, new, actor, dying))
    }

    fn dropped(&self, id: Option<WaitId>) {
        if let Some(id) = id {
            self.model(|lock, _, dying| lock.dropped(id, dying));
        }
    }
}

/// Waits for permits.
pub(crate) struct ForPermits<'w> {
    pub(crate) world: &'w World,
    pub(crate) semaphore: usize,
    pub(crate) permits: usize,
}

impl Rules for ForPermits<'_> {
    fn first(&self, id: WaitId) -> bool {
        let mut model = self.world.semaphores[self.semaphore].1.borrow_mut();
        let takes = model.take(self.permits, &|actor| self.world.is_dying(actor));
        if !takes {
            model.waits.join(id, self.world.current.get(), self.permits);
        }
        takes
    }

    fn again(&self, id: &mut WaitId) -> bool {
        let mut model = self.world.semaphores[self.semaphore].1.borrow_mut();
        model.again(*id, self.permits, self.world.current.get(), &|actor| self.world.is_dying(actor))
    }

    fn dropped(&self, id: Option<WaitId>) {
        let mut model = self.world.semaphores[self.semaphore].1.borrow_mut();
        if let Some(id) = id {
            model.dropped(id, self.permits, &|actor| self.world.is_dying(actor));
        }
    }
}

/// Waits for an item.
pub(crate) struct ForItem<'w, S> {
    pub(crate) world: &'w World,
    pub(crate) queued: &'w Queued<S>,
    /// What it has to get; none when the queue is over.
    pub(crate) item: Cell<Option<u32>>,
}

impl<S> Rules for ForItem<'_, S> {
    fn first(&self, id: WaitId) -> bool {
        let dying = |actor| self.world.is_dying(actor);
        let mut model = self.queued.model.borrow_mut();
        let settled = model.may_get(&dying) || model.closed && model.is_empty();
        if settled {
            self.item.set(model.pop(&dying));
        } else {
            model.getters.join(id, self.world.current.get(), 1);
            model.hand_out_items(&dying);
        }
        settled
    }

    fn again(&self, id: &mut WaitId) -> bool {
        let mut model = self.queued.model.borrow_mut();
        let granted = model.getters.polled_by(*id, self.world.current.get()) && model.getters.leave(*id);
        let dying = |actor| self.world.is_dying(actor);
        if granted {
            self.item.set(model.pop(&dying));
        } else {
            model.hand_out_items(&dying);
        }
        granted
    }

    fn dropped(&self, id: Option<WaitId>) {
        let mut model = self.queued.model.borrow_mut();
        if id.is_some_and(|id| model.getters.leave(id)) {
            model.hand_out_items(&|actor| self.world.is_dying(actor));
        }
    }
}

/// Waits for room.
pub(crate) struct ForRoom<'w, S> {
    pub(crate) world: &'w World,
    pub(crate) queued: &'w Queued<S>,
    pub(crate) item: u32,
}

impl<S> ForRoom<'_, S> {
    fn put(&self) {
        let mut model = self.queued.model.borrow_mut();
        if !model.closed {
            model.push(self.item, &|actor| self.world.is_dying(actor));
        }
    }
}

impl<S> Rules for ForRoom<'_, S> {
    fn first(&self, id: WaitId) -> bool {
        let dying = |actor| self.world.is_dying(actor);
        let mut model = self.queued.model.borrow_mut();
        let settled = model.may_put(&dying) || model.closed;
        if !settled {
            model.putters.join(id, self.world.current.get(), 1);
            model.hand_out_room(&dying);
        }
        drop(model);
        if settled {
            self.put();
        }
        settled
    }

    fn again(&self, id: &mut WaitId) -> bool {
        let mut model = self.queued.model.borrow_mut();
        let granted = model.putters.polled_by(*id, self.world.current.get()) && model.putters.leave(*id);
        if !granted {
            model.hand_out_room(&|actor| self.world.is_dying(actor));
        }
        drop(model);
        if granted {
            self.put();
        }
        granted
    }

    fn dropped(&self, id: Option<WaitId>) {
        let mut model = self.queued.model.borrow_mut();
        if id.is_some_and(|id| model.putters.leave(id)) {
            model.hand_out_room(&|actor| self.world.is_dying(actor));
        }
    }
}

/// Waits for a notify, and for the lock after that.
pub(crate) struct ForNotify<'w> {
    world: &'w World,
    guarded: &'w Guarded,
    /// The value that ends the wait, if it is for one.
    goal: Option<u32>,
    /// The timer that ends the wait, if there is one.
    alarm: Option<Alarm<'w>>,
    relocking: Cell<bool>,
    pub(crate) notified: Cell<bool>,
}

impl<'w> ForNotify<'w> {
    pub(crate) fn new(world: &'w World, guarded: &'w Guarded, goal: Option<u32>, deadline: Option<u64>) -> Self {
        let (relocking, notified) = (Cell::new(false), Cell::new(false));
        let alarm = deadline.map(|deadline| Alarm::new(ForTime::at(world, deadline)));
        ForNotify { world, guarded, goal, alarm, relocking, notified }
    }

    fn lock(&self) -> ForLock<'w> {
        ForLock { world: self.world, lock: self.guarded.lock }
    }

    fn begin(&self, id: WaitId) {
        self.guarded.waits.borrow_mut().join(id, self.world.current.get(), 1);
        self.relocking.set(false);
        self.let_go();
        self.alarm.as_ref().map(Alarm::poll);
    }

    fn let_go(&self) {
        self.lock().model(|lock, _, dying| lock.release(dying));
    }

    fn stop_alarm(&self) {
        if let Some(alarm) = &self.alarm {
            alarm.stop();
        }
    }

    fn has_reached_goal(&self) -> bool {
        self.goal.is_some_and(|goal| self.lock().model(|lock, _, _| lock.value >= goal))
    }

    fn is_notified(&self, id: WaitId) -> bool {
        let mut waits = self.guarded.waits.borrow_mut();
        waits.pay(id);
        let notified = waits.polled_by(id, self.world.current.get());
        self.notified.set(notified);
        let ends = notified || self.alarm.as_ref().is_some_and(Alarm::poll);
        if ends {
            waits.leave(id);
            self.stop_alarm();
        }
        ends
    }

    fn has_lock(&self, id: &mut WaitId) -> bool {
        if self.relocking.get() {
            return self.lock().again(id);
        }
        if !self.is_notified(*id) {
            return false;
        }
        self.relocking.set(true);
        *id = self.world.new_wait();
        self.lock().first(*id)
    }
}

impl Rules for ForNotify<'_> {
    fn first(&self, id: WaitId) -> bool {
        let reached = self.has_reached_goal();
        if !reached {
            self.begin(id);
        }
        reached
    }

    fn again(&self, id: &mut WaitId) -> bool {
        if !self.has_lock(id) {
            return false;
        }
        let over = self.goal.is_none() || self.has_reached_goal();
        if !over {
            *id = self.world.new_wait();
            self.begin(*id);
        }
        over
    }

    fn dropped(&self, id: Option<WaitId>) {
        let Some(id) = id else { return self.let_go() };
        let notified = match self.relocking.get() {
            true => {
                self.lock().dropped(Some(id));
                self.notified.get()
            }
            false => self.guarded.waits.borrow_mut().leave(id),
        };
        if notified {
            self.guarded.waits.borrow_mut().notify(&|actor| self.world.is_dying(actor), 1);
        }
    }
}
