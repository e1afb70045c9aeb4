//! What `matrix` waits with: every waiting method, how to give what a wait is for, and what is left
//! of that.

use super::waiting;
use greenlight::sync::BrokenBarrier::{Aborted, Interrupted};
use greenlight::sync::{
    Barrier, Condition, Event, Lock, LockGuard, OwnedLockGuard, Queue, QueueOver, Semaphore, Store,
};
use greenlight::{TaskGroup, Until, as_completed, spawn, wait};
use stage::foreign::{Held, poll};
use stage::shared;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;
use std::task::Waker;

/// Whom giving once lets go on.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Serves {
    /// The first in line; what is given to nobody is kept.
    One,
    /// The first in line, if there is one.
    OneWhoIsThere,
    All,
}

/// An object, and what is done with it.
pub(super) trait Object {
    const SERVES: Serves;

    /// Whether one whom nobody stands before has what was given as soon as it is polled.
    const AT_ONCE: bool = true;

    /// A wait with the method in question.
    fn wait(self: Rc<Self>) -> Held;

    /// Gives what a wait is for; false if it cannot be given now.
    fn give(&self) -> bool;

    /// How many times it was given to nobody.
    fn left_over(&self) -> usize;

    fn print(&self) -> String {
        String::new()
    }

    /// Sees that the object, for which nobody waits any more, is as good as new.
    fn assert_is_whole(self: Rc<Self>) {}
}

/// A lock that is held, and the guards of those who hold it.
pub(super) struct Locking(&'static Lock, RefCell<Vec<LockGuard<'static, ()>>>);

impl Object for Locking {
    const SERVES: Serves = Serves::One;

    fn wait(self: Rc<Self>) -> Held {
        Box::pin(async move {
            let guard = self.0.lock().await;
            self.1.borrow_mut().push(guard);
        })
    }

    fn give(&self) -> bool {
        let guard = self.1.borrow_mut().pop();
        guard.is_some()
    }

    fn left_over(&self) -> usize {
        usize::from(self.0.try_lock().is_some())
    }

    fn print(&self) -> String {
        format!("{:?}", self.0)
    }
}

/// A condition, and its lock.
pub(super) struct Notified(Condition, Rc<Lock>);

impl Object for Notified {
    const SERVES: Serves = Serves::OneWhoIsThere;

    fn wait(self: Rc<Self>) -> Held {
        Box::pin(async move { drop(self.0.wait(self.0.lock().await).await) })
    }

    fn give(&self) -> bool {
        self.1.try_lock().is_some_and(|guard| self.0.notify_one(&guard) == 1)
    }

    fn left_over(&self) -> usize {
        0
    }

    fn print(&self) -> String {
        format!("{:?}", self.0)
    }

    fn assert_is_whole(self: Rc<Self>) {
        assert!(self.1.try_lock().is_some(), "nobody holds the lock");
    }
}

impl Object for Event {
    const SERVES: Serves = Serves::All;

    fn wait(self: Rc<Self>) -> Held {
        Box::pin(async move { Event::wait(&self).await })
    }

    fn give(&self) -> bool {
        self.set();
        true
    }

    fn left_over(&self) -> usize {
        waiting(self)
    }

    fn print(&self) -> String {
        format!("{self:?}")
    }
}

pub(super) struct Permits(pub(super) Semaphore, pub(super) usize);

impl Object for Permits {
    const SERVES: Serves = Serves::One;

    fn wait(self: Rc<Self>) -> Held {
        Box::pin(async move { self.0.acquire_many(self.1).await.forget() })
    }

    fn give(&self) -> bool {
        self.0.release(self.1).is_ok()
    }

    fn left_over(&self) -> usize {
        self.0.available() / self.1
    }

    fn print(&self) -> String {
        format!("{:?}", self.0)
    }
}

/// A semaphore whose permits move into a task.
pub(super) struct OwnedPermits(pub(super) Rc<Semaphore>);

impl Object for OwnedPermits {
    const SERVES: Serves = Serves::One;

    fn wait(self: Rc<Self>) -> Held {
        let wait = self.0.acquire_owned();
        Box::pin(async move { wait.await.forget() })
    }

    fn give(&self) -> bool {
        self.0.release(1).is_ok()
    }

    fn left_over(&self) -> usize {
        self.0.available()
    }

    fn print(&self) -> String {
        format!("{:?}", self.0)
    }
}

/// A lock that is held by a guard that moves into a task, and the guards of those who hold it.
pub(super) struct OwnedLocking(Rc<Lock<u8>>, RefCell<Vec<OwnedLockGuard<u8>>>);

impl Object for OwnedLocking {
    const SERVES: Serves = Serves::One;

    fn wait(self: Rc<Self>) -> Held {
        let wait = self.0.lock_owned();
        Box::pin(async move {
            let guard = wait.await;
            assert_eq!(*guard, 7);
            self.1.borrow_mut().push(guard);
        })
    }

    fn give(&self) -> bool {
        let guard = self.1.borrow_mut().pop();
        guard.is_some()
    }

    fn left_over(&self) -> usize {
        usize::from(self.0.try_lock_owned().is_some())
    }

    fn print(&self) -> String {
        format!("{:?}", self.0)
    }
}

pub(super) struct Getting<S>(pub(super) QueueOver<u32, S>);

impl<S: Store<u32> + 'static> Object for Getting<S> {
    const SERVES: Serves = Serves::One;

    fn wait(self: Rc<Self>) -> Held {
        Box::pin(async move { _ = self.0.get().await.expect("nobody closes") })
    }

    fn give(&self) -> bool {
        self.0.try_put(1).is_ok()
    }

    fn left_over(&self) -> usize {
        self.0.len()
    }

    fn print(&self) -> String {
        format!("{:?}", self.0)
    }
}

/// A full queue, and whether one who took an item could not wake the putter: it has left the item, and the room is granted all
/// the same.
pub(super) struct Putting<S>(QueueOver<u32, S>, Cell<bool>);

impl<S: Store<u32> + 'static> Object for Putting<S> {
    const SERVES: Serves = Serves::One;

    fn wait(self: Rc<Self>) -> Held {
        Box::pin(async move { self.0.put(1).await.expect("nobody closes") })
    }

    fn give(&self) -> bool {
        if self.1.take() {
            self.0.try_get().expect("an item was left");
        }
        let taken = catch_unwind(AssertUnwindSafe(|| self.0.try_get()));
        self.1.set(taken.is_err());
        taken.unwrap_or_else(|panic| resume_unwind(panic)).is_ok()
    }

    fn left_over(&self) -> usize {
        1_usize.saturating_sub(self.0.len())
    }

    fn print(&self) -> String {
        format!("{:?}", self.0)
    }
}

pub(super) struct Joining(pub(super) Queue<u32>);

impl Object for Joining {
    const SERVES: Serves = Serves::All;

    fn wait(self: Rc<Self>) -> Held {
        Box::pin(async move { self.0.join().await })
    }

    fn give(&self) -> bool {
        self.0.task_done().is_ok()
    }

    fn left_over(&self) -> usize {
        0
    }

    fn print(&self) -> String {
        format!("{:?}", self.0)
    }
}

/// A barrier that does not fill: who waits there can only be sent away.
pub(super) struct Start(pub(super) Barrier);

impl Object for Start {
    const SERVES: Serves = Serves::All;

    fn wait(self: Rc<Self>) -> Held {
        Box::pin(async move {
            let end = if self.0.is_broken() { Aborted } else { Interrupted };
            assert_eq!(self.0.wait().await.expect_err("it does not fill"), end);
        })
    }

    fn give(&self) -> bool {
        self.0.abort();
        true
    }

    fn left_over(&self) -> usize {
        self.0.waiting()
    }

    fn print(&self) -> String {
        format!("{:?}", self.0)
    }

    fn assert_is_whole(self: Rc<Self>) {
        self.0.reset();
        let mut parties: Vec<_> = (0..self.0.parties()).map(|_| Box::pin(self.0.wait())).collect();
        let mut pass = || parties.extract_if(.., |party| poll(party.as_mut(), Waker::noop()).is_ready()).count();
        assert_eq!(
            [pass(), pass()],
            [1, self.0.parties() - 1],
            "the last to arrive goes on at once, and then the others"
        );
    }
}

/// What a wait for tasks comes down to.
#[derive(Clone, Copy)]
pub(super) enum Tasks {
    Group,
    Wait(Until),
    NextEnded,
}

/// Tasks that end once the gate opens, two for each who waits.
pub(super) struct Ending(pub(super) Tasks, pub(super) Rc<Event>);

impl Object for Ending {
    const SERVES: Serves = Serves::All;
    const AT_ONCE: bool = false;

    fn wait(self: Rc<Self>) -> Held {
        let gate = || {
            let gate = self.1.clone();
            async move {
                gate.wait().await;
                Ok::<(), ()>(())
            }
        };
        let mut group = TaskGroup::new();
        let (tasks, both) = (self.0, [gate(), gate()]);
        if let Tasks::Group = tasks {
            both.into_iter().for_each(|task| _ = group.spawn(task));
            return Box::pin(async move { group.join().await.expect("no task fails") });
        }
        let handles = both.map(spawn);
        match tasks {
            Tasks::Wait(until) => Box::pin(async move { _ = wait(&handles, until).await }),
            _ => Box::pin(async move { _ = as_completed(handles).next_ended().await.expect("there are two") }),
        }
    }

    fn give(&self) -> bool {
        self.1.set();
        true
    }

    fn left_over(&self) -> usize {
        0
    }
}

pub(super) fn full<S: Store<u32>>(queue: QueueOver<u32, S>) -> Putting<S> {
    queue.try_put(0).expect("it is empty");
    Putting(queue, Cell::new(false))
}

pub(super) fn locked() -> Locking {
    let lock = shared(Lock::new(()));
    Locking(lock, RefCell::new(lock.try_lock().into_iter().collect()))
}

pub(super) fn locked_by_an_owner() -> OwnedLocking {
    let lock = Rc::new(Lock::new(7));
    let guards = lock.try_lock_owned().into_iter().collect();
    OwnedLocking(lock, RefCell::new(guards))
}

pub(super) fn silent() -> Notified {
    let lock = Rc::default();
    Notified(Condition::sharing(&lock), lock)
}
