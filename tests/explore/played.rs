//! The programs on greenlight.

use crate::steps::{
    ABORTED, CLOSED, DROPPED, FAILED, INTERRUPTED, LONG, Program, REFUSED, RETURNED, Said, Step, TIMED_OUT,
};
use greenlight::sync::{Barrier, BrokenBarrier, Condition, Event, Lock, LockGuard, Permit, Queue, Semaphore};
use greenlight::{Task, TaskGroup, gather, sleep, task, timeout, yield_now};
use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

struct World {
    event: Event,
    lock: Lock,
    condition: Condition,
    semaphore: Semaphore,
    barrier: Barrier,
    queue: Queue<u16>,
    /// The tasks of main, in order.
    tasks: RefCell<Vec<Task>>,
    /// How many tasks there are, with main.
    spawned: Cell<u16>,
    said: RefCell<Said>,
}

impl World {
    fn say(&self, number: u16, what: u16) {
        self.said.borrow_mut().push((number, what));
    }

    fn next_number(&self) -> u16 {
        self.spawned.replace(self.spawned.get() + 1)
    }

    fn task(&self, number: usize) -> Task {
        self.tasks.borrow()[number - 1].clone()
    }

    /// What main sees at the end.
    fn state(&self) -> Vec<usize> {
        let World { event, lock, condition, semaphore, barrier, queue, tasks, .. } = self;
        let flags = [event.is_set(), lock.is_locked(), condition.is_locked(), barrier.is_broken(), queue.is_closed()];
        let mut state = vec![semaphore.available(), barrier.waiting(), queue.len()];
        state.extend(flags.map(usize::from));
        state.extend(tasks.borrow().iter().map(|task| usize::from(task.is_finished())));
        state
    }
}

/// Main: it spawns the tasks, waits until nobody can go on, and yields what was said and what it sees then.
pub(crate) async fn main(program: Rc<Program>) -> Said {
    let world = Rc::new(World {
        event: Event::new(),
        lock: Lock::new(()),
        condition: Condition::new(()),
        semaphore: Semaphore::new(program.permits),
        barrier: Barrier::new(program.parties),
        queue: Queue::bounded(program.capacity),
        tasks: RefCell::default(),
        spawned: Cell::new(1),
        said: RefCell::default(),
    });
    for (name, steps) in program.names().into_iter().zip(&program.tasks) {
        let acts = acts(&world, steps);
        let spawned = task(name).spawn_detached(async move { _ = acts.await });
        world.tasks.borrow_mut().push(spawned);
    }
    sleep(Duration::from_millis(LONG)).await;
    let seen = world.state().into_iter().map(|seen| (0, u16::try_from(seen).expect("there are few of everything")));
    let mut said = world.said.take();
    said.extend(seen);
    said
}

/// What a task holds, in the order in which it is let go.
#[derive(Default)]
struct Held<'w> {
    lock: Option<LockGuard<'w, ()>>,
    entered: Option<LockGuard<'w, ()>>,
    permits: Vec<Permit<'w>>,
}

/// Says that a task was dropped before its end.
struct Life<'w> {
    world: &'w World,
    number: u16,
    has_ended: bool,
}

impl Drop for Life<'_> {
    fn drop(&mut self) {
        if !self.has_ended {
            self.world.say(self.number, DROPPED);
        }
    }
}

/// A task that takes these steps. It has the next number.
fn acts(world: &Rc<World>, steps: &[Step]) -> impl Future<Output = Result<(), ()>> + use<> {
    let (world, steps, number) = (world.clone(), steps.to_vec(), world.next_number());
    async move {
        let mut life = Life { world: &world, number, has_ended: false };
        let mut held = Held::default();
        for step in &steps {
            let what = take(&world, &mut held, step).await;
            world.say(number, what);
            if what == FAILED {
                life.has_ended = true;
                return Err(());
            }
        }
        world.say(number, RETURNED);
        life.has_ended = true;
        Ok(())
    }
}

/// Takes one step, and yields what it has come to.
async fn take<'w>(world: &'w Rc<World>, held: &mut Held<'w>, step: &Step) -> u16 {
    let World { event, lock, condition, semaphore, barrier, queue, .. } = &**world;
    let count = |woken: usize| u16::try_from(woken).expect("there are few tasks");
    match step {
        Step::Yield => yield_now().await,
        Step::Sleep(time) => sleep(Duration::from_millis(*time)).await,
        Step::Wait => event.wait().await,
        Step::Set => event.set(),
        Step::Clear => event.clear(),
        Step::Pulse => return count(event.pulse()),
        Step::Lock => held.lock = Some(lock.lock().await),
        Step::TryLock => match lock.try_lock() {
            Some(guard) => held.lock = Some(guard),
            None => return REFUSED,
        },
        Step::Unlock => held.lock = None,
        Step::Enter => held.entered = Some(condition.lock().await),
        Step::Await => match held.entered.take() {
            Some(guard) => held.entered = Some(condition.wait(guard).await),
            None => return REFUSED,
        },
        Step::Notify(most) => return held.entered.as_ref().map_or(REFUSED, |it| count(condition.notify(it, *most))),
        Step::NotifyAll => return held.entered.as_ref().map_or(REFUSED, |it| count(condition.notify_all(it))),
        Step::Leave => held.entered = None,
        Step::Acquire(permits) => {
            let permit = semaphore.acquire_many(*permits).await;
            held.permits.push(permit);
        }
        Step::TryAcquire => match semaphore.try_acquire() {
            Some(permit) => held.permits.push(permit),
            None => return REFUSED,
        },
        Step::Release => drop(held.permits.pop()),
        Step::Arrive => match barrier.wait().await {
            Ok(turn) => return count(turn.index()),
            Err(BrokenBarrier::Aborted) => return ABORTED,
            Err(BrokenBarrier::Interrupted) => return INTERRUPTED,
        },
        Step::Reset => barrier.reset(),
        Step::Abort => barrier.abort(),
        Step::Put(item) => return queue.put(*item).await.map_or(CLOSED, |()| *item),
        Step::TryPut(item) => return queue.try_put(*item).map_or(REFUSED, |()| *item),
        Step::Get => return queue.get().await.unwrap_or(CLOSED),
        Step::TryGet => return queue.try_get().unwrap_or(REFUSED),
        Step::Done => return queue.task_done().map_or(REFUSED, |()| 0),
        Step::Join => queue.join().await,
        Step::Close => queue.close(),
        Step::Ended(number) => world.task(*number).ended().await,
        Step::Cancel(number) => return u16::from(world.task(*number).cancel()),
        Step::Gather(children) => {
            gather(children.iter().map(|steps| acts(world, steps))).await;
        }
        Step::Group(children) => {
            let mut group = TaskGroup::new();
            for steps in children {
                group.spawn(acts(world, steps));
            }
            return group.join().await.map_or_else(|failed| count(failed.failures().len()), |()| 0);
        }
        Step::Fail => return FAILED,
        Step::Within(time, step) => {
            let taken = timeout(Duration::from_millis(*time), Box::pin(take(world, held, step))).await;
            return taken.unwrap_or(TIMED_OUT);
        }
    }
    0
}
