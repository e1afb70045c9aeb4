//! The tasks of a soak: each takes its steps, one after the other. What a step begins is watched by
//! the model until it ends.

use crate::step::{Step, Verb};
use crate::timers::{Alarm, ForTime};
use crate::watched::{ForItem, ForLock, ForNotify, ForPermits, ForRoom, InLine, Parcel, Watched};
use crate::world::{self, QUEUES, Queued, ROOMS, Slot, World};
use futures::future::FutureExt;
use futures::stream::{FuturesUnordered, StreamExt};
use greenlight::sync::{LockGuard, Permit, Store, TryGetError, TryPutError, Woke};
use greenlight::{
    JoinHandle, TaskGroup, Until, as_completed, gather, gather_tasks, interval, now, race, sleep, spawn_detached, task,
    timeout, wait, yield_now,
};
use stage::model::{ActorId, NOBODY};
use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, resume_unwind};
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

type Boxed<'a> = Pin<Box<dyn Future<Output = ()> + 'a>>;

/// A task, or the future of one that was not spawned yet.
pub(crate) struct Actor {
    world: Rc<World>,
    id: ActorId,
    /// None once it was dropped.
    future: Option<Parcel>,
}

impl Actor {
    pub(crate) fn new(world: &Rc<World>, steps: Arc<[Step]>) -> Self {
        let performed = world.clone();
        Actor::performing(world, async move { block(&performed, &steps).await })
    }

    fn performing(world: &Rc<World>, future: impl Future<Output = ()> + 'static) -> Self {
        Actor { world: world.clone(), id: world.begin_actor(), future: Some(Box::pin(future)) }
    }

    /// A child that takes a single step.
    fn child(world: &Rc<World>, step: &Step) -> Self {
        Actor::new(world, Arc::new([step.clone()]))
    }

    pub(crate) fn id(&self) -> ActorId {
        self.id
    }
}

impl Future for Actor {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Actor { world, id, future } = &mut *self;
        world.check_order(*id);
        let _leaves = Acting { world, before: world.current.replace(*id) };
        future.as_mut().expect("an actor is not polled after its end").as_mut().poll(cx)
    }
}

impl Drop for Actor {
    fn drop(&mut self) {
        self.future = None;
        self.world.end_actor(self.id);
    }
}

/// The one who acts, while it does.
struct Acting<'w> {
    world: &'w World,
    before: ActorId,
}

impl Drop for Acting<'_> {
    fn drop(&mut self) {
        self.world.current.set(self.before);
    }
}

/// Takes steps, one after the other.
fn block<'a>(world: &'a Rc<World>, steps: &'a [Step]) -> Boxed<'a> {
    Box::pin(async move {
        for step in steps {
            world.steps.set(world.steps.get() + 1);
            if let Some(wait) = perform(world, step) {
                wait.await;
            }
            world.advance();
        }
    })
}

/// Takes one step, and yields what is left of it to wait for.
fn perform<'a>(world: &'a Rc<World>, step: &'a Step) -> Option<Boxed<'a>> {
    let (object, amount, body) = (step.object as usize, step.amount, &step.body);
    let time = duration(object as u64, amount);
    Some(match step.verb {
        Verb::Yield => Box::pin(yields(amount)),
        Verb::Sleep => Box::pin(sleeps(world, time)),
        Verb::Tick => Box::pin(ticks(world, time)),
        Verb::Wait => Box::pin(waits(world, object)),
        Verb::Set => return act(|| world.set(object)),
        Verb::Clear => return act(|| clear(world, object)),
        Verb::Pulse => return act(|| pulse(world, object)),
        Verb::Lock => Box::pin(locks(world, object, body)),
        Verb::TryLock => Box::pin(try_locks(world, object, body)),
        Verb::Await => Box::pin(awaits(world, object, None)),
        Verb::AwaitGoal => Box::pin(awaits(world, object, Some(amount))),
        Verb::AwaitUntil => Box::pin(awaits_until(world, object, Duration::from_micros(u64::from(amount)))),
        Verb::Notify => Box::pin(notifies(world, object, amount)),
        Verb::Acquire => Box::pin(acquires(world, object, amount, body)),
        Verb::TryAcquire => Box::pin(try_acquires(world, object, body)),
        Verb::Forget => Box::pin(forgets(world, object, amount)),
        Verb::Arrive => Box::pin(arrives(world, object)),
        Verb::Reset => return act(|| world.barriers[object % world.barriers.len()].0.reset()),
        Verb::Abort => return act(|| world.barriers[object % world.barriers.len()].0.abort()),
        Verb::Put | Verb::TryPut | Verb::Get | Verb::TryGet | Verb::Drain => match object % QUEUES {
            0 => queues(world, step, world.fifos[room(object)].borrow().clone()),
            1 => queues(world, step, world.lifos[room(object)].borrow().clone()),
            _ => queues(world, step, world.smallest[room(object)].borrow().clone()),
        },
        Verb::Close => return act(|| close(world, object)),
        Verb::CloseNow => return act(|| close_now(world, object)),
        Verb::Spawn => return act(|| drop(spawn_detached(Actor::new(world, body.clone())))),
        Verb::Join => Box::pin(joins(world, body)),
        Verb::Gather => Box::pin(gathers(world, body)),
        Verb::GatherTasks => Box::pin(gathers_tasks(world, body)),
        Verb::Group => Box::pin(groups(world, amount > 0, body)),
        Verb::Ends => Box::pin(ends(world, amount, body)),
        Verb::Completed => Box::pin(completed(world, body)),
        Verb::Race => Box::pin(races(world, body)),
        Verb::Timeout => Box::pin(times_out(world, time, body)),
        Verb::Abandon => Box::pin(abandons(world, amount, body)),
        Verb::Leave => Box::pin(leaves(world, body.clone())),
        Verb::Take => Box::pin(takes(world)),
        Verb::Foreign => Box::pin(foreign(world, amount, body)),
        Verb::Thread => Box::pin(threads(amount)),
        Verb::Cancel => return act(|| cancel(world, step.object)),
        Verb::CancelSelf => return act(|| cancel_self(world)),
        Verb::Panic => resume_unwind(Box::new("deliberate")),
        // Only the child of a group has somebody to fail to.
        Verb::Fail => return None,
    })
}

/// The room of a queue.
fn room(object: usize) -> usize {
    object / QUEUES % ROOMS
}

fn act<'a>(act: impl FnOnce()) -> Option<Boxed<'a>> {
    act();
    None
}

/// So many microseconds, and then up to the next multiple of the grid, so that several end at one
/// moment.
fn duration(grid: u64, amount: u32) -> Duration {
    let (now, amount) = (now().as_micros(), u64::from(amount));
    let end = if grid == 0 { now + amount } else { (now + amount).next_multiple_of(grid) };
    Duration::from_micros(end - now)
}

async fn yields(count: u32) {
    for _ in 0..count {
        yield_now().await;
    }
}

async fn sleeps(world: &World, time: Duration) {
    let start = now();
    Watched::new(world, "sleep()", sleep(time), ForTime::after(world, time)).await;
    world.expect(now() >= start + time, || format!("a sleep of {time:?} ended {:?} after its start", now() - start));
}

async fn ticks(world: &World, time: Duration) {
    let (start, period) = (now(), time.max(Duration::from_micros(1)));
    let mut ticks = interval(period);
    for tick in 1..3 {
        let rules = ForTime::at(world, (start + period * tick).as_micros());
        let due = Watched::new(world, "Interval::tick()", ticks.tick(), rules).await;
        world.expect(due == start + period * tick && now() >= due, || {
            format!("tick {tick} of {period:?} came at {due}")
        });
    }
}

async fn waits(world: &World, object: usize) {
    let (event, model) = &world.events[object % world.events.len()];
    let rules = InLine { world, model, settled: |model| model.flag, waits: |model| &mut model.waits };
    Watched::new(world, "Event::wait()", event.wait(), rules).await;
}

fn clear(world: &World, object: usize) {
    let (event, model) = &world.events[object % world.events.len()];
    model.borrow_mut().flag = false;
    event.clear();
}

fn pulse(world: &World, object: usize) {
    let (event, model) = &world.events[object % world.events.len()];
    let mut model = model.borrow_mut();
    model.flag = false;
    let expected = model.waits.grant_all();
    drop(model);
    let released = event.pulse();
    world.expect(released == expected, || format!("a pulse released {released} of {expected}"));
}

/// A guard whose release the model hears of.
struct Held<'w> {
    world: &'w World,
    lock: usize,
    /// None once it was handed to a condition.
    guard: Option<LockGuard<'w, u32>>,
}

impl<'w> Held<'w> {
    fn new(world: &'w World, lock: usize, guard: LockGuard<'w, u32>) -> Self {
        let value = world.locks[lock].1.borrow().value;
        world.expect(*guard == value, || format!("lock {lock} guards {}, and not {value}", *guard));
        Held { world, lock, guard: Some(guard) }
    }

    fn guard(&mut self) -> &mut LockGuard<'w, u32> {
        self.guard.as_mut().expect("the guard is here until it is handed over")
    }

    fn into_guard(mut self) -> LockGuard<'w, u32> {
        self.guard.take().expect("the guard is here until it is handed over")
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if self.guard.is_some() {
            self.world.locks[self.lock].1.borrow_mut().release(&|actor| self.world.is_dying(actor));
        }
    }
}

async fn lock(world: &World, lock: usize) -> Held<'_> {
    let rules = ForLock { world, lock };
    Held::new(world, lock, Watched::new(world, "Lock::lock()", world.locks[lock].0.lock(), rules).await)
}

async fn locks(world: &Rc<World>, object: usize, body: &[Step]) {
    let _held = lock(world, object % world.locks.len()).await;
    block(world, body).await;
}

async fn try_locks(world: &Rc<World>, object: usize, body: &[Step]) {
    let index = object % world.locks.len();
    let expected = world.locks[index].1.borrow_mut().take(&|actor| world.is_dying(actor));
    let guard = world.locks[index].0.try_lock();
    world.expect(guard.is_some() == expected, || format!("try_lock() of lock {index} took it: {}", guard.is_some()));
    if let Some(guard) = guard {
        let _held = Held::new(world, index, guard);
        block(world, body).await;
    }
}

async fn awaits(world: &World, object: usize, goal: Option<u32>) {
    let guarded = &world.conditions[object % world.conditions.len()];
    let guard = lock(world, guarded.lock).await.into_guard();
    let goal = goal.map(|more| guard.saturating_add(more));
    let rules = ForNotify::new(world, guarded, goal, None);
    let guard = match goal {
        None => Watched::new(world, "Condition::wait()", guarded.condition.wait(guard), rules).await,
        Some(goal) => {
            let wait = guarded.condition.wait_for(guard, move |value| *value >= goal);
            Watched::new(world, "Condition::wait_for()", wait, rules).await
        }
    };
    drop(Held::new(world, guarded.lock, guard));
}

async fn awaits_until(world: &World, object: usize, time: Duration) {
    let guarded = &world.conditions[object % world.conditions.len()];
    let guard = lock(world, guarded.lock).await.into_guard();
    let deadline = now() + time.max(Duration::from_micros(1));
    let rules = ForNotify::new(world, guarded, None, Some(deadline.as_micros()));
    let wait = guarded.condition.wait_until(guard, deadline);
    let mut watched = Watched::new(world, "Condition::wait_until()", wait, rules);
    let (guard, woke) = (&mut watched).await;
    let notified = watched.rules().notified.get();
    world.expect((woke == Woke::Notified) == notified, || {
        format!("wait_until() ended as {woke:?}; notified: {notified}")
    });
    drop(Held::new(world, guarded.lock, guard));
}

/// Adds to the value of a condition, and tells so many.
async fn notifies(world: &World, object: usize, count: u32) {
    let guarded = &world.conditions[object % world.conditions.len()];
    let mut held = lock(world, guarded.lock).await;
    let guard = held.guard();
    **guard = guard.saturating_add(count);
    world.locks[guarded.lock].1.borrow_mut().value = **guard;
    let expected = guarded.waits.borrow_mut().notify(&|actor| world.is_dying(actor), count as usize);
    let woken = guarded.condition.notify(guard, count as usize);
    world.expect(woken == expected, || format!("notify({count}) woke {woken} of {expected}"));
}

/// Permits whose release the model hears of.
struct Permits<'w> {
    world: &'w World,
    semaphore: usize,
    permits: usize,
    _permit: Permit<'w>,
}

impl Drop for Permits<'_> {
    fn drop(&mut self) {
        let mut model = self.world.semaphores[self.semaphore].1.borrow_mut();
        model.release(self.permits, &|actor| self.world.is_dying(actor));
    }
}

async fn acquire(world: &World, object: usize, amount: u32) -> (usize, usize, Permit<'_>) {
    let index = object % world.semaphores.len();
    let (semaphore, model) = &world.semaphores[index];
    let permits = 1 + amount as usize % model.borrow().total;
    let rules = ForPermits { world, semaphore: index, permits };
    let wait = semaphore.acquire_many(permits);
    (index, permits, Watched::new(world, "Semaphore::acquire_many()", wait, rules).await)
}

async fn acquires(world: &Rc<World>, object: usize, amount: u32, body: &[Step]) {
    let (semaphore, permits, _permit) = acquire(world, object, amount).await;
    let _held = Permits { world, semaphore, permits, _permit };
    block(world, body).await;
}

async fn try_acquires(world: &Rc<World>, object: usize, body: &[Step]) {
    let index = object % world.semaphores.len();
    let (semaphore, model) = &world.semaphores[index];
    let expected = model.borrow_mut().take(1, &|actor| world.is_dying(actor));
    let permit = semaphore.try_acquire();
    world.expect(permit.is_some() == expected, || format!("try_acquire() took a permit: {}", permit.is_some()));
    if let Some(_permit) = permit {
        let _held = Permits { world, semaphore: index, permits: 1, _permit };
        block(world, body).await;
    }
}

/// Takes permits, forgets them, and releases as many.
async fn forgets(world: &World, object: usize, amount: u32) {
    let (index, permits, permit) = acquire(world, object, amount).await;
    let (semaphore, model) = &world.semaphores[index];
    permit.forget();
    model.borrow_mut().release(permits, &|actor| world.is_dying(actor));
    world.expect(semaphore.release(permits).is_ok(), || format!("{permits} permits had no room in semaphore {index}"));
    let full = permits + model.borrow().total;
    world.expect(semaphore.release(full).is_err(), || format!("semaphore {index} took {full} permits too many"));
}

/// One who came to a barrier and did not go on.
struct Inside<'w>(&'w Cell<usize>);

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}

async fn arrives(world: &World, object: usize) {
    let (barrier, inside) = &world.barriers[object % world.barriers.len()];
    inside.set(inside.get() + 1);
    let _inside = Inside(inside);
    if let Ok(turn) = barrier.wait().await {
        world.expect(turn.index() < barrier.parties(), || format!("a barrier gave the index {}", turn.index()));
    }
}

fn queues<'a, S: Store<u32> + 'a>(world: &'a World, step: &Step, queued: Rc<Queued<S>>) -> Boxed<'a> {
    let (item, amount) = (world.new_item(), step.amount);
    match step.verb {
        Verb::Put => Box::pin(async move { puts(world, &queued, item).await }),
        Verb::TryPut => Box::pin(async move { try_puts(world, &queued, item) }),
        Verb::Get => Box::pin(async move { gets(world, &queued, amount).await }),
        Verb::TryGet => Box::pin(async move { try_gets(world, &queued, amount).await }),
        _ => Box::pin(async move { drains(world, &queued).await }),
    }
}

async fn puts<S: Store<u32>>(world: &World, queued: &Queued<S>, item: u32) {
    let rules = ForRoom { world, queued, item };
    let put = Watched::new(world, "Queue::put()", queued.queue.put(item), rules).await;
    let closed = queued.model.borrow().closed;
    world.expect(put.is_err() == closed, || format!("a put into a queue that is closed ({closed}) failed: {put:?}"));
    world.expect(put.err().is_none_or(|refused| refused.item == item), || "a put handed back another item".into());
}

fn try_puts<S: Store<u32>>(world: &World, queued: &Queued<S>, item: u32) {
    let dying = |actor| world.is_dying(actor);
    let mut model = queued.model.borrow_mut();
    let (closed, may_put) = (model.closed, model.may_put(&dying));
    if may_put {
        model.push(item, &dying);
    }
    drop(model);
    let put = queued.queue.try_put(item);
    let expected = match (closed, may_put) {
        (true, _) => Err(TryPutError::Closed(item)),
        (false, false) => Err(TryPutError::Full(item)),
        (false, true) => Ok(()),
    };
    world.expect(put == expected, || format!("try_put() yielded {put:?} instead of {expected:?}"));
}

/// An item that was taken and is not done.
struct Unfinished<'w, S: Store<u32>> {
    world: &'w World,
    queued: &'w Queued<S>,
}

impl<S: Store<u32>> Drop for Unfinished<'_, S> {
    fn drop(&mut self) {
        self.queued.model.borrow_mut().done(1);
        let done = self.queued.queue.task_done().is_ok();
        self.world.expect(done, || "an item was done too often".into());
    }
}

async fn gets<S: Store<u32>>(world: &World, queued: &Queued<S>, turns: u32) {
    let rules = ForItem { world, queued, item: Cell::new(None) };
    let mut watched = Watched::new(world, "Queue::get()", queued.queue.get(), rules);
    let got = (&mut watched).await.ok();
    let expected = watched.rules().item.get();
    world.expect(got == expected, || format!("get() yielded {got:?} instead of {expected:?}"));
    if got.is_some() {
        let _unfinished = Unfinished { world, queued };
        yields(turns).await;
    }
}

async fn try_gets<S: Store<u32>>(world: &World, queued: &Queued<S>, turns: u32) {
    let expected = try_get_of_model(world, queued);
    let got = queued.queue.try_get();
    world.expect(got == expected, || format!("try_get() yielded {got:?} instead of {expected:?}"));
    if got.is_ok() {
        let _unfinished = Unfinished { world, queued };
        yields(turns).await;
    }
}

fn try_get_of_model<S: Store<u32>>(world: &World, queued: &Queued<S>) -> Result<u32, TryGetError> {
    let dying = |actor| world.is_dying(actor);
    let mut model = queued.model.borrow_mut();
    let over = if model.closed && model.is_empty() { TryGetError::Closed } else { TryGetError::Empty };
    let item = if model.may_get(&dying) { model.pop(&dying) } else { None };
    item.ok_or(over)
}

/// Waits until all items are done.
async fn drains<S: Store<u32>>(world: &World, queued: &Queued<S>) {
    let (model, join) = (&queued.model, queued.queue.join());
    let rules = InLine { world, model, settled: |model| model.unfinished == 0, waits: |model| &mut model.joiners };
    Watched::new(world, "Queue::join()", join, rules).await;
}

/// Closes a queue, leaves it for two turns to those who know it, and puts another one in its place.
fn close(world: &Rc<World>, object: usize) {
    match object % QUEUES {
        0 => close_slot(world, &world.fifos[room(object)], world::fifo),
        1 => close_slot(world, &world.lifos[room(object)], world::lifo),
        _ => close_slot(world, &world.smallest[room(object)], world::smallest),
    }
}

fn close_slot<S: Store<u32> + 'static>(world: &Rc<World>, slot: &Slot<S>, new: fn() -> Rc<Queued<S>>) {
    let queued = slot.replace(new());
    queued.model.borrow_mut().close(&|actor| world.is_dying(actor));
    queued.queue.close();
    // Those who wait for all items to be done would wait for those that nobody takes.
    let (emptied, expecting) = (queued, world.clone());
    spawn_detached(Actor::performing(world, async move {
        yields(2).await;
        let left = emptied.model.borrow_mut().close_now(&|actor| expecting.is_dying(actor));
        let items = emptied.queue.close_now().len();
        expecting.expect(items == left, || format!("close_now() took out {items} items of {left}"));
    }));
}

fn close_now(world: &World, object: usize) {
    match object % QUEUES {
        0 => world::close_now(world, &world.fifos[room(object)], world::fifo),
        1 => world::close_now(world, &world.lifos[room(object)], world::lifo),
        _ => world::close_now(world, &world.smallest[room(object)], world::smallest),
    }
}

/// Spawns a task that somebody awaits.
fn spawn(world: &World, actor: Actor) -> JoinHandle<()> {
    task(world.task_name.clone()).spawn(actor)
}

async fn joins(world: &Rc<World>, body: &Arc<[Step]>) {
    let actor = Actor::new(world, body.clone());
    let (id, handle) = (actor.id(), spawn(world, actor));
    let ended = handle.task().ended();
    let outcome = handle.await;
    world.expect(!world.cancel_actor(id), || "a task was joined before its end".into());
    world.expect(outcome.is_ok() || outcome.is_err_and(|error| error.is_panic() || error.is_cancelled()), || {
        "a task ended neither way".into()
    });
    ended.await;
}

/// Children who are cancelled with the future that has this.
struct Children<'w> {
    world: &'w World,
    actors: Vec<ActorId>,
}

impl Drop for Children<'_> {
    fn drop(&mut self) {
        for &actor in &self.actors {
            self.world.cancel_actor(actor);
        }
    }
}

fn children<'w>(world: &'w Rc<World>, body: &[Step]) -> (Vec<Actor>, Children<'w>) {
    let actors: Vec<_> = body.iter().map(|step| Actor::child(world, step)).collect();
    let ids = actors.iter().map(Actor::id).collect();
    (actors, Children { world, actors: ids })
}

async fn gathers(world: &Rc<World>, body: &[Step]) {
    let (actors, _children) = children(world, body);
    gather(actors).await;
}

async fn gathers_tasks(world: &Rc<World>, body: &[Step]) {
    let (actors, _children) = children(world, body);
    let count = actors.len();
    let outcomes = gather_tasks(actors.into_iter().map(|actor| spawn(world, actor))).await.len();
    world.expect(outcomes == count, || format!("{count} tasks had {outcomes} outcomes"));
}

/// A group whose tasks may fail cancels the others when the model cannot know: their steps are such
/// that this makes no difference.
async fn groups(world: &Rc<World>, may_fail: bool, body: &[Step]) {
    let (actors, _children) = children(world, body);
    let mut group = TaskGroup::new();
    for (actor, step) in actors.into_iter().zip(body) {
        let fails = may_fail && step.verb == Verb::Fail;
        group.spawn(async move {
            match AssertUnwindSafe(actor).catch_unwind().await {
                Err(payload) if may_fail => resume_unwind(payload),
                _ if fails => Err("deliberate"),
                _ => Ok(()),
            }
        });
    }
    let joined = group.join().await;
    let failures = joined.map_or_else(|error| error.into_failures().len(), |()| 0);
    world.expect(failures <= body.len(), || format!("{failures} of {} tasks failed", body.len()));
}

/// Waits for the first end, the first panic or the last end, and detaches the rest.
async fn ends(world: &Rc<World>, amount: u32, body: &[Step]) {
    let until = [Until::First, Until::FirstPanic, Until::All][amount as usize % 3];
    let handles: Vec<_> = body.iter().map(|step| spawn(world, Actor::child(world, step))).collect();
    let ended = wait(&handles, until).await;
    world.expect(ended.iter().all(|&index| handles[index].is_finished()), || "a task was told to have ended".into());
    world.expect(until != Until::All || ended.len() == body.len(), || format!("only {ended:?} have ended"));
}

async fn completed(world: &Rc<World>, body: &[Step]) {
    let mut tasks = as_completed(body.iter().map(|step| spawn(world, Actor::child(world, step))));
    let mut ended = Vec::new();
    while let Some((index, _)) = tasks.next_ended().await {
        world.expect(!ended.contains(&index), || format!("task {index} was yielded twice"));
        ended.push(index);
    }
    world.expect(ended.len() == body.len(), || format!("only {ended:?} were yielded"));
}

/// Takes the steps of a body side by side, in this task, until one is through.
async fn races(world: &Rc<World>, body: &[Step]) {
    if !body.is_empty() {
        race(body.iter().map(|step| block(world, std::slice::from_ref(step)))).await;
    }
}

async fn times_out(world: &Rc<World>, time: Duration, body: &[Step]) {
    let start = now();
    let mut timeout = pin!(timeout(time, block(world, body)));
    let alarm = Alarm::new(ForTime::at(world, (start + time).as_micros()));
    let in_time = poll_fn(|cx| {
        let polled = timeout.as_mut().poll(cx);
        // The body comes first, and arms its timers before.
        let is_up = !matches!(polled, Poll::Ready(Ok(()))) && alarm.poll();
        world.expect(is_up == matches!(polled, Poll::Ready(Err(_))), || {
            format!("the timer of a timeout has fired: {is_up}; it ended as {polled:?}")
        });
        polled.map(|output| output.is_ok())
    })
    .await;
    world.expect(in_time || now() >= start + time, || format!("a timeout of {time:?} was up at once"));
}

/// Takes steps for so many turns, and drops what is left.
async fn abandons(world: &Rc<World>, turns: u32, body: &[Step]) {
    race([block(world, body), Box::pin(yields(turns))]).await;
}

/// Begins steps, and leaves them where another task may find them.
async fn leaves(world: &Rc<World>, body: Arc<[Step]>) {
    if world.is_dying(world.current.get()) {
        return;
    }
    let left = world.clone();
    let mut parcel: Parcel = Box::pin(async move { block(&left, &body).await });
    let polled = poll_fn(|cx| Poll::Ready(parcel.as_mut().poll(cx))).await;
    if polled.is_pending() {
        world.parcels.borrow_mut().push_back(parcel);
    }
}

/// Goes on with what another task has left.
async fn takes(world: &Rc<World>) {
    let parcel = world.parcels.borrow_mut().pop_front();
    if let Some(parcel) = parcel {
        parcel.await;
        world.advance();
    }
}

/// Steps that nobody knows the task of: they are polled under a foreign waker.
struct Foreign<'a> {
    world: &'a World,
    steps: Boxed<'a>,
}

impl Future for Foreign<'_> {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let Foreign { world, steps } = &mut *self;
        let _leaves = Acting { world, before: world.current.replace(NOBODY) };
        steps.as_mut().poll(cx)
    }
}

/// Takes steps under a waker that is not the task's own.
async fn foreign(world: &Rc<World>, kind: u32, body: &[Step]) {
    if kind.is_multiple_of(3) {
        let alone = |step| Foreign { world, steps: block(world, std::slice::from_ref(step)) };
        let mut all: FuturesUnordered<_> = body.iter().map(alone).collect();
        while all.next().await.is_some() {}
        return;
    }
    let mut relay = Arc::new(Relay { woken: AtomicBool::new(true), outer: Mutex::default() });
    let mut steps = Foreign { world, steps: block(world, body) };
    poll_fn(|cx| {
        if !relay.woken.swap(false, Ordering::Relaxed) {
            relay.set_outer(cx.waker());
            return Poll::Pending;
        }
        if kind % 3 == 1 {
            // Another waker for each poll: the leaf has to take it, and to forget the one before.
            relay = Arc::new(Relay { woken: AtomicBool::new(false), outer: Mutex::default() });
        }
        relay.set_outer(cx.waker());
        Pin::new(&mut steps).poll(&mut Context::from_waker(&Waker::from(relay.clone())))
    })
    .await;
}

/// A waker that is not the task's own, and wakes the task through a flag.
struct Relay {
    woken: AtomicBool,
    outer: Mutex<Option<Waker>>,
}

impl Relay {
    fn set_outer(&self, waker: &Waker) {
        *self.outer.lock().expect("nobody panics with this lock") = Some(waker.clone());
    }
}

impl Wake for Relay {
    fn wake(self: Arc<Self>) {
        self.woken.store(true, Ordering::Relaxed);
        let outer = self.outer.lock().expect("nobody panics with this lock").take();
        if let Some(waker) = outer {
            waker.wake();
        }
    }
}

/// Waits for a thread: one that wakes, or one that spawns.
async fn threads(kind: u32) {
    let mut sent = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut sent, true) {
            return Poll::Ready(());
        }
        let (waker, remote) = (cx.waker().clone(), (kind % 2 == 1).then(greenlight::remote));
        let thread = std::thread::spawn(move || match remote {
            Some(remote) => remote.spawn(async move { waker.wake() }).expect("the runtime is there"),
            None => waker.wake(),
        });
        thread.join().expect("a thread wakes without a panic");
        Poll::Pending
    })
    .await;
}

/// Cancels a task by its number.
fn cancel(world: &World, number: u32) {
    let found = world.numbered.borrow().get(&number).cloned();
    if let Some((task, actor)) = found {
        let alive = world.cancel_actor(actor);
        let cancelled = task.cancel();
        world.expect(cancelled == alive, || format!("task {number} was alive: {alive}; cancelled: {cancelled}"));
    }
}

/// Cancels the task that acts, if it has a number.
fn cancel_self(world: &World) {
    let current = world.current.get();
    let found = world.numbered.borrow().iter().find(|(_, (_, actor))| *actor == current).map(|(&number, _)| number);
    if let Some(number) = found {
        cancel(world, number);
    }
}
