//! Random programs of tasks that lock, wait, notify, set, time out and cancel each other. What must
//! hold after every turn and whenever nobody can go on is checked; a program that fails is made
//! small and printed.

use crate::properties::holds_for_all;
use futures::future::LocalBoxFuture;
use futures::stream::{FuturesUnordered, StreamExt};
use greenlight::sync::{Condition, Event, Lock, LockGuard, Woke};
use greenlight::{Runtime, Task, Turn, now, race, sleep, timeout, yield_now};
use proptest::prelude::*;
use stage::shared;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

/// What a task may do. Numbers name locks, conditions, events and tasks; times are milliseconds.
#[derive(Clone, Debug)]
enum Step {
    Yield,
    Sleep(u64),
    /// Holds a lock meanwhile. One that is to be taken out of order, which might end in a circle,
    /// is left out.
    Hold(usize, Vec<Step>),
    /// Takes a lock if it is to be had, for a turn.
    Try(usize),
    Wait(usize),
    WaitUntil(usize, u64),
    Notify(usize, usize),
    Await(usize),
    Set(usize),
    Clear(usize),
    Pulse(usize),
    Timeout(u64, Vec<Step>),
    Race(u64, Vec<Step>),
    Cancel(usize),
}

/// How many there are of each kind.
const KINDS: usize = 2;
const TASKS: usize = 6;

fn step() -> impl Strategy<Value = Step> {
    let time = || 0..4u64;
    let leaf = prop_oneof![
        3 => Just(Step::Yield),
        3 => time().prop_map(Step::Sleep),
        2 => (0..KINDS).prop_map(Step::Try),
        4 => (0..KINDS).prop_map(Step::Wait),
        4 => (0..KINDS, time()).prop_map(|(condition, limit)| Step::WaitUntil(condition, limit)),
        5 => (0..KINDS, 0..4usize).prop_map(|(condition, n)| Step::Notify(condition, n)),
        2 => (0..KINDS).prop_map(Step::Await),
        1 => (0..KINDS).prop_map(Step::Set),
        1 => (0..KINDS).prop_map(Step::Clear),
        1 => (0..KINDS).prop_map(Step::Pulse),
        3 => (0..TASKS).prop_map(Step::Cancel),
    ];
    leaf.prop_recursive(3, 12, 3, move |step| {
        let steps = prop::collection::vec(step, 1..4);
        prop_oneof![
            4 => (0..KINDS, steps.clone()).prop_map(|(lock, steps)| Step::Hold(lock, steps)),
            2 => (time(), steps.clone()).prop_map(|(limit, steps)| Step::Timeout(limit, steps)),
            1 => (time(), steps).prop_map(|(limit, steps)| Step::Race(limit, steps)),
        ]
    })
}

/// A task: its steps, and whether a `FuturesUnordered` polls them, with a waker of its own.
type Role = (Vec<Step>, bool);

fn role() -> impl Strategy<Value = Role> {
    (prop::collection::vec(step(), 1..6), any::<bool>())
}

/// A lock, and what must be true of it.
#[derive(Default)]
struct Door {
    lock: Lock,
    /// The task that holds it.
    inside: Cell<Option<usize>>,
    /// The tasks in line.
    line: RefCell<VecDeque<usize>>,
}

/// A condition, and what became of its notifies.
#[derive(Default)]
struct Club {
    condition: Condition,
    notified: Cell<usize>,
    used: Cell<usize>,
    /// How many waits were dropped.
    left: Cell<usize>,
}

struct World {
    doors: [Door; KINDS],
    clubs: [Club; KINDS],
    events: [Event; KINDS],
    tasks: RefCell<Vec<Task>>,
    cancelled: [Cell<bool>; TASKS],
}

fn count(cell: &Cell<usize>, more: usize) {
    cell.set(cell.get() + more);
}

/// Acts when it is dropped.
struct AtDrop<F: Fn()>(F);

impl<F: Fn()> Drop for AtDrop<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

impl Door {
    /// Waits in line. Nobody who lives is overtaken.
    async fn enter(&self, me: usize, world: &World) -> LockGuard<'_, ()> {
        let _ticket = AtDrop(|| self.line.borrow_mut().retain(|&other| other != me));
        let mut wait = pin!(self.lock.lock());
        let guard = poll_fn(|cx| {
            let polled = wait.as_mut().poll(cx);
            let mut line = self.line.borrow_mut();
            if polled.is_pending() && !line.contains(&me) {
                line.push_back(me);
            }
            polled
        })
        .await;
        self.assert_first(me, world);
        guard
    }

    fn assert_first(&self, me: usize, world: &World) {
        let line = self.line.borrow();
        let mut ahead = line.iter().take_while(|&&other| other != me);
        assert!(ahead.all(|&other| world.cancelled[other].get()), "task {me} overtakes one of {line:?}");
    }

    /// Is inside until what this returns is dropped.
    fn occupy(&self, me: usize) -> impl Drop + use<'_> {
        assert_eq!(self.inside.replace(Some(me)), None, "somebody is inside");
        AtDrop(|| self.inside.set(None))
    }
}

impl Club {
    async fn wait(&self, deadline: Option<Duration>) {
        let guard = self.condition.lock().await;
        let over = Cell::new(false);
        let _guard = {
            let _leaves = AtDrop(|| count(&self.left, usize::from(!over.get())));
            let (guard, woke) = match deadline {
                Some(limit) => self.condition.wait_until(guard, now() + limit).await,
                None => (self.condition.wait(guard).await, Woke::Notified),
            };
            over.set(true);
            count(&self.used, usize::from(woke == Woke::Notified));
            guard
        };
        yield_now().await;
    }

    async fn notify(&self, n: usize) {
        let guard = self.condition.lock().await;
        count(&self.notified, self.condition.notify(&guard, n));
        yield_now().await;
    }
}

impl World {
    fn play<'a>(&'a self, me: usize, steps: &'a [Step], floor: usize) -> LocalBoxFuture<'a, ()> {
        Box::pin(async move {
            for step in steps {
                self.step(me, step, floor).await;
            }
        })
    }

    async fn step(&self, me: usize, step: &Step, floor: usize) {
        let millis = Duration::from_millis;
        match step {
            Step::Yield => yield_now().await,
            Step::Sleep(time) => sleep(millis(*time)).await,
            Step::Hold(lock, steps) if *lock >= floor => {
                let door = &self.doors[*lock];
                let _guard = door.enter(me, self).await;
                let _inside = door.occupy(me);
                self.play(me, steps, lock + 1).await;
            }
            Step::Hold(..) => {}
            Step::Try(lock) => {
                let door = &self.doors[*lock];
                if let Some(_guard) = door.lock.try_lock() {
                    door.assert_first(me, self);
                    let _inside = door.occupy(me);
                    yield_now().await;
                }
            }
            Step::Wait(club) => self.clubs[*club].wait(None).await,
            Step::WaitUntil(club, limit) => self.clubs[*club].wait(Some(millis(*limit))).await,
            Step::Notify(club, n) => self.clubs[*club].notify(*n).await,
            Step::Await(event) => self.events[*event].wait().await,
            Step::Set(event) => self.events[*event].set(),
            Step::Clear(event) => self.events[*event].clear(),
            Step::Pulse(event) => _ = self.events[*event].pulse(),
            Step::Timeout(limit, steps) => _ = timeout(millis(*limit), self.play(me, steps, floor)).await,
            Step::Race(limit, steps) => {
                let nap: LocalBoxFuture<'_, ()> = Box::pin(sleep(millis(*limit)));
                race([nap, self.play(me, steps, floor)]).await;
            }
            Step::Cancel(task) => {
                let task_to_cancel = self.tasks.borrow()[*task].clone();
                self.cancelled[*task].set(task_to_cancel.cancel());
            }
        }
    }

    /// What holds after every turn.
    fn check(&self) {
        for door in &self.doors {
            assert_eq!(door.lock.is_locked(), door.inside.get().is_some(), "who holds the lock is inside");
        }
    }

    /// What holds when nobody can go on.
    fn check_at_rest(&self) {
        for door in self.doors.iter().filter(|door| door.inside.get().is_none()) {
            assert_eq!(format!("{:?}", door.lock), FREE_LOCK, "nobody waits for a lock that is free");
        }
        for club in &self.clubs {
            assert!(format!("{:?}", club.condition).contains(FREE_LOCK), "nobody keeps the lock");
            let (notified, used, left) = (club.notified.get(), club.used.get(), club.left.get());
            assert!(used <= notified, "nobody goes on who was not notified");
            assert!(notified <= used + left, "a notify is lost only with one who leaves");
        }
    }
}

const FREE_LOCK: &str = "Lock { name: None, locked: false, waiters: 0 }";

/// Turns until nobody can go on; true if nobody is left.
fn rest(runtime: &Runtime, world: &World) -> bool {
    loop {
        let turn = runtime.turn();
        world.check();
        if let Turn::Idle(None) | Turn::Stalled = turn {
            world.check_at_rest();
            return runtime.task_count() == 0;
        }
    }
}

fn perform(roles: Vec<Role>) {
    let panics = shared(RefCell::new(Vec::new()));
    let report = move |report: &str| panics.borrow_mut().push(report.to_string());
    let runtime = Runtime::builder().virtual_clock().on_report(report).build();
    let world = Rc::new(World {
        doors: Default::default(),
        clubs: Default::default(),
        events: Default::default(),
        tasks: RefCell::default(),
        cancelled: Default::default(),
    });
    for (me, (steps, crowded)) in roles.into_iter().enumerate() {
        let inside = world.clone();
        let task = runtime.spawn_detached(async move {
            let role = inside.play(me, &steps, 0);
            if crowded {
                FuturesUnordered::from_iter([role]).next().await;
            } else {
                role.await;
            }
        });
        world.tasks.borrow_mut().push(task);
    }
    let mut rescues = 0;
    while !rest(&runtime, &world) {
        assert_eq!(*panics.borrow(), [""; 0]);
        rescues += 1;
        assert!(rescues < 100, "who waits is helped: {}", runtime.stalled());
        world.events.iter().for_each(Event::set);
        let inside = world.clone();
        runtime.spawn_detached(async move {
            for club in &inside.clubs {
                club.notify(usize::MAX).await;
            }
        });
    }
    assert_eq!(*panics.borrow(), [""; 0]);
    for door in &world.doors {
        assert_eq!(format!("{:?}", door.lock), FREE_LOCK);
    }
    for event in &world.events {
        assert!(format!("{event:?}").ends_with("waiters: 0 }"));
    }
    for club in &world.clubs {
        let free = format!("Condition {{ name: None, waiters: 0, lock: {FREE_LOCK} }}");
        assert_eq!(format!("{:?}", club.condition), free);
    }
}

#[test]
fn whatever_tasks_do_no_lock_and_no_notify_is_lost() {
    holds_for_all(256, prop::collection::vec(role(), TASKS), perform);
}
